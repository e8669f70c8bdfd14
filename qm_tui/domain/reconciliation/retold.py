"""Trades that another document tells again, in its own way: rounded, a day later, or as sums."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from qm_tui.domain.booking.sentences import count
from qm_tui.domain.reconciliation.case import Case, Suspicion, suspicion, told
from qm_tui.domain.reconciliation.discrepancy import evidence
from qm_tui.domain.reconciliation.replay import ZERO
from qm_tui.domain.reconciliation.sides import Movement, MovementKind
from qm_tui.domain.reconciliation.words import Cause

_APART = dt.timedelta(days=3)
"""A ledger may name the day of settlement, or the day elsewhere on earth."""
_ALIKE = Decimal("0.01")
"""How much prices may differ, as a part: by rounding, or by commissions."""
_MANY = 3


@dataclass(frozen=True, slots=True)
class _Day:
    """What was bought, or sold, on a day, by one telling."""

    movements: Sequence[Movement]

    @property
    def day(self) -> dt.date:
        return self.movements[0].day

    @property
    def quantity(self) -> Decimal:
        return sum((each.quantity or ZERO for each in self.movements), ZERO)

    @property
    def price(self) -> Decimal:
        paid = sum(
            ((each.quantity or ZERO) * (each.price or ZERO) for each in self.movements), ZERO
        )
        return paid / self.quantity

    def is_like(self, other: "_Day") -> bool:
        """Whether both are tellings of the same."""
        if self.quantity != other.quantity or abs(self.day - other.day) > _APART:
            return False
        return abs(self.price - other.price) <= _ALIKE * abs(self.price)


def told_again(case: Case) -> Suspicion | None:
    """What one document tells is told by the others as well, and is the difference."""
    trades = [
        each for each in case.counted
        if each.kind is MovementKind.TRADE and each.quantity and each.documents
    ]  # fmt: skip
    for document in sorted({one for each in trades for one in each.documents}):
        mine = [each for each in trades if each.documents == {document}]
        others = [each for each in trades if document not in each.documents]
        again = list(_again(mine, others))
        if again and sum((one.quantity for one, _ in again), ZERO) == -case.difference:
            return _imported(case, again)
    return None


def _again(mine: Iterable[Movement], others: Iterable[Movement]) -> Iterator[tuple[_Day, _Day]]:
    left = _days(others)
    for one in _days(mine):
        like = min(
            (other for other in left if one.is_like(other)),
            key=lambda other: abs(one.day - other.day),
            default=None,
        )
        if like is not None:
            left.remove(like)
            yield one, like


def _days(trades: Iterable[Movement]) -> list[_Day]:
    days: defaultdict[tuple[dt.date, bool], list[Movement]] = defaultdict(list)
    for each in trades:
        days[each.day, (each.quantity or ZERO) > 0].append(each)
    return [_Day(days[key]) for key in sorted(days)]


def _imported(case: Case, again: Sequence[tuple[_Day, _Day]]) -> Suspicion:
    (first, like), *more = again
    what = "purchase" if first.quantity > 0 else "sale"
    says = (
        f"The {what} of {count(abs(first.quantity))} {case.symbol} on {first.day} was probably "
        f"imported twice: another document tells it {_how(first, like)}"
    )
    says += f", and {len(more)} more like it." if more else "."
    shown = [
        evidence(told(each, case.symbol), each.fact)
        for pair in again
        for day in pair
        for each in day.movements
    ]
    confidence = "0.9" if len(again) >= _MANY else "0.84"
    return suspicion(Cause.DUPLICATE_IMPORT, confidence, says, *shown)


def _how(one: _Day, other: _Day) -> str:
    if one.day != other.day:
        return f"on {other.day}"
    sizes = len(one.movements), len(other.movements)
    if sizes[0] != sizes[1]:
        return f"as {sizes[1]} {'trade' if sizes[1] == 1 else 'trades'} instead of {sizes[0]}"
    return "at another price" if one.price != other.price else "as well"
