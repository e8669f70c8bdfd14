"""A double of Tastytrade on loopback: OAuth, REST, DXLink and the account streamer.

As a process: `python -m tests.simulators.tastytrade --help`.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote

from typing_extensions import override

from tests.simulators.tastytrade_account_stream import AccountStream
from tests.simulators.tastytrade_acts import Act
from tests.simulators.tastytrade_book import Book
from tests.simulators.tastytrade_desk import Desk
from tests.simulators.tastytrade_dxlink import Dxlink
from tests.simulators.tastytrade_example import example_book
from tests.simulators.tastytrade_flood import Flood
from tests.simulators.tastytrade_history import Row
from tests.simulators.tastytrade_market import EVENTS, Market
from tests.simulators.tastytrade_oauth import OAuth
from tests.simulators.tastytrade_rest import MOST_ROWS, Rest
from tests.simulators.tastytrade_server import Server
from tests.simulators.tastytrade_stream_faults import (
    AccountStreamFaults,
    DxlinkFaults,
    Ending,
    StreamFaults,
)
from tests.simulators.tastytrade_wire import Asked, Exchange, Line, Reply, WebSocket

TOKEN_PATH = "/oauth/token"  # noqa: S105 - where one is asked for
DXLINK_PATH = "/realtime"
STREAMER_PATH = "/streamer"


def only_reads(asked: Iterable[Asked]) -> None:
    """Check that nothing was asked for but to read, and for a token.

    Raises:
        AssertionError: Something else was.
    """
    wrong = [
        f"{each.method} {each.path}"
        for each in asked
        if (each.method, each.path) != ("POST", TOKEN_PATH) and each.method != "GET"
    ]
    assert not wrong, f"not only reads: {wrong}"


class TastytradeDouble(Server):
    """The broker; what it does is set before, and may be changed while it serves.

    ::

        async with TastytradeDouble(example_book()) as double:
            double.act("/accounts/*/positions", status(500), right)
            ...

    Args:
        book: What there is; the example, if not said.
        acts: What the next requests to a path are answered with; `*` stands for anything.
        always: What every request to a path is answered with, once its acts are used up.
    """

    def __init__(
        self,
        book: Book | None = None,
        *,
        acts: Mapping[str, Sequence[Act]] | None = None,
        always: Mapping[str, Act] | None = None,
        dxlink: DxlinkFaults | None = None,
        account_stream: AccountStreamFaults | None = None,
        port: int = 0,
    ) -> None:
        super().__init__(port)
        self.book: Book = example_book() if book is None else book
        self.acts: dict[str, list[Act]] = {path: list(a) for path, a in (acts or {}).items()}
        self.always: dict[str, Act] = dict(always or {})
        self.dxlink = dxlink or DxlinkFaults()
        """What is wrong with connections of DXLink that begin from now on."""
        self.account_stream = account_stream or AccountStreamFaults()
        self.oauth = OAuth()
        self.rest = Rest(self.book, self._quote_token)
        self.desk = Desk(self.book, self._push)
        self.asked: list[Asked] = []
        self.clock_off = 0.0
        """Seconds by which the Date of every answer is wrong."""
        self.latency = 0.0
        """Seconds before every answer."""
        self.dxlink_timeout = 60.0
        self.dxlink_keepalive = 30.0
        self.streamer_timeout = 60.0
        self.dxlink_url: str | None = None
        """What /api-quote-tokens says; None: here."""
        self.feeds: list[Dxlink] = []
        """Those that are connected."""
        self.streams: list[AccountStream] = []
        self.feeds_begun: list[Dxlink] = []
        """Those that ever were."""
        self.streams_begun: list[AccountStream] = []
        self.upgrades: list[Asked] = []
        """Every request for a websocket."""

    # --- where it is, and who is there ---------------------------------------------------------

    @property
    def base_url(self) -> str:
        """What to configure as base_url."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def account_streamer_url(self) -> str:
        """What to configure as account_streamer_url."""
        return f"ws://127.0.0.1:{self.port}{STREAMER_PATH}"

    def paths(self, pattern: str = "*") -> list[str]:
        """The paths that were asked for, in order."""
        return [each.path for each in self.asked if fnmatchcase(each.path, pattern)]

    def requests(self, pattern: str) -> list[Asked]:
        """The requests to a path; `*` stands for anything."""
        return [each for each in self.asked if fnmatchcase(each.path, pattern)]

    def subscribed(self) -> set[tuple[str, str]]:
        """Kind and symbol of all that clients of DXLink subscribe to now."""
        return {pair for feed in self.feeds for pair in feed.subscribed}

    # --- requests ------------------------------------------------------------------------------

    def act(self, pattern: str, *acts: Act) -> None:
        """Answer the next requests to a path so; `*` stands for anything."""
        self.acts.setdefault(pattern, []).extend(acts)

    @override
    async def attend(self, line: Line) -> None:
        while (asked := await line.asked()) is not None:
            self._stirred.set()
            if asked.headers.get("upgrade", "").lower() == "websocket":
                self.upgrades.append(asked)
                await self._upgrade(asked, line)
                return
            if not await self._exchange(asked, line):
                return

    async def _exchange(self, asked: Asked, line: Line) -> bool:
        """Answer a request; whether another may come."""
        self.asked.append(asked)
        exchange = Exchange(asked, self.book, self._answer)
        exchange.on(line)
        exchange.clock = self.book.now.timestamp() + self.clock_off
        await self._thawed.wait()
        if self.latency:
            await asyncio.sleep(self.latency)
        await self._act_for(asked)(exchange)
        return not exchange.raw and line.again()

    def _act_for(self, asked: Asked) -> Act:
        path = unquote(asked.path)
        for pattern, acts in self.acts.items():
            if acts and fnmatchcase(path, pattern):
                return acts.pop(0)
        for pattern, act in self.always.items():
            if fnmatchcase(path, pattern):
                return act
        return _right

    def _answer(self, asked: Asked) -> Reply:
        if (asked.method, asked.path) == ("POST", TOKEN_PATH):
            return self.oauth.grant(asked)
        return self.oauth.denial(asked) or self.rest.answer(asked)

    def _quote_token(self) -> Row:
        url = self.dxlink_url or f"ws://127.0.0.1:{self.port}{DXLINK_PATH}"
        level = self.book.quote_level
        return {"token": self.oauth.quote_token(), "dxlink-url": url, "level": level}

    # --- streams -------------------------------------------------------------------------------

    async def _upgrade(self, asked: Asked, line: Line) -> None:
        feed = asked.path == DXLINK_PATH
        begun = len(self.feeds_begun if feed else self.streams_begun)
        chosen: StreamFaults = self.dxlink if feed else self.account_stream
        if chosen.first_sessions is not None and begun >= chosen.first_sessions:
            chosen = DxlinkFaults() if feed else AccountStreamFaults()
        websocket = line.websocket()
        await self._thawed.wait()
        if chosen.upgrade_never:
            await asyncio.Event().wait()
        if chosen.refuse is not None:
            self._begin_and_end(chosen, websocket)
            websocket.reject(chosen.refuse)
            await websocket.drained()
            return
        websocket.accept()
        if isinstance(chosen, DxlinkFaults):
            await self._feed(websocket, chosen)
        elif isinstance(chosen, AccountStreamFaults):
            await self._stream(websocket, chosen)

    def _begin_and_end(self, chosen: StreamFaults, websocket: WebSocket) -> None:
        """Count a connection that is turned away."""
        if isinstance(chosen, DxlinkFaults):
            self.feeds_begun.append(self._new_feed(websocket, chosen))
        elif isinstance(chosen, AccountStreamFaults):
            self.streams_begun.append(self._new_stream(websocket, chosen))

    def _new_feed(self, websocket: WebSocket, faults: DxlinkFaults) -> Dxlink:
        return Dxlink(
            websocket,
            self.book,
            faults,
            self.oauth.is_quote_token,
            timeout=self.dxlink_timeout,
            keepalive=self.dxlink_keepalive,
        )

    def _new_stream(self, websocket: WebSocket, faults: AccountStreamFaults) -> AccountStream:
        return AccountStream(
            websocket,
            faults,
            self.oauth.is_access_token,
            lambda: set(self.book.accounts),
            timeout=self.streamer_timeout,
        )

    async def _feed(self, websocket: WebSocket, faults: DxlinkFaults) -> None:
        feed = self._new_feed(websocket, faults)
        self.feeds.append(feed)
        self.feeds_begun.append(feed)
        try:
            await feed.run()
        finally:
            self.feeds.remove(feed)

    async def _stream(self, websocket: WebSocket, faults: AccountStreamFaults) -> None:
        stream = self._new_stream(websocket, faults)
        self.streams.append(stream)
        self.streams_begun.append(stream)
        try:
            await stream.run()
        finally:
            self.streams.remove(stream)

    # --- changes that clients are told of ------------------------------------------------------

    def tick(self, symbol: str, *kinds: str, **new: Any) -> None:
        """Change what a symbol is at, by the names of `Market`, and say so.

        Args:
            symbol: As DXLink writes it.
            kinds: Of events; all, if not said.
        """
        self.book.market[symbol] = replace(self.book.market.get(symbol, Market()), **new)
        for feed in self.feeds:
            feed.tell(symbol, kinds or EVENTS)

    def greeks(self, symbol: str, **new: Any) -> None:
        """Change the Greeks of a symbol and say so; None is NaN."""
        market = self.book.market.get(symbol, Market()).with_greeks(**new)
        self.book.market[symbol] = market
        for feed in self.feeds:
            feed.tell(symbol, ("Greeks",))

    def flood(self, events_per_second: float = 0, per_message: int | None = None) -> Flood:
        """Let the prices of all that is subscribed to change; 0 is as often as goes."""
        return Flood(self.feeds, self.book, events_per_second, per_message)

    def _push(self, kind: str, data: Row) -> None:
        for stream in self.streams:
            stream.push(kind, data)

    def push(self, kind: str, data: Row) -> None:
        """Push anything to those that are connected to its account."""
        self._push(kind, data)

    def push_position(self, account: str, symbol: str, **new: Any) -> None:
        """Change fields of a position (names with _ for -) and push it."""
        self.desk.change_position(account, symbol, **new)

    def push_balance(self, account: str, **new: Any) -> None:
        """Change fields of a balance (names with _ for -) and push it."""
        self.desk.change_balance(account, **new)

    def push_order(self, account: str, order: Row) -> None:
        """Put an order into the book and push it."""
        self.desk.order(account, order)

    # --- outages ---------------------------------------------------------------------------------

    def revoke_tokens(self) -> None:
        """No access token that was given is good any more."""
        self.oauth.revoke_access()

    def revoke_quote_tokens(self) -> None:
        """No quote token that was given is good any more."""
        self.oauth.revoke_quotes()

    def _sessions(self) -> list[Dxlink | AccountStream]:
        return [*self.feeds, *self.streams]

    def drop_streams(self, how: Ending = Ending.CLOSE, code: int = 1012) -> None:
        """End both streams of everybody."""
        self.drop_feeds(how, code)
        self.drop_account_streams(how, code)

    def drop_feeds(self, how: Ending = Ending.CLOSE, code: int = 1012) -> None:
        """End DXLink for everybody."""
        for feed in list(self.feeds):
            feed.end(how, code)

    def drop_account_streams(self, how: Ending = Ending.CLOSE, code: int = 1012) -> None:
        """End the account streamer for everybody."""
        for stream in list(self.streams):
            stream.end(how, code)

    def silence_streams(self) -> None:
        """Say nothing any more over the streams there are: no keepalive, no pong."""
        for session in self._sessions():
            session.websocket.silent = True

    @override
    def freeze(self) -> None:
        super().freeze()
        self.silence_streams()

    @override
    def thaw(self) -> None:
        """Go on after hanging; what would have been pushed meanwhile is lost."""
        super().thaw()
        for session in self._sessions():
            session.websocket.silent = False

    def heal(self) -> None:
        """Nothing is wrong from now on."""
        self.acts.clear()
        self.always.clear()
        self.dxlink, self.account_stream = DxlinkFaults(), AccountStreamFaults()
        for feed in self.feeds:
            feed.faults = DxlinkFaults()
        for stream in self.streams:
            stream.faults = AccountStreamFaults()
        self.oauth.heal()
        self.dxlink_url = None
        self.rest.most_rows = MOST_ROWS
        self.clock_off = self.latency = 0.0
        self.thaw()


async def _right(exchange: Exchange) -> None:
    await exchange.reply(exchange.right)


if __name__ == "__main__":
    from tests.simulators.tastytrade_process import main

    main()
