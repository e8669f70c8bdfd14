"""All connections of a monitor: begun, asked, watched and ended together."""

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncGenerator, Callable, Collection, Coroutine, Sequence
from functools import partial
from random import Random, SystemRandom

from qm_tui.domain.health import Health, LinkState
from qm_tui.domain.live import LiveBook
from qm_tui.store.store import Store
from qm_tui.sync.derivations import Derivations
from qm_tui.sync.deriving import Deriver
from qm_tui.sync.links import Link
from qm_tui.sync.live_worker import LiveWorker
from qm_tui.sync.news import News, NewsDesk
from qm_tui.sync.schedule import Intervals
from qm_tui.sync.service import Importer
from qm_tui.sync.statement_worker import StatementWorker
from qm_tui.sync.under_way import SyncUnderWay
from qm_tui.sync.worker import Surroundings, Worker

_log = logging.getLogger(__name__)

_STATEMENTS = frozenset({"ibkr-flex"})
"""Brokers whose connections are services that make statements."""
_USUAL = Intervals()


class Syncs:
    """Keeps connections synced while the monitor is open.

    Args:
        store: open for writing.
        importer: takes statements in.
        deriver: derives what follows from facts.
        links: the connections, in the order of the configuration.
        now: the time.
        holder: who syncs, as `pid@host monitor`.
        intervals: how often and how long; tests shorten them.
        chance: for back-off.
    """

    def __init__(
        self,
        store: Store,
        importer: Importer,
        deriver: Deriver,
        links: Sequence[Link],
        now: Callable[[], dt.datetime],
        *,
        holder: str,
        intervals: Intervals = _USUAL,
        chance: Random | None = None,
    ) -> None:
        self.live = LiveBook()
        self._news = NewsDesk()
        self._derivations = Derivations(deriver, self._news.tell, intervals.derive_after)
        around = Surroundings(
            store=store, importer=importer, live=self.live, tell=self._news.tell,
            derive=self._derivations.ask, now=now, holder=holder, intervals=intervals,
            chance=chance or SystemRandom(),
        )  # fmt: skip
        self._workers = {
            link.name: (StatementWorker if link.broker in _STATEMENTS else LiveWorker)(link, around)
            for link in links
        }
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._closing = False

    def start(self) -> None:
        """Begin."""
        self._begin("", self._derivations.run())
        for name, worker in self._workers.items():
            self._begin(name, worker.run())

    def health(self) -> Sequence[Health]:
        """Say how each connection is doing, in the order of the configuration."""
        return [worker.health for worker in self._workers.values()]

    def progress(self) -> Sequence[SyncUnderWay]:
        """Return the syncs that go on."""
        running = (worker.under_way for worker in self._workers.values())
        return [one for one in running if one is not None]

    def request(self, connections: Collection[str] | None = None) -> None:
        """Sync these now, or all; also those that wait or were refused."""
        for name, worker in self._workers.items():
            if connections is None or name in connections:
                worker.request()
                if not self._closing and name in self._tasks and self._tasks[name].done():
                    self._begin(name, worker.run())

    def cancel(self, connection: str) -> None:
        """End the sync that goes on; what it has stored stays."""
        self._workers[connection].cancel()

    def news(self) -> AsyncGenerator[News, None]:
        """Tell what happens; closing the iterator ends it. It ends by itself when syncs do."""
        return self._news.listen()

    async def close(self) -> None:
        """End everything: transactions come to their end, connections and leases are let go."""
        self._closing = True
        for task in self._tasks.values():
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks.values())
        self._news.close()

    def _begin(self, name: str, life: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(life)
        self._tasks[name] = task
        task.add_done_callback(partial(self._ended, name))

    def _ended(self, name: str, task: "asyncio.Task[None]") -> None:
        """A worker that ends by itself has met a bug: it is seen, and the others go on."""
        if task.cancelled() or self._closing or (error := task.exception()) is None:
            return
        _log.critical("the worker of %r died", name or "derivations", exc_info=error)
        if name:
            worker: Worker = self._workers[name]
            worker.under_way = None
            worker.condition.is_(
                LinkState.REFUSED,
                f"Stopped by an error in the program ({type(error).__name__}). The log has the "
                "details; r tries again.",
            )
