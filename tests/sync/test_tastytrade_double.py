"""Tastytrade's own client, against a double of Tastytrade, as the monitor keeps it synced."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import Connection, select

from qm_tui.brokers.tastytrade.client import TastytradeClient
from qm_tui.domain.events import SyncFailed, SyncFinished
from qm_tui.domain.health import LinkState
from qm_tui.domain.selection import Scope
from qm_tui.queries.positions import positions
from qm_tui.store.schema.activity import trades
from qm_tui.store.store import Store
from qm_tui.sync.links import Link
from tests.brokers.tastytrade.clients import QUIET
from tests.brokers.tastytrade.opened import secrets
from tests.simulators.tastytrade import TOKEN_PATH, TastytradeDouble, only_reads
from tests.simulators.tastytrade_acts import GRANT_REFUSED
from tests.simulators.tastytrade_example import MARGIN
from tests.simulators.tastytrade_fault_table import FAULTS
from tests.sync.scripted import QUICK, Clock, Program, a_program, runs_of

BRISK = replace(QUICK, back_off_first=0.05, back_off_most=0.1, again_after=0.2, healthy_after=0.0)
SETTINGS = replace(
    QUIET,
    streaming=replace(
        QUIET.streaming, enabled=True, greet=1.0, silent=1.0, keepalive=0.5,
        first_pause=0.02, longest_pause=0.1, fills=(0.01, 0.05, 0.1),
    ),
)  # fmt: skip


@asynccontextmanager
async def a_monitor(store: Store, double: TastytradeDouble) -> AsyncIterator[Program]:
    """A program with one connection to the double; whatever it did, it only read."""
    clock = Clock(double.book.now)

    def make() -> TastytradeClient:
        return TastytradeClient(
            name="tasty", base_url=double.base_url,
            account_streamer_url=double.account_streamer_url, secrets=secrets, now=clock,
            settings=SETTINGS,
        )  # fmt: skip

    link = Link(name="tasty", broker="tastytrade", make=make)
    async with a_program(store, link, intervals=BRISK, now=clock) as program:
        yield program
    only_reads(double.asked)
    await double.until(lambda: not double.feeds and not double.streams)


async def held(store: Store) -> dict[tuple[str, str], Decimal]:
    views = await positions(store.reader, Scope())
    return {(view.account, view.symbol): view.quantity for view in views}


async def traded(store: Store) -> int:
    return len(await store.reader.read(transactions_kept))


def transactions_kept(connection: Connection) -> list[str]:
    found = connection.scalars(select(trades.c.key).where(trades.c.key.like("TX:%")))
    return list(found)


async def until_held(store: Store, symbol: str, quantity: str | None) -> None:
    """Wait until an account holds so much of something, or nothing."""
    wanted = None if quantity is None else Decimal(quantity)
    deadline = time.monotonic() + 30
    while (found := (await held(store)).get((MARGIN, symbol))) != wanted:
        assert time.monotonic() < deadline, f"{symbol}: {found}"
        await asyncio.sleep(0.02)


async def test_a_price_that_is_pushed_is_known_at_once(store: Store) -> None:
    async with TastytradeDouble() as double, a_monitor(store, double) as program:
        await program.state(LinkState.LIVE, "tasty")
        await double.until(lambda: ("Quote", "AAPL") in double.subscribed())
        double.tick("AAPL", bid=240.0, ask=241.0)

        def price() -> Decimal | None:
            prices = {one.instrument.symbol: one.market_price for one in program.syncs.live.held()}
            return prices.get("AAPL")

        await program.until(lambda: price() == Decimal("240.5"), "the position is marked")


async def test_a_fill_changes_what_is_held_and_its_transaction_is_stored(store: Store) -> None:
    async with TastytradeDouble() as double, a_monitor(store, double) as program:
        await program.state(LinkState.LIVE, "tasty")
        await double.until(lambda: bool(double.streams))
        before = await traded(store)
        double.desk.fill(MARGIN, "NVDA", "Sell to Close", "40", "141.0")
        await until_held(store, "NVDA", "60")
        deadline = time.monotonic() + 30
        while await traded(store) != before + 1:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)


async def test_a_refused_grant_is_tried_once_until_somebody_asks_again(store: Store) -> None:
    refusing = TastytradeDouble(always={TOKEN_PATH: GRANT_REFUSED["own-form"]})
    async with refusing as double, a_monitor(store, double) as program:
        health = await program.state(LinkState.REFUSED, "tasty")
        assert "qm-tui login tasty" in health.says
        assert double.paths() == [TOKEN_PATH]
        double.heal()
        program.syncs.request()
        await program.state(LinkState.LIVE, "tasty")
        assert double.paths()[:2] == [TOKEN_PATH] * 2


async def test_what_broke_off_is_gone_on_with_by_itself(store: Store) -> None:
    async with TastytradeDouble() as double:
        FAULTS["history-breaks-inside"].apply(double)
        async with a_monitor(store, double) as program:
            await program.until(lambda: program.all(SyncFinished), "it was synced")
            (first,) = await runs_of(store)
            assert first.state == "partial"
            some = await traded(store)
            double.heal()
            await program.until(
                lambda: any(not one.incomplete for one in program.all(SyncFinished)), "it is whole"
            )
            await program.state(LinkState.LIVE, "tasty")
            assert await traded(store) > some
            assert await held(store)


async def test_a_broker_that_goes_down_is_waited_for_with_all_that_is_known(store: Store) -> None:
    async with TastytradeDouble() as double, a_monitor(store, double) as program:
        await program.state(LinkState.LIVE, "tasty")
        before = await held(store)
        double.go_down()
        program.syncs.request()
        await program.until(
            lambda: program.health("tasty").state in {LinkState.WAITING, LinkState.STALE},
            "it is missed",
        )
        assert await held(store) == before
        await double.listen()
        await program.state(LinkState.LIVE, "tasty")
        assert await held(store) == before


async def test_an_hour_that_the_broker_wishes_is_an_hour(store: Store) -> None:
    async with TastytradeDouble() as double:
        FAULTS["crowded-an-hour"].apply(double)
        async with a_monitor(store, double) as program:
            health = await program.state(LinkState.WAITING, "tasty")
            assert program.all(SyncFailed)
            assert health.next_try is not None
            wait = health.next_try - double.book.now
            assert wait.total_seconds() > 3500
