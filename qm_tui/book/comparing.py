"""Compares both sides of a store, as of one moment of it: nothing is written here.

Two passes: sums of everything, and a close look at what does not agree by them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from qm_tui.book.reconciling_sums import compared_accounts, compared_places, suspicious
from qm_tui.domain.reconciliation.discrepancy import Discrepancy
from qm_tui.domain.reconciliation.judging import (
    explain_cash,
    explain_together,
    judge_cash,
    judge_holding,
    judge_total,
)
from qm_tui.domain.reconciliation.sides import Holding
from qm_tui.store.discrepancies import Compared, Counts
from qm_tui.store.reader import Moment
from qm_tui.store.reading.reconciliation import Place
from qm_tui.store.reading.reconciliation_holdings import holdings
from qm_tui.store.reading.reconciliation_sides import Money, Overview, money, overview

_AT_ONCE = 400
"""Holdings that are looked at closely in one read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What does not add up, and what was compared."""

    found: Sequence[Discrepancy]
    compared: Compared


def compare(connection: Moment) -> Comparison:
    """Compare all there is; in one transaction, so that both sides are of the same moment."""
    seen = overview(connection)
    found, looked = _of_holdings(connection, seen, suspicious(seen.sums))
    other = money(connection, seen.sides)
    found += chain.from_iterable(map(judge_cash, other.cash.doubtful))
    # Across holdings, and from cash to them.
    found = [*explain_together(found, looked)]
    found = [*explain_cash(found, looked, other.cash.doubtful, other.cash.whole)]
    found += chain.from_iterable(map(judge_total, other.totals))
    return Comparison(found=found, compared=_compared(seen, other))


def _of_holdings(
    connection: Moment, seen: Overview, places: Sequence[Place]
) -> tuple[list[Discrepancy], list[Holding]]:
    looked: list[Holding] = []
    found: list[Discrepancy] = []
    for start in range(0, len(places), _AT_ONCE):
        near = holdings(connection, seen.sums, seen.sides, places[start : start + _AT_ONCE])
        doubtful = [one for holding in near for one in judge_holding(holding)]
        # What agrees after all explains nothing, and would fill the memory.
        named = {(one.account, one.instrument) for one in doubtful}
        looked += [one for one in near if (one.account, one.instrument.id) in named]
        found += doubtful
    return found, looked


def _compared(seen: Overview, other: Money) -> Compared:
    held = Counter(account for account, _ in compared_places(seen.sums))
    currencies = set(other.cash.compared)
    totals = {(total.account, total.tag) for total in other.totals}
    cash, sums = (Counter(account for account, _ in some) for some in (currencies, totals))
    accounts = compared_accounts(seen.sums)
    return Compared(
        counts={
            account: Counts(holdings=held[account], currencies=cash[account], totals=sums[account])
            for account in {*accounts, *cash, *sums}
        },
        accounts=accounts,
        currencies=currencies,
        totals=totals,
        derived=seen.sums.lots is not None,
        state=seen.state,
    )
