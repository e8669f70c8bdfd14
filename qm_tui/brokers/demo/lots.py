"""The open lots of the demo: the oldest go first."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

CENT = Decimal("0.01")
_FINEST = Decimal("1E-10")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """What is left of one purchase (or short sale). Its cost follows the sign of its quantity."""

    id: str
    quantity: Decimal
    cost: Decimal | None
    acquired: dt.date
    held_from: dt.date | None = None
    """Earlier than the acquisition, where a wash sale tacked on how long another was held."""
    opened_at: dt.datetime | None = None
    price: Decimal | None = None


def take(lots: Sequence[Lot], quantity: Decimal) -> tuple[list[Lot], list[Lot]]:
    """Take so much out of the oldest lots: what was taken, and what stays."""
    taken, kept, left = [], [], quantity
    for lot in lots:
        if left and abs(lot.quantity) <= abs(left):
            taken.append(lot)
            left -= lot.quantity
        elif left:
            first, rest = _cut(lot, left)
            taken.append(first)
            kept.append(rest)
            left = ZERO
        else:
            kept.append(lot)
    assert not left, "more is closed than was open"
    return taken, kept


def share(total: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """What of an amount goes with a part; brokers do not round it to cents."""
    return total if part == whole else (total * part / whole).quantize(_FINEST)


def _cut(lot: Lot, quantity: Decimal) -> tuple[Lot, Lot]:
    """Cut a lot in two; not a cent of its cost is lost."""
    part = None if lot.cost is None else share(lot.cost, quantity, lot.quantity)
    rest = None if lot.cost is None or part is None else lot.cost - part
    return (
        replace(lot, quantity=quantity, cost=part),
        replace(lot, quantity=lot.quantity - quantity, cost=rest),
    )
