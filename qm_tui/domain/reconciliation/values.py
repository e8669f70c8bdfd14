"""What a holding is worth by its price, and what totals are the sum of."""

from collections.abc import Sequence
from decimal import Decimal

from qm_tui.domain.booking.sentences import amount, cents, count
from qm_tui.domain.instruments import InstrumentType
from qm_tui.domain.reconciliation.case import Suspicion, suspicion
from qm_tui.domain.reconciliation.discrepancy import Discrepancy, Evidence, evidence
from qm_tui.domain.reconciliation.holding_breaks import money_break
from qm_tui.domain.reconciliation.replay import ZERO
from qm_tui.domain.reconciliation.severity import severity_of
from qm_tui.domain.reconciliation.sides import Holding, Total
from qm_tui.domain.reconciliation.tolerance import CENT, sum_tolerance, value_tolerance
from qm_tui.domain.reconciliation.words import Cause, Severity, Verdict

_HUNDRED = Decimal(100)
_PERCENT = Decimal("0.01")
_BY_PERCENT = frozenset({InstrumentType.BOND, InstrumentType.OTHER})
_SHOWN = 5


def judge_value(holding: Holding) -> Sequence[Discrepancy]:
    """Compare the value of a position with quantity × price × multiplier."""
    told = holding.position
    if told is None or told.market_price is None or told.market_value is None:
        return ()
    units = told.quantity * holding.instrument.multiplier
    expected = units * told.market_price
    if _worth_as_told(holding, expected, units):
        return ()
    found = _why_value(holding, expected, told.market_value)
    return (
        money_break(
            Verdict.MARKET_VALUE,
            holding,
            found,
            expected=expected,
            actual=told.market_value,
            value=told.market_value - expected,
        ),
    )


def _worth_as_told(holding: Holding, expected: Decimal, units: Decimal) -> bool:
    """Whether the value is what some broker would make of it.

    Bonds are priced in percent; of a future some brokers say that it is worth nothing, as only its
    gains are paid.
    """
    told, kind = holding.position, holding.instrument.type
    if told is None or told.market_price is None or told.market_value is None:
        return True
    ways = [expected]
    if kind in _BY_PERCENT:
        plain = told.quantity * told.market_price
        ways += [expected * _PERCENT, plain, plain * _PERCENT]
    if kind is InstrumentType.FUTURE:
        ways.append(ZERO)
    return any(
        abs(told.market_value - way) <= value_tolerance(way, told.market_price, units)
        for way in ways
    )


def _why_value(holding: Holding, expected: Decimal, actual: Decimal) -> Suspicion:
    told = holding.position
    price = ZERO if told is None or told.market_price is None else told.market_price
    quantity = ZERO if told is None else told.quantity
    factor = holding.instrument.multiplier
    times = "" if factor == 1 else f" × {count(factor)}"
    says = (
        f"{count(quantity)} {holding.instrument.symbol} × {amount(price)}{times} come to "
        f"{cents(expected)}, and the broker's value is {cents(actual)}"
    )
    shown = evidence("the broker's position", None if told is None else told.fact)
    if actual == -expected:
        return suspicion(Cause.WRONG_SIGN, "0.9", f"{says}: the sign is wrong.", shown)
    for each in sorted({factor, _HUNDRED} - {Decimal(1)}):
        near = CENT * each
        if abs(actual - expected * each) <= near or abs(actual * each - expected) <= near:
            reason = f"{says}: one of them counts with the multiplier {count(each)}."
            return suspicion(Cause.WRONG_MULTIPLIER, "0.92", reason, shown)
    if expected * actual > 0 and abs(actual - expected) * 4 < abs(expected):
        reason = f"{says}: price and value are probably of different moments."
        return suspicion(Cause.STALE_DATA, "0.6", reason, shown)
    return suspicion(Cause.UNEXPLAINED, "0", f"{says}: nothing explains it.", shown)


def distance(total: Total) -> Decimal:
    """Return how far a total is from the sum of those parts that are known."""
    return abs((total.value or ZERO) - sum((part.value or ZERO for part in total.parts), ZERO))


def judge_total(total: Total) -> Sequence[Discrepancy]:
    """Compare a total with the sum of its parts, to a cent for each."""
    if total.value is None or not total.parts:
        return ()
    known = [part.value for part in total.parts if part.value is not None]
    expected = sum(known, ZERO)
    if len(known) < len(total.parts):
        return (_part_unknown(total, expected),)
    difference = total.value - expected
    if abs(difference) <= sum_tolerance(len(known)) + _rounding(total):
        return ()
    return (_total_break(total, expected, _why_total(total, expected, difference)),)


def _rounding(total: Total) -> Decimal:
    return sum((part.rounding for part in total.parts), ZERO)


def _total_break(total: Total, expected: Decimal, found: Suspicion) -> Discrepancy:
    difference = None if total.value is None else total.value - expected
    value = ZERO if difference is None else abs(difference)
    return Discrepancy(
        verdict=total.verdict,
        account=total.account,
        instrument=None,
        symbol=None,
        currency=total.currency,
        tag=total.tag,
        expected=expected,
        actual=total.value,
        difference=difference,
        currency_value=value.quantize(CENT),
        severity=severity_of(value, rate=total.rate_to_base, account_value=total.account_value),
        cause=found.cause,
        confidence=found.confidence,
        explanation=found.says,
        evidence=tuple(found.evidence),
    )


def _part_unknown(total: Total, known: Decimal) -> Discrepancy:
    missing = [part for part in total.parts if part.value is None]
    says = (
        f"{total.tag} cannot be compared: {len(missing)} of its {len(total.parts)} parts are not "
        f"known, among them {missing[0].says}; the others come to {cents(known)} {total.currency}."
    )
    return Discrepancy(
        verdict=Verdict.NOT_KNOWN,
        account=total.account,
        instrument=None,
        symbol=None,
        currency=total.currency,
        tag=total.tag,
        expected=None,
        actual=total.value,
        difference=None,
        currency_value=None,
        severity=Severity.DUST,
        cause=Cause.UNEXPLAINED,
        confidence=ZERO,
        explanation=says,
        evidence=tuple(evidence(f"not known: {part.says}", part.fact) for part in missing[:_SHOWN]),
    )


def _why_total(total: Total, expected: Decimal, difference: Decimal) -> Suspicion:
    says = (
        f"{total.tag} is {cents(total.value)} {total.currency}, and its {len(total.parts)} parts "
        f"come to {cents(expected)}"
    )
    near = sum_tolerance(len(total.parts)) + _rounding(total)
    shown: list[Evidence] = [evidence("the total", total.fact)]
    for part in total.parts:
        value = part.value or ZERO
        if value and abs(difference + value) <= near:
            shown.append(evidence(f"not in the total: {part.says}", part.fact))
            return suspicion(
                Cause.STALE_DATA, "0.5", f"{says}: without {part.says} they would agree.", *shown
            )
        if value and abs(difference - value) <= near:
            shown.append(evidence(f"the difference is as much: {part.says}", part.fact))
            reason = f"{says}: something worth as much as {part.says} is missing among them."
            return suspicion(Cause.UNEXPLAINED, "0.2", reason, *shown)
        if value and abs(difference + 2 * value) <= near:
            shown.append(evidence(f"with the other sign: {part.says}", part.fact))
            reason = f"{says}: with the other sign of {part.says} they would agree."
            return suspicion(Cause.WRONG_SIGN, "0.5", reason, *shown)
    reason = f"{says}: something is missing among them."
    return suspicion(Cause.UNEXPLAINED, "0", reason, *shown)
