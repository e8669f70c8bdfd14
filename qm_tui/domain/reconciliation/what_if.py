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
from qm_tui.domain.reconciliation.tolerance import CENT, average_tolerance
from qm_tui.domain.reconciliation.words import SPLITS
from qm_tui.domain.words import CorporateActionType

Days = Mapping[dt.date, Decimal]
"""The day of acquisition → how much of it is held."""
_EXACT = Decimal("1E-9")
"""Ratios like 1:3 leave the last places open."""
_PART = Decimal(1)
"""Of each lot, where a fraction of a share was paid in cash."""
_MOMENT = dt.timedelta(microseconds=1)
_PLACES = 60
"""Where an untold trade may have been: after one of the last movements."""


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


def fits(case: Case, movements: Iterable[Movement], off: Decimal = ZERO) -> bool | None:
    """Whether these movements leave the lots, or the cost, that the broker has; None: unknown.

    Args:
        case: what differs.
        movements: what we should count, if the facts were others.
        off: how much the cost may be off: which lot a fraction of a share was of, nobody says.
    """
    return leaves(case, movements, off) if can_prove(case) else None


def can_prove(case: Case) -> bool:
    """Whether the plainest way to book gives our own lots, so that others can be reckoned so."""
    return bool(case.position.quantity) and _is_plain(case)


def leaves(case: Case, movements: Iterable[Movement], off: Decimal = ZERO) -> bool | None:
    """Say the same as `fits`, where it is known that something can be proven."""
    lots = _left_of(movements)
    if lots is None:
        return None
    if abs(sum((lot.quantity for lot in lots), ZERO) - case.position.quantity) > _EXACT:
        return False
    days = told_days(case)
    if days is not None and not _same_days(days, lots, _PART if off else _EXACT):
        return False
    cost = case.position.cost_basis
    if cost is None:
        return None if days is None else True
    return _cost_as_told(case, lots, cost, off)


def _same_days(told: Days, lots: Sequence[_Lot], near: Decimal) -> bool:
    ours = _days_of((lot.day, lot.quantity) for lot in lots)
    return all(abs(told.get(day, ZERO) - ours.get(day, ZERO)) <= near for day in {*told, *ours})


def _cost_as_told(case: Case, lots: Sequence[_Lot], cost: Decimal, off: Decimal) -> bool:
    whole = sum((lot.cost for lot in lots), ZERO)
    fees = sum((lot.fees for lot in lots), ZERO)
    units = case.position.quantity * case.holding.instrument.multiplier
    near = average_tolerance(cost, units, len(lots)) + off
    return min(abs(cost - whole), abs(cost - whole + fees)) <= near


def untold_trade_fits(case: Case) -> bool:
    """Whether an untold trade, whenever it was, leaves the same: then nothing else is sure.

    Where a holding was closed since, what came before has left no trace.
    """
    if not case.counted or not can_prove(case):
        return False
    days = told_days(case)
    for each in case.counted[-_PLACES:]:
        trade = replace(
            closing(case, case.difference), day=each.day, at=nominal(each) + _MOMENT, proceeds=ZERO
        )
        movements = [*case.replay.movements, trade]
        if leaves(case, movements) or (days is not None and days_left(movements) == days):
            return True
    return False


def may_be_left(case: Case) -> bool:
    """Whether what the broker has can be left of our lots, whichever of them were closed."""
    lots, quantity = case.holding.lots, case.position.quantity
    theirs, ours, cost = told_days(case), own_days(case), case.position.cost_basis
    if lots is None or quantity * case.expected <= 0 or abs(quantity) > abs(case.expected):
        return False
    if theirs is not None and ours is not None:
        return all(abs(held) <= abs(ours.get(day, ZERO)) for day, held in theirs.items())
    units = [(lot.quantity, lot.cost_basis) for lot in lots if lot.cost_basis is not None]
    if cost is None or len(units) < len(lots):
        return True
    units.sort(key=lambda unit: unit[1] / unit[0])
    near = average_tolerance(cost, quantity * case.holding.instrument.multiplier, len(lots))
    low, high = sorted((_cost_of_first(units, quantity), _cost_of_first(units[::-1], quantity)))
    return low - near <= cost <= high + near


def _cost_of_first(units: Iterable[tuple[Decimal, Decimal]], quantity: Decimal) -> Decimal:
    total, left = ZERO, abs(quantity)
    for held, cost in units:
        part = min(abs(held), left)
        total += cost * part / abs(held)
        left -= part
    return total


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
    return [*case.replay.movements, closing(case, case.difference)]


def closing(case: Case, quantity: Decimal) -> Movement:
    """Return a trade at the end, where something is counted."""
    return replace(
        case.counted[-1], kind=MovementKind.TRADE, type=None, key="", day=case.as_of.date(),
        at=case.as_of, quantity=quantity, price=Decimal(1), proceeds=-quantity, commission=None,
    )  # fmt: skip


def opened_on(case: Case, day: dt.date) -> list[Movement]:
    """Return what we count, and a trade on a day that makes the quantities agree."""
    if not case.counted:
        return []
    return [*case.replay.movements, opening(case, day, case.difference)]


def opening(case: Case, day: dt.date, quantity: Decimal) -> Movement:
    """Return a trade on a day that costs nothing, where something is counted."""
    return replace(
        case.counted[0], kind=MovementKind.TRADE, type=None, key="", day=day, at=None,
        quantity=quantity, price=None, proceeds=ZERO, commission=None,
    )  # fmt: skip


def split_after(
    case: Case, last: Movement, more: Decimal, fraction: Decimal = ZERO
) -> list[Movement]:
    """Return what we count, and a split after one of it; a fraction of a share is paid in cash."""
    at = nominal(last)
    split = replace(
        last, kind=MovementKind.CORPORATE_ACTION, type=CorporateActionType.SPLIT.value, key="",
        at=at + _MOMENT, quantity=more, price=None, proceeds=None, commission=None,
    )  # fmt: skip
    paid = replace(
        split, kind=MovementKind.TRADE, type=None, at=at + 2 * _MOMENT, quantity=-fraction,
        proceeds=ZERO,
    )  # fmt: skip
    return [*case.replay.movements, split, *([paid] if fraction else [])]


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
    if lots is None or case.replay.moved_after(case.as_of):
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
    if lots is None or case.replay.moved_after(case.as_of):
        return False
    plain = _left_of(case.replay.movements)
    if plain is None or sum((lot.quantity for lot in lots), ZERO) != case.expected:
        return False
    if sum((lot.quantity for lot in plain), ZERO) != case.expected:
        return False
    ours = case.holding.own_cost
    if ours is None:
        return False
    apart = ours - sum((lot.cost for lot in plain), ZERO)
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
