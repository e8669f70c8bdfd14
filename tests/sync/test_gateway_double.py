"""The gateway's own client, against a double of TWS, as the monitor keeps it synced."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal

from qm_tui.brokers.ibkr.gateway import GatewayClient
from qm_tui.brokers.ibkr.gateway_settings import GatewaySettings
from qm_tui.domain.events import SyncFinished
from qm_tui.domain.health import LinkState
from qm_tui.domain.live import LiveChange
from qm_tui.domain.selection import Scope
from qm_tui.queries.positions import positions
from qm_tui.store.store import Store
from qm_tui.sync.links import Link
from tests.brokers.ibkr.gateways import SHORT
from tests.simulators.tws import Book, Ending, TwsDouble
from tests.sync.scripted import QUICK, ZONE, Clock, Program, a_program, runs_of

BRISK = replace(QUICK, back_off_first=0.05, back_off_most=0.1, again_after=0.2)
ACCOUNT = "U1234567"


@asynccontextmanager
async def a_monitor(store: Store, tws: TwsDouble) -> AsyncIterator[Program]:
    """A program with one connection to the double; whatever it did, no order was sent."""
    clock = Clock()

    def make() -> GatewayClient:
        return GatewayClient(
            name="ib", port=tws.port, now=clock, timezone=ZONE, settings=GatewaySettings(**SHORT)
        )

    link = Link(name="ib", broker="ibkr", make=make)
    async with a_program(store, link, intervals=BRISK, now=clock) as program:
        yield program
    assert tws.orders_seen == []
    await tws.until(lambda: not tws.sessions)


async def held(store: Store) -> dict[str, Decimal]:
    return {view.conid or "": view.quantity for view in await positions(store.reader, Scope())}


def in_the_book(tws: TwsDouble) -> dict[str, Decimal]:
    return {str(one.instrument.con_id): Decimal(str(one.quantity)) for one in tws.book.held()}


def price_of(program: Program, con_id: int) -> Decimal | None:
    """What the live book says is paid for it."""
    position = program.syncs.live.position(ACCOUNT, [f"conid:{con_id}"])
    return None if position is None else position.market_price


async def stored_as(tws: TwsDouble, store: Store, within: float = 30.0) -> None:
    """Wait until what is stored is what the gateway holds."""
    deadline = time.monotonic() + within
    while (found := await held(store)) != in_the_book(tws):
        assert time.monotonic() < deadline, f"stored: {found}"
        await asyncio.sleep(0.02)


async def test_a_price_that_is_pushed_is_shown_within_a_second(store: Store) -> None:
    async with TwsDouble(Book.example()) as tws, a_monitor(store, tws) as program:
        await program.state(LinkState.LIVE)
        assert await held(store) == in_the_book(tws)
        holding = tws.book.holding("AAPL", kind="STK")
        con_id, told = holding.instrument.con_id, len(program.all(LiveChange))
        pushed = time.monotonic()
        tws.change(holding, mark="234.5", value="23450.0")
        await program.until(lambda: price_of(program, con_id) == Decimal("234.5"), "it is known")
        await program.until(lambda: len(program.all(LiveChange)) > told, "it is told")
        assert time.monotonic() - pushed < 1


async def test_a_position_that_is_closed_is_gone_and_the_others_stay(store: Store) -> None:
    async with TwsDouble(Book.example()) as tws, a_monitor(store, tws) as program:
        await program.state(LinkState.LIVE)
        tws.close(tws.book.holding("AAPL", kind="STK"))
        await stored_as(tws, store)
        assert len(await held(store)) == len(in_the_book(tws)) > 1


async def test_a_restart_of_the_gateway_is_survived_with_all_that_is_known(store: Store) -> None:
    async with TwsDouble(Book.example()) as tws, a_monitor(store, tws) as program:
        await program.state(LinkState.LIVE)
        before = await held(store)
        tws.go_down(Ending.RST)
        health = await program.state(LinkState.WAITING)
        assert health.next_try is not None
        assert health.says
        assert await held(store) == before
        # Sold by telephone while nobody listened.
        tws.book.change(tws.book.holding("AAPL", kind="STK").key, quantity="0")
        syncs = len(program.all(SyncFinished))
        await tws.come_back()
        await program.until(lambda: len(program.all(SyncFinished)) > syncs, "it is synced again")
        await program.state(LinkState.LIVE)
        await stored_as(tws, store)
        assert set(before) - set(await held(store)) == {"265598"}
    assert (await runs_of(store))[-1].state == "done"


async def test_a_gateway_that_hangs_is_noticed(store: Store) -> None:
    async with TwsDouble(Book.example()) as tws, a_monitor(store, tws) as program:
        await program.state(LinkState.LIVE)
        before = await held(store)
        tws.freeze()
        await program.state(LinkState.WAITING)
        assert await held(store) == before
        tws.thaw()
        await program.state(LinkState.LIVE)


async def test_what_interactive_brokers_is_away_from_is_stale_until_it_is_back(
    store: Store,
) -> None:
    async with TwsDouble(Book.example()) as tws, a_monitor(store, tws) as program:
        await program.state(LinkState.LIVE)
        tws.lose_ib()
        health = await program.state(LinkState.STALE)
        assert health.says
        syncs = len(program.all(SyncFinished))
        tws.book.change(tws.book.holding("AAPL", kind="STK").key, quantity="7")
        tws.regain_ib(data_lost=True)
        await program.until(lambda: len(program.all(SyncFinished)) > syncs, "it is synced again")
        await program.state(LinkState.LIVE)
        await stored_as(tws, store)


async def test_the_end_comes_soon_even_if_the_gateway_hangs(store: Store) -> None:
    async with TwsDouble(Book.example()) as tws, a_monitor(store, tws) as program:
        await program.state(LinkState.LIVE)
        tws.freeze()
        program.syncs.request()
        await program.until(program.syncs.progress, "it syncs")
        async with asyncio.timeout(2):
            await program.syncs.close()
        tws.thaw()
