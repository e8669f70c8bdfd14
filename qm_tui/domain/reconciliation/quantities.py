"""The broker's quantity, and what movements and lots come to."""

import datetime as dt
from collections.abc import Sequence

from qm_tui.domain.reconciliation.case import Case, Suspicion, held, suspicion, told
from qm_tui.domain.reconciliation.discrepancy import Discrepancy, Evidence, evidence
from qm_tui.domain.reconciliation.holding_breaks import not_known, units_break
from qm_tui.domain.reconciliation.passing import DERIVATIVES, OPTIONS
from qm_tui.domain.reconciliation.replay import ZERO, Replay, replay_of
from qm_tui.domain.reconciliation.severity import worth
from qm_tui.domain.reconciliation.sides import Holding, ToldPosition
from qm_tui.domain.reconciliation.suspects import case_of, suspect
from qm_tui.domain.reconciliation.words import Cause, Verdict

_CLEARING = dt.timedelta(days=4)
"""How long a broker may show an option that has expired: a weekend, and a holiday."""
_REORGANIZING = dt.timedelta(days=10)
_LATE_STATEMENTS = dt.timedelta(days=4)
"""How far what is told of an account may be behind its positions without a word."""
_SHOWN = 3
_VAGUE = frozenset(
    {
        Cause.UNSETTLED, Cause.MISSING_TRADE, Cause.UNEXPLAINED, Cause.HISTORY_STARTS_LATER,
        Cause.ORPHAN_POSITION, Cause.CANCELLED_OR_CORRECTED, Cause.FRACTIONAL,
    }
)  # fmt: skip


def judge_quantity(
    holding: Holding, replay: Replay, *, bases_agree: bool | None
) -> Sequence[Discrepancy]:
    """Compare the broker's quantity with what the movements come to."""
    told = holding.position
    if told is None:
        return _not_told(holding, replay)
    if _contradicted(holding, told):
        return (_state(holding, told, replay),)
    if replay.agrees(told.as_of, told.quantity):
        return ()
    if not holding.history.moved and not holding.history.whole:
        return (_unmoved(holding, told),)
    case = case_of(
        holding, told, replay, replay.upto(told.as_of), bases_agree=bases_agree
    )  # fmt: skip
    found = suspect(case)
    if _too_early(case, found):
        return (not_known(holding, _behind(case), actual=told.quantity),)
    return (quantity_break(Verdict.QUANTITY, case, found),)


def quantity_break(verdict: Verdict, case: Case, found: Suspicion) -> Discrepancy:
    """Put a difference of shares or contracts into words and money."""
    holding = case.holding
    return units_break(
        verdict,
        holding,
        found,
        expected=case.expected,
        actual=case.position.quantity,
        difference=case.difference,
        value=worth(holding, case.difference),
        more=_broker_row(case, found),
    )


def _broker_row(case: Case, found: Suspicion) -> Sequence[Evidence]:
    """Return the row in which the broker says what is held, unless it is shown already."""
    told = case.position
    if told.fact is None:
        return () if any(each.fact is not None for each in found.evidence) else _opened(case)
    if any((each.table, each.fact) == told.fact for each in found.evidence):
        return ()
    says = f"the broker's position on {told.as_of.date()}: {held(told.quantity, case.symbol)}"
    return (evidence(says, told.fact),)


def _opened(case: Case) -> Sequence[Evidence]:
    """Show what opened that of which the broker has none, and so no row either."""
    opening = [each for each in case.counted if (each.quantity or ZERO) * case.expected > 0]
    says = f"the broker's answer of {case.as_of.date()} has no {case.symbol}"
    shown = (evidence(told(each, case.symbol), each.fact) for each in opening[-_SHOWN:])
    return (evidence(says), *shown)


def _not_told(holding: Holding, replay: Replay) -> Sequence[Discrepancy]:
    if not replay.total:
        return ()
    says = (
        f"Our facts come to {held(replay.total, holding.instrument.symbol)}, and the broker never "
        f"told all positions of the account: nothing can be compared."
    )
    return (not_known(holding, suspicion(Cause.UNEXPLAINED, "0", says), expected=replay.total),)


def _unmoved(holding: Holding, told: ToldPosition) -> Discrepancy:
    """Say that an account has positions, and not one trade: it may not have been asked for."""
    start = holding.history.first_day
    says = (
        f"The broker has {held(told.quantity, holding.instrument.symbol)}, and told of no trade, "
        f"transfer or event of the account"
    )
    shown = evidence("the broker's position", told.fact)
    if start is None:
        found = suspicion(Cause.ORPHAN_POSITION, "0.6", f"{says}: nothing can be compared.", shown)
    else:
        reason = f"{says} since {start}: import what is older, or a statement with its trades."
        found = suspicion(Cause.HISTORY_STARTS_LATER, "0.6", reason, shown)
    return not_known(holding, found, actual=told.quantity)


def _too_early(case: Case, found: Suspicion) -> bool:
    """Whether what happened is told more slowly than what is held, and that may be all."""
    last = case.holding.history.last_day
    counted_on = case.as_of.date()
    if last is None or last >= counted_on or found.cause not in _VAGUE:
        return False
    if case.agreed is not None and case.agreed.as_of.date() >= last:
        return True
    return case.differed is case.position and counted_on - last <= _LATE_STATEMENTS


def _behind(case: Case) -> Suspicion:
    last = case.holding.history.last_day
    says = (
        f"What happened in the account is known until {last}; on {case.as_of.date()} the broker "
        f"had {held(case.position.quantity, case.symbol)} instead of "
        f"{held(case.expected, case.symbol)}, which cannot be compared yet."
    )
    return suspicion(Cause.UNSETTLED, "0.6", says)


# --- an instrument that is no more ---------------------------------------------------------------


def _ended_on(holding: Holding, told: ToldPosition) -> dt.date | None:
    instrument = holding.instrument
    day = told.as_of.date()
    expiry = instrument.expiry if instrument.type in DERIVATIVES else None
    if expiry is not None and expiry + _CLEARING < day:
        return expiry
    if instrument.gone_on is not None and instrument.gone_on + _REORGANIZING < day:
        return instrument.gone_on
    return None


def _contradicted(holding: Holding, told: ToldPosition) -> bool:
    return bool(told.quantity) and _ended_on(holding, told) is not None


def _state(holding: Holding, told: ToldPosition, replay: Replay) -> Discrepancy:
    """Say that a position is in something that has ended."""
    case = case_of(holding, told, replay, ZERO)
    ended = _ended_on(holding, told)
    symbol = holding.instrument.symbol
    what = held(told.quantity, symbol)
    day = told.as_of.date()
    expired = holding.instrument.expiry == ended
    verb = "expired" if expired else "ceased to be"
    ours = replay.upto(told.as_of)
    if not ours:
        says = f"{symbol} {verb} on {ended}, and the broker still has {what} on {day}."
        found = suspicion(
            Cause.STALE_DATA, "0.7", says, evidence("the broker's position", told.fact)
        )
    else:
        cause = Cause.CORPORATE_ACTION
        if expired and holding.instrument.type in OPTIONS:
            cause = Cause.OPTION_EVENT_MISSING
        elif holding.instrument.successor is not None:
            cause = Cause.IDENTITY_CHANGE
        says = (
            f"{symbol} {verb} on {ended}; the broker still has {what} on {day}, and our facts "
            f"{held(ours, symbol)}: nobody told how it ended."
        )
        found = suspicion(cause, "0.85", says, evidence("the broker's position", told.fact))
    return quantity_break(Verdict.STATE, case, found)


def replayed(holding: Holding) -> Replay:
    """Put the movements of a holding into their order."""
    return replay_of(holding.movements, holding.instrument.type)
