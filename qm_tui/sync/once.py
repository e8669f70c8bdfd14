"""One sync of some connections at the same time, without the monitor."""

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress

from qm_tui.domain.events import SyncEvent, SyncFailed
from qm_tui.store.runs import Source
from qm_tui.store.store import Store
from qm_tui.store.troubles import StoreRefused
from qm_tui.sync.courses import TROUBLES, Course, Tell
from qm_tui.sync.deriving import Deriver
from qm_tui.sync.lease import Lease, LeaseLost
from qm_tui.sync.links import Client, Link, makes_statements
from qm_tui.sync.run import pull_once
from qm_tui.sync.schedule import USUAL, Intervals
from qm_tui.sync.service import Importer
from qm_tui.sync.statements import fetch_once
from qm_tui.sync.waiting import ended, outcome, within
from qm_tui.sync.words import leased_elsewhere, unforeseen

_log = logging.getLogger(__name__)


async def sync_once(
    store: Store,
    importer: Importer,
    deriver: Deriver,
    links: Sequence[Link],
    now: Callable[[], dt.datetime],
    holder: str,
    intervals: Intervals = USUAL,
) -> AsyncGenerator[SyncEvent, None]:
    """Sync all the links at once, then derive, and tell what happens.

    Each link ends with one `SyncFinished` or `SyncFailed`. Closing the iterator cancels: what was
    stored stays, and what is not derived yet is so the next time.

    Args:
        store: open for reading and writing.
        importer: reads statements into it.
        deriver: derives what follows from facts.
        links: the connections.
        now: the time.
        holder: this program, as `pid@host kind`.
        intervals: how often and how long.
    """
    told: asyncio.Queue[SyncEvent | None] = asyncio.Queue()
    errands = [_Errand(store, importer, link, now, holder, intervals, told.put_nowait)
               for link in links]  # fmt: skip
    tasks = [asyncio.create_task(errand.run()) for errand in errands]
    everything = asyncio.gather(*tasks, return_exceptions=True)
    everything.add_done_callback(lambda _: told.put_nowait(None))
    try:
        while (event := await told.get()) is not None:
            yield event
        for task in tasks:
            task.result()
    finally:
        await ended(tasks)
    async with aclosing(deriver.derive()) as derived:
        async for one in derived:
            yield one


class _Errand:
    """One sync of one link."""

    def __init__(
        self,
        store: Store,
        importer: Importer,
        link: Link,
        now: Callable[[], dt.datetime],
        holder: str,
        intervals: Intervals,
        tell: Tell,
    ) -> None:
        self._store = store
        self._importer = importer
        self._link = link
        self._now = now
        self._intervals = intervals
        self._tell = tell
        self._lease = Lease(store.writer, link, holder)
        self._course = Course(link.name, now(), tell)

    async def run(self) -> None:
        """Sync, and tell whatever comes of it; a mistake of ours ends this one and no other."""
        name = self._link.name
        error = await outcome(self._with_lease())
        if error is not None:
            _log.error("the sync of %s broke down", name, exc_info=error)
            if not self._course.over:
                self._tell(SyncFailed(source=name, reason=unforeseen(name)))

    async def _with_lease(self) -> None:
        name = self._link.name
        keeping = asyncio.create_task(self._keep_lease())
        try:
            leased = await self._lease.take()
            if leased is None:
                await self._with_client()
            else:
                reason = leased_elsewhere(name, leased)
                self._tell(SyncFailed(source=name, reason=reason, leased=True))
        except StoreRefused as error:
            self._tell(SyncFailed(source=name, reason=str(error)))
        finally:
            await ended([keeping])
            await self._lease.give_back(self._intervals.close_within)

    async def _keep_lease(self) -> None:
        # Two programs that sync the same once do no harm; one that stops half-way is no better.
        with suppress(LeaseLost):
            await self._lease.keep(self._intervals.lease_every)

    async def _with_client(self) -> None:
        started = self._now()
        client: Client | None = None
        try:
            client = self._link.make()
            await self._sync(client)
        except TROUBLES as error:
            if not self._course.over:
                await self._note(str(error), started)
        finally:
            if client is not None:
                await self._close(client)

    async def _sync(self, client: Client) -> None:
        course = self._course
        if makes_statements(client):
            work = fetch_once(self._store, self._importer, self._link, client, course)
        else:
            await client.connect()
            work = pull_once(self._store, client, course)
        await course.follow(work)

    async def _close(self, client: Client) -> None:
        if not await within(self._intervals.close_within, client.close()):
            _log.warning("the connection of %s did not close in time", self._link.name)

    async def _note(self, reason: str, started: dt.datetime) -> None:
        """Write down and tell that nothing could be begun."""
        name, run = self._link.name, None
        source = Source(connection=name, broker=self._link.broker, kind="sync")
        try:
            run = await self._store.writer.note_failure(source, reason, started)
        except StoreRefused as error:
            _log.warning("that %s failed was not written down: %s", name, error)
        self._tell(SyncFailed(source=name, reason=reason, run=run))
