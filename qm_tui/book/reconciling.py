"""Compares what brokers say with what follows from our facts, and keeps what does not add up.

Two passes: sums of everything, and a close look at what does not agree by them. What is found is
written in one transaction, if the store still says what was compared; else it is compared again.
"""

import asyncio
import datetime as dt
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from time import perf_counter
from typing import TypeVar

from qm_tui.book.reconciling_sums import compared_accounts, compared_places, suspicious
from qm_tui.domain.reconciliation.discrepancy import Discrepancy
from qm_tui.domain.reconciliation.judging import (
    explain_cash,
    explain_together,
    judge_cash,
    judge_holding,
    judge_total,
)
from qm_tui.domain.reconciliation.sides import CashSide, Holding
from qm_tui.store.discrepancies import Compared, Counts, Kept
from qm_tui.store.reader import Reader
from qm_tui.store.reading.reconciliation import Place
from qm_tui.store.reading.reconciliation_sides import Money, Overview, closely, money, overview
from qm_tui.store.reading.reconciliation_state import State, state
from qm_tui.store.writer import Writer

_log = logging.getLogger(__name__)

Clock = Callable[[], dt.datetime]
T = TypeVar("T")
_AT_ONCE = 400
"""Holdings that are looked at closely in one read."""
_PATIENCE = 3
"""So many times what was compared may have changed meanwhile; the next sync compares again."""
_BREATH = 0.005
"""Seconds after which whoever waits for a key gets a turn."""


class Reconciler:
    """Compares both sides of a store, unless nothing has changed since it did so last."""

    def __init__(self, reader: Reader, writer: Writer, now: Clock) -> None:
        self._reader = reader
        self._writer = writer
        self._now = now
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
        seen = await self._reader.read(overview)
        # Whoever traded for decades has had a hundred thousand contracts.
        places = await asyncio.to_thread(suspicious, seen.sums)
        near = await self._of_holdings(seen, places)
        other = await self._reader.read(money)
        if near is None or other.state != seen.state:
            return None
        found, looked = near
        found += await _judged(judge_cash, other.cash.doubtful)
        found = await asyncio.to_thread(_explained, found, looked, other.cash.doubtful)
        found += await _judged(judge_total, other.totals)
        compared = await asyncio.to_thread(_compared, seen, other)
        self.holdings = sum(counts.holdings for counts in compared.accounts.values())
        self.compared = bool(compared.accounts or compared.currencies or compared.totals)
        return await self._writer.keep_discrepancies(found, compared, self._now())

    async def _of_holdings(
        self, seen: Overview, places: Sequence[Place]
    ) -> tuple[list[Discrepancy], list[Holding]] | None:
        looked: list[Holding] = []
        found: list[Discrepancy] = []
        for start in range(0, len(places), _AT_ONCE):
            part = places[start : start + _AT_ONCE]
            near = await self._reader.read(closely, seen.sums, part)
            if near.state != seen.state:
                return None
            doubtful = await _judged(judge_holding, near.holdings)
            # What agrees after all explains nothing, and would fill the memory.
            named = {(one.account, one.instrument) for one in doubtful}
            looked += [one for one in near.holdings if (one.account, one.instrument.id) in named]
            found += doubtful
        return found, looked


def _explained(
    found: Sequence[Discrepancy], looked: Sequence[Holding], purses: Sequence[CashSide]
) -> list[Discrepancy]:
    """Look across holdings, and from cash to them."""
    return list(explain_cash(explain_together(found, looked), looked, purses))


async def _judged(
    judge: Callable[[T], Sequence[Discrepancy]], sides: Iterable[T]
) -> list[Discrepancy]:
    found: list[Discrepancy] = []
    begun = perf_counter()
    for side in sides:
        found += judge(side)
        if perf_counter() - begun > _BREATH:
            await asyncio.sleep(0)
            begun = perf_counter()
    return found


def _compared(seen: Overview, other: Money) -> Compared:
    held = Counter(account for account, _ in compared_places(seen.sums))
    currencies = set(other.cash.compared)
    totals = {(total.account, total.tag) for total in other.totals}
    cash, sums = (Counter(account for account, _ in some) for some in (currencies, totals))
    return Compared(
        accounts={
            account: Counts(holdings=held[account], currencies=cash[account], totals=sums[account])
            for account in compared_accounts(seen.sums)
        },
        currencies=currencies,
        totals=totals,
        derived=seen.sums.lots is not None,
        state=seen.state,
    )
