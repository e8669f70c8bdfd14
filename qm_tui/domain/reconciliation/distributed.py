"""Basis that went along with shares of another company: two costs that differ, and one cause.

Where the fraction is not told, the broker's own costs tell it: what the parent costs less is what
the distributed shares cost.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from qm_tui.domain.booking.sentences import cents, count
from qm_tui.domain.reconciliation.discrepancy import Discrepancy, evidence
from qm_tui.domain.reconciliation.replay import ZERO
from qm_tui.domain.reconciliation.sides import Holding, MovementKind, placed
from qm_tui.domain.reconciliation.tolerance import sum_tolerance
from qm_tui.domain.reconciliation.words import Cause, Verdict

_LIKELY = Decimal("0.88")
_VAGUE = Decimal("0.72")
"""Below it a cause is given up for this one."""
_PLACES = Decimal("0.000001")
Place = tuple[int, int | None]
"""Account and instrument."""


def explain_distributed(
    found: Sequence[Discrepancy], holdings: Sequence[Holding]
) -> Sequence[Discrepancy]:
    """Tell a distribution once, of its shares: what the parent costs less belongs to them."""
    by_place = placed(holdings)
    told: dict[Place, Discrepancy] = {}
    gone: set[Place] = set()
    for parent in found:
        if not _may_be_parent(parent):
            continue
        for child in found:
            if (child.account, child.currency) != (parent.account, parent.currency):
                continue
            place, holding = _place(child), by_place.get((child.account, child.instrument or 0))
            if holding is None or place in told or child is parent:
                continue
            if _costs(child, holding, -(parent.difference or ZERO)):
                told[place] = _distributed(child, parent)
                gone.add(_place(parent))
                break
    return tuple(
        told.get(_place(each), each) if _is_of_child(each) else each
        for each in found
        if not (each.verdict is Verdict.COST_BASIS and _place(each) in gone)
    )


def _place(found: Discrepancy) -> Place:
    return found.account, found.instrument


def _may_be_parent(found: Discrepancy) -> bool:
    """Whether the broker's cost is nearer to nothing than ours, for no good reason."""
    ours, less = found.expected, found.difference
    if found.verdict is not Verdict.COST_BASIS or not ours or not less:
        return False
    vague = found.confidence < _VAGUE or found.cause is Cause.CORPORATE_ACTION
    return vague and less * ours < 0 and abs(less) < abs(ours)


def _is_of_child(found: Discrepancy) -> bool:
    if found.verdict is Verdict.COST_BASIS:
        return found.expected is None and found.cause is Cause.CORPORATE_ACTION
    return found.verdict is Verdict.QUANTITY and found.cause is Cause.ORPHAN_POSITION


def _costs(child: Discrepancy, holding: Holding, less: Decimal) -> bool:
    """Whether the broker's cost of the shares is what it took of the parent's."""
    told = holding.position
    if not _is_of_child(child) or told is None or not told.cost_basis:
        return False
    near = sum_tolerance(len(holding.lots or ()) + 1)
    return any(abs(cost - less) <= near for cost in _whole_costs(holding, told.cost_basis))


def _whole_costs(holding: Holding, cost: Decimal) -> Iterator[Decimal]:
    """Yield what all shares cost that came: some of them may be sold."""
    yield cost
    told = holding.position
    came = [
        each.quantity
        for each in holding.movements
        if each.kind is MovementKind.CORPORATE_ACTION and each.quantity
    ]
    if told is not None and told.quantity and came:
        yield cost * sum(came, ZERO) / told.quantity


def _distributed(child: Discrepancy, parent: Discrepancy) -> Discrepancy:
    less = abs(parent.difference or ZERO)
    part = (less / abs(parent.expected or less)).quantize(_PLACES).normalize()
    money = f"{cents(less)} {parent.currency}"
    if child.verdict is Verdict.QUANTITY:
        says = (
            f"The broker's cost of {parent.symbol} is lower by {money}, and that is what its "
            f"{count(abs(child.difference or ZERO))} {child.symbol} cost: they were probably "
            f"distributed, in a spin-off, and nobody told."
        )
    else:
        says = (
            f"{child.symbol} came of {parent.symbol} without a basis. The broker moved {money} of "
            f"the cost of {parent.symbol} to it, a part of {part:f}: say that in the configuration "
            f"under [tax.spin_offs], if it is right."
        )
    shown = evidence(f"{parent.symbol} costs {money} less at the broker")
    return replace(
        child,
        cause=Cause.CORPORATE_ACTION,
        confidence=max(child.confidence, _LIKELY),
        explanation=says,
        evidence=(shown, *parent.evidence, *child.evidence),
    )
