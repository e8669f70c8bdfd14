"""What movements come to at a moment, as far as it is certain on which side of it each one falls.

A broker counts a fill at once, give or take the time an answer takes; where only the day is known,
at some time of that day; and an expiry, an exercise, a split or a transfer some time between the
evening before and the morning after the next weekend.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from qm_tui.domain.booking.translate.codes import BOOK_TRADES
from qm_tui.domain.instruments import InstrumentType
from qm_tui.domain.reconciliation.sides import Movement, MovementKind
from qm_tui.domain.reconciliation.tolerance import same_quantity

ZERO = Decimal(0)
_BOOKED_LATER = BOOK_TRADES | {"FracShare"}
"""Rows of trades that nobody traded: exercises, assignments, expiries, shares delivered."""
_ANSWER = dt.timedelta(minutes=5)
_DAY_BEGINS = dt.timedelta(hours=-10)
_DAY_ENDS = dt.timedelta(hours=30)
"""A trading day by UTC: from the open in Auckland to the last hour in New York."""
_CLOSE = dt.timedelta(hours=21)
"""When something of a day is taken to have happened where nobody says: after New York's close."""
_EVENING_BEFORE = dt.timedelta(hours=-16)
_OVER_THE_WEEKEND = dt.timedelta(days=4, hours=16)
_MOST_SUMS = 4096


def start_of(day: dt.date) -> dt.datetime:
    """Return midnight UTC of a day."""
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)


def nominal(movement: Movement) -> dt.datetime:
    """Return when a movement is taken to have happened."""
    return movement.at or start_of(movement.day) + _CLOSE


def window(movement: Movement) -> tuple[dt.datetime, dt.datetime]:
    """Return from when to when the broker may have begun to count a movement."""
    midnight = start_of(movement.day)
    if movement.kind is not MovementKind.TRADE or movement.type in _BOOKED_LATER:
        early = midnight + _EVENING_BEFORE
        late = midnight + _OVER_THE_WEEKEND
        at = movement.at
        return (early, late) if at is None else (min(early, at), max(late, at))
    if movement.at is None:
        return midnight + _DAY_BEGINS, midnight + _DAY_ENDS
    return movement.at - _ANSWER, movement.at + _ANSWER


@dataclass(frozen=True)
class Replay:
    """The movements that count, in the order in which they happened."""

    movements: Sequence[Movement]
    kind: InstrumentType

    @cached_property
    def total(self) -> Decimal:
        """All of them together."""
        return _sum(self.movements)

    def upto(self, moment: dt.datetime) -> Decimal:
        """Return what they come to at a moment."""
        return _sum(each for each in self.movements if nominal(each) <= moment)

    def moved_after(self, moment: dt.datetime) -> bool:
        """Tell whether anything moved after a moment, even if it comes to nothing."""
        return any(nominal(each) > moment for each in self.movements)

    def agrees(self, moment: dt.datetime, actual: Decimal) -> bool:
        """Whether a broker that counted right may have said `actual` at a moment."""
        sure, unsure = ZERO, []
        for each in self.movements:
            early, late = window(each)
            if late <= moment:
                sure += each.quantity or ZERO
            elif early <= moment:
                unsure.append(each.quantity or ZERO)
        if same_quantity(sure, actual, self.kind):
            return True
        return any(same_quantity(sure + more, actual, self.kind) for more in sums(unsure))

    def running(self) -> list[tuple[Movement, Decimal]]:
        """Return each movement with what is held after it."""
        held, steps = ZERO, []
        for each in self.movements:
            held += each.quantity or ZERO
            steps.append((each, held))
        return steps


def replay_of(movements: Iterable[Movement], kind: InstrumentType) -> Replay:
    """Put the movements that count into their order."""
    counting = [each for each in movements if each.counts]
    return Replay(sorted(counting, key=lambda each: (nominal(each), each.key)), kind)


def sums(amounts: Sequence[Decimal]) -> set[Decimal]:
    """Return what some of these amounts may come to; of very many, only the first of them."""
    reached = {ZERO}
    for place, amount in enumerate(amounts):
        if len(reached) > _MOST_SUMS:
            rest = (_sum_of(amounts[:end]) for end in range(place, len(amounts) + 1))
            return reached.union(rest)
        reached |= {before + amount for before in reached}
    return reached


def _sum(movements: Iterable[Movement]) -> Decimal:
    return _sum_of(each.quantity for each in movements)


def _sum_of(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), ZERO)
