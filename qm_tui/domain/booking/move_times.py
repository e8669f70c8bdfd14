"""When in its day shares move between accounts, where only the day is known.

A move stands at the end of its day, but before the first sale that day by the account it goes to:
that may well be of the shares that came. It stays behind what the account it leaves buys that day
after this sale if that is enough to be what moves.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby

from qm_tui.domain.booking.events import Event, Exercise, Fill, Move, TransferOut

_Line = tuple[int, int]
"""An account and a security."""
_Place = tuple[int, int]
"""Compares as the order in a day: twice the place of an event, or one less for right before it."""


def with_moves_in_time(history: Sequence[Event], moves: Sequence[Move]) -> list[Event]:
    """Put moves of which only the day is known where they belong in a sorted history."""
    days = {move.day for move in moves}
    ordered: list[Event] = []
    for day, events in groupby(history, key=_day):
        of_day = list(events)
        ordered += _Day(of_day).in_order() if day in days else of_day
    return ordered


def _day(event: Event) -> dt.date:
    return event.day


@dataclass(slots=True)
class _Day:
    """The events of a day on which shares move."""

    events: list[Event]
    _traded: defaultdict[_Line, list[tuple[int, Decimal, bool]]] = field(init=False)
    """Place, signed quantity, and whether it only opens."""
    _leaving: defaultdict[_Line, list[int]] = field(init=False)
    """Places of the moves whose time is to be found, by what they leave."""
    _found: dict[int, _Place] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._traded = defaultdict(list)
        self._leaving = defaultdict(list)
        for place, event in enumerate(self.events):
            if type(event) is Move and event.at is None:
                self._leaving[event.account, event.security].append(place)
            elif isinstance(event, Fill | Exercise | TransferOut | Move):
                self._note(place, event)

    def _note(self, place: int, event: Fill | Exercise | TransferOut | Move) -> None:
        opens = isinstance(event, Fill) and event.opens is True
        self._traded[event.account, event.security].append((place, event.quantity, opens))
        if isinstance(event, Exercise) and event.shares is not None:
            self._note(place, event.shares)

    def in_order(self) -> list[Event]:
        """Return the events of the day, the moves among them where they belong."""
        for places in tuple(self._leaving.values()):
            for place in places:
                self._find(place)
        order = sorted(range(len(self.events)), key=lambda n: self._found.get(n, _at(n)))
        return [self.events[place] for place in order]

    def _find(self, place: int) -> _Place:
        """Return where a move belongs; it waits for nothing that waits for it."""
        if place not in self._found:
            self._found[place] = _at(place)
            self._found[place] = self._before(place)
        return self._found[place]

    def _before(self, place: int) -> _Place:
        move = self.events[place]
        assert isinstance(move, Move)
        there = (move.to_account, move.security)
        wanted = [
            _at(trade)
            for trade, quantity, opens in self._traded.get(there, ())
            if not opens and quantity * move.quantity > 0
        ]
        wanted += [self._find(onward) for onward in self._leaving.get(there, ())]
        first = min(wanted, default=_at(place))
        bought = self._enough_bought(move)
        if bought is not None and bought > first:
            first = min((later for later in wanted if later > bought), default=_at(place))
        return (first[0] - 1, place) if first < _at(place) else _at(place)

    def _enough_bought(self, move: Move) -> _Place | None:
        """Return when the account that is left has bought that day as much as moves."""
        left = abs(move.quantity)
        for trade, quantity, _ in self._traded.get((move.account, move.security), ()):
            if quantity * move.quantity < 0:
                left -= abs(quantity)
                if left <= 0:
                    return _at(trade)
        return None


def _at(place: int) -> _Place:
    return 2 * place, 0
