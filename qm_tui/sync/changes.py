"""Stores what changed between two syncs, a moment after it was pushed."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence

from qm_tui.domain.batches import Batch
from qm_tui.domain.events import SectionDone
from qm_tui.store.runs import Source
from qm_tui.store.store import Store
from qm_tui.store.troubles import StoreRefused
from qm_tui.sync.run import saved
from qm_tui.sync.waiting import within

_log = logging.getLogger(__name__)


class Changes:
    """Batches that wait to be stored, in the order they came.

    What comes together is stored as one short run of the kind `live`, which the list of syncs does
    not show: so a day of trading does not flood it, and each run is over when it is stored.
    """

    def __init__(
        self,
        store: Store,
        after: float,
        tell: Callable[[SectionDone], None],
        lost: Callable[[], None],
    ) -> None:
        """Begin with nothing to store.

        Args:
            store: where to.
            after: seconds to wait for more.
            tell: is told what was stored.
            lost: called when something could not be stored, so that it has to be pulled again.
        """
        self._store = store
        self._after = after
        self._tell = tell
        self._lost = lost
        self._batches: deque[tuple[Source, Batch]] = deque()
        self._some = asyncio.Event()

    def add(self, source: Source, batches: Sequence[Batch]) -> None:
        """Have something stored soon."""
        self._batches.extend((source, batch) for batch in batches)
        if self._batches:
            self._some.set()

    def forget(self) -> None:
        """Store nothing of what waits."""
        self._batches.clear()

    async def keep_storing(self, close_within: float) -> None:
        """Store what comes, without end; what is there when it is ended is stored before."""
        try:
            while True:
                await self._some.wait()
                await asyncio.sleep(self._after)
                await self._flush()
        finally:
            if not await within(close_within, self._flush()):
                _log.warning("what was pushed last was not stored in time")

    async def _flush(self) -> None:
        self._some.clear()
        while self._batches:
            source, _ = self._batches[0]
            try:
                async with self._store.writer.run(source) as run:
                    while self._batches:
                        _, batch = self._batches[0]
                        self._tell(await saved(run, batch, source.connection))
                        # Only now: who is ended meanwhile stores it again, which changes nothing.
                        self._batches.popleft()
            except StoreRefused as error:
                _log.warning("what %s pushed was not stored: %s", source.connection, error)
                self._batches.clear()
                self._lost()
