"""A server on loopback that attends to connections, and can hang, go down and come back."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

import h11
import wsproto.utilities

from tests.simulators.tastytrade_wire import Line


class Server(ABC):
    """What a broker on loopback is besides what it says.

    Args:
        port: 0 takes one that is free.
    """

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self._server: asyncio.Server | None = None
        self._busy: set[asyncio.Task[None]] = set()
        self._lines: set[Line] = set()
        self._thawed = asyncio.Event()
        self._thawed.set()
        self._stirred = asyncio.Event()

    @abstractmethod
    async def attend(self, line: Line) -> None:
        """Speak with a client until it is over."""

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.stop_listening()
        await asyncio.sleep(0)  # what was accepted has its task by then
        for task in list(self._busy):
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)

    async def listen(self) -> None:
        """Accept connections, on the same port as before."""
        if self._server is None:
            self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    def stop_listening(self) -> None:
        """Refuse connections; those there are stay."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def go_down(self) -> None:
        """End: connections are reset and the port refuses."""
        self.stop_listening()
        for line in list(self._lines):
            line.writer.transport.abort()

    def freeze(self) -> None:
        """Hang: connections stay and new ones are accepted, and nothing is said."""
        self._thawed.clear()

    def thaw(self) -> None:
        """Go on after hanging."""
        self._thawed.set()

    async def until(self, holds: Callable[[], bool], within: float = 30.0) -> None:
        """Wait until something is so, looked at whenever a client comes, asks, says or goes.

        Raises:
            TimeoutError: It was not so in time.
        """
        async with asyncio.timeout(within):
            while not holds():
                self._stirred.clear()
                with suppress(TimeoutError):
                    # Messages over a websocket do not stir: look again now and then.
                    async with asyncio.timeout(0.01):
                        await self._stirred.wait()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A task of our own: the one asyncio would make complains when it is canceled.
        task = asyncio.create_task(self._attend(Line(reader, writer)))
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)
        # One that is cancelled before it begins would leave its connection open.
        task.add_done_callback(lambda _: writer.close())

    async def _attend(self, line: Line) -> None:
        self._lines.add(line)
        try:
            await self.attend(line)
        except (OSError, h11.ProtocolError, wsproto.utilities.ProtocolError):
            pass  # they went away, or speak something else
        finally:
            self._lines.discard(line)
            self._stirred.set()
            line.writer.close()
