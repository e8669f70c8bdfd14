"""The open lots of one side of a holding, in the order in which a method closes them."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from qm_tui.domain.booking.lots import Lot
from qm_tui.domain.booking.named_lots import NamedLots
from qm_tui.domain.booking.words import LotMethod

Key = Callable[[Lot], tuple[Any, ...]]
Name = tuple[str, object]
"""The field of a lot, and what it says there."""


def _by_acquisition(lot: Lot) -> tuple[Any, ...]:
    return lot.rank


def _unit_basis(lot: Lot) -> Decimal:
    """Signed: the basis of a short is minus its proceeds, so that highest means least gain."""
    assert lot.basis is not None
    unit = lot.basis / lot.quantity
    return -unit if lot.short else unit


def _dearest_first(lot: Lot) -> tuple[Any, ...]:
    # What nobody knows the basis of comes last: its gain could not be told.
    return (1, 0, lot.rank) if lot.basis is None else (0, -_unit_basis(lot), lot.rank)


def _cheapest_first(lot: Lot) -> tuple[Any, ...]:
    return (1, 0, lot.rank) if lot.basis is None else (0, _unit_basis(lot), lot.rank)


def _names_of(lot: Lot) -> list[Name]:
    names: tuple[Name, ...] = (
        ("label", lot.label),
        ("opening_id", lot.opening_id),
        ("acquired_at", lot.acquired_at),
        ("acquired", lot.acquired),
    )
    return [name for name in names if name[1] is not None]


_KEYS: dict[LotMethod, Key] = {
    LotMethod.FIFO: _by_acquisition,
    LotMethod.LIFO: _by_acquisition,
    LotMethod.SPECIFIC: _by_acquisition,
    LotMethod.AVERAGE: _by_acquisition,
    LotMethod.HIFO: _dearest_first,
    LotMethod.LOFO: _cheapest_first,
}

_FEW = 4
"""So many lots are looked for one by one before the shelf is arranged anew."""


@dataclass(slots=True)
class Shelf:
    """Lots kept sorted; an arrival at the end, the usual case, costs next to nothing."""

    _key: Key = _by_acquisition
    _keys: list[tuple[Any, ...]] = field(default_factory=list)
    _lots: list[Lot] = field(default_factory=list)
    _names: dict[Name, NamedLots] | None = None
    """The lots by what they may be named by; kept only from the first time somebody asks."""
    pooled: bool = False
    """Whether all lots have the pool's basis per share: nothing came since they were averaged."""
    _strays: int = 0
    """How often in a row the order of acquisition was asked of lots that stand by price."""

    def __len__(self) -> int:
        return len(self._lots)

    def __iter__(self) -> Iterator[Lot]:
        """In the order of the shelf; a copy, so that lots may come and go meanwhile."""
        return iter(tuple(self._lots))

    def in_order(self, method: LotMethod) -> Iterator[Lot]:
        """Return the lots as a method closes them."""
        self.sort_for(method)
        return reversed(tuple(self._lots)) if method is LotMethod.LIFO else iter(self)

    def next(self, method: LotMethod) -> Lot | None:
        """Return the lot that a method closes first."""
        if not self._lots:
            return None
        if _KEYS[method] is not self._key:
            if _KEYS[method] is _by_acquisition and self._strays < _FEW:
                self._strays += 1
                pick = max if method is LotMethod.LIFO else min
                return pick(self._lots, key=_by_acquisition)
            self.sort_for(method)
        elif self._strays:
            self._strays = 0
        lots = self._lots
        return lots[-1] if method is LotMethod.LIFO else lots[0]

    def first(self, method: LotMethod, quantity: Decimal) -> list[tuple[Lot, Decimal]]:
        """Return the lots that a method would close first, and how much of each; takes nothing."""
        self.sort_for(method)
        found: list[tuple[Lot, Decimal]] = []
        for lot in reversed(self._lots) if method is LotMethod.LIFO else self._lots:
            if quantity <= 0:
                break
            found.append((lot, min(lot.quantity, quantity)))
            quantity -= lot.quantity
        return found

    def named(self, name: Name) -> NamedLots:
        """Return the lots whose field says what was named; they are gone when they are taken."""
        if self._names is None:
            self._names = {}
            for lot in self._lots:
                self._note(lot)
        return self._names.get(name) or NamedLots()

    def _note(self, lot: Lot) -> None:
        assert self._names is not None
        for name in _names_of(lot):
            if name not in self._names:
                self._names[name] = NamedLots()
            self._names[name].add(lot)

    def add(self, lot: Lot) -> None:
        """Put a lot in its place."""
        key = self._key(lot)
        lot.shelf_key = key
        self.pooled = False
        if self._names is not None:
            self._note(lot)
        keys = self._keys
        if not keys or key > keys[-1]:
            keys.append(key)
            self._lots.append(lot)
            return
        place = bisect_left(keys, key)
        keys.insert(place, key)
        self._lots.insert(place, lot)

    def remove(self, lot: Lot) -> None:
        """Take a lot away."""
        if self._names is not None:
            for name in _names_of(lot):
                self._names[name].remove(lot)
        place = 0
        if self._lots[0] is not lot:
            assert lot.shelf_key is not None
            place = bisect_left(self._keys, lot.shelf_key)
            while self._lots[place] is not lot:
                place += 1
        del self._keys[place]
        del self._lots[place]

    @property
    def heeds_basis(self) -> bool:
        """Whether a lot must be put in its place again when its basis changes."""
        return self.by_price or self._names is not None

    @property
    def by_price(self) -> bool:
        """Whether a lot's place depends on its basis."""
        return self._key is not _by_acquisition

    def sort_for(self, method: LotMethod) -> None:
        """Arrange for a method; nothing to do while the method stays the same."""
        key = _KEYS[method]
        if key is self._key:
            return
        self._key = key
        self._strays = 0
        self._lots.sort(key=key)
        self._keys = [key(lot) for lot in self._lots]
        for lot, place in zip(self._lots, self._keys, strict=True):
            lot.shelf_key = place

    @property
    def quantity(self) -> Decimal:
        """How much is on the shelf, positive."""
        return sum((lot.quantity for lot in self._lots), Decimal(0))


@dataclass(slots=True)
class Holding:
    """What an account holds of a security: both sides at once only where the broker says so."""

    long: Shelf = field(default_factory=Shelf)
    short: Shelf = field(default_factory=Shelf)

    def side(self, *, short: bool) -> Shelf:
        """Return one side."""
        return self.short if short else self.long
