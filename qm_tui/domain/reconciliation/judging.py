"""What does not add up in a holding, in cash, in a total: the one door to these rules.

Whoever asks has the union of both sides' instruments: what only the broker has, and what only our
facts have, is a holding as well.
"""

from collections.abc import Collection, Sequence
from decimal import localcontext

from qm_tui.domain.booking.money import CONTEXT
from qm_tui.domain.reconciliation import (
    cash,
    cash_exchanged,
    cash_or_history,
    cash_together,
    together,
    values,
)
from qm_tui.domain.reconciliation.costs import bases_agree, judge_cost
from qm_tui.domain.reconciliation.discrepancy import Discrepancy
from qm_tui.domain.reconciliation.distributed import explain_distributed
from qm_tui.domain.reconciliation.lot_sums import judge_broker_lots, judge_open_lots
from qm_tui.domain.reconciliation.premiums import explain_premiums
from qm_tui.domain.reconciliation.quantities import judge_quantity, replayed
from qm_tui.domain.reconciliation.realized import judge_realized
from qm_tui.domain.reconciliation.sides import CashSide, Holding, Total
from qm_tui.domain.reconciliation.words import Verdict


def judge_holding(holding: Holding) -> Sequence[Discrepancy]:
    """Compare both sides of one instrument in one account; nothing where they agree."""
    with localcontext(CONTEXT):
        replay = replayed(holding)
        bases = bases_agree(holding, replay)
        quantity = judge_quantity(holding, replay, bases_agree=bases)
        lots = judge_open_lots(holding, replay, quantity, bases_agree=bases)
        found = [*quantity, *lots, *judge_broker_lots(holding, replay)]
        if not quantity and not lots:
            found += (*judge_cost(holding, replay), *judge_realized(holding))
        return (*found, *values.judge_value(holding))


def judge_cash(side: CashSide) -> Sequence[Discrepancy]:
    """Compare a balance with what an earlier one and the movements since come to."""
    with localcontext(CONTEXT):
        return cash.judge_cash(side)


def judge_total(total: Total) -> Sequence[Discrepancy]:
    """Compare a total with the sum of its parts."""
    with localcontext(CONTEXT):
        return values.judge_total(total)


def explain_together(
    found: Sequence[Discrepancy], holdings: Sequence[Holding]
) -> Sequence[Discrepancy]:
    """Look across holdings: what one has too many, and another too few, has one cause."""
    with localcontext(CONTEXT):
        found = explain_premiums(together.explain_together(found, holdings), holdings)
        return explain_distributed(found, holdings)


def explain_cash(
    found: Sequence[Discrepancy],
    holdings: Sequence[Holding],
    sides: Sequence[CashSide],
    whole: Collection[tuple[int, str]] = (),
) -> Sequence[Discrepancy]:
    """Look from cash to holdings, and give its breaks the cause of those they follow from.

    Args:
        found: all that does not add up.
        holdings: those that differ.
        sides: the cash that does not come out by its sums.
        whole: (account, currency) of cash that was compared from the first day of history on.
    """
    broken = {
        (each.account, each.currency)
        for each in found
        if each.instrument is None and each.verdict in {Verdict.CASH, Verdict.NOT_KNOWN}
    }
    with localcontext(CONTEXT):
        found = cash_or_history.tell_apart(found, holdings, {*whole} - broken)
        found = cash_together.explain_cash(found, holdings, sides)
        return cash_exchanged.explain_exchanges(found, sides)
