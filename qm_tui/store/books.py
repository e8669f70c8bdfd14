"""What the writer has to know to tell new from known, and how long it can go on knowing it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from qm_tui.store.account_book import AccountBook
from qm_tui.store.engine import written_elsewhere
from qm_tui.store.incoming import Origin
from qm_tui.store.instrument_book import InstrumentBook
from qm_tui.store.reading.booking_ties import identical
from qm_tui.store.whole import to_the_end

T = TypeVar("T")

_MANY = 20_000
"""Instruments: more are not kept in memory between transactions."""


class Books:
    """The accounts and instruments of a store, as one broker's connection sees them."""

    def __init__(self, broker: str, connection_id: int) -> None:
        self.accounts = AccountBook(broker, connection_id)
        self.instruments = InstrumentBook(broker)
        self.identical: Mapping[int, int] = {}
        """What the user calls substantially identical, before the transaction changes anything."""
        self._loaded = False

    async def begin(self, connection: AsyncConnection, origin: Origin) -> None:
        """Begin a transaction; what is known from a former one need not be read again."""
        self.accounts.begin(connection)
        self.instruments.begin(connection, origin.source_at)
        if not self._loaded:
            await self.accounts.load()
            await self.instruments.load()
            self._loaded = True
        self.identical = await connection.run_sync(identical)

    @property
    def are_many(self) -> bool:
        """Whether it takes too much memory to keep them."""
        return self.instruments.size > _MANY


class Moment(NamedTuple):
    """A state of the file, as far as one connection to it can tell."""

    commits: int
    """Of this process."""
    driver: object
    """The connection: what it says of others cannot be compared with what another one says."""
    elsewhere: int


@dataclass(frozen=True, slots=True)
class _Kept:
    books: Books
    broker: str
    connection_id: int
    moment: Moment


class Shelf:
    """Keeps the books of the last transaction while nobody else writes."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._commits = 0
        self._kept: _Kept | None = None
        event.listen(engine.sync_engine, "commit", self._count)

    def _count(self, _connection: object) -> None:
        self._commits += 1

    async def aside(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Run a transaction that touches neither accounts nor instruments, wholly or not at all."""
        return await to_the_end(self._aside(work))

    async def _aside(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        async with self._engine.connect() as connection:
            await connection.begin()
            commits = self._commits
            done = await work(connection)
            await connection.commit()
            kept = self._kept
            if kept is not None and kept.moment.commits == commits:
                moment = kept.moment._replace(commits=self._commits)
                self._kept = replace(kept, moment=moment)
            return done

    async def take(self, connection: AsyncConnection, broker: str, connection_id: int) -> Books:
        """Return the books for a transaction; they come back only if it is committed."""
        kept, self._kept = self._kept, None
        if (
            kept is not None
            and (kept.broker, kept.connection_id) == (broker, connection_id)
            and kept.moment == await self._moment(connection)
        ):
            return kept.books
        return Books(broker, connection_id)

    async def moment(self, connection: AsyncConnection) -> Moment:
        """Return what says, at the end of a transaction, that nobody else wrote after it."""
        now = await self._moment(connection)
        return now._replace(commits=now.commits + 1)

    def keep(self, books: Books, broker: str, connection_id: int, moment: Moment) -> None:
        """Take back the books of a transaction that was committed."""
        if not books.are_many:
            self._kept = _Kept(books, broker, connection_id, moment)

    async def _moment(self, connection: AsyncConnection) -> Moment:
        driver = connection.info.setdefault("driver", object())
        return Moment(self._commits, driver, await written_elsewhere(connection))
