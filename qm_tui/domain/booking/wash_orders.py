"""The fills of one closing order, kept together: they are one sale."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from qm_tui.domain.booking.events import Event, Fill
from qm_tui.domain.booking.lots import Slice
from qm_tui.domain.booking.wash_pools import Pending

OrderKey = tuple[object, ...]
_FIRST = dt.datetime.min.replace(tzinfo=dt.UTC)


def _key(fill: Fill) -> OrderKey:
    return (fill.account, fill.security, fill.day, fill.order)


@dataclass(slots=True)
class Orders:
    """Orders that were filled in pieces: what they sell is complete after the day's last piece.

    Shares that a later piece of the same order sells must not replace what an earlier one sold.
    """

    _last: dict[OrderKey, Event] = field(default_factory=dict)
    """Of orders with several fills on a day: the last of them."""
    _held: dict[OrderKey, list[Slice]] = field(default_factory=dict)

    def expect(self, events: Iterable[Event]) -> None:
        """Find the last fill of every order that has several on a day."""
        once: set[OrderKey] = set()
        for event in events:
            if type(event) is Fill and event.order is not None:
                key = _key(event)
                if key in once:
                    self._last[key] = event
                once.add(key)

    def complete(self, event: Event, slices: Sequence[Slice] = ()) -> Sequence[Slice]:
        """Return what a sale closed, once its last piece is there; until then nothing."""
        if not self._last or type(event) is not Fill or event.order is None:
            return slices
        key = _key(event)
        last = self._last.get(key)
        if last is None:
            return slices
        held = self._held.setdefault(key, [])
        held.extend(slices)
        return self._held.pop(key) if event is last else ()


def in_order_of_acquisition(losses: list[Pending]) -> list[Pending]:
    """Return the losses of one sale by acquisition; within one, those without wash basis first.

    Shares of one purchase are alike but for what wash sales added: the plain ones go first.
    """
    if len(losses) < 2:
        return losses
    first = {loss.closed.acquisition: loss.closed.number for loss in reversed(losses)}

    def place(loss: Pending) -> tuple[object, ...]:
        closed = loss.closed
        return (
            closed.acquired or dt.date.min,
            closed.acquired_at or _FIRST,
            first[closed.acquisition],
            bool(closed.wash_in_basis),
            closed.number,
        )

    return sorted(losses, key=place)
