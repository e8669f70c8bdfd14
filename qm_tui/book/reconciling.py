"""Compares what brokers say with what follows from our facts, and keeps what does not add up.

What is found is written in one transaction, if the store still says what was compared; else it is
compared again. A large store is compared in another process, so that no key waits.
"""

import datetime as dt
import logging
from collections.abc import Callable
from time import perf_counter

from qm_tui.book.bookkeeper import MUCH
from qm_tui.book.comparing import Comparison, compare
from qm_tui.book.comparing_apart import compared_apart
from qm_tui.store.discrepancies import Kept
from qm_tui.store.reader import Reader
from qm_tui.store.reading.reconciliation_state import State, facts, state
from qm_tui.store.writer import Writer

_log = logging.getLogger(__name__)

Clock = Callable[[], dt.datetime]
_PATIENCE = 3
"""So many times what was compared may have changed meanwhile; the next sync compares again."""


class Reconciler:
    """Compares both sides of a store, unless nothing has changed since it did so last."""

    def __init__(
        self, reader: Reader, writer: Writer, now: Clock, *, apart_from: int = MUCH
    ) -> None:
        """Compare in another process where there are more facts than `apart_from`."""
        self._reader = reader
        self._writer = writer
        self._now = now
        self._apart_from = apart_from
        self._done: State | None = None
        """How far the store was when both sides were compared last."""
        self.compared = False
        """Whether there was anything to compare the last time."""
        self.holdings = 0
        """That were compared last."""

    async def is_due(self) -> bool:
        """Tell whether anything has changed since both sides were compared last."""
        return await self._reader.read(state) != self._done

    async def reconcile(self) -> Kept | None:
        """Compare both sides and keep what does not add up; None where nothing has changed.

        Raises:
            StoreRefused: the store cannot be read or written.
        """
        begun = perf_counter()
        for _ in range(_PATIENCE):
            if not await self.is_due():
                return None
            kept = await self._once()
            if kept is not None:
                self._done = kept.state
                _log.info(
                    "reconciled %d holdings in %.2f s: %s", self.holdings, perf_counter() - begun,
                    kept,
                )  # fmt: skip
                return kept
        _log.info("the store changed while it was reconciled: that is left to the next time")
        return None

    async def _once(self) -> Kept | None:
        """Compare once; None when the store has changed meanwhile."""
        comparison = await self._comparison()
        compared = comparison.compared
        self.holdings = sum(counts.holdings for counts in compared.counts.values())
        self.compared = bool(compared.counts)
        return await self._writer.keep_discrepancies(comparison.found, compared, self._now())

    async def _comparison(self) -> Comparison:
        if await self._reader.read(facts) > self._apart_from:
            comparison = await compared_apart(self._reader.path)
            if comparison is not None:
                return comparison
        return await self._reader.read(compare)
