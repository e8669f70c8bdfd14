"""The broker's quantity, and the sum of our lots, and of its own."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from qm_tui.domain.booking.sentences import count
from qm_tui.domain.booking.words import FindingKind
from qm_tui.domain.reconciliation.case import Case, Suspicion, held, suspicion
from qm_tui.domain.reconciliation.discrepancy import Discrepancy, evidence
from qm_tui.domain.reconciliation.quantities import quantity_break
from qm_tui.domain.reconciliation.replay import ZERO, Replay
from qm_tui.domain.reconciliation.sides import BookingFinding, Holding, ToldLot
from qm_tui.domain.reconciliation.suspects import RATIO_RULES, case_of, suspect
from qm_tui.domain.reconciliation.tolerance import same_quantity
from qm_tui.domain.reconciliation.words import Cause, Verdict


def judge_open_lots(
    holding: Holding, replay: Replay, found: Sequence[Discrepancy], *, bases_agree: bool | None
) -> Sequence[Discrepancy]:
    """Compare the broker's quantity with the sum of our lots.

    Lots are those of now: what happened after the broker counted is taken out again. Where the
    quantity differs just as much already, lots add nothing to say.
    """
    told = holding.position
    if told is None or holding.lots is None or any(_settles(each) for each in found):
        return ()
    own = sum((lot.quantity for lot in holding.lots), ZERO)
    reached = told.quantity if not found else replay.upto(told.as_of)
    expected = own - (replay.total - reached)
    if same_quantity(expected, told.quantity, holding.instrument.type):
        return ()
    if any(each.difference == told.quantity - expected for each in found):
        return ()
    if found and _unopened(holding) == abs(expected - reached):
        # What was closed beyond what is known is in no lot: the quantity says so already.
        return ()
    case = case_of(holding, told, replay, expected, bases_agree=bases_agree)
    if found:
        first = found[0]
        says = (
            f"Our open lots come to {held(expected, case.symbol)}, and the broker has "
            f"{held(told.quantity, case.symbol)}; probably for the same reason as the quantity."
        )
        why = suspicion(first.cause, str(first.confidence), says, *first.evidence)
    else:
        why = _why_lots_differ(case)
    return (quantity_break(Verdict.OPEN_LOTS, case, why),)


def _settles(found: Discrepancy) -> bool:
    return found.verdict in (Verdict.STATE, Verdict.NOT_KNOWN)


def _unopened(holding: Holding) -> Decimal:
    """Return how much was closed beyond what is known to have been opened."""
    return sum(
        (
            abs(each.quantity or ZERO)
            for each in holding.findings
            if each.kind is FindingKind.MISSING_HISTORY
        ),
        ZERO,
    )


_FINDINGS: dict[FindingKind, tuple[Cause, str, str]] = {
    FindingKind.IN_TRANSIT: (
        Cause.UNPAIRED_TRANSFER, "0.85", "what left an account on {day} arrived in none"
    ),
    FindingKind.MISSING_HISTORY: (
        Cause.HISTORY_STARTS_LATER, "0.8",
        "more was closed on {day} than is known to have been opened",
    ),
    FindingKind.ACTION_UNKNOWN: (
        Cause.CORPORATE_ACTION, "0.85", "what the corporate action of {day} did cannot be told"
    ),
    FindingKind.SHARES_DISAGREE: (
        Cause.CORPORATE_ACTION, "0.8",
        "the corporate action of {day} credited other shares than its ratio gives",
    ),
    FindingKind.FRACTION_UNKNOWN: (
        Cause.CORPORATE_ACTION, "0.6",
        "how much of the basis the corporate action of {day} moved is not known",
    ),
    FindingKind.PREMIUM_UNKNOWN: (
        Cause.OPTION_EVENT_MISSING, "0.6",
        "the exercise or assignment of {day} was not found on both sides",
    ),
    FindingKind.NOT_BOOKED: (Cause.CORPORATE_ACTION, "0.6", "a fact of {day} could not be booked"),
}  # fmt: skip
_TABLES = {
    "corporate_actions": Cause.CORPORATE_ACTION,
    "option_events": Cause.OPTION_EVENT_MISSING,
    "transfers": Cause.UNPAIRED_TRANSFER,
    "trades": Cause.MISSING_TRADE,
}
"""What a fact that was not booked says of the cause."""


def _why_lots_differ(case: Case) -> Suspicion:
    """Look at what the booking found; only then at the quantities."""
    known = [each for each in case.holding.findings if each.kind in _FINDINGS]
    fitting = [each for each in known if _accounts_for(each.quantity, case.difference)]
    if fitting:
        return _of_finding(case, fitting[0])
    unopened = [each for each in known if each.kind is FindingKind.MISSING_HISTORY]
    if unopened:
        exact = _unopened(case.holding) == abs(case.difference)
        return _of_finding(case, unopened[0], confidence="0.8" if exact else "0.6")
    return suspect(case, RATIO_RULES)


def _of_finding(case: Case, finding: BookingFinding, confidence: str | None = None) -> Suspicion:
    cause, usual, what = _FINDINGS[finding.kind]
    if finding.kind is FindingKind.NOT_BOOKED and finding.fact is not None:
        cause = _TABLES.get(finding.fact.table, cause)
    elif finding.kind is FindingKind.MISSING_HISTORY and case.holding.history.whole:
        cause = Cause.MISSING_TRADE
    what = what.format(day=finding.day)
    says = (
        f"Our open lots come to {held(case.expected, case.symbol)}, and the broker has "
        f"{held(case.position.quantity, case.symbol)}: {what}."
    )
    shown = evidence(finding.detail.rstrip(".") or what, finding.fact)
    return suspicion(cause, confidence or usual, says, shown)


def _accounts_for(quantity: Decimal | None, difference: Decimal) -> bool:
    return quantity is None or abs(quantity) == abs(difference)


def judge_broker_lots(holding: Holding, replay: Replay) -> Sequence[Discrepancy]:
    """Compare the broker's quantity with the lots that it reports itself."""
    told, lots = holding.position, holding.broker_lots
    if told is None or lots is None:
        return ()
    moment = max((lot.as_of for lot in lots), default=told.as_of)
    own = sum((lot.quantity for lot in lots), ZERO)
    if same_quantity(own, told.quantity, holding.instrument.type):
        return ()
    between = _moved_between(replay, moment, told.as_of)
    if _reachable(holding, replay, own, moment):
        return ()
    expected = own + between
    if same_quantity(expected, told.quantity, holding.instrument.type):
        return ()
    case = case_of(holding, told, replay, expected)
    return (quantity_break(Verdict.BROKER_LOTS, case, _why_its_lots(case, lots, moment)),)


def _its_lots(lots: Sequence[ToldLot]) -> str:
    if not lots:
        return "The broker has no lots, which come"
    return "The broker's lot comes" if len(lots) == 1 else f"The broker's {len(lots)} lots come"


def _moved_between(replay: Replay, start: dt.datetime, end: dt.datetime) -> Decimal:
    return replay.upto(end) - replay.upto(start)


def _reachable(holding: Holding, replay: Replay, lots: Decimal, moment: dt.datetime) -> bool:
    """Whether both are what a broker that counts right may have said at its moment."""
    told = holding.position
    if told is None or told.as_of == moment:
        return False
    return replay.agrees(moment, lots) and replay.agrees(told.as_of, told.quantity)


def _why_its_lots(case: Case, lots: Sequence[ToldLot], moment: dt.datetime) -> Suspicion:
    days = abs((case.as_of - moment).days)
    says = (
        f"{_its_lots(lots)} to {count(case.expected)} {case.symbol}, and its position is "
        f"{count(case.position.quantity)}"
    )
    shown = [evidence("a lot of the broker", lot.fact) for lot in lots[:5]]
    if days:
        says += f"; they are {days} {'day' if days == 1 else 'days'} apart."
        return suspicion(Cause.STALE_DATA, "0.6", says, *shown)
    found = suspect(case, RATIO_RULES)
    return replace(found, says=says + ".", evidence=(*found.evidence, *shown))
