"""What would be held, and what it would cost, if our facts were others: a way to prove a cause.

Lots are booked first in, first out, in the plainest way there is. Where that does not even give our
own lots (another method, wash sales, mergers), it proves nothing, and nothing is said.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from qm_tui.domain.reconciliation.case import Case
from qm_tui.domain.reconciliation.replay import ZERO, nominal
from qm_tui.domain.reconciliation.sides import Movement, MovementKind
from qm_tui.domain.reconciliation.splits import SPLITS
from qm_tui.domain.reconciliation.tolerance import CENT, average_tolerance

Days = Mapping[dt.date, Decimal]
"""The day of acquisition → how much of it is held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lot:
    """What is left of one acquisition, signed."""

    day: dt.date
    quantity: Decimal
    cost: Decimal
    fees: Decimal
    """What of the cost is commissions."""

    def part(self, quantity: Decimal) -> "_Lot":
        """Return so much of it, with its share of the cost."""
        share = quantity / self.quantity
        return replace(self, quantity=quantity, cost=self.cost * share, fees=self.fees * share)


def fits(case: Case, movements: Iterable[Movement]) -> bool | None:
    """Whether these movements leave the lots, or the cost, that the broker has; None: unknown."""
    if not case.position.quantity or not _is_plain(case):
        return None
    lots = _left_of(movements)
    if lots is None:
        return None
    if sum((lot.quantity for lot in lots), ZERO) != case.position.quantity:
        return False
    days = told_days(case)
    if days is not None and _days_of((lot.day, lot.quantity) for lot in lots) != days:
        return False
    cost = case.position.cost_basis
    if cost is None:
        return None if days is None else True
    return _cost_as_told(case, lots, cost)


def _cost_as_told(case: Case, lots: Sequence[_Lot], cost: Decimal) -> bool:
    whole = sum((lot.cost for lot in lots), ZERO)
    fees = sum((lot.fees for lot in lots), ZERO)
    units = case.position.quantity * case.holding.instrument.multiplier
    near = average_tolerance(cost, units, len(lots))
    return min(abs(cost - whole), abs(cost - whole + fees)) <= near


def without(case: Case, some: Collection[Movement]) -> list[Movement]:
    """Return what we count, but for some."""
    return [each for each in case.replay.movements if not any(each is one for one in some)]


def turned(case: Case, one: Movement) -> list[Movement]:
    """Return what we count, with one the other way round."""
    quantity = -(one.quantity or ZERO)
    proceeds = None if one.proceeds is None else abs(one.proceeds).copy_sign(-quantity)
    other = replace(one, quantity=quantity, proceeds=proceeds)
    return [other if each is one else each for each in case.replay.movements]


def closed_last(case: Case) -> list[Movement]:
    """Return what we count, and a trade at the end that makes the quantities agree."""
    if not case.counted:
        return []
    trade = replace(
        case.counted[-1], kind=MovementKind.TRADE, type=None, key="", day=case.as_of.date(),
        at=case.as_of, quantity=case.difference, price=Decimal(1), proceeds=-case.difference,
        commission=None,
    )  # fmt: skip
    return [*case.replay.movements, trade]


def opened_on(case: Case, day: dt.date) -> list[Movement]:
    """Return what we count, and a trade on a day that makes the quantities agree."""
    if not case.counted:
        return []
    trade = replace(
        case.counted[0], kind=MovementKind.TRADE, type=None, key="", day=day, at=None,
        quantity=case.difference, price=None, proceeds=ZERO, commission=None,
    )  # fmt: skip
    return [*case.replay.movements, trade]


def days_left(movements: Iterable[Movement]) -> Days | None:
    """Return the days of acquisition of what movements leave; None where they are not plain."""
    lots = _left_of(movements)
    return None if lots is None else _days_of((lot.day, lot.quantity) for lot in lots)


def told_days(case: Case) -> Days | None:
    """Return when what the broker holds was acquired, by its lots of that moment."""
    lots = case.holding.broker_lots
    if not lots or any(lot.acquisition_date is None or lot.as_of != case.as_of for lot in lots):
        return None
    days = _days_of((lot.acquisition_date, lot.quantity) for lot in lots if lot.acquisition_date)
    return days if sum(days.values(), ZERO) == case.position.quantity else None


def own_days(case: Case) -> Days | None:
    """Return when what we hold was acquired; None where a lot does not say, or it is of later."""
    lots = case.holding.lots
    if lots is None or case.replay.after(case.as_of):
        return None
    days: defaultdict[dt.date, Decimal] = defaultdict(Decimal)
    for lot in lots:
        if lot.acquisition_date is None:
            return None
        days[lot.acquisition_date] += lot.quantity
    return days if sum(days.values(), ZERO) == case.expected else None


def _days_of(parts: Iterable[tuple[dt.date, Decimal]]) -> Days:
    days: defaultdict[dt.date, Decimal] = defaultdict(Decimal)
    for day, quantity in parts:
        days[day] += quantity
    return dict(days)


def _is_plain(case: Case) -> bool:
    """Whether the plainest way to book gives our own lots."""
    lots = case.holding.lots
    if lots is None or any(nominal(each) > case.as_of for each in case.replay.movements):
        return False
    plain = _left_of(case.replay.movements)
    if plain is None or sum((lot.quantity for lot in lots), ZERO) != case.expected:
        return False
    if sum((lot.quantity for lot in plain), ZERO) != case.expected:
        return False
    costs = [lot.cost_basis for lot in lots if lot.cost_basis is not None]
    if len(costs) < len(lots):
        return False
    apart = sum(costs, ZERO) - sum((lot.cost for lot in plain), ZERO)
    return abs(apart) <= CENT * (len(lots) + 1)


def _left_of(movements: Iterable[Movement]) -> Sequence[_Lot] | None:
    """Return the lots that movements leave; None where one cannot be booked so plainly."""
    lots: list[_Lot] = []
    for each in sorted(movements, key=lambda one: (nominal(one), one.key)):
        if not each.quantity:
            continue
        if each.type in SPLITS:
            lots = _split(lots, each.quantity)
            continue
        came = _came(each, each.quantity)
        if came is None:
            return None
        lots = _booked(lots, came)
    return lots


def _split(lots: Sequence[_Lot], more: Decimal) -> list[_Lot]:
    held = sum((lot.quantity for lot in lots), ZERO)
    if not held:
        return list(lots)
    return [replace(lot, quantity=lot.quantity + more * lot.quantity / held) for lot in lots]


def _came(each: Movement, quantity: Decimal) -> _Lot | None:
    """Return the lot that a movement opens, as far as it opens one."""
    fees = -(each.commission or ZERO)
    if each.kind is MovementKind.TRADE and each.proceeds is not None:
        return _Lot(day=each.day, quantity=quantity, cost=fees - each.proceeds, fees=fees)
    if each.kind is MovementKind.TRANSFER and (quantity < 0 or each.cost_basis is not None):
        return _Lot(day=each.day, quantity=quantity, cost=each.cost_basis or ZERO, fees=ZERO)
    return None


def _booked(lots: Sequence[_Lot], came: _Lot) -> list[_Lot]:
    left, rest = list(lots), came.quantity
    while left and rest and left[0].quantity * rest < 0:
        first = left.pop(0)
        if abs(first.quantity) > abs(rest):
            left.insert(0, first.part(first.quantity + rest))
            rest = ZERO
        else:
            rest += first.quantity
    if rest:
        left.append(came.part(rest))
    return left
