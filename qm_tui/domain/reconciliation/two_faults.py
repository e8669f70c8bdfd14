"""Two things that are wrong at once: each alone explains nothing, both together prove themselves.

They are looked for only where the broker's lots or its cost can prove them, and where no single
thing leaves these.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

from qm_tui.domain.booking.sentences import count
from qm_tui.domain.reconciliation.case import Case, Suspicion, begun, suspicion, told
from qm_tui.domain.reconciliation.discrepancy import FactRef, evidence
from qm_tui.domain.reconciliation.replay import ZERO
from qm_tui.domain.reconciliation.sides import Movement, MovementKind
from qm_tui.domain.reconciliation.splits import SHARES, USUAL_RATIOS, written
from qm_tui.domain.reconciliation.told_twice import lookalikes
from qm_tui.domain.reconciliation.what_if import (
    can_prove,
    closing,
    days_left,
    leaves,
    opened_on,
    opening,
    own_days,
    split_after,
    told_days,
    turned,
    untold_trade_fits,
    without,
)
from qm_tui.domain.reconciliation.words import SPLITS, Cause

_MOST = 60
"""Movements of a holding; of more, nobody finds two faults by trying."""
_FIRST = 24
"""Faults of which the first is tried."""
_TWICE = 2


class _Fault(NamedTuple):
    """One thing that may be wrong, and what the quantity would be without it."""

    cause: Cause
    quantity: Decimal
    says: str
    facts: Sequence[FactRef] = ()
    gone: Movement | None = None
    """What is not to be counted, or stands for `came`."""
    came: Movement | None = None

    def mended(self, movements: Sequence[Movement]) -> list[Movement]:
        """Return movements without the fault."""
        left = [each for each in movements if each is not self.gone]
        return left if self.came is None else [*left, self.came]


def two_at_once(case: Case) -> Suspicion | None:
    """Two faults together leave just the lots, or the cost, that the broker has."""
    if not case.counted or len(case.replay.movements) > _MOST or not can_prove(case):
        return None
    if _one_is_enough(case):
        return None
    for faults in _pairs(case):
        movements: Sequence[Movement] = case.replay.movements
        for fault in faults:
            movements = fault.mended(movements)
        if _is_left(case, movements, faults):
            return _said(case, faults)
    return None


def _is_left(case: Case, movements: Sequence[Movement], faults: Sequence[_Fault]) -> bool:
    if any(fault.came is not None and fault.came.price is None and fault.gone is None
           and fault.cause is Cause.MISSING_TRADE for fault in faults):  # fmt: skip
        # What the missing purchase cost, only the broker knows: its lots have to be of that day.
        return days_left(movements) == told_days(case)
    return bool(leaves(case, movements))


def _one_is_enough(case: Case) -> bool:
    """Whether a single fault leaves the same."""
    days = told_days(case)
    if days is None and case.difference * case.position.quantity > 0 and _costs_more(case):
        # One purchase may have cost what the broker's cost is higher.
        return True
    if untold_trade_fits(case):
        return True
    single = [each for each in case.counted if each.quantity == -case.difference]
    if any(leaves(case, without(case, [each])) for each in single):
        return True
    twice = [each for each in case.counted if (each.quantity or ZERO) * 2 == -case.difference]
    if any(leaves(case, turned(case, each)) for each in twice):
        return True
    return any(days_left(opened_on(case, day)) == days for day in days or ())


def _costs_more(case: Case) -> bool:
    told = case.position.cost_basis
    ours = sum((lot.cost_basis or ZERO for lot in case.holding.lots or ()), ZERO)
    return told is None or (told - ours) * case.difference > 0


def _pairs(case: Case) -> Iterator[tuple[_Fault, _Fault]]:
    """Yield pairs of faults whose quantities come to the difference, the likeliest first."""
    yield from _opened_and_closed(case)
    twice = [*_twice(case)][:_FIRST]
    for one, other in combinations([*twice, *_turned(case)][:_FIRST], 2):
        if one.quantity + other.quantity == case.difference and one.gone is not other.gone:
            yield one, other
    for one in twice:
        left = case.difference - one.quantity
        if left:
            yield from ((one, other) for other in _rest(case, one, left))


def _twice(case: Case) -> Iterator[_Fault]:
    for group in lookalikes(case):
        one = group[-1]
        often = "twice" if len(group) == _TWICE else "too often"
        says = f"{told(one, case.symbol)} is there {often}"
        facts = [each.fact for each in group]
        yield _Fault(Cause.DUPLICATE_IMPORT, -(one.quantity or ZERO), says, facts, gone=one)


def _turned(case: Case) -> Iterator[_Fault]:
    for each in case.counted:
        if each.kind is not MovementKind.TRADE or not each.quantity:
            continue
        came = next(one for one in turned(case, each) if one.fact == each.fact)
        deed = "a sale" if each.quantity > 0 else "a purchase"
        says = f"{told(each, case.symbol)} was {deed}"
        yield _Fault(Cause.WRONG_SIGN, -2 * each.quantity, says, [each.fact], gone=each, came=came)


def _rest(case: Case, one: _Fault, left: Decimal) -> Iterator[_Fault]:
    """Yield what else may be wrong, so that the quantities agree."""
    held = case.expected + one.quantity
    if left * held < 0:
        yield _closed(case, left)
    if held and case.holding.instrument.type in SHARES:
        ratio = Fraction(case.position.quantity) / Fraction(held)
        untold = not any(each.type in SPLITS for each in case.counted)
        if untold and (ratio in USUAL_RATIOS or (ratio and 1 / ratio in USUAL_RATIOS)):
            split = split_after(case, case.counted[-1], left)[-1]
            says = f"a split {written(ratio)} is not in our facts"
            yield _Fault(Cause.SPLIT_NOT_APPLIED, left, says, came=split)
    if left * case.position.quantity > 0:
        yield from (_opened(case, day, left) for day in told_days(case) or ())


def _opened_and_closed(case: Case) -> Iterator[tuple[_Fault, _Fault]]:
    """Something was opened that is in the broker's lots, and something closed that is in ours."""
    theirs, ours = told_days(case), own_days(case)
    if theirs is None or ours is None:
        return
    sign = 1 if case.position.quantity > 0 else -1
    more = _apart(theirs, ours, sign)
    fewer = _apart(ours, theirs, sign)
    if len(more) == 1 and fewer:
        [(day, quantity)] = more.items()
        yield _opened(case, day, quantity), _closed(case, case.difference - quantity)


def _apart(
    one: Mapping[dt.date, Decimal], other: Mapping[dt.date, Decimal], sign: int
) -> Mapping[dt.date, Decimal]:
    apart = {day: held - other.get(day, ZERO) for day, held in one.items()}
    return {day: quantity for day, quantity in apart.items() if quantity * sign > 0}


def _closed(case: Case, quantity: Decimal) -> _Fault:
    deed = "sale" if quantity < 0 else "purchase"
    says = f"a {deed} of {count(abs(quantity))} {case.symbol} is missing"
    return _Fault(Cause.MISSING_TRADE, quantity, says, came=closing(case, quantity))


def _opened(case: Case, day: dt.date, quantity: Decimal) -> _Fault:
    deed = "purchase" if quantity > 0 else "short sale"
    says = f"a {deed} of {count(abs(quantity))} {case.symbol} on {day} is missing"
    return _Fault(Cause.MISSING_TRADE, quantity, says, came=opening(case, day, quantity))


def _said(case: Case, faults: tuple[_Fault, _Fault]) -> Suspicion:
    by_lots = told_days(case) is not None
    one, other = sorted(faults, key=lambda each: abs(each.quantity), reverse=True)
    what = "the lots are just those that the broker has"
    if not by_lots:
        what = "what is left costs just what the broker says"
    says = f"Two things at once explain it: {one.says}, and {other.says}. With both, {what}."
    shown = [evidence(begun(fault.says), fact) for fault in (one, other) for fact in fault.facts]
    row = evidence("the broker's position", case.position.fact)
    return suspicion(one.cause, "0.88" if by_lots else "0.82", says, *shown, row)
