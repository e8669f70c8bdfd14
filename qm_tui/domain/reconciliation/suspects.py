"""What led to a difference of quantity: every rule is asked, and the most probable cause is told.

The order is that of the rules on reconciliation (section 11): of equally probable causes the
earlier one is told.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal

from qm_tui.domain.reconciliation.beginnings import missing, orphan, starts_later
from qm_tui.domain.reconciliation.case import Case, Suspicion, held, signed
from qm_tui.domain.reconciliation.deliveries import undelivered
from qm_tui.domain.reconciliation.lot_traces import bought_untold, closed_untold, lots_untold
from qm_tui.domain.reconciliation.passing import (
    fractional,
    gone,
    option_ended,
    unpaired_transfer,
    wrong_multiplier,
    wrong_sign,
)
from qm_tui.domain.reconciliation.replay import Replay
from qm_tui.domain.reconciliation.retold import told_again
from qm_tui.domain.reconciliation.sides import Holding, ToldPosition
from qm_tui.domain.reconciliation.split_proofs import split_proven
from qm_tui.domain.reconciliation.splits import action_missing, split_missing, split_twice
from qm_tui.domain.reconciliation.told_twice import duplicate, stale, taken_back, unsettled
from qm_tui.domain.reconciliation.two_faults import two_at_once
from qm_tui.domain.reconciliation.what_if import can_prove
from qm_tui.domain.reconciliation.words import Cause

Rule = Callable[[Case], Suspicion | None]

RULES: Sequence[Rule] = (
    duplicate, told_again, taken_back, unsettled, starts_later, lots_untold, split_missing,
    split_twice, unpaired_transfer, undelivered, option_ended, gone, action_missing, fractional,
    wrong_sign, wrong_multiplier, missing, closed_untold, bought_untold, stale, orphan,
)  # fmt: skip
RATIO_RULES: Sequence[Rule] = (
    split_missing, unpaired_transfer, option_ended, gone, action_missing, fractional, wrong_sign,
    wrong_multiplier,
)  # fmt: skip
"""Those that look at the quantities alone, whatever they were reckoned from."""

_PROVEN = Decimal("0.87")


def suspect(case: Case, rules: Sequence[Rule] = RULES) -> Suspicion:
    """Return the most probable cause of a difference."""
    found = [each for each in (rule(case) for rule in rules) if each is not None]
    best = max(found, key=lambda each: each.confidence, default=None)
    if rules is RULES and (best is None or best.confidence < _PROVEN):
        # Looked for last: they take the longest.
        more = [each for each in (split_proven(case), two_at_once(case), best) if each is not None]
        best = max(more, key=lambda each: each.confidence, default=None)
    return best or unexplained(case)


def unexplained(case: Case) -> Suspicion:
    """Say what differs, and nothing more."""
    says = (
        f"The broker has {held(case.position.quantity, case.symbol)}, and our facts come to "
        f"{held(case.expected, case.symbol)}: {signed(case.difference)}, and nothing explains it."
    )
    if case.counted and can_prove(case):
        says = says.replace("nothing explains it", "no single thing explains it")
    return Suspicion(cause=Cause.UNEXPLAINED, confidence=Decimal(0), says=says)


def case_of(
    holding: Holding,
    position: ToldPosition,
    replay: Replay,
    expected: Decimal,
    *,
    bases_agree: bool | None = None,
) -> Case:
    """Look back through the broker's earlier positions: since when do our facts differ?"""
    difference = position.quantity - expected
    agreed, differed, steady = None, position, True
    for seen in sorted(holding.earlier, key=lambda each: each.as_of, reverse=True):
        if seen.as_of >= position.as_of:
            continue
        if replay.agrees(seen.as_of, seen.quantity):
            agreed = seen
            break
        differed = seen
        steady = steady and seen.quantity - replay.upto(seen.as_of) == difference
    return Case(
        holding=holding,
        position=position,
        replay=replay,
        expected=expected,
        agreed=agreed,
        differed=differed,
        steady=steady and agreed is None and differed is not position,
        bases_agree=bases_agree,
    )
