"""How far a sync that goes on is, and the way to end it."""

import asyncio
import datetime as dt
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from qm_tui.brokers.client import BrokerRefused, BrokerUnavailable
from qm_tui.domain.events import (
    SectionCounts,
    SectionDone,
    SyncEvent,
    SyncFailed,
    SyncFinished,
    SyncProgress,
    SyncStarted,
    SyncWaits,
)
from qm_tui.domain.words import Section
from qm_tui.store.troubles import RowRefused, StoreRefused
from qm_tui.sync.reading import ReadingDied
from qm_tui.sync.waiting import broke_by, ended
from qm_tui.sync.words import CANCELLED, ENDED, unforeseen

_log = logging.getLogger(__name__)

Tell = Callable[[SyncEvent], None]

TROUBLES = (BrokerUnavailable, BrokerRefused, StoreRefused, RowRefused, ReadingDied)
"""What can go wrong and says so in words for the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncUnderWay:
    """A sync that goes on, at a moment."""

    connection: str
    run: int | None
    """Its number in the store; None before it has one."""
    started_at: dt.datetime
    sections: Mapping[Section, SectionCounts]
    """What is stored so far, in the order it came."""
    says: str = ""
    """What it waits for, as a sentence; empty while things arrive."""
    until: dt.datetime | None = None
    """When it goes on at the latest."""
    done_bytes: int = 0
    total_bytes: int = 0
    """0 while nobody knows."""


class Course:
    """One sync, from its beginning to its end: tells its events and keeps what they come to."""

    def __init__(self, connection: str, started_at: dt.datetime, tell: Tell) -> None:
        self.connection = connection
        self.started_at = started_at
        self.run: int | None = None
        self._tell = tell
        self._sections: dict[Section, SectionCounts] = {}
        self._says = ""
        self._until: dt.datetime | None = None
        self._bytes = (0, 0)
        self._task: asyncio.Task[SyncFinished] | None = None
        self._by_user = False
        self.lost: str | None = None
        """Why the connection is lost, if that was found before the sync found it."""
        self.over = False
        """Whether its end was told."""
        self.cancelled = False
        """Whether the user, or the end of the program, ended it."""

    @property
    def under_way(self) -> SyncUnderWay:
        """How far it is."""
        return SyncUnderWay(
            connection=self.connection,
            run=self.run,
            started_at=self.started_at,
            sections=dict(self._sections),
            says=self._says,
            until=self._until,
            done_bytes=self._bytes[0],
            total_bytes=self._bytes[1],
        )

    def begin(self, run: int) -> None:
        """The store has given the sync a number."""
        self.run = run
        _log.info("run %d: sync of %s begins", run, self.connection)
        self.tell(SyncStarted(source=self.connection))

    def tell(self, event: SyncEvent) -> None:
        """Tell everybody what happened."""
        self._says, self._until = "", None
        match event:
            case SectionDone():
                before = self._sections.get(event.section, SectionCounts())
                self._sections[event.section] = before + event.counts
            case SyncWaits():
                self._says, self._until = event.says, event.until
            case SyncProgress():
                self._bytes = (event.done_bytes, event.total_bytes)
            case _:
                pass
        self._tell(event)

    def cancel(self) -> None:
        """End it as the user wants; what is stored stays."""
        if self._task is not None and not self._task.done():
            self._by_user = True
            self._task.cancel()

    def lose(self, why: str) -> None:
        """End it because the connection is lost; what is stored stays."""
        if self._task is not None and not self._task.done():
            self.lost = why
            self._task.cancel()

    async def ended(self) -> None:
        """Wait until it has ended."""
        if self._task is not None and not self._task.done():
            await asyncio.wait([self._task])

    async def follow(self, work: Coroutine[Any, Any, SyncFinished]) -> SyncFinished | None:
        """Run the sync and tell how it ended; return what it brought, None if it was cancelled.

        Raises:
            Exception: what the sync failed by.
        """
        task = self._task = asyncio.create_task(work)
        closing = True
        try:
            await asyncio.wait([task])
            closing = False
        finally:
            await ended([task])
            self.cancelled = task.cancelled() and (closing or self._by_user)
            error = None if self.cancelled else self._broke_by(task)
            self._tell_end(task, error)
        if error is not None:
            raise error
        return None if self.cancelled else task.result()

    def _broke_by(self, task: "asyncio.Task[SyncFinished]") -> BaseException | None:
        if task.cancelled() and self.lost is not None:
            return BrokerUnavailable(self.lost)
        return broke_by(task)

    def _tell_end(self, task: "asyncio.Task[SyncFinished]", error: BaseException | None) -> None:
        self.over = True
        if self.cancelled:
            why = CANCELLED if self._by_user else ENDED
            _log.info("run %s: sync of %s ended: %s", self.run, self.connection, why)
            self.tell(self._failed(why, cancelled=True))
        elif error is None:
            finished = task.result()
            _log.info(
                "run %s: sync of %s is done: %s; not whole: %s", self.run, self.connection,
                finished.totals, ", ".join(finished.incomplete) or "nothing",
            )  # fmt: skip
            self.tell(finished)
        else:
            why = str(error) if isinstance(error, TROUBLES) else unforeseen(self.connection)
            _log.warning("run %s: sync of %s failed: %s", self.run, self.connection, why)
            self.tell(self._failed(why, cancelled=False))

    def _failed(self, why: str, *, cancelled: bool) -> SyncFailed:
        return SyncFailed(source=self.connection, reason=why, run=self.run, cancelled=cancelled)
