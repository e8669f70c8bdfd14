"""A cost that differs by just the premium of an option whose end nobody told."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from qm_tui.domain.booking.sentences import cents, count
from qm_tui.domain.reconciliation.discrepancy import Discrepancy, evidence
from qm_tui.domain.reconciliation.sides import Holding, placed
from qm_tui.domain.reconciliation.tolerance import sum_tolerance
from qm_tui.domain.reconciliation.words import Cause, Verdict

_CONFIDENCE = Decimal("0.93")


def explain_premiums(
    found: Sequence[Discrepancy], holdings: Sequence[Holding]
) -> Sequence[Discrepancy]:
    """Name the premium where the broker has it in the cost of the shares, and we do not."""
    by_place = placed(holdings)
    ended = [
        (each, by_place[each.account, each.instrument])
        for each in found
        if each.cause is Cause.OPTION_EVENT_MISSING and each.instrument is not None
        and (each.account, each.instrument) in by_place
        and by_place[each.account, each.instrument].instrument.underlying is not None
    ]  # fmt: skip
    if not ended:
        return found
    return tuple(
        _explained(each, ended, by_place) if each.verdict is Verdict.COST_BASIS else each
        for each in found
    )


def _explained(
    cost: Discrepancy,
    ended: Sequence[tuple[Discrepancy, Holding]],
    by_place: Mapping[tuple[int, int], Holding],
) -> Discrepancy:
    if cost.difference is None or cost.instrument is None or cost.confidence >= _CONFIDENCE:
        return cost
    for option, holding in ended:
        on = holding.instrument.underlying
        premium = holding.own_cost if holding.lots else None
        if option.account != cost.account or on != cost.instrument or premium is None:
            continue
        if abs(premium - cost.difference) <= sum_tolerance(len(holding.lots or ())):
            return _because_of(cost, option, by_place[cost.account, cost.instrument])
    return cost


def _because_of(cost: Discrepancy, option: Discrepancy, holding: Holding) -> Discrepancy:
    difference = cost.difference or Decimal(0)
    way = "higher" if difference > 0 else "lower"
    which = "it" if abs(option.difference or Decimal(0)) == 1 else "they"
    says = (
        f"The broker's cost of {cost.symbol} is {way} by {cents(abs(difference))} "
        f"{cost.currency}: the premium of {count(abs(option.difference or Decimal(0)))} "
        f"{option.symbol}. How {which} ended is not in our facts, so the premium is not in our "
        f"cost."
    )
    told = holding.position
    shown = evidence(f"the broker's cost of {cost.symbol}", None if told is None else told.fact)
    return replace(
        cost,
        cause=Cause.PREMIUM_NOT_FOLDED,
        confidence=_CONFIDENCE,
        explanation=says,
        evidence=(*option.evidence, shown),
    )
