"""Cancellations of trades that took nothing back, and the trades that they may be meant for."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Connection, select

from qm_tui.domain.reconciliation.discrepancy import FactRef
from qm_tui.domain.reconciliation.sides import Movement, MovementKind
from qm_tui.domain.words import TradeKind
from qm_tui.store.reading.parts import parts
from qm_tui.store.schema.activity import trades

_CANCELLED = "cancelled"


class Cancel(NamedTuple):
    """A cancellation."""

    id: int
    quantity: Decimal
    price: Decimal | None
    day: dt.date


_Place = tuple[int, int]


def waiting_cancels(
    connection: Connection, root_of: Mapping[int, int]
) -> dict[_Place, list[Cancel]]:
    """Return by holding the cancellations that no cancelled fill belongs to.

    Which one took which fill is not stored: those beyond the fills of their size are waiting.
    """
    t = trades.c
    cancels: defaultdict[_Place, list[Cancel]] = defaultdict(list)
    taken: defaultdict[_Place, list[Cancel]] = defaultdict(list)
    for part in parts(root_of):
        query = select(
            t.id, t.account_id, t.instrument_id, t.quantity, t.price, t.trade_date, t.kind
        ).where(
            t.instrument_id.in_(part),
            (t.kind == TradeKind.CANCEL.value) | (t.state == _CANCELLED),
        )
        for row in connection.execute(query.order_by(t.id)):
            where = cancels if row.kind == TradeKind.CANCEL.value else taken
            place = (row.account_id, root_of[row.instrument_id])
            where[place].append(Cancel(row.id, abs(row.quantity), row.price, row.trade_date))
    return {place: left for place, some in cancels.items() if (left := _left(some, taken[place]))}


def _left(cancels: Sequence[Cancel], taken: Sequence[Cancel]) -> list[Cancel]:
    """Leave out as many cancellations as took something back, those that fit it best first."""
    left = list(cancels)
    for fill in taken:
        fitting = [one for one in left if one.quantity == fill.quantity]
        if fitting:
            left.remove(
                max(fitting, key=lambda one: (one.price == fill.price, one.day == fill.day))
            )
    return left


def with_cancels(movements: Sequence[Movement], cancels: Sequence[Cancel]) -> list[Movement]:
    """Note at trades which cancellation may be meant for them, one each at most."""
    left = list(cancels)
    found: list[Movement] = []
    for each in movements:
        meant = next((one for one in left if _may_mean(one, each)), None)
        if meant is not None:
            left.remove(meant)
            found.append(replace(each, cancelled_by=FactRef("trades", meant.id)))
        else:
            found.append(each)
    return found


def _may_mean(cancel: Cancel, movement: Movement) -> bool:
    """Whether it is of the size of a trade, and of its price or of its day."""
    if movement.kind is not MovementKind.TRADE or movement.quantity is None:
        return False
    if abs(movement.quantity) != cancel.quantity:
        return False
    return cancel.day == movement.day or (
        cancel.price is not None and cancel.price == movement.price
    )
