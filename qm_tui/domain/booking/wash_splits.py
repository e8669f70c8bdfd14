"""Splits scale the losses that wait for a replacement, also where nothing was held meanwhile."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from qm_tui.domain.booking.events import Event, Split
from qm_tui.domain.booking.lots import Lot
from qm_tui.domain.booking.money import share
from qm_tui.domain.booking.ordering import place
from qm_tui.domain.booking.renames import Renamed, renamings
from qm_tui.domain.booking.wash_pools import Pool

_APART = dt.timedelta(days=10)
"""Brokers do not book a split on the same day; no stock splits twice in one ratio so soon."""
_ALIKE = Decimal("0.001")
"""By so much a ratio may be off that is only known by what it made of a lot."""

_Ratio = tuple[Decimal, Decimal]
"""New shares for old ones."""


@dataclass(slots=True)
class Splits:
    """The splits of a history, each once, however many accounts report it."""

    _coming: list[Split] = field(default_factory=list)
    """Those whose ratio is known, the next one last."""
    _applied: dict[object, list[tuple[dt.date, _Ratio]]] = field(default_factory=dict)
    """Security → its splits so far."""
    _names: Renamed = field(default_factory=Renamed)
    """Of securities: one split may be reported under the old name and under the new one."""

    def expect(self, events: Sequence[Event]) -> None:
        """Find the splits whose ratio is known."""
        self._coming = [event for event in events if type(event) is Split and event.ratio]
        self._coming.reverse()
        for event in renamings(events):
            for kind in event.received:
                self._names.unite(event.security, kind.security)

    def catch_up(self, event: Event, pools: Iterable[Pool]) -> None:
        """Apply the splits that came before an event."""
        while self._coming and place(self._coming[-1]) <= place(event):
            split = self._coming.pop()
            assert split.ratio is not None
            new, old = split.ratio.as_integer_ratio()
            self._apply(split, (Decimal(new), Decimal(old)), pools)

    def scaled(self, lot: Lot, before: Decimal, event: Event, pools: Iterable[Pool]) -> None:
        """Apply a split that only shows in what it did to a lot."""
        self.catch_up(event, pools)
        if type(event) is not Split or event.ratio is None:
            self._apply(event, (lot.quantity, before), pools)

    def _apply(self, event: Event, ratio: _Ratio, pools: Iterable[Pool]) -> None:
        name = self._names.one_of(event.security)
        applied = self._applied.setdefault(name, [])
        if any(event.day - day < _APART and _alike(ratio, other) for day, other in applied):
            return
        applied.append((event.day, ratio))
        for pool in pools:
            for pending in pool.pendings:
                if self._names.one_of(pending.closed.security) == name:
                    pending.whole = share(pending.whole, *ratio)
                    pending.quantity = share(pending.quantity, *ratio)
            for sold in pool.sold:
                if self._names.one_of(sold.closed.security) == name:
                    sold.quantity = share(sold.quantity, *ratio)


def _alike(ratio: _Ratio, other: _Ratio) -> bool:
    """Whether two ratios are one: a reverse split and a split forward are not."""
    one, two = ratio[0] * other[1], other[0] * ratio[1]
    return abs(one - two) <= _ALIKE * two
