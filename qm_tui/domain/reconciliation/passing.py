"""Transfers with one end, options that ended untold, signs, multipliers, fractions."""

import datetime as dt
from decimal import Decimal

from qm_tui.domain.booking.sentences import count
from qm_tui.domain.booking.words import FindingKind
from qm_tui.domain.instruments import InstrumentType
from qm_tui.domain.reconciliation.case import Case, Suspicion, begun, held, suspicion, told
from qm_tui.domain.reconciliation.discrepancy import Evidence, evidence
from qm_tui.domain.reconciliation.replay import ZERO
from qm_tui.domain.reconciliation.sides import Movement, MovementKind
from qm_tui.domain.reconciliation.splits import SHARES
from qm_tui.domain.reconciliation.what_if import (
    fits,
    own_days,
    told_days,
    turned,
    untold_trade_fits,
)
from qm_tui.domain.reconciliation.words import Cause
from qm_tui.domain.words import OpenClose

OPTIONS = frozenset({InstrumentType.EQUITY_OPTION, InstrumentType.FUTURE_OPTION})
DERIVATIVES = OPTIONS | {InstrumentType.FUTURE}
_PAIRING = 10
"""Days between the two ends of a transfer (rules, section 9)."""
_BOTH_ENDS = dt.timedelta(days=_PAIRING)
_TO_THE_END = dt.timedelta(days=4)
_HUNDRED = Decimal(100)
_ENDINGS = frozenset({"BookTrade", "Receive Deliver"})


def unpaired_transfer(case: Case) -> Suspicion | None:
    """One end of a transfer is known, and the other is not."""
    for each in case.holding.elsewhere:
        if each.quantity != -case.difference or _paired(case, each):
            continue
        if not case.may_have_begun_on(each.day):
            continue
        other = each.account_name or "another account"
        way = "left" if case.difference > 0 else "arrived in"
        says = (
            f"{held(abs(case.difference), case.symbol)} {way} {other} on {each.day} by transfer; "
            f"the other end of it is not in our facts."
        )
        shown = evidence(f"the transfer of {other}", each.fact)
        return suspicion(Cause.UNPAIRED_TRANSFER, "0.93", says, shown)
    return _told_otherwise(case) or _under_way(case)


def _told_otherwise(case: Case) -> Suspicion | None:
    """Both ends of a transfer are known, and the one tells of more than the other."""
    for there in case.holding.elsewhere:
        for here in case.counted:
            if here.kind is not MovementKind.TRANSFER or not here.quantity or not there.quantity:
                continue
            if here.quantity * there.quantity >= 0 or abs(here.day - there.day) > _BOTH_ENDS:
                continue
            if -there.quantity - here.quantity != case.difference or not case.may_be(here):
                continue
            other = there.account_name or "another account"
            says = (
                f"{begun(told(here, case.symbol))} and {told(there, case.symbol)} of {other} are "
                f"probably the two ends of one, and do not tell of as many."
            )
            shown = evidence("this end", here.fact), evidence(f"the end of {other}", there.fact)
            return suspicion(Cause.UNPAIRED_TRANSFER, "0.87", says, *shown)
    return None


def _paired(case: Case, transfer: Movement) -> bool:
    return any(
        each.kind is MovementKind.TRANSFER
        and each.quantity == case.difference
        and abs((each.day - transfer.day).days) <= _PAIRING
        for each in case.replay.movements
    )


def _under_way(case: Case) -> Suspicion | None:
    for each in case.counted:
        if each.kind is not MovementKind.TRANSFER or each.quantity != -case.difference:
            continue
        days = (case.as_of.date() - each.day).days
        if days <= _PAIRING and case.may_be(each):
            says = f"{begun(told(each, case.symbol))} is not in the broker's position yet."
            return suspicion(
                Cause.UNPAIRED_TRANSFER, "0.67", says, evidence("the transfer", each.fact)
            )
    for finding in case.holding.findings:
        if finding.kind is FindingKind.IN_TRANSIT and finding.quantity == abs(case.difference):
            says = (
                f"{count(abs(case.difference))} {case.symbol} left an account on {finding.day} and "
                f"arrived in none."
            )
            return suspicion(
                Cause.UNPAIRED_TRANSFER, "0.7", says, evidence("the transfer", finding.fact)
            )
    return None


def option_ended(case: Case) -> Suspicion | None:
    """An option that is over, and whose end is not among our facts."""
    instrument = case.holding.instrument
    expiry = instrument.expiry
    if instrument.type not in DERIVATIVES or expiry is None or case.position.quantity:
        return None
    if expiry > case.as_of.date() or not case.expected or not case.may_have_begun_on(expiry):
        return None
    ended = next((each for each in case.replay.movements if _ends(each)), None)
    if ended is not None:
        return None
    if instrument.type not in OPTIONS:
        return _settled(case, expiry)
    deed = "exercised" if case.expected > 0 else "assigned"
    says = (
        f"{case.symbol} expired on {expiry}, or was {deed} by then: the broker has none left, and "
        f"nothing in our facts ends {_contracts(case.expected)} that we have."
    )
    # Unless it was held to the end, it may have been closed before, and that trade be missing.
    seen = case.agreed is not None and case.agreed.as_of.date() >= expiry - _TO_THE_END
    confidence = "0.94" if seen else "0.8"
    return suspicion(Cause.OPTION_EVENT_MISSING, confidence, says, *_seen(case))


def _seen(case: Case) -> list[Evidence]:
    if case.agreed is None:
        return []
    says = f"at the broker on {case.agreed.as_of.date()}: {held(case.agreed.quantity, case.symbol)}"
    return [evidence(says, case.agreed.fact)]


def _settled(case: Case, expiry: dt.date) -> Suspicion:
    says = (
        f"{case.symbol} was settled by {expiry}: the broker has none left, and no trade in our "
        f"facts closes {_contracts(case.expected)} that we have."
    )
    return suspicion(Cause.MISSING_TRADE, "0.8", says, *_seen(case))


def _contracts(quantity: Decimal) -> str:
    return "the one contract" if abs(quantity) == 1 else f"the {held(quantity, 'contracts')}"


def _ends(movement: Movement) -> bool:
    return movement.kind is MovementKind.OPTION_EVENT or movement.type in _ENDINGS


def gone(case: Case) -> Suspicion | None:
    """An instrument that a merger or a change of symbol took away."""
    instrument = case.holding.instrument
    if instrument.gone_on is None or instrument.gone_on > case.as_of.date():
        return None
    if case.position.quantity or not case.expected:
        return None
    became = instrument.successor is not None
    says = (
        f"{case.symbol} {'became another instrument' if became else 'ceased to be'} on "
        f"{instrument.gone_on}: our {held(case.expected, case.symbol)} did not go along."
    )
    cause = Cause.IDENTITY_CHANGE if became else Cause.CORPORATE_ACTION
    return suspicion(cause, "0.85", says, evidence("the corporate action", instrument.gone_by))


def fractional(case: Case) -> Suspicion | None:
    """What is less than a share: paid in cash, or rounded."""
    if abs(case.difference) >= 1 or case.holding.instrument.type not in SHARES:
        return None
    whole = case.position.quantity == case.position.quantity.to_integral_value()
    if whole and case.expected != case.expected.to_integral_value():
        says = (
            f"The broker has {count(case.position.quantity)} whole {case.symbol} for our "
            f"{count(case.expected)}: the fraction was probably paid in cash."
        )
        return suspicion(Cause.FRACTIONAL, "0.7", says)
    says = f"The difference of {count(abs(case.difference))} {case.symbol} is less than a share."
    return suspicion(Cause.FRACTIONAL, "0.55", says)


def wrong_sign(case: Case) -> Suspicion | None:
    """What was sold is counted as bought, or the other way round."""
    twice = [
        (confidence, each)
        for each in case.counted
        if (each.quantity or ZERO) * 2 == -case.difference and case.may_be(each)
        if (confidence := _turned_probably(case, each)) is not None
    ]
    if twice:
        confidence, each = max(twice, key=lambda one: Decimal(one[0]))
        says = (
            f"{begun(told(each, case.symbol))} was probably {_other_way(each)}: counted so, the "
            f"quantities agree."
        )
        shown = evidence(told(each, case.symbol), each.fact)
        return suspicion(Cause.WRONG_SIGN, confidence, says, shown)
    if not case.expected or case.position.quantity != -case.expected:
        return None
    says = (
        f"The broker has {held(case.position.quantity, case.symbol)} and we "
        f"{held(case.expected, case.symbol)}: the same with the other sign."
    )
    # Where the money of each trade says that it was bought or sold as we have it, it may be chance.
    confidence = "0.45" if _money_is_right(case) else "0.86"
    return suspicion(Cause.WRONG_SIGN, confidence, says)


def _turned_probably(case: Case, movement: Movement) -> str | None:
    """Say how certain the sign of a movement is wrong; None where nothing speaks for it."""
    confidence = _contradiction(case, movement)
    if not fits(case, turned(case, movement)):
        return confidence
    proof = "0.92"
    if untold_trade_fits(case):
        # What a trade that is missing would leave as well proves less.
        proof = "0.9" if _is_seen_in_lots(case, movement) else "0.6"
    return max(confidence or "", proof)


def _is_seen_in_lots(case: Case, movement: Movement) -> bool:
    """Whether there are other lots of its day at the broker than here."""
    theirs, ours = told_days(case), own_days(case)
    if theirs is None or ours is None:
        return False
    return theirs.get(movement.day) != ours.get(movement.day)


def _other_way(movement: Movement) -> str:
    if movement.kind is not MovementKind.TRADE:
        return "the other way round"
    return "a sale" if (movement.quantity or ZERO) > 0 else "a purchase"


def _money_is_right(case: Case) -> bool:
    trades = [each for each in case.counted if each.kind is MovementKind.TRADE and each.price]
    return bool(trades) and all(
        each.proceeds is not None and each.proceeds * (each.quantity or ZERO) < 0 for each in trades
    )


def _contradiction(case: Case, movement: Movement) -> str | None:
    """Say how certain the sign of a trade is wrong: its money or its word says otherwise."""
    quantity = movement.quantity or ZERO
    if movement.proceeds and movement.proceeds * quantity > 0:
        return "0.97"
    before = _before(case, movement)
    word = movement.open_close
    if (word is OpenClose.CLOSE and before * quantity > 0) or (
        word is OpenClose.OPEN and before * quantity < 0
    ):
        # So it is as well where another trade is missing that came before.
        return "0.88"
    if word is None and case.agreed is not None and not movement.proceeds:
        return "0.62"
    return None


def _before(case: Case, movement: Movement) -> Decimal:
    for each, after in case.replay.running():
        if each is movement:
            return after - (each.quantity or ZERO)
    return ZERO


def wrong_multiplier(case: Case) -> Suspicion | None:
    """Shares are counted for contracts, or contracts for shares."""
    instrument = case.holding.instrument
    ours, theirs = case.expected, case.position.quantity
    if not ours or not theirs:
        return None
    for factor in sorted({instrument.multiplier, _HUNDRED}):
        if factor == 1 or (theirs != ours * factor and ours != theirs * factor):
            continue
        says = (
            f"The broker has {held(theirs, case.symbol)}, and we {held(ours, case.symbol)}: the "
            f"one counts what the other counts {count(factor)} times."
        )
        if instrument.type in DERIVATIVES:
            return suspicion(Cause.WRONG_MULTIPLIER, "0.92", says)
        # Shares have none: where the costs differ as well, the ratio is chance.
        likely = case.bases_agree is not False
        return suspicion(Cause.WRONG_MULTIPLIER, "0.57", says) if likely else None
    return None
