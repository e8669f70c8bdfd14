"""A websocket that carries JSON: every way in which it can end is one error, in words.

The HTTP library makes the connection; the frames are ours. With its own sessions, errors come in
groups or not at all, a server that is silent is never noticed, and a message may not be long.
"""

import asyncio
import base64
import json
import os
import ssl
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qm_tui.brokers.quoting import quoted
from qm_tui.brokers.tastytrade.access import Access
from qm_tui.brokers.tastytrade.decoding import storable
from qm_tui.brokers.tastytrade.download import USER_AGENT, BrokenError, in_words
from qm_tui.brokers.tastytrade.library import certificates, library

if TYPE_CHECKING:
    import httpx2
    from httpcore2 import AsyncNetworkStream
    from wsproto.events import Event

_PIECE = 256 * 1024
_SENDING = 15.0
"""Seconds for a message to go out; whoever does not take it for so long is gone."""
_FAREWELL = 1.0
_PING_EVERY = 20.0
_REASONS = {
    1000: "ended the stream",
    1001: "went away",
    1008: "does not allow it",
    1009: "says a message was too long",
    1011: "is out of order",
    1012: "starts anew",
    1013: "is overloaded",
}


class SocketClosed(Exception):  # noqa: N818 - a state of the world
    """The websocket has ended, or never was.

    Args:
        says: a clause with the host: who did what.
        code: with which it was closed, where a close frame came or was due.
        status: of HTTP, where the server did not even begin.
    """

    def __init__(self, says: str, *, code: int | None = None, status: int | None = None) -> None:
        super().__init__(says)
        self.code = code
        self.status = status


class Socket:
    """An open websocket. One task may receive while others send."""

    def __init__(self, stream: "AsyncNetworkStream", host: str, limit_bytes: int) -> None:
        import wsproto.connection  # noqa: PLC0415 - comes with the library
        import wsproto.events  # noqa: PLC0415

        self._frames = wsproto.connection.Connection(wsproto.connection.ConnectionType.CLIENT)
        self._words = wsproto.events
        self._stream = stream
        self._host = host
        self._limit = limit_bytes
        self._events: deque[Event] = deque()
        self._parts: list[str] = []
        self._length = 0
        self._writing = asyncio.Lock()
        self._ended: SocketClosed | None = None
        self._loop = asyncio.get_running_loop()
        self.last_heard = self._loop.time()
        """By the loop's clock: when anything came, be it the answer to a ping."""
        self.last_message = self.last_heard
        """By the loop's clock: when a message came. A server may be deaf and still answer pings."""

    async def send(self, message: Any) -> None:
        """Send something as JSON.

        Raises:
            SocketClosed: it cannot be sent any more.
        """
        text = json.dumps(message, separators=(",", ":"))
        await self._send(self._words.TextMessage(data=text))

    async def ping(self) -> None:
        """Ask for a sign of life.

        Raises:
            SocketClosed: nobody can be asked any more.
        """
        await self._send(self._words.Ping())

    async def receive(self) -> Any:
        """Return the next message; nothing is lost when waiting for it is cancelled.

        Numbers with a point are Decimal.

        Raises:
            SocketClosed: none will come any more.
        """
        while True:
            while self._events:
                text = await self._taken(self._events.popleft())
                if text is not None:
                    return self._read(text)
            if self._ended is not None:
                raise SocketClosed(str(self._ended), code=self._ended.code)
            await self._listen()

    async def close(self) -> None:
        """Say goodbye and let go; may be called twice."""
        if self._ended is None:
            self._ended = SocketClosed(f"the stream of {self._host} was closed")
            with suppress(SocketClosed, TimeoutError):
                async with asyncio.timeout(_FAREWELL):
                    await self._write(self._words.CloseConnection(code=1000))
        await self._stream.aclose()

    # --- in ----------------------------------------------------------------------------------

    async def _listen(self) -> None:
        import httpcore2  # noqa: PLC0415 - loaded by now

        try:
            data = await self._stream.read(_PIECE)
        except (httpcore2.NetworkError, ssl.SSLError):
            data = b""
        if not data:
            broken = SocketClosed(f"{self._host} broke off the stream", code=1006)
            self._ended = self._ended or broken
            return
        self.last_heard = self._loop.time()
        self._frames.receive_data(data)
        self._events.extend(self._frames.events())

    async def _taken(self, event: "Event") -> str | None:
        """Take what came; return the text of a message that is whole."""
        words = self._words
        if isinstance(event, words.TextMessage):
            self._parts.append(event.data)
            self._length += len(event.data)
            if self._length > self._limit:
                await self._end(1009, f"{self._host} sends a message that is too long")
            elif event.message_finished:
                text, self._parts, self._length = "".join(self._parts), [], 0
                self.last_message = self._loop.time()
                return text
        elif isinstance(event, words.BytesMessage):
            await self._end(1003, f"{self._host} sends something that is no text")
        elif isinstance(event, words.CloseConnection):
            reason = quoted(event.reason or "")
            what = _REASONS.get(event.code, "closed the stream")
            said = f"{event.code}; {reason}" if reason else str(event.code)
            await self._end(event.code, f"{self._host} {what} ({said})")
        elif isinstance(event, words.Ping):
            with suppress(SocketClosed):
                await self._send(event.response())
        return None

    def _read(self, text: str) -> Any:
        try:
            return json.loads(storable(text), parse_float=Decimal, parse_constant=Decimal)
        except (ValueError, ArithmeticError, RecursionError):
            self._ended = SocketClosed(f"{self._host} sends something that is no JSON", code=1007)
            raise SocketClosed(str(self._ended), code=1007) from None

    # --- out ---------------------------------------------------------------------------------

    async def _end(self, code: int, says: str) -> None:
        """Note how it ended, and answer as one should."""
        self._events.clear()
        if self._ended is None:
            self._ended = SocketClosed(says, code=code)
            with suppress(SocketClosed, TimeoutError):
                async with asyncio.timeout(_FAREWELL):
                    await self._write(self._words.CloseConnection(code=_answer(code)))

    async def _send(self, event: "Event") -> None:
        if self._ended is not None:
            raise SocketClosed(str(self._ended), code=self._ended.code)
        await self._write(event)

    async def _write(self, event: "Event") -> None:
        import httpcore2  # noqa: PLC0415 - loaded by now
        from wsproto.utilities import LocalProtocolError  # noqa: PLC0415

        try:
            async with self._writing:
                await self._stream.write(self._frames.send(event), timeout=_SENDING)
        except LocalProtocolError:
            raise SocketClosed(f"{self._host} has closed the stream") from None
        except httpcore2.TimeoutException:
            ended = SocketClosed(f"{self._host} takes nothing any more", code=1006)
            self._ended = self._ended or ended
            await self._stream.aclose()  # who waits for a message hears of it
            raise ended from None
        except (httpcore2.NetworkError, ssl.SSLError):
            # Why, may stand in what is still to be received.
            raise SocketClosed(f"{self._host} broke off the stream", code=1006) from None


def _answer(code: int) -> int:
    """Return the code that a close frame is answered with."""
    return code if code in {1000, 1001, 1003, 1007, 1009} else 1000


@asynccontextmanager
async def socket(
    access: Access,
    url: str,
    *,
    limit_bytes: int = 16 * 1024 * 1024,
    ping_every: float = _PING_EVERY,
) -> AsyncIterator[Socket]:
    """Open a websocket; closed when the block ends.

    Args:
        access: whose patience is to be shown; its token is not sent along.
        url: where.
        limit_bytes: of one message.
        ping_every: seconds between signs of life that are asked for.

    Raises:
        SocketClosed: it cannot be opened. Within the block only its own methods raise.
    """
    client = await asyncio.to_thread(_client, access)
    try:
        response = await _upgraded(client, url, access)
        try:
            opened = Socket(
                response.extensions["network_stream"], response.request.url.host, limit_bytes
            )
            pinging = asyncio.create_task(_keep_alive(opened, ping_every))
            try:
                yield opened
            finally:
                pinging.cancel()
                await asyncio.wait([pinging])
                await opened.close()
        finally:
            await response.aclose()
    finally:
        await client.aclose()


async def _upgraded(client: "httpx2.AsyncClient", url: str, access: Access) -> "httpx2.Response":
    """Ask for a websocket.

    Raises:
        SocketClosed: it was not given.
    """
    key = base64.b64encode(os.urandom(16)).decode()
    headers = {
        "Connection": "Upgrade", "Upgrade": "websocket",
        "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13",
    }  # fmt: skip
    try:
        with in_words(_host(url)):
            async with asyncio.timeout(access.settings.whole):
                request = client.build_request("GET", url, headers=headers)
                response = await client.send(request, stream=True, follow_redirects=False)
    except BrokenError as error:
        raise SocketClosed(str(error)) from None
    if response.status_code == 101:
        return response
    await response.aclose()
    status = response.status_code
    raise SocketClosed(
        f"{request.url.host} does not open a stream (HTTP status {status})", status=status
    )


async def _keep_alive(opened: Socket, every: float) -> None:
    with suppress(SocketClosed):  # whoever receives will hear of it
        while True:
            await asyncio.sleep(every)
            await opened.ping()


def _client(access: Access) -> "httpx2.AsyncClient":
    library()
    import httpx2  # noqa: PLC0415 - loaded by now

    settings = access.settings
    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(settings.silence, connect=settings.connect),
        headers={"User-Agent": USER_AGENT},
        trust_env=False,
        verify=certificates(),
    )


def _host(url: str) -> str:
    return quoted(url.split("://", 1)[-1].split("/", 1)[0].rpartition("@")[2].split(":")[0])
