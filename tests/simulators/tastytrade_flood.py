"""A market that never rests: prices change as fast as clients of DXLink take them."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from types import TracebackType
from typing import NamedTuple, Self

from tests.simulators.tastytrade_book import Book
from tests.simulators.tastytrade_dxlink import Dxlink
from tests.simulators.tastytrade_market import compact, event

_MOVING = {"Quote": ("bidPrice", "askPrice"), "Trade": ("price",), "Greeks": ("price",)}
"""Kinds that change, and the fields that do."""
_TURN = 1_000
"""Rises of a price before it falls as often."""
_A_SECOND = 20
"""Bunches, at most: what the broker gathers for 0.05 to 0.1 seconds comes in one message."""


class _Place(NamedTuple):
    """Where an event is said."""

    feed: Dxlink
    channel: int
    kind: str
    symbol: str


class _Line:
    """An event whose prices move.

    Its JSON is put together from parts that were written once: making the messages must cost less
    than reading them does, else a flood would measure the double.
    """

    def __init__(self, place: _Place, book: Book) -> None:
        self.place = place
        self.changes = 0
        market = book.market[place.symbol]
        channel = place.feed.channels[place.channel]
        fields = event(place.kind, place.symbol, market) or {}
        self._prices = [float(fields[name]) for name in _MOVING[place.kind]]
        fields |= dict.fromkeys(_MOVING[place.kind], "@")
        names = channel.names(place.kind, place.feed.faults)
        shown = {n: fields[n] for n in names} if channel.full else compact(fields, names)
        text = json.dumps(shown, separators=(",", ":")).replace("%", "%%")
        self._text = text if channel.full else text[1:-1]
        self._text = self._text.replace('"@"', "%s")
        order = [name for name in names if name in _MOVING[place.kind]]
        self._order = [_MOVING[place.kind].index(name) for name in order]

    def prices(self) -> list[float]:
        """What it is at after the changes so far."""
        turn, rest = divmod(self.changes, _TURN)
        away = rest if turn % 2 == 0 else _TURN - rest
        return [round(price + away / 100, 4) for price in self._prices]

    def change(self) -> str:
        """The JSON of the next event."""
        self.changes += 1
        prices = self.prices()
        return self._text % tuple(prices[i] for i in self._order)

    def keep(self, book: Book) -> None:
        """Write what was said last into the book."""
        if not self.changes:
            return
        prices, symbol = self.prices(), self.place.symbol
        market = book.market[symbol]
        match self.place.kind:
            case "Quote":
                book.market[symbol] = replace(market, bid=prices[0], ask=prices[1])
            case "Trade":
                book.market[symbol] = replace(market, last=prices[0])
            case _:
                book.market[symbol] = market.with_greeks(price=prices[0])


class Flood:
    """Events that are said in bunches, each after the slowest client has room for it.

    ::

        async with double.flood(5000):
            ...

    When it has stopped, the book holds what was said last.

    Args:
        feeds: Those that are connected; looked at again and again.
        per_second: Events a second, over all of them; 0 is as many as go.
        per_message: So many events in one message, at most; all of a bunch, if not said.
    """

    def __init__(
        self,
        feeds: Sequence[Dxlink],
        book: Book,
        per_second: float = 0,
        per_message: int | None = None,
    ) -> None:
        self.events = 0
        """How many were said."""
        self._feeds, self._book, self._per_second = feeds, book, per_second
        self._per_message = per_message
        self._lines: list[_Line] = []
        self._places: list[_Place] = []
        self._next = 0
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self.run())

    async def stop(self) -> None:
        """End after the bunch under way."""
        self._stopping = True
        if self._task:
            await self._task

    async def run(self) -> None:
        """Say events until it is stopped."""
        loop = asyncio.get_running_loop()
        began, before = loop.time(), 0
        while not self._stopping:
            self._look()
            if not self._lines:
                await asyncio.sleep(0.02)
                began, before = loop.time(), self.events
                continue
            self._bunch()
            await self._room()
            if self._per_second:
                due = began + (self.events - before) / self._per_second
                await asyncio.sleep(due - loop.time())
        self._keep()

    def _look(self) -> None:
        """Take up what is subscribed to now."""
        places = [
            _Place(feed, number, kind, symbol)
            for feed in self._feeds
            if not feed.websocket.over
            for number, channel in feed.channels.items()
            for kind, symbol in channel.subscribed
            if kind in _MOVING and _moves(self._book, kind, symbol)
        ]
        if places != self._places:
            self._keep()
            self._places = places
            self._lines = [_Line(place, self._book) for place in places]

    def _keep(self) -> None:
        for line in self._lines:
            line.keep(self._book)

    def _bunch(self) -> None:
        """Say the next events, those of one channel and kind in one message."""
        per_bunch = int(self._per_second / _A_SECOND) or 1 if self._per_second else 500
        told: dict[tuple[int, int, str], tuple[Dxlink, list[str]]] = {}
        for _ in range(min(per_bunch, len(self._lines))):
            line = self._lines[self._next % len(self._lines)]
            self._next += 1
            place = line.place
            key = (id(place.feed), place.channel, place.kind)
            told.setdefault(key, (place.feed, []))[1].append(line.change())
        for (_, number, kind), (feed, texts) in told.items():
            most = self._per_message or len(texts)
            for begin in range(0, len(texts), most):
                events = ",".join(texts[begin : begin + most])
                data = events if feed.channels[number].full else f'"{kind}",[{events}]'
                feed.say_text(f'{{"type":"FEED_DATA","channel":{number},"data":[{data}]}}')
            feed.events += len(texts)
            self.events += len(texts)

    async def _room(self) -> None:
        """Wait for the slowest client that is neither silenced nor gone."""
        await asyncio.sleep(0)
        for feed in list(self._feeds):
            if feed.websocket.silent or feed.websocket.over:
                continue
            try:
                await feed.websocket.drained()
            except ConnectionError:
                continue


def _moves(book: Book, kind: str, symbol: str) -> bool:
    market = book.market.get(symbol)
    if market is None:
        return False
    if kind == "Greeks":
        return market.greeks is not None and market.greeks.price is not None
    return None not in {market.bid, market.ask, market.last}
