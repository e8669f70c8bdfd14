"""A store of the version before discrepancies keeps every row, and has places for them."""

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from qm_tui.store.migrate import prepare
from tests.conftest import NOW
from tests.store.test_live_migration import columns_of, everything, fill, names_of
from tests.store.test_opening import at_revision

NEW = ("discrepancies", "discrepancy_events", "reconciliations")


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A store of revision 0005."""
    path = tmp_path / "older.db"
    at_revision(path, "0005")
    return path


def test_every_row_of_every_table_is_still_there(older: Path) -> None:
    with closing(sqlite3.connect(older)) as store, store:
        for table in names_of(store):
            fill(store, table)
        columns = {table: columns_of(store, table) for table in names_of(store)}
    before = everything(older, columns)

    saved = prepare(older, NOW)

    assert everything(older, columns) == before
    assert saved is not None
    assert everything(saved, columns) == before


def test_there_are_places_for_discrepancies_with_nothing_in_them(older: Path) -> None:
    prepare(older, NOW)

    with closing(sqlite3.connect(older)) as store:
        assert set(NEW) <= set(names_of(store))
        for table in NEW:
            assert store.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608


def test_what_fails_halfway_leaves_the_store_as_it_was(older: Path) -> None:
    with closing(sqlite3.connect(older)) as store, store:
        # The last of the new tables cannot be made.
        store.execute(f"CREATE TABLE {NEW[-1]} (in_the_way)")
        before = schema_of(store)
    with pytest.raises(OperationalError, match="already exists"):
        prepare(older, NOW)
    with closing(sqlite3.connect(older)) as store, store:
        assert schema_of(store) == before
        assert store.execute("SELECT version_num FROM alembic_version").fetchall() == [("0005",)]
        store.execute(f"DROP TABLE {NEW[-1]}")

    prepare(older, NOW + dt.timedelta(seconds=1))

    with closing(sqlite3.connect(older)) as store:
        assert set(NEW) <= set(names_of(store))


def schema_of(store: sqlite3.Connection) -> set[str | None]:
    return {sql for (sql,) in store.execute("SELECT sql FROM sqlite_master")}


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "closed"},
        {"status": "open", "closed_at": "2026-01-01 00:00:00.000000"},
        {"verdict": "something else"},
        {"key": ""},
    ],
)
def test_what_cannot_be_is_refused(older: Path, wrong: dict[str, str]) -> None:
    prepare(older, NOW)
    row = {
        "key": "quantity|1|1|", "account_id": 1, "verdict": "quantity", "status": "open",
        "severity": "major", "cause": "unexplained", "confidence": "0", "explanation": "",
        "first_seen": "2026-01-01 00:00:00.000000", "last_seen": "2026-01-01 00:00:00.000000",
        **wrong,
    }  # fmt: skip
    names, places = ", ".join(row), ", ".join("?" * len(row))

    with closing(sqlite3.connect(older)) as store, pytest.raises(sqlite3.IntegrityError):
        store.execute(
            f"INSERT INTO discrepancies ({names}) VALUES ({places})",  # noqa: S608 - our own names
            tuple(row.values()),
        )
