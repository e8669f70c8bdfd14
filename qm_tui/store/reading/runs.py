"""Syncs and imports: what they brought, changed and refused."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from qm_tui.store.reading.holdings import says_something
from qm_tui.store.schema.accounts import accounts, connections
from qm_tui.store.schema.holdings import observation_sets
from qm_tui.store.schema.sync import raw_documents, sync_runs, sync_sections

KINDS = ("import", "sync")
"""What the user had done; what is `live` was stored in between, and is much more."""


def sections(
    connection: Connection, kinds: Sequence[str] = KINDS, run: int | None = None
) -> list[Row[Any]]:
    """Return one row a section of runs, the newest run first.

    Args:
        connection: to read.
        kinds: of runs.
        run: only this one, of whatever kind.
    """
    s, r = sync_sections, sync_runs
    return list(
        connection.execute(
            select(
                s.c.id, s.c.run_id.label("run"), connections.c.name.label("connection"),
                raw_documents.c.name, s.c.section, s.c.state, s.c.started_at, s.c.finished_at,
                s.c.received, s.c.added, s.c.changed, s.c.unchanged, s.c.refused, s.c.error,
            )
            .join(r, r.c.id == s.c.run_id)
            .join(connections, connections.c.id == r.c.connection_id)
            .outerjoin(raw_documents, raw_documents.c.id == r.c.document_id)
            .where(_meant(kinds, run))
            .order_by(s.c.run_id.desc(), s.c.id)
        )
    )  # fmt: skip


def _meant(kinds: Sequence[str], run: int | None) -> ColumnElement[bool]:
    return sync_runs.c.kind.in_(kinds) if run is None else sync_runs.c.id == run


def runs(
    connection: Connection, kinds: Sequence[str] = KINDS, run: int | None = None
) -> list[Row[Any]]:
    """Return runs with the sums of their sections, the newest first.

    Args:
        connection: to read.
        kinds: of runs.
        run: only this one, of whatever kind.
    """
    r, s = sync_runs, sync_sections
    totals = [
        func.coalesce(func.sum(s.c[name]), 0).label(name)
        for name in ("received", "added", "changed", "unchanged", "refused")
    ]
    return list(
        connection.execute(
            select(
                r.c.id.label("run"), connections.c.name.label("connection"),
                raw_documents.c.name, r.c.kind, r.c.state, r.c.started_at, r.c.finished_at,
                r.c.error, r.c.details, r.c.document_id, *totals,
            )
            .join(connections, connections.c.id == r.c.connection_id)
            .outerjoin(raw_documents, raw_documents.c.id == r.c.document_id)
            .outerjoin(s, s.c.run_id == r.c.id)
            .where(_meant(kinds, run))
            .group_by(r.c.id, connections.c.name, raw_documents.c.name)
            .order_by(r.c.id.desc())
        )
    )  # fmt: skip


def state(connection: Connection) -> Any:
    """Return (accounts, last_run_at, newest_as_of): what the status bar says."""
    return connection.execute(
        select(
            select(func.count()).select_from(accounts).scalar_subquery().label("accounts"),
            select(func.max(sync_runs.c.finished_at)).scalar_subquery().label("last_run_at"),
            select(func.max(observation_sets.c.as_of))
            .where(says_something())
            .scalar_subquery()
            .label("newest_as_of"),
        )
    ).one()
