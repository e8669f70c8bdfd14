"""Trades kept by hand on days that a statement covers are said: they may be the same."""

import pytest

from qm_tui.domain.batches import Authority, Batch
from qm_tui.domain.records import Trade
from qm_tui.domain.words import Section
from qm_tui.store.runs import Source
from qm_tui.store.store import Store
from tests.builders import a_batch, a_document, a_trade, covers

STATEMENT = a_batch(
    a_trade(key="TX:1", trade_date="2024-03-15"), coverage=[covers("2024-01-01", "2024-12-31")]
)


def source(name: str, authority: Authority) -> Source:
    document = a_document(name=name, sha256=name, authority=authority)
    broker = "files" if authority is Authority.USER else "ibkr"
    return Source(connection="import", broker=broker, kind="import", document=document)


async def told(store: Store, *, ledger_first: bool, day: str) -> list[str]:
    ledger = a_batch(a_trade(key="LG:1", trade_date=day))
    both = [
        (source("l.csv", Authority.USER), ledger),
        (source("s.xml", Authority.FINAL), STATEMENT),
    ]
    warnings: list[str] = []
    for where, batch in both if ledger_first else both[::-1]:
        async with store.writer.unit(where) as unit:
            await unit.save(batch)
        warnings = unit.tally.warnings
    return warnings


@pytest.mark.parametrize("ledger_first", [True, False])
async def test_a_ledger_on_days_that_a_statement_covers_is_said(
    store: Store, ledger_first: bool
) -> None:
    [warning] = await told(store, ledger_first=ledger_first, day="2024-03-15")

    assert warning.startswith("1 trade from your own files is on days")


@pytest.mark.parametrize("ledger_first", [True, False])
async def test_a_ledger_of_earlier_years_is_what_it_is_for(
    store: Store, ledger_first: bool
) -> None:
    assert await told(store, ledger_first=ledger_first, day="2019-03-15") == []


API = Source(connection="tasty", broker="tastytrade", kind="sync", live=True)


async def told_by_both(
    store: Store, *history: Trade, day: str = "2024-03-15", export_first: bool = True
) -> list[str]:
    """Have an export tell one trade, and the broker's own history of the year what it knows."""
    export = source("t.csv", Authority.PROVISIONAL)
    rows = a_batch(
        a_trade(key="CT:a:0", likeness="a", trade_date=day),
        coverage=[covers(day, day)],
    )
    year = Batch(
        section=Section.TRANSACTIONS,
        records=history,
        coverage=(covers("2024-01-01", "2024-12-31"),),
    )

    async def imported() -> list[str]:
        where = Source(
            connection="import", broker="tastytrade", kind="import", document=export.document
        )
        async with store.writer.unit(where) as unit:
            await unit.save(rows)
        return unit.tally.warnings

    async def synced() -> list[str]:
        async with store.writer.run(API) as run:
            await run.save(year)
        return run.tally.warnings

    steps = [imported, synced] if export_first else [synced, imported]
    return [warning for step in steps for warning in await step()]


@pytest.mark.parametrize("export_first", [True, False])
async def test_an_export_whose_trades_the_history_tells_too_is_no_trouble(
    store: Store, *, export_first: bool
) -> None:
    same = a_trade(key="TX:1", broker_transaction_id="1", likeness="a")

    assert await told_by_both(store, same, export_first=export_first) == []


@pytest.mark.parametrize("export_first", [True, False])
async def test_a_trade_of_an_export_that_the_history_does_not_tell_is_said(
    store: Store, *, export_first: bool
) -> None:
    other = a_trade(key="TX:1", broker_transaction_id="1", likeness="b")

    [warning] = await told_by_both(store, other, export_first=export_first)

    assert warning.startswith("1 trades from exported files in U1234567 are not in the history")


@pytest.mark.parametrize("day", ["2023-12-31", "2024-12-31"])
async def test_on_days_that_the_history_does_not_cover_whole_an_export_stands_alone(
    store: Store, day: str
) -> None:
    assert await told_by_both(store, day=day) == []
