"""What all tables of facts have in common: provenance, versions, and the indexes of the few."""

from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, Table, UniqueConstraint
from sqlalchemy import text as text_clause

from qm_tui.store.schema.base import (
    digest,
    identity,
    mapping,
    metadata,
    moment,
    refers,
    text,
    whole,
)


def fact(name: str, *columns: Any) -> Table:
    """Make a fact's table: provenance and version beside what the record says."""
    common: list[Column[Any]] = [
        identity(),
        refers("account_id", "accounts"),
        text("key", nullable=False),
        whole("document_row", nullable=True, default=None),
        mapping("broker_specific"),
        digest("content_hash"),
        whole("authority", default=None),
        moment("source_at"),
        refers("document_id", "raw_documents", nullable=True),
        refers("run_id", "sync_runs"),
        refers("changed_run_id", "sync_runs", nullable=True),
        # 1 when fact_versions holds what each source said; the row is then what follows from them.
        whole("restated"),
    ]
    return Table(
        name,
        metadata,
        *common,
        *columns,
        UniqueConstraint("account_id", "key"),
        CheckConstraint("key <> ''", name="key"),
        Index(None, "run_id"),
        Index(None, "changed_run_id", sqlite_where=common[-2].is_not(None)),
    )


def where(condition: str, *columns: str) -> Index:
    """Make an index of the rows that meet a condition."""
    return Index(None, *columns, sqlite_where=text_clause(condition))


def likeness() -> tuple[Column[str], Index]:
    """Make what a source without ids shares with others, and the index to find it by."""
    return text("likeness"), where("likeness IS NOT NULL", "account_id", "likeness")


def reverses() -> tuple[Column[str], Index]:
    """Make the key of what a fact takes back, and the index of the few that do."""
    return text("reverses"), where("reverses IS NOT NULL", "account_id", "reverses")
