"""The lots of a shelf that share a name, found by what they cost a unit."""

from bisect import bisect_left, insort
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from qm_tui.domain.booking.lots import Lot, Rank


@dataclass(slots=True)
class NamedLots:
    """Lots kept by acquisition and by unit basis; no two have the same rank."""

    _by_rank: list[tuple[Any, ...]] = field(default_factory=list)
    _by_unit: list[tuple[Any, ...]] = field(default_factory=list)
    _unknown: list[tuple[Any, ...]] = field(default_factory=list)
    """Those of unknown basis, by acquisition."""
    _units: dict[Lot, Decimal | None] = field(default_factory=dict)
    """The unit basis with which a lot was put here."""

    def __len__(self) -> int:
        return len(self._by_rank)

    def add(self, lot: Lot) -> None:
        """Put a lot here."""
        unit = self._units[lot] = None if lot.basis is None else lot.basis / lot.quantity
        insort(self._by_rank, (lot.rank, lot))
        if unit is None:
            insort(self._unknown, (lot.rank, lot))
        else:
            insort(self._by_unit, (unit, lot.rank, lot))

    def remove(self, lot: Lot) -> None:
        """Take a lot away."""
        unit = self._units.pop(lot)
        del self._by_rank[bisect_left(self._by_rank, (lot.rank,))]
        if unit is None:
            del self._unknown[bisect_left(self._unknown, (lot.rank,))]
        else:
            del self._by_unit[bisect_left(self._by_unit, (unit, lot.rank))]

    def nearest(self, unit: Decimal | None) -> Lot:
        """Return the lot whose unit basis is nearest, of several the oldest.

        A basis that is not known, of the lot or of what is looked for, is as near as can be.
        """
        if unit is None:
            oldest: Lot = self._by_rank[0][-1]
            return oldest
        return min(self._candidates(unit), key=lambda found: found[:2])[2]

    def _candidates(self, unit: Decimal) -> list[tuple[Decimal, Rank, Lot]]:
        found = [(Decimal(0), rank, lot) for rank, lot in self._unknown[:1]]
        above = bisect_left(self._by_unit, (unit,))
        places = [above] if above < len(self._by_unit) else []
        if above:
            # The oldest of those that cost the next less.
            places.append(bisect_left(self._by_unit, (self._by_unit[above - 1][0],)))
        found += [(abs(self._by_unit[n][0] - unit), *self._by_unit[n][1:]) for n in places]
        return found
