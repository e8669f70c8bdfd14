"""Facts that are there once too often, were taken back, or were counted before or after the cut."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from qm_tui.domain.booking.sentences import amount
from qm_tui.domain.reconciliation.case import (
    Case,
    Suspicion,
    begun,
    held,
    on_days,
    signed,
    suspicion,
    told,
)
from qm_tui.domain.reconciliation.discrepancy import Evidence, evidence
from qm_tui.domain.reconciliation.replay import ZERO, nominal, window
from qm_tui.domain.reconciliation.sides import Movement, MovementKind
from qm_tui.domain.reconciliation.what_if import fits, untold_trade_fits, without
from qm_tui.domain.reconciliation.words import SPLITS, Cause

_SETTLING = dt.timedelta(days=3)
_SOON = dt.timedelta(days=1)
_SEVERAL = 2
_NUMBERS = frozenset({"TX", "TR", "EX", "ID"})
"""Kinds of keys that are numbers of a broker."""


def duplicate(case: Case) -> Suspicion | None:
    """The same thing counted twice: same day, quantity and price under two keys."""
    groups = [group for group in lookalikes(case) if any(map(case.may_be, group))]
    found = [each for each in (_surplus(case, group) for group in groups) if each is not None]
    if found:
        return max(found, key=lambda each: each.confidence)
    extras = [each for group in groups for each in _told_apart(group)]
    if len(extras) >= _SEVERAL and sum(_quantities(extras)) == -case.difference:
        says = (
            f"{len(extras)} trades of {case.symbol} {on_days([each.day for each in extras])} were "
            f"probably imported twice, from different documents: together they come to "
            f"{signed(-case.difference)}, which is the difference."
        )
        shown = (
            evidence(f"{told(each, case.symbol)} is there twice", each.fact) for each in extras
        )
        return suspicion(Cause.DUPLICATE_IMPORT, "0.9", says, *shown)
    return None


def lookalikes(case: Case) -> Iterator[Sequence[Movement]]:
    """Yield what is of one day, quantity and price."""
    groups: dict[tuple[object, ...], list[Movement]] = defaultdict(list)
    for each in case.counted:
        if each.quantity and each.type not in SPLITS:
            groups[each.day, each.quantity, each.price or ZERO].append(each)
    return (group for group in groups.values() if len(group) >= _SEVERAL)


def _surplus(case: Case, group: Sequence[Movement]) -> Suspicion | None:
    quantity = group[0].quantity or ZERO
    surplus = next((n for n in range(1, len(group)) if n * quantity == -case.difference), None)
    if surplus is None:
        return None
    price = group[0].price
    at = "" if not price else f" at {amount(price)}"
    often = "twice" if len(group) == _SEVERAL else f"{len(group)} times"
    says = (
        f"{begun(told(group[0], case.symbol))}{at} is there {often}, and without "
        f"{'one' if surplus == 1 else surplus} of them the quantities agree: it was probably "
        f"imported twice."
    )
    shown = (evidence(_known_as(case, each), each.fact) for each in group)
    return suspicion(Cause.DUPLICATE_IMPORT, _likeness(case, group, surplus), says, *shown)


def _known_as(case: Case, movement: Movement) -> str:
    kind, _, rest = movement.key.partition(":")
    what = told(movement, case.symbol)
    return f"{what}, the broker's number {rest}" if kind in _NUMBERS and rest else what


def _likeness(case: Case, group: Sequence[Movement], surplus: int) -> str:
    """Say how probable it is that some of these are one: two fills may well be alike."""
    if _told_apart(group):
        return "0.95"
    if len({each.likeness for each in group}) < len(group) and group[0].likeness:
        return "0.9"
    if all(each.documents for each in group):
        # One document tells both: they may well be two, and something else may be missing.
        if not fits(case, without(case, group[-surplus:])):
            return "0.67"
        return "0.89" if len({each.at for each in group}) == 1 else "0.86"
    moments = {each.at for each in group if each.at is not None}
    return "0.89" if len(moments) <= 1 else "0.85"


def _told_apart(group: Sequence[Movement]) -> list[Movement]:
    """Return those that no document tells together with the first."""
    first, *others = group
    if not first.documents:
        return []
    return [each for each in others if each.documents and not each.documents & first.documents]


def taken_back(case: Case) -> Suspicion | None:
    """Something we count was cancelled or corrected."""
    candidates = [
        each for each in case.counted if each.quantity == -case.difference and case.may_be(each)
    ]
    for each in candidates:
        if each.cancelled_by is not None:
            says = f"{begun(told(each, case.symbol))} was taken back, and is still counted."
            shown = evidence("the cancellation", each.cancelled_by)
            return suspicion(
                Cause.CANCELLED_OR_CORRECTED, "0.95", says, evidence("the fact", each.fact), shown
            )
        twin = _correction(case, each)
        if twin is not None:
            says = (
                f"{begun(told(each, case.symbol))} and {told(twin, case.symbol)} look like "
                f"one that was corrected: without the former the quantities agree."
            )
            return suspicion(
                Cause.CANCELLED_OR_CORRECTED, "0.75", says,
                evidence("it looks corrected", each.fact), evidence("the other", twin.fact),
            )  # fmt: skip
    return _perhaps_taken_back(case, candidates)


def _perhaps_taken_back(case: Case, candidates: Sequence[Movement]) -> Suspicion | None:
    if not candidates:
        return None
    proven = [each for each in candidates if fits(case, without(case, [each]))]
    which = (proven or candidates)[-1]
    pinned = case.agreed is not None and len(candidates) == 1
    says = (
        f"Without {told(which, case.symbol)} the quantities agree: it may have been cancelled or "
        f"corrected."
    )
    shown = [evidence(told(each, case.symbol), each.fact) for each in proven or candidates]
    if not proven and not pinned and fits(case, without(case, [which])) is False:
        return None
    sure = proven and not untold_trade_fits(case)
    confidence = "0.8" if sure else "0.7" if pinned else "0.45"
    return suspicion(Cause.CANCELLED_OR_CORRECTED, confidence, says, *shown)


def _correction(case: Case, movement: Movement) -> Movement | None:
    """Find what looks like another telling of the same fill, with another quantity or price."""
    for each in case.counted:
        if each.kind is not MovementKind.TRADE or each.day != movement.day:
            continue
        if (each.quantity, each.price) == (movement.quantity, movement.price):
            continue
        same_side = (each.quantity or ZERO) * (movement.quantity or ZERO) > 0
        if same_side and each.at is not None and each.at == movement.at:
            return each
    return None


def unsettled(case: Case) -> Suspicion | None:
    """The broker counts something of these days that we put after the cut-off, or not yet."""
    last_day = case.holding.history.last_day
    after = [each for each in case.replay.movements if nominal(each) > case.as_of]
    early = _run_of(case.difference, [each for each in after if _near(case, each)])
    if early:
        says = (
            f"The broker already counts {told(early[-1], case.symbol)}, which our facts put after "
            f"{case.as_of:%Y-%m-%d %H:%M} UTC."
        )
        return suspicion(Cause.UNSETTLED, "0.8", says, *_shown(early, "after the cut-off"))
    before = [each for each in case.counted if nominal(each) <= case.as_of and _near(case, each)]
    late = _run_of(-case.difference, before[::-1])
    if late and all(map(case.may_be, late)):
        soon = case.as_of - nominal(late[-1]) <= _SOON
        says = (
            f"The broker's answer of {case.as_of:%Y-%m-%d %H:%M} UTC "
            f"{'does not' if soon else 'may not'} count {told(late[-1], case.symbol)} yet."
        )
        return suspicion(
            Cause.UNSETTLED, "0.65" if soon else "0.45", says, *_shown(late, "not counted yet")
        )
    if last_day is not None and last_day < case.as_of.date():
        says = (
            f"What happened is known until {last_day}; the broker counted on "
            f"{case.as_of.date()}, so that a change of {case.symbol} in between is not known yet."
        )
        return suspicion(Cause.UNSETTLED, "0.6", says)
    return None


def _near(case: Case, movement: Movement) -> bool:
    return abs(case.as_of - nominal(movement)) <= _SETTLING


def _run_of(wanted: Decimal, movements: Sequence[Movement]) -> list[Movement]:
    """Return the first movements that come to the wanted quantity; nothing if none do."""
    reached = ZERO
    for place, each in enumerate(movements):
        reached += each.quantity or ZERO
        if reached == wanted:
            return list(movements[: place + 1])
    return []


def stale(case: Case) -> Suspicion | None:
    """The broker's position is an old one: what happened since is not in it."""
    counted = [each for each in case.counted if nominal(each) <= case.as_of]
    missing = _run_of(-case.difference, counted[::-1])
    if not missing or not (case.position.stale or len(missing) >= _SEVERAL):
        return None
    if case.agreed is not None and window(missing[-1])[1] <= case.agreed.as_of:
        return None
    old = case.position.stale
    says = (
        f"The broker's position of {held(case.position.quantity, case.symbol)} is what was held "
        f"before {missing[-1].day}: what happened since {'is' if old else 'may be'} not in it."
    ).replace(" may be not ", " may not be ")
    shown = _shown(missing, "not in the broker's position")
    return suspicion(Cause.STALE_DATA, "0.72" if case.position.stale else "0.45", says, *shown)


def _shown(movements: Sequence[Movement], says: str) -> list[Evidence]:
    return [evidence(says, each.fact) for each in movements]


def _quantities(movements: Sequence[Movement]) -> list[Decimal]:
    return [each.quantity or ZERO for each in movements]
