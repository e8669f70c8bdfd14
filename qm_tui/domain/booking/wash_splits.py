"""Splits scale the losses that wait for a replacement, also where nothing was held meanwhile."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from qm_tui.domain.booking.events import Event, Split
from qm_tui.domain.booking.lots import Lot
from qm_tui.domain.booking.money import share
from qm_tui.domain.booking.ordering import place
from qm_tui.domain.booking.wash_pools import Pool

_APART = dt.timedelta(days=10)
"""Brokers do not book a split on the same day; the same stock does not split twice so soon."""


@dataclass(slots=True)
class Splits:
    """The splits of a history, each once, however many accounts report it."""

    _coming: list[Split] = field(default_factory=list)
    """Those whose ratio is known, the next one last."""
    _last: dict[int, dt.date] = field(default_factory=dict)
    """Security → the day of its last split so far."""

    def expect(self, events: Iterable[Event]) -> None:
        """Find the splits whose ratio is known."""
        self._coming = [event for event in events if type(event) is Split and event.ratio]
        self._coming.reverse()

    def catch_up(self, event: Event, pools: Iterable[Pool]) -> None:
        """Apply the splits that came before an event."""
        while self._coming and place(self._coming[-1]) <= place(event):
            split = self._coming.pop()
            assert split.ratio is not None
            new, old = split.ratio.as_integer_ratio()
            self._apply(split, Decimal(new), Decimal(old), pools)

    def scaled(self, lot: Lot, before: Decimal, event: Event, pools: Iterable[Pool]) -> None:
        """Apply a split that only shows in what it did to a lot."""
        self.catch_up(event, pools)
        self._apply(event, lot.quantity, before, pools)

    def _apply(self, event: Event, new: Decimal, old: Decimal, pools: Iterable[Pool]) -> None:
        number = event.security
        last = self._last.get(number)
        if last is not None and event.day - last < _APART:
            return
        self._last[number] = event.day
        for pool in pools:
            for pending in pool.pendings:
                if pending.closed.security == number:
                    pending.whole = share(pending.whole, new, old)
                    pending.quantity = share(pending.quantity, new, old)
