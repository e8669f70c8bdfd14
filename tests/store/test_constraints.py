"""What the store itself refuses, whoever asks for it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from qm_tui.domain.records import Record
from qm_tui.store.store import Store
from qm_tui.store.writer import RowRefused
from tests.builders import (
    a_batch,
    a_cash_transaction,
    a_position,
    a_trade,
    an_account,
    an_fx_rate,
    an_option_event,
    holds,
)
from tests.store.stores import contents, tell, told


@pytest.mark.parametrize(
    "record",
    [
        replace(a_trade(), key=""),
        replace(an_account(), tax_treatment="offshore"),  # type: ignore[arg-type]
        replace(a_cash_transaction(), currency=None),  # type: ignore[arg-type]
    ],
    ids=lambda record: type(record).__name__,
)
async def test_a_row_against_the_rules_is_refused_with_all_that_came_with_it(
    store: Store, record: Record
) -> None:
    before = await contents(store.reader)
    with pytest.raises(RowRefused, match="nothing of it is stored"):
        await tell(store, told(a_batch(a_trade(key="TX:1"), record, section="trades")))

    assert await contents(store.reader) == before


@pytest.mark.parametrize("record", [a_trade(quantity=0), an_fx_rate(rate=0), an_fx_rate(rate=-1)])
async def test_an_unsound_row_is_named_and_the_others_are_kept(
    store: Store, record: Record
) -> None:
    one = told(a_batch(a_trade(key="TX:1"), record, section="trades"))
    async with store.writer.unit(one.source) as unit:
        await unit.save(one.batches[0])

    assert len(unit.tally.refused) == 1
    found = await contents(store.reader)
    assert (len(found["trades"]), found["rates"]) == (1, [])


@pytest.fixture
def filled(store_path: Path, store: Store) -> Iterator[sqlite3.Connection]:
    """A store with something of everything, opened behind the program's back."""
    with closing(sqlite3.connect(store_path)) as connection:
        connection.execute("PRAGMA foreign_keys=ON")
        yield connection


async def fill(store: Store) -> None:
    await tell(
        store,
        told(
            a_batch(an_account()),
            a_batch(a_trade(), an_option_event(), section="trades"),
            a_batch(a_position(), holds=[holds("positions")]),
        ),
    )


@pytest.mark.parametrize(
    "what", ["instruments", "accounts", "raw_documents", "sync_runs", "connections"]
)
async def test_nothing_that_facts_refer_to_can_be_deleted(
    store: Store, filled: sqlite3.Connection, what: str
) -> None:
    await fill(store)

    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        filled.execute(f"DELETE FROM {what}")  # noqa: S608


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE trades SET quantity = '0'",
        "UPDATE trades SET quantity = ''",
        "UPDATE trades SET state = 'perhaps'",
        "UPDATE trades SET level = 'guess'",
        "UPDATE trades SET key = ''",
        "UPDATE trades SET instrument_id = 999",
        "UPDATE trades SET quantity = NULL",
        "UPDATE positions SET quantity = ''",
        "UPDATE observation_sets SET complete = 2",
        "UPDATE instruments SET instrument_type = 'tulip'",
        "UPDATE instruments SET same_as_id = id",
        "UPDATE sync_runs SET state = 'asleep'",
        "INSERT INTO users (name, role) VALUES ('x', 'GOD')",
    ],
)
async def test_a_change_against_the_rules_is_refused(
    store: Store, filled: sqlite3.Connection, change: str
) -> None:
    await fill(store)

    with pytest.raises(sqlite3.IntegrityError):
        filled.execute(change)


async def test_a_key_is_there_once_in_an_account(store: Store, filled: sqlite3.Connection) -> None:
    await fill(store)
    names = [row[1] for row in filled.execute("PRAGMA table_info(trades)") if row[1] != "id"]
    listed = ", ".join(f'"{name}"' for name in names)

    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        filled.execute(f"INSERT INTO trades ({listed}) SELECT {listed} FROM trades")  # noqa: S608


async def test_the_program_writes_with_foreign_keys_on_and_reads_without_a_pen(
    store: Store,
) -> None:
    async with store.writer._engine.connect() as connection:
        assert (await connection.exec_driver_sql("PRAGMA foreign_keys")).scalar() == 1
        assert (await connection.exec_driver_sql("PRAGMA journal_mode")).scalar() == "wal"
        await connection.rollback()
    assert await store.reader.read(
        lambda connection: connection.exec_driver_sql("PRAGMA query_only").scalar()
    )
