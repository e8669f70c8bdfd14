"""One worker's post: its connection, what it was asked for, and the sync that goes on."""

import asyncio
import datetime as dt
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from qm_tui.domain.events import SyncFinished
from qm_tui.sync.condition import Condition
from qm_tui.sync.courses import Course
from qm_tui.sync.desk import Desk
from qm_tui.sync.links import Link


class Post:
    """What a worker and the life it leads at the moment have in common."""

    def __init__(self, link: Link, desk: Desk) -> None:
        self.link = link
        self.desk = desk
        self.condition = Condition(link, desk.now, desk.hub.tell)
        self.course: Course | None = None
        """The sync that goes on."""
        self.asked = False
        """Whether the user wants a sync now; taken back by whoever begins one."""
        self.thinned: dt.datetime | None = None
        """When old observations were thinned out last."""
        self.missed = False
        """Whether something came that is not stored, or may have come: only a sync mends that."""
        self._woken = asyncio.Event()

    def ask(self) -> None:
        """The user wants a sync now."""
        self.asked = True
        self._woken.set()

    def miss(self) -> None:
        """Something may have been missed: there should be a sync before long."""
        self.missed = True
        self._woken.set()

    async def until(self, moment: Callable[[], dt.datetime | None]) -> None:
        """Wait until a moment by the clock, which may be set or sleep meanwhile, or a request.

        Args:
            moment: asked whenever woken; None: only a request ends it.
        """
        look_every = self.desk.intervals.look_every
        while not self.asked:
            at = moment()
            left = look_every if at is None else (at - self.desk.now()).total_seconds()
            if left <= 0:
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left, look_every)):
                    await self._woken.wait()
            self._woken.clear()

    async def sync(
        self, work: Callable[[Course], Coroutine[Any, Any, SyncFinished]]
    ) -> SyncFinished | None:
        """See a sync through; return what it brought, None if the user ended it.

        Raises:
            Exception: what it failed by.
        """
        self.asked = self.missed = False
        course = self.course = Course(self.link.name, self.desk.now(), self.desk.hub.tell)
        whole = False
        try:
            finished = await course.follow(work(course))
            whole = finished is not None and not finished.incomplete and not finished.refused
        finally:
            self.course = None
            if not course.cancelled:
                self.condition.ended(whole=whole)
            self.desk.derivation.soon()
        return finished
