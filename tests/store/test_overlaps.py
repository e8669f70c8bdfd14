"""Trades kept by hand on days that a statement covers are said: they may be the same."""

import pytest

from qm_tui.domain.batches import Authority
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

    assert warning.startswith("1 trades from your own files in U1234567 are on days")


@pytest.mark.parametrize("ledger_first", [True, False])
async def test_a_ledger_of_earlier_years_is_what_it_is_for(
    store: Store, ledger_first: bool
) -> None:
    assert await told(store, ledger_first=ledger_first, day="2019-03-15") == []
