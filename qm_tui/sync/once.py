"""One sync of some connections, without a monitor: all at the same time, then what follows."""

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing, suppress

from qm_tui.brokers.client import BrokerClient, BrokerRefused, BrokerUnavailable, StatementService
from qm_tui.domain.events import SyncEvent, SyncFailed
from qm_tui.store.leases import Leased
from qm_tui.store.reading.links import link_history
from qm_tui.store.store import Store
from qm_tui.store.troubles import StoreRefused
from qm_tui.store.writer import Writer
from qm_tui.sync.deriving import Deriver
from qm_tui.sync.links import Link, makes_statements
from qm_tui.sync.run import pull_run, source_of
from qm_tui.sync.service import Importer
from qm_tui.sync.statements import fetch_run

_RENEW_EVERY = 20.0
_CLOSE_WITHIN = 3.0


async def sync_once(
    store: Store,
    importer: Importer,
    deriver: Deriver,
    links: Sequence[Link],
    now: Callable[[], dt.datetime],
    holder: str,
) -> AsyncGenerator[SyncEvent, None]:
    """Sync every link once, and tell what happens; closing the iterator cancels.

    Args:
        store: open for writing.
        importer: takes statements in.
        deriver: derives in the end.
        links: of which each has its own lease.
        now: the time.
        holder: who syncs, as `pid@host kind`.
    """
    told: asyncio.Queue[SyncEvent | None] = asyncio.Queue()
    tasks = [
        asyncio.create_task(_OneSync(store, importer, link, now, holder).run(told.put_nowait))
        for link in links
    ]
    together = asyncio.gather(*tasks, return_exceptions=True)
    together.add_done_callback(lambda _: told.put_nowait(None))
    try:
        while (event := await told.get()) is not None:
            yield event
        for task in tasks:
            task.result()  # what nobody foresaw is to be seen
        async with aclosing(deriver.derive()) as derived:
            async for one in derived:
                yield one
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait([together])


class _OneSync:
    def __init__(
        self,
        store: Store,
        importer: Importer,
        link: Link,
        now: Callable[[], dt.datetime],
        holder: str,
    ) -> None:
        self._store = store
        self._importer = importer
        self._link = link
        self._now = now
        self._holder = holder
        self._tell: Callable[[SyncEvent], None] = lambda _: None

    async def run(self, tell: Callable[[SyncEvent], None]) -> None:
        """Sync with the lease held; failures are told, and on record."""
        self._tell = tell
        name, started = self._link.name, self._now()
        try:
            leased = await self._store.writer.lease(name, self._link.broker, self._holder)
        except StoreRefused as error:
            tell(SyncFailed(source=name, reason=str(error)))
            return
        if leased is not None:
            reason = f"{in_words(leased)} It is left to it; close that program to sync from here."
            tell(SyncFailed(source=name, reason=reason, leased=True))
            return
        async with AsyncExitStack() as stack:
            stack.push_async_callback(_released, self._store.writer, name, self._holder)
            renewing = asyncio.create_task(self._renew())
            stack.push_async_callback(_ended, renewing)
            try:
                await self._sync()
            except (BrokerRefused, BrokerUnavailable, StoreRefused) as error:
                await self._failed(str(error), started)

    async def _sync(self) -> None:
        made = self._link.make()
        try:
            if makes_statements(made):
                await self._fetch(made)
            else:
                await self._pull(made)
        finally:
            await closed(made, _CLOSE_WITHIN)

    async def _pull(self, client: BrokerClient) -> None:
        await client.connect()
        async with aclosing(pull_run(self._store, client, self._link.name)) as events:
            async for event in events:
                self._tell(event)

    async def _fetch(self, service: StatementService) -> None:
        name = self._link.name
        history = await self._store.reader.read(link_history, [name])
        unfinished = bool(history and history[0].states and history[0].states[0] != "done")
        events = fetch_run(self._store, self._importer, service, name, unfinished=unfinished)
        async with aclosing(events):
            async for event in events:
                self._tell(event)

    async def _failed(self, reason: str, started: dt.datetime) -> None:
        run = await noted(self._store, self._link, reason, started)
        self._tell(SyncFailed(source=self._link.name, reason=reason, run=run))

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(_RENEW_EVERY)
            with suppress(StoreRefused):
                await self._store.writer.renew(self._link.name, self._holder)


async def noted(store: Store, link: Link, reason: str, started: dt.datetime) -> int | None:
    """Put a failure on record, unless a run that failed for that reason is there already."""
    history = await store.reader.read(link_history, [link.name])
    if history and history[0].error == reason and (history[0].last_run_at or started) >= started:
        return None
    try:
        return await store.writer.note_failure(source_of(link.name, link.broker), reason, started)
    except StoreRefused:
        return None


def in_words(leased: Leased) -> str:
    """Say who has a connection and since when."""
    who, _, kind = leased.holder.partition(" ")
    pid, _, host = who.partition("@")
    program = "an open monitor" if kind == "monitor" else "another sync"
    since = f"{leased.since:%Y-%m-%d %H:%M} UTC"
    return f"{program[0].upper()}{program[1:]} (process {pid} on {host}) has it since {since}."


async def closed(made: BrokerClient | StatementService, within: float) -> None:
    """Close a client, but do not wait for it for long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            await made.close()


async def _released(writer: Writer, name: str, holder: str) -> None:
    with suppress(StoreRefused):
        await writer.release(name, holder)


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.wait([task])
