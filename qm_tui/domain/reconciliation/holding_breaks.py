"""What does not add up in one holding, put into the form in which all of it is handed on."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from qm_tui.domain.reconciliation.case import Suspicion
from qm_tui.domain.reconciliation.discrepancy import Discrepancy, Evidence
from qm_tui.domain.reconciliation.severity import severity_of
from qm_tui.domain.reconciliation.sides import Holding
from qm_tui.domain.reconciliation.tolerance import CENT
from qm_tui.domain.reconciliation.words import Severity, Verdict


def money_break(
    verdict: Verdict,
    holding: Holding,
    found: Suspicion,
    *,
    expected: Decimal | None,
    actual: Decimal | None,
    value: Decimal,
    more: Sequence[Evidence] = (),
) -> Discrepancy:
    """Tell of amounts in the instrument's currency that differ.

    Args:
        verdict: what was compared.
        holding: of what.
        found: the likely cause.
        expected: what follows from our facts; None: it is not known.
        actual: what the broker says.
        value: the difference, or what it may be where `expected` is unknown.
        more: evidence behind that of the cause.
    """
    return replace(
        not_known(holding, found, expected=expected, actual=actual),
        verdict=verdict,
        difference=None if expected is None else value,
        currency_value=abs(value).quantize(CENT),
        severity=severity_of(
            abs(value), rate=holding.rate_to_base, account_value=holding.account_value
        ),
        evidence=(*found.evidence, *more),
    )


def units_break(
    verdict: Verdict,
    holding: Holding,
    found: Suspicion,
    *,
    expected: Decimal,
    actual: Decimal,
    difference: Decimal,
    value: Decimal | None,
    more: Sequence[Evidence] = (),
) -> Discrepancy:
    """Tell of shares or contracts that differ, and what these are worth (None: unknown)."""
    return replace(
        not_known(holding, found, expected=expected, actual=actual),
        verdict=verdict,
        difference=difference,
        currency_value=value,
        severity=severity_of(
            value,
            quantity=difference,
            rate=holding.rate_to_base,
            account_value=holding.account_value,
        ),
        evidence=(*found.evidence, *more),
    )


def not_known(
    holding: Holding,
    found: Suspicion,
    *,
    expected: Decimal | None = None,
    actual: Decimal | None = None,
) -> Discrepancy:
    """Say that one side is not known: never an alarm."""
    return Discrepancy(
        verdict=Verdict.NOT_KNOWN,
        account=holding.account,
        instrument=holding.instrument.id,
        symbol=holding.instrument.symbol,
        currency=holding.instrument.currency,
        expected=expected,
        actual=actual,
        difference=None,
        currency_value=None,
        severity=Severity.DUST,
        cause=found.cause,
        confidence=found.confidence,
        explanation=found.says,
        evidence=tuple(found.evidence),
    )
