"""A client of bare sockets: to see what is on the wire, where a library would hide it."""

import asyncio
import struct
from collections.abc import Callable
from types import TracebackType
from typing import Self

from tests.simulators.tws import Ask, Say
from tests.simulators.tws_wire import Field, frame, framed

Rows = list[tuple[str, ...]]


def contract(con_id: int, exchange: str = "") -> tuple[Field, ...]:
    """The twelve fields of a contract in a request, of which two are filled in."""
    return (con_id, "", "", "", "", "", "", exchange, "", "", "", "")


SESSION: tuple[tuple[Field, ...], ...] = (
    (Ask.POSITIONS, 1),
    (Ask.ACCOUNT_UPDATES, 2, True, ""),
    (Ask.ACCOUNT_UPDATES_MULTI, 1, 101, "", "", False),
    (Ask.EXECUTIONS, 3, 102, "", "", "", "", "", "", ""),
    (Ask.ACCOUNT_SUMMARY, 1, 103, "All", "NetLiquidation,$LEDGER:ALL"),
    (Ask.CONTRACT_DETAILS, 8, 104, *contract(265598), False, "", "", ""),
    (Ask.PNL, 105, "U1234567", ""),
    (Ask.PNL_SINGLE, 106, "U1234567", "", 265598),
    (Ask.MARKET_DATA_TYPE, 1, 4),
    (
        Ask.MARKET_DATA,
        11,
        107,
        *contract(700001, "SMART"),
        False,
        "",
        False,
        False,
        "",
    ),
    (Ask.CURRENT_TIME, 1),
)
"""What a monitor asks."""


class WireClient:
    """A connection, and everything that came over it.

    Args:
        port: Whom to connect to, on this machine.
        client_id: Under which id.
        reading: False leaves everything in the socket.
    """

    def __init__(self, port: int, client_id: int = 17, *, reading: bool = True) -> None:
        self.got: Rows = []
        self.ended = False
        self._port, self._client_id, self._reads = port, client_id, reading
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        if self._reads:
            self.read()
        self._writer.write(b"API\0" + framed(b"v157..176"))
        self.ask(Ask.START_API, 2, self._client_id, "")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._reading:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        self._writer.transport.abort()

    def ask(self, *fields: Field) -> None:
        """Send a message."""
        self._writer.write(frame(fields))

    def read(self) -> None:
        """Begin to take what is in the socket."""
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            while True:
                (length,) = struct.unpack(">I", await self._reader.readexactly(4))
                content = await self._reader.readexactly(length)
                self.got.append(tuple(content.decode(errors="replace").split("\0")[:-1]))
        except (asyncio.IncompleteReadError, ConnectionError):
            self.ended = True

    def rows(self, say: Say) -> Rows:
        """What came of one kind."""
        return [row for row in self.got if row and row[0] == str(int(say))]

    def codes(self) -> list[int]:
        """The errors that came."""
        return [int(row[3]) for row in self.rows(Say.ERROR)]

    async def until(self, holds: Callable[[], bool], within: float = 30) -> None:
        """Wait until something came."""
        async with asyncio.timeout(within):
            while not holds():  # noqa: ASYNC110 - rows are only looked at here
                await asyncio.sleep(0.002)

    async def until_said(self, say: Say, times: int = 1) -> None:
        """Wait until something of a kind came so many times."""
        await self.until(lambda: len(self.rows(say)) >= times)
