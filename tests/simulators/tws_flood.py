"""A market that never rests: marks, values and P&L change as fast as clients take them."""

import asyncio
from dataclasses import replace
from decimal import Decimal

from tests.simulators import tws_messages as as_message
from tests.simulators.tws import TwsDouble
from tests.simulators.tws_book import Book, Holding, Pnl
from tests.simulators.tws_wire import body, framed

_AT_ONCE = 200
_STEP = Decimal("0.01")
_TURN = 1_000
"""Rises of a mark before it falls as often."""


class _Row:
    """A portfolio row whose mark, value and gain change.

    Its frame is put together from parts that were written once: making the messages must cost less
    than reading them does, else a flood would measure the double.
    """

    def __init__(self, holding: Holding) -> None:
        self.holding = holding
        self._units = Decimal(str(holding.quantity)) * Decimal(holding.instrument.multiplier or 1)
        self._mark = Decimal(str(holding.mark))
        self._value = self._units * self._mark
        cost = Decimal(str(holding.quantity)) * Decimal(str(holding.average_cost))
        self._gain = self._value - cost
        self._changes = 0
        row = as_message.portfolio(holding)
        self._before = body(row[:14])
        self._cost = body(row[16:17])
        self._after = body(row[18:])

    def change(self) -> bytes:
        """The frame of the next row."""
        step = _STEP if self._changes // _TURN % 2 == 0 else -_STEP
        self._changes += 1
        self._mark += step
        self._value += step * self._units
        self._gain += step * self._units
        marked = f"{self._mark}\0{self._value}\0".encode()
        gained = f"{self._gain}\0".encode()
        return framed(b"".join((self._before, marked, self._cost, gained, self._after)))

    def keep(self, book: Book) -> None:
        """Write what was told last into the book, unless the position changed meanwhile."""
        if self._changes and book.holdings.get(self.holding.key) is self.holding:
            self.holding = replace(
                self.holding, mark=self._mark, value=self._value, unrealized=self._gain
            )
            book.hold(self.holding)


class Flood:
    """Changes that are told in bunches, each after the slowest client has room for it.

    Portfolio rows go to the clients that watch their account, nine to one value of an account.
    When it has stopped, the book holds what was told last: a test compares the screen with it.

    Args:
        tws: The double that tells.
        per_second: Changes a second; 0 is as many as go.
    """

    def __init__(self, tws: TwsDouble, per_second: float = 0) -> None:
        self.changes = 0
        """How many portfolio rows and account values were told."""
        self._tws, self._per_second = tws, per_second
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self._rows: list[_Row] = []
        self._next = 0

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self.run())

    async def stop(self) -> None:
        """End after the bunch under way."""
        self._stopping = True
        if self._task:
            await self._task

    async def run(self) -> None:
        """Tell changes until it is stopped."""
        loop = asyncio.get_running_loop()
        began = kept = loop.time()
        try:
            while not self._stopping:
                if loop.time() - kept > 1:
                    kept = loop.time()
                    self._keep()
                self._bunch()
                await self._room()
                if self._per_second:
                    await asyncio.sleep(began + self.changes / self._per_second - loop.time())
        finally:
            self._keep()

    def _keep(self) -> None:
        for row in self._rows:
            row.keep(self._tws.book)
        self._rows = []

    def _bunch(self) -> None:
        """Some rows of each account in turn, and a value after each nine."""
        self._rows = self._rows or [_Row(holding) for holding in self._tws.book.held()]
        most = int(self._per_second / 20) or 1 if self._per_second else _AT_ONCE
        rows = min(most, _AT_ONCE, len(self._rows))
        frames: dict[str, list[bytes]] = {}
        for _ in range(rows):
            row = self._rows[self._next % len(self._rows)]
            self._next += 1
            frames.setdefault(row.holding.account, []).append(row.change())
        for session in self._tws.sessions:
            account = session.desk.account
            if account in frames and not session.desk.without_ib and not session.frozen:
                session.write(b"".join(frames[account]))
        for _ in range(max(rows // 9, 1)):
            self._change_value()
        self.changes += rows + max(rows // 9, 1)

    def _change_value(self) -> None:
        accounts = list(self._tws.book.accounts.values())
        account = accounts[self.changes % len(accounts)]
        net = Decimal(str(account.values["NetLiquidation", account.base])) + _STEP
        self._tws.set_value(account.name, "NetLiquidation", net, account.base)
        self._tws.set_pnl(account.name, Pnl(daily=net / 1000, unrealized=net / 100))

    async def _room(self) -> None:
        """Wait for the slowest client that is neither frozen nor gone."""
        listening = [s for s in self._tws.sessions if not s.frozen]
        if not listening:
            await asyncio.sleep(0.05)
        for session in listening:
            try:
                await session.drained()
            except ConnectionError:
                continue
