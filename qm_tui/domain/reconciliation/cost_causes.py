"""Why the broker's cost of a holding may differ from what our lots cost."""

from decimal import Decimal

from qm_tui.domain.booking.sentences import cents, count
from qm_tui.domain.booking.words import BasisStatus, FindingKind, Origin, View
from qm_tui.domain.reconciliation.case import Suspicion, suspicion
from qm_tui.domain.reconciliation.discrepancy import Evidence, evidence
from qm_tui.domain.reconciliation.replay import ZERO, Replay
from qm_tui.domain.reconciliation.sides import Holding, Movement
from qm_tui.domain.reconciliation.tolerance import CENT, sum_tolerance
from qm_tui.domain.reconciliation.words import Cause

_HUNDRED = Decimal(100)
_FEE, _FEE_SHARE = Decimal(10), Decimal("0.005")
"""What a trade costs at most, where nobody says it."""


def money(holding: Holding, value: Decimal) -> str:
    """Write an amount in the currency of the instrument, to the cent."""
    currency = holding.instrument.currency
    return cents(value) + ("" if currency is None else f" {currency}")


def paid(trade: Movement, multiplier: Decimal) -> Decimal | None:
    """Return what a trade cost with its commission; below zero: what it brought."""
    if trade.price is None or trade.quantity is None:
        return None
    return trade.quantity * trade.price * multiplier - (trade.commission or ZERO)


def why_cost_differs(
    holding: Holding, replay: Replay, cost: Decimal, difference: Decimal
) -> Suspicion:
    """Return the most probable cause of a difference between the costs."""
    symbol = holding.instrument.symbol
    says = (
        f"The broker's cost of {symbol} is {money(holding, cost + difference)}, and our lots cost "
        f"{money(holding, cost)}"
    )
    rules = (_wash, _commission, _returned, _chosen, _factor, _premium, _rounding)
    found = [each for each in (rule(holding, replay, cost, difference) for rule in rules) if each]
    if not found:
        return suspicion(Cause.UNEXPLAINED, "0", f"{says}: nothing explains it.")
    cause, confidence, reason, shown = max(found, key=lambda each: Decimal(each[1]))
    return suspicion(cause, confidence, f"{says}: {reason}.", *shown)


_Reason = tuple[Cause, str, str, tuple[Evidence, ...]]


def _wash(holding: Holding, replay: Replay, cost: Decimal, difference: Decimal) -> _Reason | None:
    """The broker has disallowed other losses than we, or some of them."""
    del replay
    told = cost + difference
    views = [each for each in holding.bases.values() if each is not None]
    low, high = min((cost, *views)), max((cost, *views))
    taxpayer = holding.bases.get(View.TAXPAYER)
    if taxpayer is not None and abs(told - taxpayer) <= sum_tolerance(len(holding.lots or ())):
        reason = "it is that of the taxpayer's view, with the wash sales of all accounts"
        return Cause.WASH_SALE_VIEW, "0.9", reason, ()
    if low < told < high:
        reason = "a part of the losses that wash sales added to it"
        return Cause.WASH_SALE_VIEW, "0.7", reason, ()
    for finding in holding.findings:
        if finding.kind is FindingKind.POSSIBLE_WASH_SALE:
            shown = (evidence("a possible wash sale", finding.fact),)
            return Cause.WASH_SALE_VIEW, "0.4", "there may be a wash sale that we left out", shown
    return None


def _commission(
    holding: Holding, replay: Replay, cost: Decimal, difference: Decimal
) -> _Reason | None:
    """The commissions of some of the trades are on one side only."""
    total = sum((abs(each.commission or ZERO) for each in replay.movements), ZERO)
    if not total and 0 < difference <= min(_FEE * len(replay.movements), abs(cost) * _FEE_SHARE):
        reason = "so much may be commissions that are not in our facts"
        return Cause.COMMISSION, "0.5", reason, ()
    if not total or abs(difference) > total + sum_tolerance(len(holding.lots or ())):
        return None
    single = next(
        (each for each in replay.movements if abs(each.commission or ZERO) == abs(difference)), None
    )
    if single is not None:
        shown = (evidence(f"its commission is {money(holding, difference)}", single.fact),)
        return Cause.COMMISSION, "0.85", "the difference is a commission", shown
    reason = f"the difference is within the commissions of {money(holding, total)}"
    return Cause.COMMISSION, "0.6", reason, ()


def _returned(
    holding: Holding, replay: Replay, cost: Decimal, difference: Decimal
) -> _Reason | None:
    """A corporate action that moves basis was counted on one side only."""
    del replay
    for action in holding.actions:
        if action.type == "return_of_capital" and difference < 0:
            shown = (evidence(f"the return of capital on {action.day}", action.fact),)
            reason = "capital was returned, and our lots may not have it"
            return Cause.RETURN_OF_CAPITAL, "0.7", reason, shown
    for finding in holding.findings:
        if finding.kind in (FindingKind.FRACTION_UNKNOWN, FindingKind.ACTION_UNKNOWN):
            shown = (evidence(finding.detail or "a corporate action", finding.fact),)
            reason = f"how a corporate action on {finding.day} moved basis is not known"
            return Cause.CORPORATE_ACTION, "0.8", reason, shown
    for action in holding.actions:
        if not action.moves and difference * cost < 0:
            shown = (evidence("the spin-off", action.fact),)
            reason = f"how much of it the spin-off on {action.day} took along may be the difference"
            return Cause.CORPORATE_ACTION, "0.7", reason, shown
        if action.type in ("spin_off", "merger", "rights", "conversion", "tender"):
            shown = (evidence(f"the {action.type.replace('_', ' ')}", action.fact),)
            reason = f"a corporate action on {action.day} may have moved basis otherwise"
            return Cause.CORPORATE_ACTION, "0.55", reason, shown
    return None


def _chosen(holding: Holding, replay: Replay, cost: Decimal, difference: Decimal) -> _Reason | None:
    """The broker closed other lots: its cost lies within what lots can cost."""
    for finding in holding.findings:
        if finding.kind in (FindingKind.METHOD_OVERRIDDEN, FindingKind.SELECTION_MISSING):
            shown = (evidence(finding.detail or "other lots were closed", finding.fact),)
            reason = f"other lots were closed on {finding.day}"
            return Cause.LOT_CHOICE, "0.75", reason, shown
    if not any(lot.basis_status is BasisStatus.KNOWN for lot in holding.lots or ()):
        return None
    held = ZERO
    closed, units = False, []
    for each in replay.movements:
        closed = closed or held * (each.quantity or ZERO) < 0
        held += each.quantity or ZERO
        cost_in = paid(each, holding.instrument.multiplier)
        if cost_in and each.quantity and each.quantity * held > 0:
            units.append(cost_in / each.quantity)
    told = (cost + difference) / held if held else ZERO
    if closed and units and min(units) <= told <= max(units):
        return Cause.LOT_CHOICE, "0.55", "other lots were probably closed by the sales", ()
    return None


def _factor(holding: Holding, replay: Replay, cost: Decimal, difference: Decimal) -> _Reason | None:
    """The multiplier, or the sign, is on one side only."""
    del replay
    told = cost + difference
    if cost and told == -cost:
        return Cause.WRONG_SIGN, "0.9", "the same with the other sign", ()
    for factor in {holding.instrument.multiplier, _HUNDRED} - {Decimal(1)}:
        near = sum_tolerance(1) * factor
        if cost and (abs(told - cost * factor) <= near or abs(told * factor - cost) <= near):
            return Cause.WRONG_MULTIPLIER, "0.9", f"{count(factor)} times as much, or as little", ()
    return None


def _premium(
    holding: Holding, replay: Replay, cost: Decimal, difference: Decimal
) -> _Reason | None:
    """Shares came from an option, and its premium is on one side only."""
    del replay, cost, difference
    if not any(lot.origin is Origin.EXERCISE for lot in holding.lots or ()):
        return None
    reason = "the premium of the option that delivered them may be on one side only"
    return Cause.PREMIUM_NOT_FOLDED, "0.65", reason, ()


def _rounding(
    holding: Holding, replay: Replay, cost: Decimal, difference: Decimal
) -> _Reason | None:
    """What is left when amounts are rounded again and again."""
    del cost
    most = CENT * (len(replay.movements) + len(holding.lots or ()) + 5)
    if abs(difference) > most:
        return None
    return Cause.ROUNDING, "0.7", "so little is left over when amounts are rounded", ()
