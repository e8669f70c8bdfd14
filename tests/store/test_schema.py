"""Names agree from record to column to view, and migrations make the schema that is declared."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Table, create_engine

from qm_tui.domain import records as r
from qm_tui.domain import reported
from qm_tui.store.binding import columns
from qm_tui.store.migrate import prepare
from qm_tui.store.migrations import HEAD, REVISIONS
from qm_tui.store.savers import _FACTS, _OBSERVATIONS
from qm_tui.store.schema.activity import FACT_TABLES, trades
from qm_tui.store.schema.market import fx_rates
from qm_tui.store.schema.tables import metadata
from tests.conftest import NOW

TABLES: dict[type[r.Record], Table] = {
    r.Trade: trades,
    **{kind: table for kind, (table, _) in _FACTS.items()},
    **{kind: table for kind, (_, table, _, _) in _OBSERVATIONS.items()},
}
ELSEWHERE = {"account": "account_id", "instrument": "instrument_id"}


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.__name__)
def test_the_fields_of_a_record_are_columns_of_its_table(kind: type[r.Record]) -> None:
    names = {ELSEWHERE.get(field.name, field.name) for field in fields(kind)}

    assert names <= set(TABLES[kind].c.keys())


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.__name__)
def test_the_columns_of_a_table_are_fields_of_its_record_or_the_stores_own(
    kind: type[r.Record],
) -> None:
    ours = {
        "id", "account_id", "instrument_id", "content_hash", "authority", "source_at",
        "document_id", "run_id", "changed_run_id", "restated", "set_id", "state", "ordered_at",
        "key",
    }  # fmt: skip

    assert set(TABLES[kind].c.keys()) - {field.name for field in fields(kind)} <= ours


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.__name__)
def test_every_value_that_is_bound_has_its_column(kind: type[r.Record]) -> None:
    assert set(columns(kind)) <= set(TABLES[kind].c.keys())


def test_every_kind_of_fact_and_observation_has_a_table() -> None:
    kinds = {
        kind
        for kind in (*vars(r).values(), *vars(reported).values())
        if isinstance(kind, type)
        and issubclass(kind, r.Fact | r.Observation)
        and kind not in (r.Fact, r.Observation)
    }

    assert kinds == set(TABLES)
    assert set(FACT_TABLES.values()) <= set(TABLES.values())


def test_a_rate_has_its_columns() -> None:
    assert {"date", "from_currency", "to_currency", "rate"} <= set(fx_rates.c.keys())


def migrated(folder: Path, look: Callable[[Connection], Any]) -> Any:
    path = folder / "migrated.db"
    prepare(path, NOW)
    engine = create_engine(f"sqlite:///{path}")
    try:
        with engine.connect() as connection:
            return look(connection)
    finally:
        engine.dispose()


def test_migrations_make_the_schema_that_is_declared(tmp_path: Path) -> None:
    def differences(connection: Connection) -> Any:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, metadata)

    assert migrated(tmp_path, differences) == []


def test_migrations_make_the_checks_and_indexes_that_are_declared(tmp_path: Path) -> None:
    """Alembic compares no CHECKs and no conditions of indexes, so the texts are compared."""
    prepare(tmp_path / "migrated.db", NOW)
    engine = create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
    metadata.create_all(engine)
    engine.dispose()

    found, declared = (_texts(tmp_path / name) for name in ("migrated.db", "declared.db"))
    assert found == declared


def _texts(path: Path) -> dict[str, set[str]]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%'"
        ).fetchall()
    return {name: _parts(text) for name, text in rows}


def _parts(text: str) -> set[str]:
    """Take a statement apart at its lines, without spaces and quotes, in no order."""
    lines = text.replace(", \n", "\n").replace(",\n", "\n").replace('"', "").splitlines()
    whole = ("".join(line.split()).rstrip(",") for line in lines if line.strip(" \t()"))
    return {part for line in whole for part in re.split(r"(?<=TEXT),|(?<=INTEGER),", line)}


def test_the_revisions_are_those_of_the_migrations_in_their_order() -> None:
    config = Config()
    config.set_main_option("script_location", "qm_tui:store/migrations")
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)

    assert script.get_heads() == [HEAD]
    assert [one.revision for one in script.walk_revisions()] == list(reversed(REVISIONS))


def test_the_user_who_is_always_there_is_there(tmp_path: Path) -> None:
    rows = migrated(
        tmp_path,
        lambda connection: connection.exec_driver_sql("SELECT id, name, role FROM users").all(),
    )

    assert [tuple(row) for row in rows] == [(1, "me", "ADMIN")]
