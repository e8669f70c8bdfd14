"""A store of the version before live connections keeps every row of every table."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from qm_tui.store.migrate import prepare
from tests.conftest import NOW
from tests.store.test_opening import at_revision

Table = list[tuple[object, ...]]
_WORD = re.compile(r"\"?(\w+)\"?\s*(?:IN\s*\(\s*|=\s*)'([^']*)'")
_KINDS = {
    "DATE": "2024-03-15",
    "DATETIME": "2024-03-15 20:00:00.000000",
    "INTEGER": 1,
    "BLOB": b"x",
}
"""A value for each type of column; what is not said is text."""


def names_of(store: sqlite3.Connection) -> list[str]:
    rows = store.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [name for (name,) in rows if name != "alembic_version"]


def columns_of(store: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in store.execute(f'PRAGMA table_info("{table}")')]


def fill(store: sqlite3.Connection, table: str) -> None:
    """Put a row into a table that satisfies its rules, with a value in every column."""
    (text,) = store.execute(
        "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)
    ).fetchone()
    admitted: dict[str, str] = {}
    for column, word in _WORD.findall(text):
        admitted.setdefault(column, word)
    values: dict[str, object] = {}
    for _, name, kind, *_ in store.execute(f'PRAGMA table_info("{table}")'):
        default = "{}" if name in {"described", "details", "broker_specific"} else "1"
        values[name] = admitted.get(name, _KINDS.get(kind, default))
    values |= {name: None for name in ("same_as_id",) if name in values}
    names = ", ".join(f'"{name}"' for name in values)
    places = ", ".join("?" * len(values))
    store.execute(
        f'INSERT OR REPLACE INTO "{table}" ({names}) VALUES ({places})',  # noqa: S608
        tuple(values.values()),
    )


def everything(path: Path, columns: dict[str, list[str]]) -> dict[str, Table]:
    with closing(sqlite3.connect(path)) as store:
        found = {}
        for table, known in columns.items():
            listed = ", ".join(f'"{name}"' for name in known)
            found[table] = store.execute(f'SELECT {listed} FROM "{table}"').fetchall()  # noqa: S608
        return found


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A store of revision 0003 with a row in every table."""
    path = tmp_path / "older.db"
    at_revision(path, "0003")
    with closing(sqlite3.connect(path)) as store, store:
        for table in names_of(store):
            fill(store, table)
        assert store.execute("PRAGMA foreign_key_check").fetchall() == []
    return path


def test_every_row_of_every_table_is_still_there(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as store:
        columns = {table: columns_of(store, table) for table in names_of(store)}
    before = everything(filled, columns)
    assert {len(rows) for rows in before.values()} == {1}

    prepare(filled, NOW)

    assert everything(filled, columns) == before


def test_what_is_new_is_empty_and_says_nothing(filled: Path) -> None:
    prepare(filled, NOW)

    with closing(sqlite3.connect(filled)) as store:
        assert store.execute("SELECT amends FROM observation_sets").fetchall() == [(0,)]
        assert store.execute("SELECT saves FROM booking_state").fetchall() == [(0,)]
        assert store.execute("SELECT details_at FROM instruments").fetchall() == [(None,)]
        assert store.execute("SELECT * FROM quotes, greeks").fetchall() == []


def test_a_notice_that_was_there_twice_is_open_once(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as store, store:
        store.execute("DELETE FROM account_notices")
        for number in (1, 2):
            store.execute(
                "INSERT INTO account_notices (id, account_id, kind, message, noticed_at) "
                "VALUES (?, 1, 'warning', 'No options.', '2024-03-15 20:00:00.000000')",
                (number,),
            )

    prepare(filled, NOW)

    with closing(sqlite3.connect(filled)) as store:
        rows = store.execute("SELECT id, ended_at IS NULL FROM account_notices").fetchall()
    assert rows == [(1, 1), (2, 0)]
