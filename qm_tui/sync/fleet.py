"""Keeps all connections synced while the monitor is open: one worker each, and their news."""

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from random import Random, SystemRandom
from typing import Any

from qm_tui.domain.health import Health
from qm_tui.domain.live import LiveBook
from qm_tui.store.store import Store
from qm_tui.sync.courses import SyncUnderWay
from qm_tui.sync.derivation import Derivation
from qm_tui.sync.deriving import Deriver
from qm_tui.sync.desk import Desk
from qm_tui.sync.hub import Hub, News
from qm_tui.sync.links import Link
from qm_tui.sync.schedule import USUAL, Intervals
from qm_tui.sync.service import Importer
from qm_tui.sync.worker import Worker

_log = logging.getLogger(__name__)


class Syncs:
    """All workers. What they learn is in `live`, in the store, and in the news."""

    def __init__(
        self,
        store: Store,
        importer: Importer,
        deriver: Deriver,
        links: Sequence[Link],
        now: Callable[[], dt.datetime],
        *,
        holder: str,
        intervals: Intervals = USUAL,
        chance: Random | None = None,
    ) -> None:
        """Make the workers; they begin with `start`.

        Args:
            store: open for reading and writing.
            importer: reads statements into it.
            deriver: derives what follows from facts.
            links: the connections, in the order of the configuration.
            now: the time.
            holder: this program, as `pid@host kind`.
            intervals: how often and how long.
            chance: for the jitter.
        """
        self.live = LiveBook()
        self._hub = Hub(intervals.live_every)
        self._derivation = Derivation(deriver, self._hub.tell, intervals.derive_after)
        desk = Desk(
            store=store,
            importer=importer,
            live=self.live,
            hub=self._hub,
            derivation=self._derivation,
            now=now,
            holder=holder,
            intervals=intervals,
            chance=chance or SystemRandom(),
        )
        self._workers = {link.name: Worker(link, desk) for link in links}
        self._tasks: list[asyncio.Task[Any]] = []
        self._close_within = intervals.close_within

    def health(self) -> Sequence[Health]:
        """How each connection is doing, in the order of the configuration."""
        return [worker.health for worker in self._workers.values()]

    def progress(self) -> Sequence[SyncUnderWay]:
        """The syncs that go on."""
        return [way for worker in self._workers.values() if (way := worker.under_way) is not None]

    def request(self, connections: Collection[str] | None = None) -> None:
        """Sync these now, or all; also those that wait or were refused."""
        for name, worker in self._workers.items():
            if connections is None or name in connections:
                worker.request()

    def cancel(self, connection: str) -> None:
        """End the sync that goes on; what it has stored stays."""
        if (worker := self._workers.get(connection)) is not None:
            worker.cancel()

    def news(self) -> AsyncGenerator[News, None]:
        """Tell what happens from now on; closing the iterator ends it. It ends when syncs do."""
        return self._hub.news()

    def start(self) -> None:
        """Begin to look after the connections."""
        if self._tasks:
            return
        for name, worker in self._workers.items():
            self._begin(worker.run(), f"sync {name}")
        self._begin(self._derivation.run(), "derive")

    def _begin(self, work: Any, name: str) -> None:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(_say_what_it_broke_by)
        self._tasks.append(task)

    async def close(self) -> None:
        """End all syncs; what is being written is written to its end, leases are given back."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            # Closing a client, storing what was pushed last, and giving back the lease.
            _, late = await asyncio.wait(self._tasks, timeout=2 * self._close_within)
            for task in late:
                _log.warning("%s did not end in time", task.get_name())
        self._tasks.clear()
        self._hub.close()


def _say_what_it_broke_by(task: "asyncio.Task[Any]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("%s broke down", task.get_name(), exc_info=error)
