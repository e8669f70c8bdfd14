"""Money that is missing in one currency and too much in another: an exchange that nobody told."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

from qm_tui.domain.booking.sentences import cents
from qm_tui.domain.reconciliation.discrepancy import Discrepancy, evidence
from qm_tui.domain.reconciliation.sides import CashSide
from qm_tui.domain.reconciliation.words import Cause, Verdict

_ALIKE = Decimal("0.15")
"""How far both amounts may be apart at the newest rate: the exchange may be of long ago."""
_BY_RATE = Decimal("0.85")
_BY_SIGN = Decimal("0.6")
"""Where no rate is known, but nothing else differs in the account."""
_PLACES = Decimal("0.0001")


def explain_exchanges(
    found: Sequence[Discrepancy], sides: Sequence[CashSide]
) -> Sequence[Discrepancy]:
    """Give breaks of cash in two currencies their common cause."""
    rates = {(each.account, each.currency): each.rate_to_base for each in sides}
    vague = [
        each
        for each in found
        if each.verdict is Verdict.CASH and each.difference and each.confidence < _BY_SIGN
    ]
    told: dict[str, Discrepancy] = {}
    for one, other in combinations(vague, 2):
        if one.account != other.account or one.key in told or other.key in told:
            continue
        alone = all(each in (one, other) for each in vague if each.account == one.account)
        confidence = _confidence(one, other, rates, alone=alone)
        if confidence is not None:
            told |= {each.key: _exchanged(each, one, other, confidence) for each in (one, other)}
    return tuple(told.get(each.key, each) for each in found)


def _confidence(
    one: Discrepancy,
    other: Discrepancy,
    rates: Mapping[tuple[int, str], Decimal | None],
    *,
    alone: bool,
) -> Decimal | None:
    first, second = one.difference or Decimal(0), other.difference or Decimal(0)
    if first * second >= 0:
        return None
    here, there = (rates.get((each.account, each.currency or "")) for each in (one, other))
    if here is None or there is None:
        return _BY_SIGN if alone else None
    values = abs(first * here), abs(second * there)
    return _BY_RATE if max(values) - min(values) <= _ALIKE * max(values) else None


def _exchanged(
    found: Discrepancy, one: Discrepancy, other: Discrepancy, confidence: Decimal
) -> Discrepancy:
    came, went = (one, other) if (one.difference or 0) > 0 else (other, one)
    bought, paid = abs(came.difference or Decimal(0)), abs(went.difference or Decimal(0))
    price = (paid / bought).quantize(_PLACES).normalize()
    says = (
        f"The account has {cents(bought)} {came.currency} more than our facts and {cents(paid)} "
        f"{went.currency} less: an exchange of one for the other, at about {price:f}, is probably "
        f"missing."
    )
    second = other if found.key == one.key else one
    shown = evidence(f"the cash in {second.currency} differs, too")
    return replace(
        found, cause=Cause.MISSING_TRADE, confidence=confidence, explanation=says,
        evidence=(shown, *found.evidence),
    )  # fmt: skip
