"""What closings gained: as the broker says, and by our lots."""

from collections.abc import Sequence
from decimal import Decimal

from qm_tui.domain.booking.sentences import cents
from qm_tui.domain.reconciliation.case import Suspicion, suspicion
from qm_tui.domain.reconciliation.discrepancy import Discrepancy, evidence
from qm_tui.domain.reconciliation.holding_breaks import money_break
from qm_tui.domain.reconciliation.replay import ZERO
from qm_tui.domain.reconciliation.sides import Holding, ToldGain
from qm_tui.domain.reconciliation.tolerance import CENT, sum_tolerance
from qm_tui.domain.reconciliation.words import Cause, Verdict

_SHOWN = 5


def gains_agree(gain: ToldGain) -> bool:
    """Whether a broker may have told this gain: with disallowed losses in its basis or not."""
    near = sum_tolerance(gain.lots)
    return any(abs(told - ours) <= near for told in gain.told[:1] for ours in gain.ours) and all(
        abs(told - gain.told[0]) <= near for told in gain.told[1:]
    )


def judge_realized(holding: Holding) -> Sequence[Discrepancy]:
    """Compare the gains that the broker told with ours, closing by closing."""
    doubtful = [gain for gain in holding.gains if not gains_agree(gain)]
    if not doubtful:
        return ()
    expected = sum((gain.ours[0] for gain in doubtful), ZERO)
    actual = sum((_other(gain) for gain in doubtful), ZERO)
    difference = actual - expected
    if abs(difference) <= CENT:
        # One closing has more and another less: it matters which lots they closed, not how much.
        difference = max((_other(gain) - gain.ours[0] for gain in doubtful), key=abs)
        actual = expected + difference
    found = _why(holding, doubtful, expected, actual)
    return (
        money_break(
            Verdict.REALIZED_PNL,
            holding,
            found,
            expected=expected,
            actual=actual,
            value=difference,
        ),
    )


def _other(gain: ToldGain) -> Decimal:
    """Return the told gain that is farthest from ours: trade and lots may contradict each other."""
    return max(gain.told, key=lambda told: abs(told - gain.ours[0]))


def _why(
    holding: Holding, doubtful: Sequence[ToldGain], expected: Decimal, actual: Decimal
) -> Suspicion:
    symbol, currency = holding.instrument.symbol, holding.instrument.currency or ""
    first = doubtful[0]
    closings = "closing" if len(doubtful) == 1 else f"{len(doubtful)} closings"
    says = (
        f"The {closings} of {symbol} on {first.day}{'' if len(doubtful) == 1 else ' and later'} "
        f"gained {cents(actual)} {currency} as the broker says, and {cents(expected)} by our lots"
    )
    shown = [
        evidence(f"{gain.day}: {cents(_other(gain))} told, {cents(gain.ours[0])} ours", gain.fact)
        for gain in doubtful[:_SHOWN]
    ]
    fees = sum((gain.fees for gain in doubtful), ZERO)
    if fees and abs(abs(actual - expected) - fees) <= sum_tolerance(len(doubtful)):
        reason = f"{says}: one of them counts without the commission of the closing."
        return suspicion(Cause.COMMISSION, "0.85", reason, *shown)
    if any(gain.other_lots for gain in doubtful):
        reason = f"{says}: the broker closed other lots than we did."
        return suspicion(Cause.LOT_CHOICE, "0.85", reason, *shown)
    return suspicion(Cause.UNEXPLAINED, "0", f"{says}: nothing explains it.", *shown)
