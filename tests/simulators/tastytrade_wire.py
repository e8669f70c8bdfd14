"""HTTP and websockets as the double of Tastytrade speaks them: one request, one message a time."""

import asyncio
import json
import socket
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, urlsplit

import h11
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Message,
    Ping,
    RejectConnection,
    RejectData,
    TextMessage,
)
from wsproto.utilities import LocalProtocolError

from tests.simulators.tastytrade_book import Book

_HEADS = 256 * 1024
"""Bytes of a request's head that are read: fifty symbols in a query are long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request, as it came."""

    method: str
    path: str
    """As it stood there: what was escaped still is."""
    params: Mapping[str, str]
    """The last value of each; `lists` has all."""
    lists: Mapping[str, Sequence[str]]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: str
    at: float
    """Of the event loop's clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A whole answer."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Any:
        """The JSON of it."""
        return json.loads(self.body)


def told(payload: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """Answer with JSON."""
    return Reply(status=status, body=json.dumps(payload).encode(), headers=headers or {})


def refused(status: int, code: str, message: str, **more: Any) -> Reply:
    """Answer with an error in the broker's own form."""
    return told({"error": {"code": code, "message": message, **more}}, status)


def abort(writer: asyncio.StreamWriter) -> None:
    """End a connection as a machine does that was switched off."""
    own: socket.socket = writer.get_extra_info("socket")
    own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class Exchange:
    """One request, and what becomes of it: an act answers it, or breaks it off."""

    def __init__(self, asked: Asked, book: Book, answer: Callable[[Asked], Reply]) -> None:
        self.asked = asked
        self.book = book
        self.clock = 0.0
        """The time that is said as Date, in POSIX seconds."""
        self.raw = False
        """Whether bytes were written past the protocol: the connection ends with the act."""
        self._answer = answer
        self._line: Line | None = None

    def on(self, line: "Line") -> None:
        """Take the connection it came on."""
        self._line = line

    @property
    def line(self) -> "Line":
        """The connection it came on."""
        assert self._line is not None, "an exchange is answered on the line it came on"
        return self._line

    @cached_property
    def right(self) -> Reply:
        """What a healthy broker answers."""
        return self._answer(self.asked)

    def answer_without(self, *names: str) -> Reply:
        """What a broker answers who does not look at some parameters."""
        params = {name: said for name, said in self.asked.params.items() if name not in names}
        lists = {name: said for name, said in self.asked.lists.items() if name not in names}
        return self._answer(replace(self.asked, params=params, lists=lists))

    def answer_as_if(self, **said: str) -> Reply:
        """What a broker answers who takes some parameters for others; names have _ for -."""
        other = {name.replace("_", "-"): text for name, text in said.items()}
        params = {**self.asked.params, **other}
        lists = {**self.asked.lists, **{name: [text] for name, text in other.items()}}
        return self._answer(replace(self.asked, params=params, lists=lists))

    async def reply(self, reply: Reply) -> None:
        """Answer."""
        await self.line.answer(reply, self.clock)

    async def head(self, status: int, **headers: str) -> None:
        """Write the head of an answer past the protocol; names have _ for -."""
        said = {"content_type": "application/json"} | headers
        lines = "".join(f"{name.replace('_', '-')}: {text}\r\n" for name, text in said.items())
        await self.write(f"HTTP/1.1 {status} Whatever\r\n{lines}\r\n".encode("latin-1"))

    async def write(self, content: bytes) -> None:
        """Put bytes on the wire."""
        self.raw = True
        self.line.writer.write(content)
        await self.line.writer.drain()

    def reset(self) -> None:
        """Reset the connection."""
        self.raw = True
        abort(self.line.writer)


class Line:
    """A connection on which requests come, one after the other."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_HEADS)
        self._head: h11.Request | None = None

    async def asked(self) -> Asked | None:
        """Wait for a request; None: they have gone."""
        body = b""
        while True:
            match await self._event():
                case h11.Request() as head:
                    self._head = head
                case h11.Data(data=piece):
                    body += bytes(piece)
                case h11.EndOfMessage() if self._head:
                    return _asked(self._head, body)
                case _:
                    return None

    async def _event(self) -> Any:
        while True:
            event = self._http.next_event()
            if event is not h11.NEED_DATA:
                return event
            if self._http.they_are_waiting_for_100_continue:
                go_on = h11.InformationalResponse(status_code=100, headers=[])
                self.writer.write(self._http.send(go_on) or b"")
            self._http.receive_data(await self.reader.read(64 * 1024))

    async def answer(self, reply: Reply, clock: float) -> None:
        """Answer as the protocol wants it, at a time (POSIX)."""
        headers = {
            "Content-Type": "application/json",
            "Date": formatdate(clock, usegmt=True),
            "Content-Length": str(len(reply.body)),
        } | dict(reply.headers)
        response = h11.Response(
            status_code=reply.status, headers=list(headers.items()), reason=b"Whatever"
        )
        pieces = [self._http.send(response)]
        if reply.body:
            pieces.append(self._http.send(h11.Data(data=reply.body)))
        pieces.append(self._http.send(h11.EndOfMessage()))
        self.writer.write(b"".join(piece for piece in pieces if piece))
        await self.writer.drain()

    def again(self) -> bool:
        """Whether another request may come on it."""
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
            return True
        return False

    def websocket(self) -> "WebSocket":
        """The websocket that the last request asks for; it is to be accepted or rejected."""
        assert self._head is not None
        spoken = WSConnection(ConnectionType.SERVER)
        target = self._head.target
        spoken.initiate_upgrade_connection(list(self._head.headers), target)
        return WebSocket(self.reader, self.writer, spoken)


def _asked(head: h11.Request, body: bytes) -> Asked:
    parts = urlsplit(head.target.decode("latin-1"))
    lists = parse_qs(parts.query, keep_blank_values=True)
    return Asked(
        method=head.method.decode("ascii"),
        path=parts.path,
        params={name: said[-1] for name, said in lists.items()},
        lists=lists,
        headers={name.decode(): text.decode("latin-1") for name, text in head.headers},
        body=body.decode("utf-8", "replace"),
        at=asyncio.get_running_loop().time(),
    )


class WebSocket:
    """One websocket, after its upgrade was asked for."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, spoken: WSConnection
    ) -> None:
        self.writer = writer
        self.silent = False
        """Nothing is said any more, not even the answer to a ping."""
        self.over = False
        self._reader = reader
        self._spoken = spoken
        list(spoken.events())  # the request itself is known

    def accept(self) -> None:
        """Let them in."""
        self._write(self._spoken.send(AcceptConnection()))

    def reject(self, status: int, body: bytes = b"no") -> None:
        """Refuse the upgrade."""
        headers = [(b"content-length", str(len(body)).encode())]
        turned_away = RejectConnection(status_code=status, headers=headers, has_body=True)
        self._write(self._spoken.send(turned_away) + self._spoken.send(RejectData(data=body)))
        self.over = True

    async def receive(self) -> str | None:
        """Wait for a message; None: the websocket is over."""
        text = ""
        while not self.over:
            for event in self._spoken.events():
                match event:
                    case Message(data=piece):
                        text += piece if isinstance(piece, str) else piece.decode()
                        if event.message_finished:
                            return text
                    case Ping():
                        self._say(event.response())
                    case CloseConnection():
                        self._say(event.response())
                        self.over = True
                    case _:
                        pass  # a pong, or the request that was accepted
            if not self.over:
                read = await self._reader.read(64 * 1024)
                self.over = not read
                self._spoken.receive_data(read or None)
        return None

    def send(self, message: Any) -> None:
        """Say something as JSON."""
        self.send_text(json.dumps(message))

    def send_text(self, text: str) -> None:
        """Say words as they are."""
        self._say(TextMessage(data=text))

    def send_bytes(self, content: bytes) -> None:
        """Say something binary."""
        self._say(BytesMessage(data=content))

    def write(self, content: bytes) -> None:
        """Put bytes on the wire past the protocol."""
        if not self.silent:
            self._write(content)

    def close(self, code: int = 1000, reason: str = "") -> None:
        """End it as websockets are ended."""
        self._say(CloseConnection(code=code, reason=reason))

    def hang_up(self) -> None:
        """End the connection without a word (FIN)."""
        self.silent = True
        # To close with unread bytes would be a reset: what they still say is read.
        if not self.writer.is_closing():
            self.writer.write_eof()

    def reset(self) -> None:
        """Reset the connection."""
        self.over = True
        abort(self.writer)

    async def drained(self) -> None:
        """Wait until they have room."""
        await self.writer.drain()

    def _say(self, event: Any) -> None:
        if self.silent or self.over:
            return
        try:
            self._write(self._spoken.send(event))
        except LocalProtocolError:
            self.over = True  # a close is under way: nothing more can be said

    def _write(self, content: bytes) -> None:
        if not self.writer.is_closing():
            self.writer.write(content)
