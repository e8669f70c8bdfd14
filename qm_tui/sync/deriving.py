"""Have derived what follows from facts, and tell how it goes."""

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncGenerator, Callable
from time import perf_counter

from qm_tui.book.deriving import BookingDied, Outcome, derive_waiting
from qm_tui.book.reconciling import Reconciler
from qm_tui.domain.events import Derived, Deriving, DerivingEvent, DerivingFailed, Reconciled
from qm_tui.store.reader import Reader
from qm_tui.store.reading.waiting import waiting
from qm_tui.store.troubles import StoreRefused
from qm_tui.store.writer import Writer

_log = logging.getLogger(__name__)


class Deriver:
    """Derives what waits in a store, and compares it with what the brokers say."""

    def __init__(self, reader: Reader, writer: Writer, now: Callable[[], dt.datetime]) -> None:
        self._reader = reader
        self._writer = writer
        self._now = now
        self._reconciler = Reconciler(reader, writer, now)
        self.compared_in = 0.0
        """Seconds that it took to compare the last time."""

    async def derive(self) -> AsyncGenerator[DerivingEvent, None]:
        """Derive and reconcile, and tell what happens; nothing where nothing is new.

        Closing the iterator cancels: what is written by then holds, the rest waits.
        """
        told: asyncio.Queue[Deriving | None] = asyncio.Queue()

        def tell(done: int, total: int) -> None:
            told.put_nowait(Deriving(done=done, total=total))

        task = asyncio.create_task(derive_waiting(self._reader, self._writer, self._now, tell=tell))
        task.add_done_callback(lambda _: told.put_nowait(None))
        try:
            while (event := await told.get()) is not None:
                yield event
            outcome = await task
        except (BookingDied, StoreRefused) as error:
            yield DerivingFailed(reason=str(error))
        else:
            if outcome.groups:
                yield _derived(outcome)
        finally:
            task.cancel()
            await asyncio.wait([task])
        # Also when lots could not be derived: what is held can be compared all the same.
        async for one in self._reconcile():
            yield one

    async def _reconcile(self) -> AsyncGenerator[Reconciled | DerivingFailed, None]:
        reconciler = self._reconciler
        begun = perf_counter()
        try:
            kept = await reconciler.reconcile()
            self.compared_in = perf_counter() - begun
        except StoreRefused as error:
            yield DerivingFailed(reason=str(error))
            return
        if kept is not None and reconciler.compared:
            yield Reconciled(
                opened=kept.opened,
                closed=kept.closed,
                changed=kept.changed,
                open_breaks=kept.open_breaks,
                major=kept.major,
                holdings=reconciler.holdings,
            )

    async def is_due(self) -> bool:
        """Tell whether anything waits to be derived, or to be compared.

        Raises:
            StoreRefused: the store cannot be read.
        """
        return bool(await self._reader.read(waiting)) or await self._reconciler.is_due()

    async def settle(self) -> None:
        """Derive without telling; what fails is in the log, and waits."""
        async for event in self.derive():
            if isinstance(event, DerivingFailed):
                _log.warning("what follows from facts was not derived: %s", event.reason)


def _derived(outcome: Outcome) -> Derived:
    return Derived(
        groups=outcome.groups,
        lots=outcome.lots,
        gains=outcome.gains,
        findings=outcome.findings,
        kinds=outcome.kinds,
        seconds=outcome.seconds,
    )
