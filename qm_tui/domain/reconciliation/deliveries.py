"""Options that were exercised or assigned, and shares that did not come with it."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from qm_tui.domain.booking.sentences import count
from qm_tui.domain.reconciliation.case import Case, Suspicion, suspicion
from qm_tui.domain.reconciliation.discrepancy import evidence
from qm_tui.domain.reconciliation.replay import ZERO
from qm_tui.domain.reconciliation.sides import Delivery
from qm_tui.domain.reconciliation.words import Cause

_SAME_END = 4
"""Days within which the shares are booked."""


def undelivered(case: Case) -> Suspicion | None:
    """An option's end is told, and the shares that it delivers are not."""
    for some in _together(case.holding.deliveries):
        shares = sum((each.shares for each in some), ZERO)
        if not shares or shares != case.difference or not _began_with(case, some):
            continue
        if any(_is_there(case, each) for each in some):
            continue
        return _said(case, some)
    return None


def _together(found: Sequence[Delivery]) -> Iterator[Sequence[Delivery]]:
    """Yield what ended on one day, and all that ended."""
    ordered = sorted(found, key=lambda each: (each.day, each.symbol))
    yield from ([each] for each in ordered)
    for _, some in groupby(ordered, key=lambda each: each.day):
        yield list(some)
    yield ordered


def _began_with(case: Case, some: Sequence[Delivery]) -> bool:
    return any(case.may_have_begun_on(each.day) for each in some)


def _is_there(case: Case, delivery: Delivery) -> bool:
    return any(
        each.quantity == delivery.shares and 0 <= (each.day - delivery.day).days <= _SAME_END
        for each in case.counted
    )


def _said(case: Case, some: Sequence[Delivery]) -> Suspicion:
    first = some[0]
    shares = count(abs(case.difference))
    deed = "exercised" if first.contracts < 0 else "assigned"
    what = f"{count(abs(first.contracts))} {first.symbol}"
    more = "" if len(some) == 1 else f", and {len(some) - 1} more,"
    one = abs(first.contracts) == 1 and len(some) == 1
    way = "brought" if case.difference > 0 else "took away"
    says = (
        f"{what}{more} {'was' if one else 'were'} {deed} on {first.day}, and the {shares} "
        f"{case.symbol} that this {way} are not in our facts."
    )
    shown = (
        evidence(f"the end of {count(abs(each.contracts))} {each.symbol} on {each.day}", each.fact)
        for each in some
    )
    return suspicion(Cause.OPTION_EVENT_MISSING, "0.93", says, *shown)
