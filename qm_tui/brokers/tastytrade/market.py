"""Prices and Greeks of what is held: the stream kept connected, the latest of each instrument."""

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Set
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random
from typing import Never

from qm_tui.brokers.tastytrade.access import Access
from qm_tui.brokers.tastytrade.address import Addresses, may_stream
from qm_tui.brokers.tastytrade.answers import AskFailed
from qm_tui.brokers.tastytrade.dxlink import DxLink, Subscription
from qm_tui.brokers.tastytrade.dxlink_events import Feed
from qm_tui.brokers.tastytrade.settings import Streaming
from qm_tui.brokers.tastytrade.streaming import (
    Condition,
    Pauses,
    StreamRefused,
    ended,
    keep_connected,
    opened,
)
from qm_tui.brokers.tastytrade.ticks import Ticks
from qm_tui.domain.instruments import Instrument
from qm_tui.domain.records import Greeks, Quote

_TOKENS = "/api-quote-tokens"
_PIECE = 200
"""Events of each kind that are made records in one go: some milliseconds, so that no key waits."""


@dataclass(frozen=True, slots=True)
class _QuoteToken:
    token: str = field(repr=False)
    url: str


class Market:
    """The stream of prices; it runs while somebody is in `running`."""

    def __init__(
        self,
        *,
        access: Access,
        addresses: Addresses,
        now: Callable[[], dt.datetime],
        settings: Streaming,
        random: Random,
    ) -> None:
        self._access = access
        self._addresses = addresses
        self._now = now
        self._settings = settings
        self.condition = Condition()
        self.delayed = False
        """Whether prices come late, as far as known."""
        self._pauses = Pauses(settings, random)
        self._ticks: dict[str, Ticks] = {}
        self._marks: dict[str, Decimal] = {}
        """What holdings are marked with."""
        self._quoted: dict[str, Ticks] = {}
        """With other prices than were told."""
        self._computed: dict[str, Ticks] = {}
        """With other Greeks than were told."""
        self._subscriptions: Set[Subscription] = frozenset()
        self._underlyings: Mapping[str, str] = {}
        self._needed = asyncio.Event()
        self._feed = Feed(self._ticks)
        self._link: DxLink | None = None
        self._task: asyncio.Task[Never] | None = None
        self._users = 0

    # --- what is asked for -----------------------------------------------------------------------

    def hold(
        self,
        wanted: Mapping[str, Instrument],
        subscriptions: Set[Subscription],
        underlyings: Mapping[str, str],
    ) -> None:
        """Follow these instruments (by DXLink's symbol) and no others.

        Args:
            wanted: all that is subscribed to.
            subscriptions: the kinds of event for each.
            underlyings: what the options among them are on.
        """
        self._underlyings = underlyings
        for symbol in self._ticks.keys() - wanted.keys():
            del self._ticks[symbol]
            for of_symbol in (self._marks, self._quoted, self._computed):
                of_symbol.pop(symbol, None)
        for symbol, instrument in wanted.items():
            ticks = self._ticks.get(symbol)
            if ticks is None:
                self._ticks[symbol] = Ticks(instrument)
            elif ticks.instrument is not instrument:
                ticks.become(instrument)
        self._subscriptions = subscriptions
        if subscriptions:
            self._needed.set()
        if self._link is not None:
            self._link.want(subscriptions)

    # --- the connection --------------------------------------------------------------------------

    @asynccontextmanager
    async def running(self) -> AsyncGenerator["asyncio.Task[Never]", None]:
        """Have prices streamed meanwhile; yield the task, which ends only by failing."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(
                keep_connected(self._connected, self.condition, self._pauses)
            )
        task = self._task
        self._users += 1
        try:
            yield task
        finally:
            self._users -= 1
            if not self._users:
                await self.close()

    async def _connected(self) -> Never:
        await self._needed.wait()
        token = await self._quote_token()
        async with opened(self._access, token.url, self._settings) as wire:
            # Each server says for itself in which order its fields come.
            feed = Feed(self._ticks)
            link = DxLink(wire, feed, self._settings)
            await link.greet(token.token)
            link.want(self._subscriptions)
            self._feed, self._link = feed, link
            self.condition.rise()
            try:
                await link.run()
            finally:
                self._link = None
        raise AssertionError("a connection ends by failing")

    async def _quote_token(self) -> _QuoteToken:
        """Ask where prices are streamed, and for the token.

        Raises:
            AskFailed: that was not answered.
            StreamRefused: the answer is of no use.
        """
        answer = await self._access.ask(_TOKENS, what="The address and the token for prices")
        said = answer.data if isinstance(answer.data, dict) else {}
        token, url, level = said.get("token"), said.get("dxlink-url"), said.get("level")
        if not isinstance(token, str) or not token or not isinstance(url, str):
            raise AskFailed("Tastytrade gave no address and token for prices.", passing=True)
        if not may_stream(self._addresses, url):
            raise StreamRefused("the address for prices that Tastytrade names is not a safe one")
        words = level.lower() if isinstance(level, str) else ""
        self.delayed = "delay" in words or words == "demo"
        return _QuoteToken(token, url)

    async def close(self) -> None:
        """End the stream; may be called twice."""
        task, self._task = self._task, None
        if task is not None:
            await ended(task)
        self.condition.rest()

    # --- what came -------------------------------------------------------------------------------

    def absorb(self) -> dict[str, Decimal]:
        """Take over some of what came, what waits longest first.

        Returns:
            Other prices than before to mark holdings with, by DXLink's symbol.
        """
        now, delayed = self._now(), self.delayed
        quoted: dict[str, Ticks] = {}
        for kind, symbol, row in self._feed.taken(_PIECE):
            ticks = self._ticks.get(symbol)
            if ticks is None:
                continue  # nobody asked for it, or it was sold meanwhile
            ticks.take(kind, row, now, delayed=delayed)
            if kind == "Greeks":
                self._computed[symbol] = ticks
            else:
                quoted[symbol] = ticks
        self._quoted |= quoted
        return dict(self._new_marks(quoted))

    @property
    def pending(self) -> bool:
        """Whether there is something to absorb."""
        return self._feed.pending

    def _new_marks(self, quoted: Mapping[str, Ticks]) -> Iterator[tuple[str, Decimal]]:
        for symbol, ticks in quoted.items():
            mark = ticks.mark
            if mark is not None and self._marks.get(symbol) != mark:
                self._marks[symbol] = mark
                yield symbol, mark

    def news(self) -> list[Quote | Greeks]:
        """Return the records of what was absorbed since the last time."""
        delayed = self.delayed
        quotes = [ticks.quote(delayed=delayed) for ticks in self._quoted.values()]
        greeks = [self._greeks(symbol, ticks) for symbol, ticks in self._computed.items()]
        self._quoted.clear()
        self._computed.clear()
        return [record for record in (*quotes, *greeks) if record is not None]

    def mark(self, symbol: str) -> Decimal | None:
        """Return the latest price to mark a holding with; None while none comes."""
        ticks = self._ticks.get(symbol) if self.condition.up else None
        return None if ticks is None else ticks.mark

    def quotes(self) -> list[Quote]:
        """Return the latest prices of everything that is followed, where there are any."""
        found = (ticks.quote(delayed=self.delayed) for ticks in self._ticks.values())
        return [quote for quote in found if quote is not None]

    def greeks(self) -> list[Greeks]:
        """Return the latest Greeks there are; their time says how old they are."""
        found = (self._greeks(symbol, ticks) for symbol, ticks in self._ticks.items())
        return [greeks for greeks in found if greeks is not None]

    def _greeks(self, symbol: str, ticks: Ticks) -> Greeks | None:
        """Return Greeks with the price of what the option is on: the broker tells them apart."""
        underlying = self._ticks.get(self._underlyings.get(symbol, ""))
        price = None if underlying is None else underlying.mark
        if ticks.greeks is None or price is None:
            return ticks.greeks
        return replace(ticks.greeks, underlying_price=price)

    def unanswered(self) -> list[str]:
        """Return the symbols of which no prices, or no Greeks where there should be, have come."""
        missing = {
            ticks.instrument.symbol
            for kind, symbol in self._subscriptions
            if kind in {"Quote", "Greeks"}
            and (ticks := self._ticks.get(symbol)) is not None
            and kind not in ticks.answered
        }
        return sorted(missing)
