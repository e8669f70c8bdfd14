"""A connection that is held open: synced now and then, and what changes in between."""

import asyncio
import datetime as dt
import logging
from typing import Never

from qm_tui.brokers.client import BrokerClient, BrokerRefused, BrokerUnavailable, Update
from qm_tui.domain.batches import Batch
from qm_tui.domain.events import SyncFinished
from qm_tui.domain.health import LinkState
from qm_tui.domain.words import Section
from qm_tui.store.troubles import StoreRefused
from qm_tui.sync.changes import Changes
from qm_tui.sync.courses import TROUBLES, Course
from qm_tui.sync.post import Post
from qm_tui.sync.run import pull_once, source_of
from qm_tui.sync.schedule import next_sync
from qm_tui.sync.waiting import closing, together, within

_log = logging.getLogger(__name__)

_AWAY = "The broker's side is out of touch: what is shown may be old."


class Session:
    """One connection, from its beginning to its end."""

    def __init__(self, post: Post, client: BrokerClient, changes: Changes) -> None:
        self._post = post
        self._desk = post.desk
        self._client = client
        self._changes = changes
        self._connected_at: dt.datetime | None = None
        self._due = post.desk.now()
        self._ended_at: dt.datetime | None = None
        """When the last sync ended."""
        self._not_whole = 0
        """So many syncs in a row."""
        self._streams = True
        self._fresh = True
        self._words = self._greeting = ""
        self._trouble = ""
        """What was wrong with the last sync."""

    @property
    def began(self) -> bool:
        """Whether it came to a sync, which is on record."""
        return self._connected_at is not None

    @property
    def went_well(self) -> bool:
        """Whether the connection held for a while."""
        since = self._connected_at
        if since is None:
            return False
        return (self._desk.now() - since).total_seconds() >= self._desk.intervals.healthy_after

    async def live(self) -> Never:
        """Connect, sync, and follow what changes, until the connection is lost.

        Raises:
            BrokerUnavailable, BrokerRefused: it is.
        """
        condition = self._post.condition
        condition.turn(LinkState.CONNECTING, condition.health.says)
        greeting = await self._client.connect()
        self._connected_at = self._desk.now()
        self._words = self._greeting = greeting.says
        condition.note(accounts=greeting.accounts, latency=greeting.latency)
        await together(
            self._listen(), self._sync_when_due(), self._keep_snapshots(), expected=TROUBLES
        )
        raise AssertionError("a connection is followed until something is raised")

    # --- what is pushed --------------------------------------------------------------------------

    async def _listen(self) -> None:
        try:
            async with closing(self._client.updates()) as updates:
                async for update in updates:
                    self._take(update)
        except (BrokerUnavailable, BrokerRefused) as error:
            await self._end_sync(str(error))
            raise
        self._streams = False
        self._show()

    def _take(self, update: Update) -> None:
        change = self._desk.live.apply(update.records)
        if change:
            self._desk.hub.changed(change)
        self._changes.add(source_of(self._post.link.name, self._client, "live"), update.changed)
        if update.fresh:
            self._post.condition.arrived(update.latency, delayed=update.delayed)
        if update.resync:
            self._post.miss()
        if update.says is not None or update.fresh is not self._fresh:
            self._words = update.says or (self._greeting if update.fresh else _AWAY)
            self._fresh = update.fresh
            self._show()

    async def _end_sync(self, why: str) -> None:
        """Let the sync that goes on find out by itself, and say so; but not for long."""
        course = self._post.course
        if course is None:
            return
        if not await within(self._desk.intervals.grace, course.ended()):
            course.lose(why)
            await course.ended()

    # --- syncs -----------------------------------------------------------------------------------

    async def _sync_when_due(self) -> None:
        desk = self._desk
        while True:
            await self._post.until(self._next)
            whole = await self._sync()
            self._not_whole = 0 if whole else self._not_whole + 1
            self._ended_at = desk.now()
            self._due = next_sync(self._ended_at, self._not_whole, desk.intervals)
            self._show()

    def _next(self) -> dt.datetime:
        """Return when to sync; not on and on where there is always something amiss."""
        if not self._post.missed or self._ended_at is None:
            return self._due
        pause = dt.timedelta(seconds=self._desk.intervals.resync_pause)
        return min(self._due, self._ended_at + pause)

    async def _sync(self) -> bool:
        self._post.condition.turn(LinkState.SYNCING)
        try:
            finished = await self._post.sync(self._pull)
        except StoreRefused as error:
            # The connection is none the worse for it.
            self._trouble = str(error)
            return False
        if finished is None:
            self._trouble = ""
            return True
        if finished.totals.received:
            self._post.condition.arrived()
        self._trouble = " ".join(dict.fromkeys(finished.incomplete.values()))
        await self._thin()
        return not finished.incomplete

    async def _pull(self, course: Course) -> SyncFinished:
        return await pull_once(self._desk.store, self._client, course, show=self._show_batch)

    def _show_batch(self, batch: Batch) -> None:
        change = self._desk.live.take(batch)
        course = self._post.course
        if batch.section is Section.POSITIONS and batch.incomplete and not batch.amends and course:
            self._desk.live.doubt(self._post.condition.health.accounts, course.started_at)
        if change:
            self._desk.hub.answered(change)

    async def _thin(self) -> None:
        post, now = self._post, self._desk.now()
        every = dt.timedelta(seconds=self._desk.intervals.thin_every)
        if post.thinned is not None and now - post.thinned < every:
            return
        post.thinned = now
        try:
            await self._desk.store.writer.thin(post.link.name, now)
        except StoreRefused as error:
            _log.warning("what %s saw long ago was not thinned out: %s", post.link.name, error)

    async def _keep_snapshots(self) -> None:
        source = source_of(self._post.link.name, self._client, "live")
        while self._streams:
            await asyncio.sleep(self._desk.intervals.snapshot_every)
            if self._post.course is None and self._fresh:
                self._changes.add(source, self._client.snapshot())

    def _show(self) -> None:
        """Say what the connection is at."""
        if self._post.course is not None or self._ended_at is None:
            return
        if not self._streams:
            state = LinkState.IDLE
        else:
            state = LinkState.LIVE if self._fresh else LinkState.STALE
        says = " ".join(filter(None, (self._trouble, self._words)))
        self._post.condition.turn(state, says, next_sync=self._due)
