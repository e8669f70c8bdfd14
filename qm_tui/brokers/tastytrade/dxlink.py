"""One DXLink connection: the handshake, a channel for each kind of event, what is subscribed to."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from typing import Any, Never

from qm_tui.brokers.quoting import quoted
from qm_tui.brokers.tastytrade.download import USER_AGENT
from qm_tui.brokers.tastytrade.dxlink_events import FIELDS, BadEvents, Feed
from qm_tui.brokers.tastytrade.settings import Streaming
from qm_tui.brokers.tastytrade.sockets import Socket
from qm_tui.brokers.tastytrade.streaming import StreamLost, StreamRefused, first_failure

_log = logging.getLogger(__name__)

_VERSION = f"0.1-{USER_AGENT}"
_CHANNELS = {"Greeks": 3, "Quote": 7, "Summary": 9, "Trade": 15}
"""Of a client's channels the numbers are odd; each kind of event has its own."""
_KINDS = {number: kind for kind, number in _CHANNELS.items()}
_AGGREGATION = 0.1
"""Seconds in which the server sends a symbol's events at most once."""

_AT_ONCE = 50
"""Messages taken in before the event loop turns: some milliseconds."""

Subscription = tuple[str, str]
"""A kind of event and a symbol."""


class DxLink:
    """A connection of which nothing is known but its socket: `greet`, then `run`."""

    def __init__(self, socket: Socket, feed: Feed, settings: Streaming) -> None:
        self._socket = socket
        self._feed = feed
        self._settings = settings
        self._keepalive = settings.keepalive
        self._channels: dict[int, asyncio.Event] = defaultdict(asyncio.Event)
        """Those that were asked for; set when they are open."""
        self._wanted: Set[Subscription] = frozenset()
        self._subscribed: set[Subscription] = set()
        self._changed = asyncio.Event()
        self._said_bad = False

    def want(self, subscriptions: Set[Subscription]) -> None:
        """Subscribe to these, and to nothing else any more."""
        self._wanted = frozenset(subscriptions)
        self._changed.set()

    async def greet(self, token: str) -> None:
        """Shake hands.

        Raises:
            StreamLost: the server does not answer as it should, or not in time.
            StreamRefused: it does not accept the token.
            SocketClosed: the connection is lost.
        """
        try:
            async with asyncio.timeout(self._settings.greet):
                await self._shake_hands(token)
        except TimeoutError:
            raise StreamLost("the handshake was not answered in time") from None

    async def _shake_hands(self, token: str) -> None:
        await self._send(
            "SETUP", version=_VERSION,
            keepaliveTimeout=self._timeout, acceptKeepaliveTimeout=self._timeout,
        )  # fmt: skip
        asked = False
        while True:
            message = await self._receive()
            kind, state = message.get("type"), message.get("state")
            if kind == "ERROR":
                raise _fatal(message)
            if kind == "SETUP":
                self._note_keepalive(message)
            elif kind == "AUTH_STATE" and state == "AUTHORIZED":
                return
            elif kind == "AUTH_STATE" and state == "UNAUTHORIZED":
                if asked:
                    # Asking again and again is how one is locked out.
                    raise StreamRefused("the token for prices is not accepted")
                asked = True
                await self._send("AUTH", token=token)

    @property
    def _timeout(self) -> int:
        """Seconds without a word after which each side may give the other up."""
        return max(1, round(2 * self._settings.keepalive))

    def _note_keepalive(self, message: Mapping[str, Any]) -> None:
        timeout = message.get("keepaliveTimeout")
        if isinstance(timeout, int | float) and timeout > 0:
            # Not quicker than once a second, whatever a server wishes.
            self._keepalive = min(self._settings.keepalive, max(1.0, float(timeout) / 2))

    async def run(self) -> Never:
        """Take events in and keep the connection, until it is lost.

        Raises:
            StreamLost: it is of no use any more.
            SocketClosed: it was closed.
        """
        await first_failure(self._listen(), self._keep(), self._watch(), self._subscribe())

    # --- what comes ------------------------------------------------------------------------------

    async def _receive(self) -> Mapping[str, Any]:
        while True:
            message = await self._socket.receive()
            if isinstance(message, dict):
                return message
            self._bad("a message is not an object")

    async def _listen(self) -> Never:
        while True:
            for _ in range(_AT_ONCE):
                self._take(await self._receive())
            # What has arrived already is received without a pause, and others wait.
            await asyncio.sleep(0)

    def _take(self, message: Mapping[str, Any]) -> None:
        if message.get("type") != "FEED_DATA":
            self._control(message)
            return
        try:
            self._feed.add(message.get("data"), _KINDS.get(message.get("channel", 0), ""))
        except (BadEvents, TypeError) as error:
            self._bad(str(error))

    def _control(self, message: Mapping[str, Any]) -> None:
        match message.get("type"):
            case "FEED_CONFIG":
                try:
                    self._feed.configure(message.get("eventFields"))
                except BadEvents as error:
                    self._bad(str(error))
            case "CHANNEL_OPENED":
                channel = message.get("channel")
                if isinstance(channel, int) and channel in self._channels:
                    self._channels[channel].set()
            case "CHANNEL_CLOSED":
                raise StreamLost("the server closed a channel")
            case "AUTH_STATE" if message.get("state") != "AUTHORIZED":
                raise StreamLost("the token for prices has run out")
            case "ERROR":
                raise _fatal(message)
            case _:
                pass  # SETUP, KEEPALIVE, and what will be invented

    def _bad(self, why: str) -> None:
        """Leave out a message; one line tells of all of a connection."""
        if not self._said_bad:
            self._said_bad = True
            _log.warning("a message of the stream of prices is left out: %s", quoted(why))

    # --- what is sent ----------------------------------------------------------------------------

    async def _send(self, kind: str, channel: int = 0, **more: object) -> None:
        await self._socket.send({"type": kind, "channel": channel, **more})

    async def _keep(self) -> Never:
        while True:
            await self._send("KEEPALIVE")
            await asyncio.sleep(self._keepalive)

    async def _watch(self) -> Never:
        """Give the connection up when nothing comes any more: nobody else notices."""
        loop, silent = asyncio.get_running_loop(), self._settings.silent
        while True:
            left = self._socket.last_message + silent - loop.time()
            if left <= 0:
                raise StreamLost(f"nothing came for {silent:g} seconds")
            await asyncio.sleep(left)

    async def _subscribe(self) -> Never:
        while True:
            self._changed.clear()
            wanted = self._wanted
            await self._tell("remove", self._subscribed - wanted)
            await self._tell("add", wanted - self._subscribed)
            self._subscribed = set(wanted)
            await self._changed.wait()

    async def _tell(self, what: str, subscriptions: Iterable[Subscription]) -> None:
        symbols: dict[str, list[str]] = defaultdict(list)
        for kind, symbol in sorted(subscriptions):
            symbols[kind].append(symbol)
        for kind, names in symbols.items():
            channel = await self._open(kind)
            for begin in range(0, len(names), self._settings.portion):
                portion = names[begin : begin + self._settings.portion]
                named = [{"type": kind, "symbol": name} for name in portion]
                await self._send("FEED_SUBSCRIPTION", channel, **{what: named})

    async def _open(self, kind: str) -> int:
        """Have the channel for a kind of event opened; return its number."""
        channel = _CHANNELS[kind]
        if channel in self._channels:
            return channel
        opened = self._channels[channel]
        await self._send(
            "CHANNEL_REQUEST", channel, service="FEED", parameters={"contract": "AUTO"}
        )  # fmt: skip
        try:
            async with asyncio.timeout(self._settings.greet):
                await opened.wait()
        except TimeoutError:
            raise StreamLost("a channel for prices was not opened in time") from None
        await self._send(
            "FEED_SETUP", channel,
            acceptAggregationPeriod=_AGGREGATION,
            acceptDataFormat="COMPACT",
            acceptEventFields={kind: FIELDS[kind]},
        )  # fmt: skip
        return channel


def _fatal(message: Mapping[str, Any]) -> StreamLost:
    says = quoted(str(message.get("message") or message.get("error") or "an error"))
    return StreamLost(f"the server of prices says: {says}")
