"""How much an account holds on a day, as far as its facts tell: no lots, only sums."""

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cached_property

from qm_tui.domain.booking.events import ZERO, Event, Exercise, Fill
from qm_tui.domain.booking.facts import GroupFacts

Place = tuple[int, int]
"""Account and security."""


class Positions:
    """Running sums of quantities; wrong where the history is incomplete, so only a hint."""

    def __init__(self, facts: GroupFacts, events: Iterable[Event] = ()) -> None:
        """Take trades and transfers, and of `events` the ends of options that no trade tells."""
        self._facts = facts
        self._events = events
        self._sums: dict[Place, tuple[list[dt.date], list[Decimal]]] = {}

    @cached_property
    def _moves(self) -> defaultdict[Place, list[tuple[dt.date, Decimal]]]:
        moves: defaultdict[Place, list[tuple[dt.date, Decimal]]] = defaultdict(list)
        for trade in self._facts.trades:
            moves[trade.account, trade.security].append((trade.trade_date, trade.quantity))
        for transfer in self._facts.transfers:
            moves[transfer.account, transfer.security].append((transfer.date, transfer.quantity))
        for event in self._events:
            if isinstance(event, Fill | Exercise) and event.source.table == "option_events":
                moves[event.account, event.security].append((event.day, event.quantity))
        return moves

    def move(self, account: int, security: int, day: dt.date, quantity: Decimal) -> None:
        """Take into account what a corporate action does."""
        self._moves[account, security].append((day, quantity))
        self._sums.pop((account, security), None)

    def places(self) -> list[Place]:
        """Return what is known to have been held."""
        return list(self._moves)

    def before(self, account: int, security: int, day: dt.date) -> Decimal:
        """Return the quantity at the end of the day before."""
        days, sums = self._summed((account, security))
        place = bisect_left(days, day)
        return sums[place - 1] if place else ZERO

    def first_day(self, account: int, security: int) -> dt.date | None:
        """Return when it was first traded."""
        days, _ = self._summed((account, security))
        return days[0] if days else None

    def spell(
        self, account: int, security: int, day: dt.date, like: Callable[[Decimal], bool]
    ) -> tuple[dt.date, dt.date | None] | None:
        """Return since when, and until when, the quantity is as it is on the eve of a day.

        Args:
            account: Whose holding.
            security: Of what.
            day: The day after the one that is asked about.
            like: What the quantity has to be all the time.

        Returns:
            The first day, and the day on which it ends (None: it has not); None where the quantity
            is not so on the day.
        """
        days, sums = self._summed((account, security))
        place = bisect_left(days, day) - 1
        if place < 0 or not like(sums[place]):
            return None
        first = place
        while first and like(sums[first - 1]):
            first -= 1
        last = place + 1
        while last < len(days) and like(sums[last]):
            last += 1
        return days[first], days[last] if last < len(days) else None

    def _summed(self, place: Place) -> tuple[list[dt.date], list[Decimal]]:
        known = self._sums.get(place)
        if known is None:
            by_day: defaultdict[dt.date, Decimal] = defaultdict(Decimal)
            for day, quantity in self._moves.get(place, ()):
                by_day[day] += quantity
            days = sorted(by_day)
            sums: list[Decimal] = []
            total = ZERO
            for day in days:
                total += by_day[day]
                sums.append(total)
            known = self._sums[place] = (days, sums)
        return known
