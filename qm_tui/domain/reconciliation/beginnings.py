"""Histories that start after the holding, holdings without one, and what was never told."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from qm_tui.domain.booking.sentences import count
from qm_tui.domain.booking.words import FindingKind
from qm_tui.domain.reconciliation.case import (
    Case,
    Suspicion,
    begun,
    held,
    signed,
    suspicion,
    told,
    were,
)
from qm_tui.domain.reconciliation.discrepancy import Evidence, evidence
from qm_tui.domain.reconciliation.replay import ZERO, nominal, start_of
from qm_tui.domain.reconciliation.sides import BookingFinding, Movement, ToldClosing, ToldPosition
from qm_tui.domain.reconciliation.what_if import can_prove, may_be_left
from qm_tui.domain.reconciliation.words import SPLITS, Cause
from qm_tui.domain.words import OpenClose

_AT_THE_START = dt.timedelta(days=4)
_LIKELY = Decimal("0.6")
"""Below it the words say that it may be."""


def starts_later(case: Case) -> Suspicion | None:
    """It was held before the first thing that we know of the account."""
    history = case.holding.history
    if history.whole or case.agreed is not None:
        return None
    first = case.counted[0].day if case.counted else None
    start = history.first_day or history.began or first
    if start is None:
        return None
    confidence, shown = _signs_of_earlier(case, start)
    if confidence < _LIKELY and _was_opened_since(case):
        return None
    if not case.counted and confidence < _LIKELY:
        # Nothing but the position speaks: an orphan, as far as one can see.
        return None
    verb = were(case.difference) if confidence >= _LIKELY else "may have been"
    says = (
        f"{held(case.difference, case.symbol)} {verb} held before {start}, when our history of "
        f"the account starts: import what is older."
    )
    return Suspicion(
        cause=Cause.HISTORY_STARTS_LATER, confidence=confidence, says=says, evidence=shown
    )


def _was_opened_since(case: Case) -> bool:
    """Whether an export opens what is held: rather one of its rows is missing than what was before.

    It may tell from the beginning on, as nobody says that the account is older.
    """
    history = case.holding.history
    if history.first_day is not None or history.began is None or history.older or not case.counted:
        return False
    first = case.counted[0]
    return first.open_close is OpenClose.OPEN and (first.quantity or ZERO) * case.difference > 0


def _signs_of_earlier(case: Case, start: dt.date) -> tuple[Decimal, tuple[Evidence, ...]]:
    early = _seen_at_the_start(case, start)
    if early is not None:
        says = f"on {early.as_of.date()} the broker had {held(early.quantity, case.symbol)} already"
        return Decimal("0.96"), (evidence(says, early.fact),)
    for finding in case.holding.findings:
        if finding.kind is FindingKind.MISSING_HISTORY:
            says = f"more was closed on {finding.day} than is known to have been opened"
            return Decimal("0.88"), (evidence(says, finding.fact),)
    below = _closed_unopened(case)
    if below is not None:
        closing = below.open_close is OpenClose.CLOSE
        says = f"{told(below, case.symbol)} closes what is not known to have been opened"
        return Decimal("0.88" if closing else "0.72"), (evidence(says, below.fact),)
    if case.steady:
        says = f"the difference is the same since {case.differed.as_of.date()}"
        return Decimal("0.8"), (evidence(says, case.differed.fact),)
    if case.difference * case.position.quantity <= 0:
        # Something else may just as well have closed what we hold.
        return Decimal("0.46"), ()
    known = case.holding.history.first_day is not None
    return Decimal("0.58" if known else "0.55"), ()


def _seen_at_the_start(case: Case, start: dt.date) -> ToldPosition | None:
    """Find a position of the first days, or from before all we count, with all of it."""
    first = nominal(case.counted[0]) if case.counted else None
    early = start_of(start) + _AT_THE_START
    for seen in case.holding.earlier:
        soon = seen.as_of <= early or (first is not None and seen.as_of < first)
        if soon and seen.quantity - case.replay.upto(seen.as_of) == case.difference:
            return seen
    return None


def _closed_unopened(case: Case) -> Movement | None:
    """Find what closes more than there is, and would not if the difference had been there."""
    sign = 1 if case.difference > 0 else -1
    below = None
    for each, after in case.replay.running():
        if nominal(each) > case.as_of:
            break
        if (after + case.difference) * sign < 0:
            return None
        wrong_way = after * sign < 0 and (each.quantity or ZERO) * sign < 0
        if wrong_way and each.open_close is not OpenClose.OPEN and below is None:
            below = each
    return below


def orphan(case: Case) -> Suspicion | None:
    """A position of which there is not one fact."""
    if any(each.quantity for each in case.holding.movements) or not case.position.quantity:
        return None
    if any(not seen.quantity for seen in case.holding.earlier):
        return None
    says = (
        f"The broker has {held(case.position.quantity, case.symbol)}, and there is not one trade, "
        f"transfer or event of it in our facts."
    )
    shown = evidence("the broker's position", case.position.fact)
    return suspicion(Cause.ORPHAN_POSITION, "0.6", says, shown)


def missing(case: Case) -> Suspicion | None:
    """A trade that nobody told us, as the broker's own rows or its positions show."""
    quantity = case.difference
    found = _closed_without_trade(case)
    deed = "purchase" if quantity > 0 else "sale"
    what = f"a {deed} of {count(abs(quantity))} {case.symbol}"
    if found:
        says = f"{begun(what)} on {found[0].day} is missing: the broker reports what it closed."
        shown = [evidence(f"closed: {signed(-one.quantity)}", one.fact) for one in found]
        return suspicion(Cause.MISSING_TRADE, "0.9", says, *shown)
    if case.agreed is not None:
        says = f"Something like {what} is missing, {case.began}: until then the quantities agreed."
        shown = [
            evidence(f"{held(one.quantity, case.symbol)} on {one.as_of.date()}", one.fact)
            for one in (case.agreed, case.differed)
        ]
        return suspicion(Cause.MISSING_TRADE, "0.66", says, *shown)
    unopened = _unopened(case)
    if unopened and case.holding.history.whole:
        says = (
            f"Something like {what} before {unopened[0].day} is missing: more was closed then than "
            f"is known to have been opened, and we have all of the account's history."
        )
        shown = [evidence(f"closed on {one.day}", one.fact) for one in unopened]
        return suspicion(Cause.MISSING_TRADE, "0.64", says, *shown)
    if _was_opened_since(case):
        says = (
            f"Something like {what} is missing in our facts, or it was held before "
            f"{case.holding.history.began}, when these begin."
        )
        return suspicion(Cause.MISSING_TRADE, "0.5", says)
    known = case.holding.history.whole or case.difference * case.expected < 0
    if known and case.holding.movements and not _leaves_other_lots(case):
        says = f"Something like {what} is missing in our facts, or was told differently."
        return suspicion(Cause.MISSING_TRADE, "0.5", says)
    return None


def _unopened(case: Case) -> list[BookingFinding]:
    """Return what was closed beyond what is known to have been opened, where it is all."""
    found = [one for one in case.holding.findings if one.kind is FindingKind.MISSING_HISTORY]
    closed = sum((abs(one.quantity or ZERO) for one in found), ZERO)
    return found if closed == abs(case.difference) else []


def _leaves_other_lots(case: Case) -> bool:
    """Whether a trade that closes as much would leave other lots, or another cost, than there is.

    Of one that opens something nobody knows the price.
    """
    if case.difference * case.expected >= 0 or case.position.quantity * case.expected <= 0:
        return False
    if any(each.type in SPLITS for each in case.counted):
        # It may have been missing before the split, which says by how much more shares there are.
        return False
    return can_prove(case) and not may_be_left(case)


def _closed_without_trade(case: Case) -> list[ToldClosing]:
    """Find the closings of one day, or all, that no movement explains and that are the difference.

    What closes a long lot takes away: the trade has the opposite sign of the closing.
    """
    keys = {each.key for each in case.replay.movements}
    days: dict[dt.date, list[ToldClosing]] = defaultdict(list)
    for closing in case.holding.closings:
        if closing.trade_key is None or closing.trade_key not in keys:
            days[closing.day].append(closing)
    orphans = [
        closings
        for day, closings in days.items()
        if not _traded(case, day, -sum((one.quantity for one in closings), ZERO))
    ]
    every = [one for closings in orphans for one in closings]
    for closings in (*orphans, every):
        if closings and -sum((one.quantity for one in closings), ZERO) == case.difference:
            return closings
    return []


def _traded(case: Case, day: dt.date, quantity: Decimal) -> bool:
    """Whether what we know of a day closes so much."""
    told_of_it = [
        each.quantity or ZERO
        for each in case.replay.movements
        if each.day == day and (each.quantity or ZERO) * quantity > 0
    ]
    return abs(sum(told_of_it, ZERO)) >= abs(quantity)
