"""What is one and the same under several names: before and after a change of symbol or CUSIP."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from qm_tui.domain.booking.events import Event, Exchange


def renamings(events: Iterable[Event]) -> list[Exchange]:
    """Return the exchanges of a history that only change a name."""
    return [event for event in events if type(event) is Exchange and event.renamed]


@dataclass(slots=True)
class Renamed:
    """Names, and the one that stands for all of those that were united with it."""

    _others: dict[object, object] = field(default_factory=dict)
    """Name → another one of the same thing."""

    def unite(self, one: object, other: object) -> None:
        """Say that two names are of the same thing."""
        one, other = self.one_of(one), self.one_of(other)
        if one != other:
            self._others[one] = other

    def one_of(self, name: object) -> object:
        """Return the name that stands for a thing, whichever of its names is given."""
        while name in self._others:
            name = self._others[name]
        return name
