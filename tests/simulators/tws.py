"""A double of TWS / IB Gateway at the level of the wire.

In a test::

    async with TwsDouble(Book.example(), Faults(no_position_end=True)) as tws:
        ...connect to 127.0.0.1, tws.port...
        assert tws.orders_seen == []

As a process, for benchmarks and for programs under test: `python -m tests.simulators.tws --help`.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import TracebackType
from typing import Any, Self, TypeAlias

from tests.simulators import tws_messages as as_message
from tests.simulators import tws_pushes as push
from tests.simulators.tws_book import (
    Account,
    Book,
    Execution,
    Greeks,
    Holding,
    Instrument,
    Pnl,
    Ticker,
)
from tests.simulators.tws_desk import Desk
from tests.simulators.tws_faults import Cut, Damage, Ending, Faults, Greeting, Spoil, words_of
from tests.simulators.tws_port import Port
from tests.simulators.tws_session import Asked, Session
from tests.simulators.tws_wire import ORDERS, UNSET, Ask, Field, Message, Say, error

__all__ = [
    "UNSET",
    "Account",
    "Ask",
    "Asked",
    "Book",
    "Cut",
    "Damage",
    "Ending",
    "Execution",
    "Faults",
    "Greeks",
    "Greeting",
    "Holding",
    "Instrument",
    "Pnl",
    "Say",
    "Session",
    "Spoil",
    "Ticker",
    "TwsDouble",
]

_Telling: TypeAlias = Callable[[Desk], Iterator[Message]]
"""What each client is told of a change, after what it subscribed to."""


class TwsDouble:
    """A gateway that listens on 127.0.0.1.

    Args:
        book: What it holds; tests change it through the methods here, so that clients are told.
        faults: What is wrong with it from the start.
        port: 0 for one that is free.
    """

    def __init__(
        self, book: Book | None = None, faults: Faults | None = None, port: int = 0
    ) -> None:
        self.book: Book = Book.example() if book is None else book
        self.faults = Faults() if faults is None else faults
        self._port = Port(port)
        self.seen: list[Asked] = []
        """Every message of every client."""
        self.orders_seen: list[Asked] = []
        """Those that trade: a test asserts that there are none."""
        self.unknown: list[Asked] = []
        """Those TWS has no answer to here."""
        self.sessions: list[Session] = []
        """The connections that are up, oldest first."""
        self.sessions_begun = 0
        self._serving: set[asyncio.Task[None]] = set()
        self._stirred = asyncio.Event()
        self._ids_tried: list[int] = []
        self._ghosts: set[int] = set()
        self._hung = False
        self._without_ib = False
        self._missed: list[_Telling] = []

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    # --- listening -----------------------------------------------------------------------------

    @property
    def port(self) -> int:
        """Where it listens, or will again."""
        return self._port.number

    async def start(self) -> None:
        """Take the port, and listen unless that is the fault."""
        self._port.hold()
        if self.faults.listening:
            await self.listen()

    async def stop(self) -> None:
        """End every connection at once and free the port."""
        self._port.free()
        for session in self.sessions:
            session.abort()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def listen(self) -> None:
        """Accept connections, on the port it always had."""
        await self._port.listen(self._serve)

    def stop_listening(self) -> None:
        """Refuse connections; those there are stay. The port stays ours."""
        self._port.refuse()

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number, self.sessions_begun = self.sessions_begun, self.sessions_begun + 1
        desk = Desk(book=self.book, faults=self._faults_of(number), without_ib=self._without_ib)
        session = Session(number, reader, writer, desk, self._heard, self._taken)
        if self._hung:
            session.freeze()
        self.sessions.append(session)
        self._stirred.set()
        # A task of our own: the one asyncio would make complains when it is canceled.
        task = asyncio.create_task(self._attend(session))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _attend(self, session: Session) -> None:
        try:
            await session.run()
        finally:
            self.sessions.remove(session)
            self._stirred.set()

    def _faults_of(self, number: int) -> Faults:
        limit = self.faults.first_sessions
        return self.faults if limit is None or number < limit else Faults()

    # --- what clients did ----------------------------------------------------------------------

    def _heard(self, asked: Asked) -> None:
        self.seen.append(asked)
        if asked.number in ORDERS:
            self.orders_seen.append(asked)
        if asked.ask is None:
            self.unknown.append(asked)
        self._stirred.set()

    def _taken(self, client_id: int) -> bool:
        if client_id not in self._ids_tried:
            self._ids_tried.append(client_id)
        return (
            client_id in self._ghosts
            or self._ids_tried.index(client_id) < self.faults.used_ids
            or any(s.client_id == client_id and not s.over for s in self.sessions)
        )

    def asked(self, ask: Ask) -> list[Asked]:
        """The messages of one kind, of all clients."""
        return [a for a in self.seen if a.number == ask]

    @property
    def late_requests(self) -> int:
        """How many requests came above 50 a second, over the connections that are up."""
        return sum(session.late_requests for session in self.sessions)

    async def until(self, holds: Callable[[], bool], within: float = 30.0) -> None:
        """Wait until something is so, looked at whenever a client comes, asks or goes.

        Raises:
            TimeoutError: It was not so in time.
        """
        async with asyncio.timeout(within):
            while not holds():
                self._stirred.clear()
                await self._stirred.wait()

    async def until_asked(self, ask: Ask, times: int = 1, within: float = 30.0) -> None:
        """Wait until something was asked so many times since the start."""
        await self.until(lambda: len(self.asked(ask)) >= times, within)

    # --- changes that clients are told of --------------------------------------------------------

    def _begun(self) -> list[Session]:
        """Those that are past their greeting."""
        return [session for session in self.sessions if session.client_id is not None]

    def _tell(self, telling: _Telling) -> None:
        if self._without_ib:
            self._missed.append(telling)
            return
        for session in self._begun():
            session.send(telling(session.desk))

    def hold(self, holding: Holding) -> None:
        """Set a position; of a quantity of 0 clients are told once, and then it is gone."""
        before = self.book.holdings.get(holding.key)
        self.book.hold(holding)
        moved = before is None or (before.quantity, before.average_cost) != (
            holding.quantity,
            holding.average_cost,
        )
        self._tell(lambda desk: push.of_holding(desk, holding, moved=moved))

    def change(self, holding: Holding, **new: Field) -> Holding:
        """Set fields of a position by name: quantity, mark, value, unrealized, realized, daily …"""
        changed = replace(holding, **new)  # type: ignore[arg-type] # fields by name
        self.hold(changed)
        return changed

    def close(self, holding: Holding) -> None:
        """Close a position."""
        self.change(holding, quantity="0", value="0.0", unrealized="0.0")

    def set_value(self, account: str, tag: str, value: Field, currency: str = "") -> None:
        """Set a value of an account."""
        self.book.set_value(account, tag, value, currency)
        self._tell(lambda desk: push.of_value(desk, account, tag, currency))

    def set_pnl(self, account: str, pnl: Pnl) -> None:
        """Set the profit and loss of an account."""
        self.book.accounts[account].pnl = pnl
        self._tell(lambda desk: push.of_pnl(desk, account))

    def set_ticker(self, con_id: int, ticker: Ticker) -> None:
        """Set the prices of an instrument."""
        self.book.tickers[con_id] = ticker
        self._tell(lambda desk: push.of_ticker(desk, con_id))

    def fill(self, done: Execution) -> None:
        """Something was traded, by hand or by another program."""
        self.book.executions.append(done)
        self._tell(lambda desk: push.of_execution(desk, done))

    def report_commission(self, exec_id: str) -> None:
        """Say what a fill cost that was told without it."""
        at = next(i for i, done in enumerate(self.book.executions) if done.exec_id == exec_id)
        done = replace(self.book.executions[at], commission_known=True)
        self.book.executions[at] = done
        self.say(*as_message.commission(done))

    # --- messages as such ------------------------------------------------------------------------

    def say(self, *message: Field) -> None:
        """Say anything to everybody."""
        for session in self._begun():
            session.send([message])

    def write(self, content: bytes) -> None:
        """Put bytes on every wire."""
        for session in list(self.sessions):
            session.write(content)

    def notify(self, code: int, words: str | None = None, request: int = -1) -> None:
        """Say an error or a piece of news; after 1101 market data is really gone."""
        if code == 1101:
            for session in self.sessions:
                session.desk.tickers.clear()
        self.say(*error(code, words_of(code) if words is None else words, request))

    # --- faults ----------------------------------------------------------------------------------

    def set_faults(self, **new: Any) -> None:
        """Change what is wrong from now on, by the names of `Faults`, for those connected too."""
        self.set_all(replace(self.faults, **new))

    def set_all(self, faults: Faults) -> None:
        """Put these faults in place of those there were."""
        self.faults = faults
        for session in self.sessions:
            session.desk.faults = self._faults_of(session.number)

    def heal(self) -> None:
        """Nothing is wrong from now on, and what was kept back is said."""
        self.set_all(Faults())
        self._ghosts.clear()
        self.thaw()
        if self._without_ib:
            self.regain_ib(data_lost=False)

    def end_all(self, how: Ending) -> None:
        """End every connection in one way."""
        for session in list(self.sessions):
            session.end(how)

    def drop(self, *, ids_stay_used: bool = False) -> None:
        """Close every connection as a program that ends does (FIN).

        Args:
            ids_stay_used: The gateway has not noticed and refuses the same client ids from now on.
        """
        if ids_stay_used:
            self._ghosts |= {s.client_id for s in self.sessions if s.client_id is not None}
        self.end_all(Ending.FIN)

    def reset(self) -> None:
        """Reset every connection (RST)."""
        self.end_all(Ending.RST)

    def freeze(self) -> None:
        """Hang: connections stay and new ones are accepted, and nothing is said any more."""
        self._hung = True
        for session in self.sessions:
            session.freeze()

    def thaw(self) -> None:
        """Go on after hanging, with what would have been said meanwhile."""
        self._hung = False
        for session in self.sessions:
            session.thaw()

    def lose_ib(self) -> None:
        """The gateway's own connection to IB is lost: 1100, and no data."""
        self.notify(1100)
        self._set_without_ib(without=True)

    def regain_ib(self, *, data_lost: bool) -> None:
        """The connection to IB is back: 1101 with the market data lines lost, or 1102.

        Clients are told then of what changed meanwhile.
        """
        self._set_without_ib(without=False)
        self.notify(1101 if data_lost else 1102)
        missed, self._missed = self._missed, []
        for telling in missed:
            self._tell(telling)

    def _set_without_ib(self, *, without: bool) -> None:
        self._without_ib = without
        for session in self.sessions:
            session.desk.without_ib = without

    def go_down(self, how: Ending = Ending.FIN) -> None:
        """The gateway ends, as for its restart at night: connections close and the port refuses."""
        self.stop_listening()
        self.end_all(how)

    async def come_back(self) -> None:
        """The gateway is up again, on the same port."""
        await self.listen()


if __name__ == "__main__":
    from tests.simulators.tws_process import main

    main()
