"""DXLink as dxFeed speaks it: one session over a websocket, from SETUP to events."""

import asyncio
import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.simulators.tastytrade_book import Book
from tests.simulators.tastytrade_market import EVENTS, Market, compact, dumped, event
from tests.simulators.tastytrade_stream_faults import DxlinkFaults
from tests.simulators.tastytrade_stream_session import Session
from tests.simulators.tastytrade_wire import WebSocket

_DEFAULT_FIELDS = {
    "Quote": ["eventType", "eventSymbol", "bidPrice", "askPrice", "bidSize", "askSize"],
    "Trade": ["eventType", "eventSymbol", "price", "size", "change", "dayVolume"],
    "TradeETH": ["eventType", "eventSymbol", "price", "size", "change", "dayVolume"],
    "Summary": [
        "eventType",
        "eventSymbol",
        "openInterest",
        "dayOpenPrice",
        "dayHighPrice",
        "dayLowPrice",
        "dayClosePrice",
        "prevDayClosePrice",
    ],
    "Greeks": [
        "eventType",
        "eventSymbol",
        "price",
        "volatility",
        "delta",
        "gamma",
        "theta",
        "rho",
        "vega",
    ],
}
LARGEST = 65_536
"""Bytes of a message from a client; a longer one ends the connection with 1009."""


@dataclass
class Channel:
    """One channel that was opened."""

    full: bool = False
    fields: dict[str, list[str]] = field(default_factory=dict)
    subscribed: dict[tuple[str, str], None] = field(default_factory=dict)
    """Kind and symbol, in the order they came."""

    def names(self, kind: str, faults: DxlinkFaults) -> list[str]:
        """The fields of a kind in the order in which they are said."""
        names = list(self.fields.get(kind) or _DEFAULT_FIELDS[kind])
        if faults.drops_field in names:
            names.remove(faults.drops_field)
        return names[::-1] if faults.reverses_fields else names


class Dxlink(Session[DxlinkFaults]):
    """One connection.

    Args:
        accepts: Whether a token is good.
        timeout: Seconds; who is silent for longer is thrown out.
        keepalive: Seconds between two KEEPALIVEs of ours.
    """

    def __init__(
        self,
        websocket: WebSocket,
        book: Book,
        faults: DxlinkFaults,
        accepts: Callable[[str], bool],
        *,
        timeout: float = 60.0,
        keepalive: float = 30.0,
    ) -> None:
        super().__init__(websocket, faults)
        self.channels: dict[int, Channel] = {}
        self.authorized = False
        self.events = 0
        """How many were said."""
        self._book = book
        self._accepts = accepts
        self._timeout = timeout
        self._keepalive = keepalive
        self._padded = False

    @property
    def subscribed(self) -> set[tuple[str, str]]:
        """Kind and symbol of everything that is subscribed to."""
        return {pair for channel in self.channels.values() for pair in channel.subscribed}

    async def run(self) -> None:
        """Serve until it is over."""
        beating = asyncio.create_task(self._beat())
        try:
            while not self.websocket.over:
                try:
                    async with asyncio.timeout(self._timeout):
                        text = await self.websocket.receive()
                except TimeoutError:
                    self._error("TIMEOUT", "No messages from client within timeout")
                    self.websocket.close(1000)
                    return
                if text is not None:
                    self._heard_text(text)
        finally:
            beating.cancel()
            with suppress(asyncio.CancelledError):
                await beating

    def _heard_text(self, text: str) -> None:
        if len(text.encode()) > LARGEST:
            self.websocket.close(1009, "Message too long")
            return
        message = json.loads(text)
        self.heard.append(message)
        self._heard(message)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._keepalive)
            if not self.faults.keepalive_never:
                self.websocket.send({"type": "KEEPALIVE", "channel": 0})

    def _error(self, kind: str, words: str, channel: int = 0) -> None:
        self.say({"type": "ERROR", "channel": channel, "error": kind, "message": words})

    def _heard(self, message: dict[str, Any]) -> None:
        kind, number = message.get("type"), message.get("channel", 0)
        if kind == self.faults.error_at:
            self._error("UNSUPPORTED_PROTOCOL", "The double was told to say so", number)
            return
        match kind:
            case "SETUP":
                self._setup()
            case "AUTH":
                self._auth(message.get("token", ""))
            case "KEEPALIVE":
                pass
            case _ if not self.authorized:
                self._error("UNAUTHORIZED", "Not authorized", number)
            case "CHANNEL_REQUEST":
                self._open(number)
            case "CHANNEL_CANCEL":
                self.channels.pop(number, None)
                self.say({"type": "CHANNEL_CLOSED", "channel": number})
            case "FEED_SETUP" if number in self.channels:
                self._configure(number, message)
            case "FEED_SUBSCRIPTION" if number in self.channels:
                self._subscribe(number, message)
            case _:
                self._error("INVALID_MESSAGE", f"Unknown message {kind}", number)

    def _setup(self) -> None:
        if self.faults.no_setup:
            return
        self.say(
            {
                "type": "SETUP",
                "channel": 0,
                "version": "1.0-2.0.1-20241112-102531",
                "keepaliveTimeout": 60,
                "acceptKeepaliveTimeout": 60,
            }
        )
        self.say({"type": "AUTH_STATE", "channel": 0, "state": "UNAUTHORIZED"})

    def _auth(self, token: str) -> None:
        if self.faults.no_auth_answer:
            return
        good = self._accepts(token) and not self.faults.rejects_token
        if good and not self.faults.always_unauthorized:
            self.authorized = True
            said = {"type": "AUTH_STATE", "channel": 0, "state": "AUTHORIZED", "userId": "double"}
            self.say(said)
            return
        self.say({"type": "AUTH_STATE", "channel": 0, "state": "UNAUTHORIZED"})
        if not self.faults.always_unauthorized:
            self._error("UNAUTHORIZED", "Token is not accepted")
            self.websocket.close(1000)

    def _open(self, number: int) -> None:
        if self.faults.no_channel_opened:
            return
        self.channels[number] = Channel()
        said: dict[str, Any] = {"contract": "AUTO", "subFormat": "LIST"}
        self.say(
            {"type": "CHANNEL_OPENED", "channel": number, "service": "FEED", "parameters": said}
        )

    def _configure(self, number: int, message: dict[str, Any]) -> None:
        channel = self.channels[number]
        channel.full = message.get("acceptDataFormat") == "FULL" or self.faults.says_full
        channel.fields |= message.get("acceptEventFields") or {}
        self._tell_config(number, list(channel.fields))

    def _tell_config(self, number: int, kinds: Iterable[str]) -> None:
        if self.faults.no_feed_config:
            return
        channel = self.channels[number]
        config: dict[str, Any] = {
            "type": "FEED_CONFIG",
            "channel": number,
            "dataFormat": "FULL" if channel.full else "COMPACT",
            "aggregationPeriod": 0.1,
        }
        known = {k: channel.names(k, self.faults) for k in kinds if k in _DEFAULT_FIELDS}
        self.say(config | ({"eventFields": known} if known else {}))

    def _subscribe(self, number: int, message: dict[str, Any]) -> None:
        channel = self.channels[number]
        if message.get("reset"):
            channel.subscribed.clear()
        for each in message.get("remove", ()):
            channel.subscribed.pop((each["type"], each["symbol"]), None)
        added = [(each["type"], each["symbol"]) for each in message.get("add", ())]
        new = {kind for kind, _ in added} - {kind for kind, _ in channel.subscribed}
        channel.subscribed |= dict.fromkeys(added)
        if new - set(channel.fields):
            self._tell_config(number, sorted({k for k, _ in channel.subscribed}))
        self._tell(number, added)
        if self.faults.closes_channels and added:
            self.channels.pop(number, None)
            self.say({"type": "CHANNEL_CLOSED", "channel": number})

    # --- events ----------------------------------------------------------------------------------

    def tell(self, symbol: str, kinds: Iterable[str] = EVENTS) -> None:
        """Say what a symbol is at now, on every channel that subscribed to it."""
        for number, channel in list(self.channels.items()):
            wanted = [(kind, symbol) for kind in kinds if (kind, symbol) in channel.subscribed]
            if wanted:
                self._tell(number, wanted)

    def _tell(self, number: int, wanted: Iterable[tuple[str, str]]) -> None:
        by_kind: dict[str, list[dict[str, Any]]] = {}
        for kind, symbol in wanted:
            market = self._book.market.get(symbol)
            if market is None or {kind, symbol} & set(self.faults.no_events_of):
                continue
            fields = self._event(kind, symbol, market)
            if fields is not None:
                by_kind.setdefault(kind, []).append(fields)
        if by_kind:
            self._say_events(number, by_kind)

    def _event(self, kind: str, symbol: str, market: Market) -> dict[str, Any] | None:
        fields = event(kind, symbol, market)
        if fields is None:
            return None
        fields |= dict.fromkeys(self.faults.nan.get(kind, ()), "NaN")
        return fields | {n: v for n, v in self.faults.garbled.items() if n in fields}

    def _say_events(self, number: int, by_kind: dict[str, list[dict[str, Any]]]) -> None:
        if self.faults.unknown_messages:
            self.say({"type": "WEATHER", "channel": number, "data": ["rain"]})
        for events in by_kind.values():
            if self.faults.unknown_symbols:
                events.append(events[0] | {"eventSymbol": "NOBODY/ASKED"})
            if self.faults.snapshot_bytes and not self._padded:
                many = self.faults.snapshot_bytes // 30  # bytes of the shortest event there is
                events += [events[0] | {"eventSymbol": f"PADDING-{i}"} for i in range(many)]
            self.events += len(events)
        self._padded = True
        channel = self.channels[number]
        if channel.full:
            self.say_data(number, [one for events in by_kind.values() for one in events])
        elif self.faults.mixes_types:
            self.say_data(
                number, [part for k, e in by_kind.items() for part in self._row(k, e, channel)]
            )
        else:
            for kind, events in by_kind.items():
                self.say_data(number, self._row(kind, events, channel))

    def _row(self, kind: str, events: list[dict[str, Any]], channel: Channel) -> list[Any]:
        names = channel.names(kind, self.faults)
        values = [value for one in events for value in compact(one, names)]
        return [kind, values[:-1] if self.faults.wrong_length else values]

    def say_data(self, number: int, data: list[Any]) -> None:
        """Say FEED_DATA as it is."""
        self.say_text(dumped({"type": "FEED_DATA", "channel": number, "data": data}))
