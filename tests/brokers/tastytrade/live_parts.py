"""A whole `Live` against the double, and what comes of it in the book of live values."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from qm_tui.brokers.client import Update
from qm_tui.brokers.tastytrade.access import Access
from qm_tui.brokers.tastytrade.balances import balances_of
from qm_tui.brokers.tastytrade.instruments import Instruments
from qm_tui.brokers.tastytrade.positions import position_of
from qm_tui.brokers.tastytrade.settings import Streaming
from qm_tui.brokers.tastytrade.stream import Live
from qm_tui.domain.batches import Batch
from qm_tui.domain.live import LiveBook
from qm_tui.domain.records import Position
from tests.brokers.tastytrade.streaming_parts import SETTINGS, now, opened, until
from tests.simulators.tastytrade import TastytradeDouble
from tests.simulators.tastytrade_example import MARGIN, ROTH

BOTH = (MARGIN, ROTH)
Recent = Callable[[str], Awaitable[Sequence[Batch]]]


async def nothing(_account: str) -> Sequence[Batch]:
    return ()


class Desk:
    """Follows the updates as the program does."""

    def __init__(self, live: Live, access: Access, instruments: Instruments) -> None:
        self.live = live
        self.book = LiveBook()
        self.seen: list[Update] = []
        self._access = access
        self._instruments = instruments
        self.following: asyncio.Task[None] | None = None
        self._taken: dict[str, None] = {}

    async def take(self, *accounts: str) -> None:
        """Ask what accounts hold, as a pull does."""
        for account in accounts or BOTH:
            self._taken[account] = None
            as_of = now()
            path = f"/accounts/{account}"
            answer = await self._access.ask(f"{path}/positions", what="positions")
            self.live.take(
                account,
                [
                    position_of(item.value, account, as_of, self._instruments)
                    for item in answer.items or ()
                ],
                as_of,
            )
            answer = await self._access.ask(f"{path}/balances/USD", what="balances")
            self.live.take_balances(account, balances_of(answer.data, account, as_of), as_of)

    def follow(self) -> None:
        self.following = asyncio.create_task(self._follow())

    async def _follow(self) -> None:
        async for update in self.live.updates(BOTH):
            self.seen.append(update)
            self.book.apply(update.records)

    async def until(self, holds: Callable[[], bool], within: float = 30.0) -> None:
        """Wait until something is so; raises what the updates end by."""

        def looked() -> bool:
            if self.following is not None and self.following.done():
                self.following.result()
            return holds()

        await until(looked, within)

    async def connected(self, double: TastytradeDouble) -> None:
        """Wait until both streams are there, and everything that is held was quoted.

        What is held is asked for again then: only since they are there is nothing missed.
        """
        await self.until(lambda: bool(double.streams and double.streams[0].connected))
        await self.until(lambda: self.live.sure)
        for account in list(self._taken):
            await self.take(account)
        await self.until(
            lambda: bool(
                double.streams
                and double.streams[0].connected
                and self.live.snapshot(now())
                and double.subscribed()
                and not self.live.unquoted()
            )
        )

    def position(self, account: str, symbol: str) -> Position | None:
        return self.book.position(account, [f"osi:{symbol}", f"symbol:{symbol}"])

    def changed(self) -> list[Batch]:
        return [batch for update in self.seen for batch in update.changed]

    @property
    def fresh(self) -> bool:
        return not self.seen or self.seen[-1].fresh


@asynccontextmanager
async def live(
    double: TastytradeDouble,
    settings: Streaming = SETTINGS,
    *,
    recent: Recent = nothing,
    streamer: bool = True,
) -> AsyncIterator[Desk]:
    async with opened(double) as access:
        instruments = Instruments()
        for kind in ("futures", "future-options"):
            answer = await access.ask(f"/instruments/{kind}", what="instruments")
            for item in answer.items or ():
                instruments.learn(item.value)
        addresses = access.addresses
        if not streamer:
            addresses = replace(addresses, account_streamer_url=None)
        made = Live(
            access=access,
            addresses=addresses,
            instruments=instruments,
            now=now,
            settings=settings,
            recent=recent,
        )
        desk = Desk(made, access, instruments)
        try:
            yield desk
        finally:
            await made.close()
            if desk.following is not None:
                desk.following.cancel()
                await asyncio.wait([desk.following])
