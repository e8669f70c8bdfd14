"""Units end whole, settings are taken back, backups are whole or not there."""

import asyncio
import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from qm_tui.domain.records import Trade
from qm_tui.domain.selection import Scope
from qm_tui.domain.settings import AccountSettings
from qm_tui.queries import accounts, activity
from qm_tui.store.migrate import backup, prepare
from qm_tui.store.runs import Source
from qm_tui.store.store import Store
from qm_tui.store.troubles import StoreRefused
from qm_tui.store.whole import to_the_end
from tests.builders import a_balance, a_batch, a_trade, an_account, holds
from tests.conftest import NOW

DAY_BEFORE = dt.datetime(2026, 1, 5, 0, 30, tzinfo=dt.UTC)
"""19:30 on 4 January in New York."""
SOURCE = Source(connection="import", broker="ibkr", kind="import")


async def test_work_that_must_not_stop_half_way_ends_before_its_cancellation_is_felt() -> None:
    begun, may_end, steps = asyncio.Event(), asyncio.Event(), list[str]()

    async def work() -> None:
        begun.set()
        await may_end.wait()
        steps.append("done")

    task = asyncio.create_task(to_the_end(work()))
    await begun.wait()
    task.cancel()
    asyncio.get_running_loop().call_soon(may_end.set)
    with pytest.raises(asyncio.CancelledError):
        await task

    assert steps == ["done"]


async def _taxpayers(store: Store) -> list[str]:
    rows = await store.reader.read(
        lambda connection: connection.exec_driver_sql("SELECT taxpayer FROM accounts").all()
    )
    return [row[0] for row in rows]


async def _dirty(store: Store) -> set[str]:
    rows = await store.reader.read(
        lambda connection: connection.exec_driver_sql("SELECT taxpayer FROM dirty_marks").all()
    )
    return {row[0] for row in rows}


async def test_a_taxpayer_that_the_configuration_takes_back_is_taken_back(store: Store) -> None:
    await store.writer.save(SOURCE, a_batch(a_trade(account="U1")))
    spouse = AccountSettings(number="U1", taxpayer="spouse")

    await store.writer.apply_account_settings([spouse])
    assert await _taxpayers(store) == ["spouse"]
    assert await _dirty(store) == {"me", "spouse"}

    await store.writer.apply_account_settings([])
    assert await _taxpayers(store) == ["me"]


async def test_a_trade_of_the_next_trade_date_is_not_shown_as_of_the_day_before(
    store: Store,
) -> None:
    """An evening session belongs to the next day's books, whatever the clock says."""
    evening = a_trade(trade_date="2026-01-05", executed_at=DAY_BEFORE)
    await store.writer.save(SOURCE, a_batch(evening))

    async def shown(day: str) -> int:
        return await activity.trades(store.reader, Scope(as_of=dt.date.fromisoformat(day))).count()

    assert [await shown("2026-01-04"), await shown("2026-01-05")] == [0, 1]


async def test_cash_of_another_currency_is_not_the_total(store: Store) -> None:
    euros = a_balance(account="U1", tag="endingCash", currency="EUR", value=1000)
    await store.writer.save(
        SOURCE,
        a_batch(an_account("U1", base_currency="USD"), euros, holds=[holds("balances", "U1")]),
    )

    [view] = await accounts.accounts(store.reader)

    assert view.total_cash is None
    assert [(cash.currency, cash.value) for cash in view.cash] == [("EUR", Decimal(1000))]


async def test_going_on_from_row_to_row_repeats_none_while_others_are_added(store: Store) -> None:
    def bought(numbers: range) -> list[Trade]:
        return [a_trade(key=f"TX:{n}", broker_transaction_id=str(n)) for n in numbers]

    await store.writer.save(SOURCE, a_batch(*bought(range(30))))
    pages = activity.trades(store.reader)
    rows, after = await pages.onward(None, 20)
    seen = [row.id for row in rows]
    await store.writer.save(SOURCE, a_batch(*bought(range(30, 60))))
    while after is not None:
        rows, after = await pages.onward(after, 20)
        seen += [row.id for row in rows]

    assert len(seen) == len(set(seen))
    assert len(seen) == 30


def test_a_backup_that_fails_leaves_nothing_that_looks_like_one(tmp_path: Path) -> None:
    path, target = tmp_path / "portfolio.db", tmp_path / "b.db"
    prepare(path, NOW)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(StoreRefused):
        backup(path, target)

    assert [found.name for found in tmp_path.iterdir() if found.name.startswith("b.db")] == []
