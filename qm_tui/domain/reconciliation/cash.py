"""A balance of cash, and what an earlier one and the movements since come to."""

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal

from qm_tui.domain.booking.sentences import cents
from qm_tui.domain.reconciliation.case import Suspicion, begun, suspicion
from qm_tui.domain.reconciliation.discrepancy import Discrepancy, evidence
from qm_tui.domain.reconciliation.replay import ZERO, start_of, sums
from qm_tui.domain.reconciliation.severity import severity_of
from qm_tui.domain.reconciliation.sides import CashMovement, CashSide, ToldBalance
from qm_tui.domain.reconciliation.tolerance import CENT, places
from qm_tui.domain.reconciliation.words import Cause, Severity, Verdict

CASH = "cash"
"""The tag of what is said of cash that cannot be compared."""
_ANSWER = dt.timedelta(minutes=5)
_EARLY = dt.timedelta(hours=16)
_LATE = dt.timedelta(days=4, hours=16)
"""What has only a day is booked some time until the morning after the next weekend."""
_CLOSE = dt.timedelta(hours=21)
_BY_CHANCE = 20
"""Amounts of its size there have to be for each movement, so that one is hardly met by chance."""


def judge_cash(side: CashSide) -> Sequence[Discrepancy]:
    """Compare a balance with an earlier one and what moved since; nothing where they agree."""
    balance, anchor = side.balance, side.anchor
    if balance is None or anchor is None or balance.as_of <= anchor.as_of:
        return ()
    moved = [each for each in side.movements if _between(each, anchor, balance)]
    expected = anchor.value + sum((each.amount or ZERO for each in moved), ZERO)
    if _agrees(side.movements, anchor, balance):
        return ()
    if any(each.amount is None for each in moved) or not _covered(side, anchor, balance):
        return (_break(side, expected, _unknown(side, moved), known=False),)
    found = _why(side, moved, expected)
    if found.cause is Cause.UNEXPLAINED and side.untold is not None:
        return (_break(side, expected, _untold(side), known=False),)
    return (_break(side, expected, found),)


def _moment(movement: CashMovement) -> dt.datetime:
    return movement.at or start_of(movement.day) + _CLOSE


def _window(movement: CashMovement) -> tuple[dt.datetime, dt.datetime]:
    if movement.at is not None:
        return movement.at - _ANSWER, movement.at + _ANSWER
    midnight = start_of(movement.day)
    return midnight - _EARLY, midnight + _LATE


def _between(movement: CashMovement, start: ToldBalance, end: ToldBalance) -> bool:
    return start.as_of < _moment(movement) <= end.as_of


def _agrees(movements: Sequence[CashMovement], start: ToldBalance, end: ToldBalance) -> bool:
    """Whether a broker that counts right may have told both balances."""
    sure, unsure, rounded = ZERO, [], 2
    for each in movements:
        early, late = _window(each)
        if late <= start.as_of or early > end.as_of:
            continue
        value = each.amount or ZERO
        rounded += places(value) > places(CENT)
        if early > start.as_of and late <= end.as_of:
            sure += value
        else:
            unsure.append(value)
    left = end.value - start.value - sure
    return any(abs(left - some) <= CENT * rounded for some in sums(unsure))


def _covered(side: CashSide, anchor: ToldBalance, balance: ToldBalance) -> bool:
    first, last = side.history.first_day, side.history.last_day
    if first is not None and first > anchor.as_of.date() + dt.timedelta(days=1):
        return False
    return last is None or last >= balance.as_of.date()


def _break(
    side: CashSide, expected: Decimal, found: Suspicion, *, known: bool = True
) -> Discrepancy:
    actual = None if side.balance is None else side.balance.value
    difference = None if actual is None else actual - expected
    value = ZERO if difference is None else abs(difference)
    severity = severity_of(value, rate=side.rate_to_base, account_value=side.account_value)
    return Discrepancy(
        verdict=Verdict.CASH if known else Verdict.NOT_KNOWN,
        account=side.account,
        instrument=None,
        symbol=None,
        currency=side.currency,
        tag="" if known else CASH,
        expected=expected if known else None,
        actual=actual,
        difference=difference if known else None,
        currency_value=value.quantize(CENT) if known else None,
        severity=severity if known else Severity.DUST,
        cause=found.cause,
        confidence=found.confidence,
        explanation=found.says,
        evidence=tuple(found.evidence),
    )


def _unknown(side: CashSide, moved: Sequence[CashMovement]) -> Suspicion:
    silent = [each for each in moved if each.amount is None]
    if silent:
        what = f"What {silent[0].says} brought in {side.currency}"
        says = f"{what} is not said: cash cannot be compared."
        return suspicion(Cause.UNEXPLAINED, "0", says, evidence(silent[0].says, silent[0].fact))
    first, last = side.history.first_day, side.history.last_day
    says = (
        f"What moved in {side.currency} is known from {first or 'the beginning'} to "
        f"{last or 'now'}, and not for all days between the balances: they cannot be compared."
    )
    return suspicion(Cause.UNSETTLED, "0.6", says)


def _untold(side: CashSide) -> Suspicion:
    says = (
        f"The statements of the account have no {side.untold}, so what there should be in "
        f"{side.currency} is not known. Add that section to the query."
    )
    return suspicion(Cause.UNEXPLAINED, "0", says)


# --- why -----------------------------------------------------------------------------------------

_Rule = Callable[[CashSide, Sequence[CashMovement], Decimal], Suspicion | None]


def _why(side: CashSide, moved: Sequence[CashMovement], expected: Decimal) -> Suspicion:
    difference = (side.balance.value if side.balance else ZERO) - expected
    found = [each for each in (rule(side, moved, difference) for rule in _RULES) if each]
    if found:
        return max(found, key=lambda each: each.confidence)
    since = _since(side)
    says = (
        f"The balance is {_money(side, expected + difference)}, and by the movements since "
        f"{side.anchor.as_of.date() if side.anchor else 'then'} it would be "
        f"{_money(side, expected)}: nothing explains the difference{since}."
    )
    return suspicion(Cause.UNEXPLAINED, "0", says)


def _money(side: CashSide, value: Decimal) -> str:
    return f"{cents(value)} {side.currency}"


def _since(side: CashSide) -> str:
    """Say between which balances it began, where there are some."""
    if side.anchor is None or side.balance is None:
        return ""
    last = side.anchor
    for seen in side.between:
        if not _agrees(side.movements, side.anchor, seen):
            return f", which began between {last.as_of.date()} and {seen.as_of.date()}"
        last = seen
    if last is side.anchor:
        return ""
    return f", which began between {last.as_of.date()} and {side.balance.as_of.date()}"


def _twice(side: CashSide, moved: Sequence[CashMovement], difference: Decimal) -> Suspicion | None:
    for place, each in enumerate(moved):
        if not each.amount or abs(each.amount + difference) > CENT:
            continue
        for other in moved[place + 1 :]:
            if (each.day, each.amount) != (other.day, other.amount):
                continue
            apart = bool(each.documents and other.documents) and not (
                each.documents & other.documents
            )
            says = (
                f"{begun(each.says)} of {_money(side, each.amount)} on {each.day} is there "
                f"twice: it was probably imported twice."
            )
            shown = (evidence(f"the key {one.key}", one.fact) for one in (each, other))
            return suspicion(Cause.DUPLICATE_IMPORT, "0.95" if apart else "0.75", says, *shown)
    return None


def _by_chance(value: Decimal, movements: int) -> bool:
    """Whether among so many movements one of this amount says little: it is small, or round."""
    amounts = abs(value).scaleb(min(places(value), places(CENT)))
    return amounts < _BY_CHANCE * movements


def _taken_back(
    side: CashSide, moved: Sequence[CashMovement], difference: Decimal
) -> Suspicion | None:
    for each in moved:
        if not each.amount or abs(each.amount + difference) > CENT:
            continue
        if _by_chance(each.amount, len(moved)):
            continue
        says = (
            f"Without {each.says} of {_money(side, each.amount)} on {each.day} the balance agrees: "
            f"it may have been cancelled or corrected."
        )
        shown = evidence(each.says, each.fact)
        return suspicion(Cause.CANCELLED_OR_CORRECTED, "0.5", says, shown)
    return None


def _unsettled(
    side: CashSide, moved: Sequence[CashMovement], difference: Decimal
) -> Suspicion | None:
    if side.balance is None:
        return None
    day = side.balance.as_of.date()
    late = [each for each in moved if each.settle_date is not None and each.settle_date > day]
    total = sum((each.amount or ZERO for each in late), ZERO)
    if not late or abs(total + difference) > CENT * (len(late) + 1):
        return None
    says = (
        f"{_money(side, total)} settle after {day}, {late[0].says} among them: the balance counts "
        f"what has settled."
    )
    shown = (evidence(f"settles on {each.settle_date}", each.fact) for each in late[:5])
    return suspicion(Cause.UNSETTLED, "0.85", says, *shown)


def _signed_wrong(
    side: CashSide, moved: Sequence[CashMovement], difference: Decimal
) -> Suspicion | None:
    for each in moved:
        if not each.amount or _by_chance(each.amount, len(moved)):
            continue
        if abs(each.amount * 2 + difference) <= CENT:
            says = (
                f"With the other sign of {each.says} of {_money(side, each.amount)} on {each.day} "
                f"the balance agrees."
            )
            return suspicion(Cause.WRONG_SIGN, "0.6", says, evidence(each.says, each.fact))
    return None


_RULES: Sequence[_Rule] = (_twice, _taken_back, _unsettled, _signed_wrong)
