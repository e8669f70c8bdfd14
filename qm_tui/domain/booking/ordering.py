"""The one order in which a history is booked (rules, section 2)."""

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache

from qm_tui.domain.booking.events import PHASES, Event, Exercise, Fill, Move, Phase
from qm_tui.domain.booking.move_times import with_moves_in_time
from qm_tui.domain.booking.words import Closing

# Instants for what comes with a day alone. New York keeps UTC−4 or −5; which of the two does not
# matter here, for the hours are far apart. What takes effect before the open, or after the close,
# does so in Sydney and in a night session too, where a trading day may begin on the day before in
# UTC.
_HOURS = {
    Phase.CORPORATE_ACTION: dt.timedelta(hours=-24),
    Phase.TRANSFER_IN: dt.timedelta(hours=-23),
    Phase.FILL: dt.timedelta(hours=17),
    Phase.EXERCISE: dt.timedelta(hours=21, minutes=20),  # 16:20, when brokers book the end
    Phase.TRANSFER_OUT: dt.timedelta(hours=47),
    Phase.YEAR_END: dt.timedelta(hours=48),
}
_ENDS = frozenset({Closing.EXPIRY, Closing.CASH_SETTLEMENT, Closing.WORTHLESS})

Place = tuple[dt.date, dt.datetime, int, int, int, str]


@lru_cache(65536)
def usual(day: dt.date, phase: int) -> dt.datetime:
    """Return the hour at which something of a phase is booked where only the day is known."""
    return dt.datetime.combine(day, dt.time(), dt.UTC) + _HOURS[phase]


def phase(event: Event) -> int:
    """Return where an event stands among those of the same instant."""
    if type(event) is Fill and event.how in _ENDS:
        return Phase.EXERCISE
    return PHASES[type(event)]


def instant(event: Event) -> dt.datetime:
    """Return when an event happened, or its usual hour where only the day is known."""
    return event.at or usual(event.day, phase(event))


def place(event: Event) -> Place:
    """Return the canonical sort key: day, instant, phase, buys first, sequence, key."""
    step = phase(event)
    return (
        event.day,
        event.at or usual(event.day, step),
        step,
        _turn(event),
        event.sequence,
        event.key,
    )


def _turn(event: Event) -> int:
    """Put what opens before what closes, where the source has no time that tells it.

    Of two deliveries in one instant one may sell what the other brought: a spread of options of
    which both are exercised or assigned. Only where both sell, what is held goes before what is
    not: nobody was short of what he held.
    """
    if type(event) is Fill:
        return _side(event) if event.at is None else 0
    if type(event) is not Exercise:
        return 0
    shares = event.shares
    if shares is None or shares.opens is None:
        return 1
    return _DELIVERIES[shares.quantity > 0, shares.opens]


_DELIVERIES = {(True, True): 0, (False, False): 1, (False, True): 2, (True, False): 3}
"""(bought, opens) → when it is booked, of several in one instant."""


def _side(fill: Fill) -> int:
    """Buys before sells, unless the source says what opens and what closes."""
    if fill.opens is not None:
        return 0 if fill.opens else 3
    return 1 if fill.quantity > 0 else 2


def in_order(events: Iterable[Event]) -> list[Event]:
    """Sort a history; the result does not depend on the order in which it came."""
    history = sorted(events, key=place)
    moves = [event for event in history if type(event) is Move and event.at is None]
    return with_moves_in_time(history, moves) if moves else history
