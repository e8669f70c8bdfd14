"""A service that makes statements: asked once a day, when there are new ones."""

import datetime as dt
from functools import partial
from typing import Never

from qm_tui.brokers.client import StatementService
from qm_tui.domain.health import LinkState
from qm_tui.store.reading.links import link_history
from qm_tui.sync.post import Post
from qm_tui.sync.statements import fetch_once, fetches


class StatementLife:
    """Fetches when statements are due or asked for, until something goes wrong."""

    began = True
    """It comes to nothing but syncs, which are on record."""

    def __init__(self, post: Post, service: StatementService, *, at_once: bool) -> None:
        """Ask nobody yet.

        Args:
            post: of the worker.
            service: makes the statements.
            at_once: fetch, whether or not there should be new ones.
        """
        self._post = post
        self._service = service
        self._at_once = at_once
        self._ended_at: dt.datetime | None = None
        """When the last fetch ended."""
        self._says = ""
        self.went_well = False
        """Whether anything was fetched."""

    async def live(self) -> Never:
        """Fetch whenever it is time.

        Raises:
            BrokerUnavailable, BrokerRefused, RowRefused, StoreRefused, ReadingDied: a fetch failed.
        """
        while True:
            if not self._at_once:
                await self._wait_until_due()
            self._at_once = False
            await self._fetch()

    async def _wait_until_due(self) -> None:
        desk = self._post.desk
        now = desk.now()
        on_record = await fetches(desk.store, self._post.link.name)
        asked = max(
            (at for at in (on_record.asked, self._ended_at) if at is not None), default=None
        )
        due = self._service.due(on_record.covered, now, asked)
        if self._ended_at is not None:
            # Whatever the service says, and also if the user ended the last one: not on and on.
            pause = dt.timedelta(seconds=desk.intervals.statements_first)
            due = max(due, self._ended_at + pause)
        elif on_record.unfinished:
            due = now
        self._post.condition.turn(LinkState.IDLE, self._says, next_sync=due)
        await self._post.until(lambda: due)

    async def _fetch(self) -> None:
        post, desk = self._post, self._post.desk
        post.condition.turn(LinkState.SYNCING)
        work = partial(fetch_once, desk.store, desk.importer, post.link, self._service)
        finished = await post.sync(work)
        self._ended_at = desk.now()
        if finished is None:
            return
        self.went_well = True
        self._says = next(iter(finished.warnings), "")
        post.condition.note(accounts=tuple(finished.accounts) or post.condition.health.accounts)
        for history in await desk.store.reader.read(link_history, [post.link.name]):
            post.condition.recall(history)
