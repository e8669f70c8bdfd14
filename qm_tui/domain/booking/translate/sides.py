"""On which side contracts were held when they ended: sources do not agree on signing it.

Interactive Brokers signs what expired; Tastytrade removes so many contracts, and says neither of
which side they were nor by what action.
"""

import datetime as dt
from decimal import Decimal
from functools import cached_property

from qm_tui.domain.booking.events import ZERO
from qm_tui.domain.booking.facts import OptionEventFact
from qm_tui.domain.booking.translate.desk import Desk
from qm_tui.domain.booking.translate.positions import Positions
from qm_tui.domain.words import OptionEventType

_DAY = dt.timedelta(days=1)
_HOLDER, _WRITER = -1, 1
SIDES = {OptionEventType.EXERCISE: _HOLDER, OptionEventType.ASSIGNMENT: _WRITER}
"""The sign of what leaves the position, where the kind of the event tells it."""
_WITHOUT_SIDE = ("TX:", "CT:")
"""How keys of events begin whose source writes a number of contracts: Tastytrade's. Interactive
Brokers' have other keys."""


def leaving(event: OptionEventFact, held: Decimal) -> Decimal:
    """Return the change of the holding that an event is.

    Args:
        event: how so many contracts ended.
        held: what is known to be held then. It tells the side of those of which nobody says it,
            and of no others: the history may begin in the middle.
    """
    quantity, sign = event.quantity or ZERO, SIDES.get(event.type)
    if sign is not None:
        return abs(quantity) * sign
    if not held or event.type is OptionEventType.DELIVERY or _says_side(event, quantity):
        return quantity
    return abs(quantity).copy_sign(-held)


def _says_side(event: OptionEventFact, quantity: Decimal) -> bool:
    # Who writes no signs writes no minus.
    return quantity < 0 or not event.key.startswith(_WITHOUT_SIDE)


class Sides:
    """Signs what leaves, by what is held; events have to be asked for in the order of time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @cached_property
    def _held(self) -> Positions:
        held = Positions(self._desk.facts)
        for leg in self._desk.facts.actions:
            if leg.security is not None and leg.quantity:
                held.move(leg.account, leg.security, leg.date, leg.quantity)
        return held

    def signed(self, event: OptionEventFact) -> Decimal:
        """Return the change of the holding that an event is."""
        # What was traded on the day itself comes before the end.
        held = self._held.before(event.account, event.security, event.date + _DAY)
        quantity = leaving(event, held)
        self._held.move(event.account, event.security, event.date, quantity)
        return quantity
