"""A store of the version before sources without ids keeps what it knows, and knows it again."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Table

from qm_tui.domain.records import Record, Trade
from qm_tui.store.binding import columns
from qm_tui.store.incoming import content_hash
from qm_tui.store.migrate import prepare
from qm_tui.store.savers import _FACTS
from qm_tui.store.schema.activity import FACT_TABLES, trades
from qm_tui.store.store import open_store
from tests.builders import (
    a_balance,
    a_batch,
    a_cash_transaction,
    a_corporate_action,
    a_position,
    a_trade,
    a_transfer,
    an_option_event,
    covers,
    holds,
)
from tests.conftest import NOW
from tests.store.stores import T2, an_empty_store, contents, differences, tell, told
from tests.store.test_live_migration import columns_of, everything, fill, names_of
from tests.store.test_opening import at_revision

FACTS = a_batch(
    a_trade(key="TX:1"), a_trade(key="TX:2", quantity=-5), a_cash_transaction(), a_transfer(),
    a_corporate_action(), an_option_event(), coverage=[covers("2024-01-01", "2024-12-31")],
)  # fmt: skip
SEEN = a_batch(a_position(), a_balance(), holds=[holds("positions")])
KINDS: dict[Table, type[Record]] = {
    trades: Trade,
    **{table: kind for kind, (table, _) in _FACTS.items()},
}
ADDED = {"likeness", "reverses"}


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A store of revision 0004."""
    path = tmp_path / "older.db"
    at_revision(path, "0004")
    return path


def test_every_row_of_every_table_is_still_there(older: Path) -> None:
    with closing(sqlite3.connect(older)) as store, store:
        for table in names_of(store):
            fill(store, table)
        columns = {table: columns_of(store, table) for table in names_of(store)}
    before = everything(older, columns)
    assert {len(rows) for rows in before.values()} == {1}

    saved = prepare(older, NOW)

    assert everything(older, columns) == before
    assert saved is not None
    assert everything(saved, columns) == before


async def test_what_is_told_again_is_known_as_it_was(older: Path, tmp_path: Path) -> None:
    newer = await open_store(an_empty_store(tmp_path), lambda: NOW)
    await tell(newer, told(FACTS, SEEN))
    expected = await contents(newer.reader)
    await newer.close()
    _as_it_was(newer.path, older)

    store = await open_store(older, lambda: NOW)
    counts = await store.writer.save(told(FACTS, at=T2).source, FACTS)
    found = await contents(store.reader)
    await store.close()

    assert (counts.added, counts.changed, counts.unchanged) == (0, 0, 6)
    assert found["versions"] == []
    for rows in (*expected.values(), *found.values()):
        for row in rows:
            row.pop("source_at", None)
    assert differences(expected, found) == []


def _as_it_was(newer: Path, older: Path) -> None:
    """Write what a store knows into an older one, as the version of that time wrote it."""
    with closing(sqlite3.connect(newer)) as source, closing(sqlite3.connect(older)) as store, store:
        store.execute("PRAGMA foreign_keys = OFF")
        for table in names_of(store):
            names = columns_of(store, table)
            store.execute(f'DELETE FROM "{table}"')  # noqa: S608 - names of the schema
            for row in _rows(source, table, names):
                if table in FACT_TABLES:
                    row["content_hash"] = _digest(source, table, row["id"])
                places = ", ".join("?" * len(names))
                listed = ", ".join(f'"{name}"' for name in names)
                store.execute(
                    f'INSERT INTO "{table}" ({listed}) VALUES ({places})',  # noqa: S608
                    tuple(row.values()),
                )


def _rows(source: sqlite3.Connection, table: str, names: list[str]) -> Iterator[dict[str, object]]:
    listed = ", ".join(f'"{name}"' for name in names)
    for row in source.execute(f'SELECT {listed} FROM "{table}"'):  # noqa: S608
        yield dict(zip(names, row, strict=True))


def _digest(source: sqlite3.Connection, table: str, row: object) -> bytes:
    """Digest what a fact says, without what nothing said at that time."""
    own = [name for name in columns(KINDS[FACT_TABLES[table]]) if name not in ADDED]
    named = ["instrument_id"] if "instrument_id" in FACT_TABLES[table].c else []
    listed = ", ".join(f'"{name}"' for name in (*own, *named, "broker_specific"))
    values = source.execute(f'SELECT {listed} FROM "{table}" WHERE id = ?', (row,))  # noqa: S608
    return content_hash(tuple(values.fetchone()))


def test_what_is_new_says_nothing_and_admits_the_new_section(older: Path) -> None:
    with closing(sqlite3.connect(older)) as store, store:
        for table in names_of(store):
            fill(store, table)

    prepare(older, NOW)

    with closing(sqlite3.connect(older)) as store:
        for table in ("cash_transactions", "transfers", "corporate_actions", "option_events"):
            rows = store.execute(f"SELECT reverses, likeness FROM {table}").fetchall()  # noqa: S608
            assert rows == [(None, None)]
        assert store.execute("SELECT likeness FROM trades").fetchall() == [(None,)]
        store.execute("UPDATE sync_sections SET section = 'transactions'")
        store.execute("UPDATE observation_sets SET section = 'transactions'")
        with pytest.raises(sqlite3.IntegrityError):
            store.execute("UPDATE sync_sections SET section = 'nothing of ours'")
