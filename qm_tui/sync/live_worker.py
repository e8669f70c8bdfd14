"""A connection that stays open: synced when it is made and now and then, followed in between."""

import asyncio
import datetime as dt
import logging
import time
from contextlib import aclosing

from typing_extensions import override

from qm_tui.brokers.client import BrokerClient, Update
from qm_tui.domain.batches import Batch
from qm_tui.domain.health import LinkState
from qm_tui.domain.words import Section
from qm_tui.sync.closing import closing
from qm_tui.sync.once import closed
from qm_tui.sync.run import pull_run, save_changes
from qm_tui.sync.schedule import until
from qm_tui.sync.worker import Worker

_log = logging.getLogger(__name__)

_LATE = "Prices come some fifteen minutes late."


class LiveWorker(Worker):
    """Follows a `BrokerClient`."""

    _greeting = ""
    _fresh = True
    _streams = False

    @override
    async def session(self) -> None:
        # Another connection with the same reason to fail is told as such, not as a new state.
        if self.health.state is not LinkState.WAITING:
            self.condition.is_(LinkState.CONNECTING, "Connecting…")
        client = self.link.make()
        assert not hasattr(client, "fetch"), "statements have another worker"
        try:
            greeting = await client.connect()
            self._greeting, self._fresh, self._streams = greeting.says, True, True
            self.condition.notes(accounts=greeting.accounts, latency=greeting.latency)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._follow_updates(client))
                group.create_task(self._sync_now_and_then(client))
                group.create_task(self._take_snapshots(client))
        finally:
            await closed(client, self.around.intervals.close_within)

    # Syncs

    async def _sync_now_and_then(self, client: BrokerClient) -> None:
        intervals = self.around.intervals
        thinned = -intervals.thin_every
        while True:
            self.wanted.clear()
            self.condition.is_(LinkState.SYNCING, "Syncing…")
            await self.sync(pull_run(self.around.store, client, self.link.name))
            if time.monotonic() - thinned >= intervals.thin_every:
                await self.around.store.writer.thin(self.link.name, self.around.now())
                thinned = time.monotonic()
            due = self.around.now() + dt.timedelta(seconds=intervals.every)
            self._settle(self._greeting, due)
            await until(due, self.around.now, self.wanted)

    def _settle(self, says: str, due: dt.datetime | None) -> None:
        """Say what the connection is at between two syncs."""
        if not self._fresh:
            state = LinkState.STALE
        else:
            state = LinkState.LIVE if self._streams else LinkState.IDLE
        self.condition.is_(state, says, next_sync=due)

    # What is pushed

    async def _follow_updates(self, client: BrokerClient) -> None:
        async with closing(client.updates()) as updates:
            async for update in updates:
                self._show(update)
                if update.changed:
                    await self._store(update.changed, client.broker)
                if update.resync:
                    self._resync()
        self._streams = False

    def _show(self, update: Update) -> None:
        change = self.around.live.apply(update.records)
        if change:
            self.around.tell(change)
        self._fresh = update.fresh
        if update.says is not None:
            self._greeting = update.says
            _log.info("%s: %s", self.link.name, update.says)
        if update.latency is not None:
            self.condition.notes(latency=update.latency)
        moment = {"data_as_of": self.around.now()} if change else {}
        self.condition.notes(delayed=update.delayed, **moment)
        if self.under_way is None:
            self._settle(self._greeting, self.health.next_sync)

    _resynced = float("-inf")

    def _resync(self) -> None:
        """Pull everything again, though not all the time whatever the broker's side does."""
        if time.monotonic() - self._resynced >= self.around.intervals.resync_pause:
            self._resynced = time.monotonic()
            self.wanted.set()

    async def _store(self, batches: tuple[Batch, ...], broker: str) -> None:
        async with aclosing(
            save_changes(self.around.store, self.link.name, broker, batches)
        ) as saved:
            async for done in saved:
                self.around.tell(done)
        if any(batch.section is Section.TRADES for batch in batches):
            self.around.derive()

    async def _take_snapshots(self, client: BrokerClient) -> None:
        while True:
            await asyncio.sleep(self.around.intervals.snapshot_every)
            if self.under_way is None and self._fresh and (batches := client.snapshot()):
                await self._store(tuple(batches), client.broker)
