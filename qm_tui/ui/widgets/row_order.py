"""The order of many rows, found out where it is looked at: the first page does not wait for all."""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, repeat
from operator import eq
from typing import Any, Generic, TypeVar

from qm_tui.ui.widgets.sort_keys import SortKey, Values, in_order

R = TypeVar("R")

_Of = Callable[[int], Any]
"""The value of the row at a position."""
_AT_ONCE = 2048
"""So many rows are sorted in less time than a key may take."""
_PIECES = 64
"""Into so many parts a larger one is divided, of about the same size."""
_LOOKED_AT = 16
"""Values for each of them, by which it is estimated where they end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part(Generic[R]):
    """Neighbors in the order. All of them are equal in the keys before `keys`."""

    positions: "array[int]"
    keys: tuple[SortKey[R], ...]
    """What they still have to be sorted by; none if they stand as they are shown."""


class RowOrder(Generic[R]):
    """Positions of rows, sorted stably by several keys, as a whole sort would put them.

    It begins as one part. A part that is looked at is divided by the value that counts most, or
    sorted if it is small; the others wait. So rows and values must stay the same while it is used.
    """

    def __init__(
        self,
        positions: Iterable[int],
        keys: Sequence[SortKey[R]] = (),
        *,
        rows: Sequence[R] = (),
        known: Mapping[Callable[[R], Any], Values] | None = None,
        at_once: int = _AT_ONCE,
    ) -> None:
        """Begin an order.

        Args:
            positions: which rows, in the order that equal ones keep.
            keys: what they are sorted by, the first counts most; none: they stay as they are.
            rows: by position; needed where there are keys.
            known: values of all rows that have been read already, by what reads them.
            at_once: how many rows are sorted without dividing them before.
        """
        self._rows = rows
        self._known = known or {}
        self._at_once = at_once
        self._parts: list[_Part[R]] = []
        self._ends: list[int] = []
        self._replace(0, 0, [_Part(positions=array("I", positions), keys=tuple(keys))])

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, index: int) -> int:
        if not 0 <= index < len(self):
            raise IndexError(index)
        which = self._sorted_around(index)
        return self._parts[which].positions[index - self._start(which)]

    def __iter__(self) -> Iterator[int]:
        at = 0
        while at < len(self):
            part = self._parts[self._sorted_around(at)].positions
            yield from part
            at += len(part)

    def among(self) -> Iterator[int]:
        """Return all of them in any order, which sorts nothing."""
        for part in self._parts:
            yield from part.positions

    def index(self, position: int) -> int | None:
        """Where a position stands; None if it is not among them."""
        while True:
            which = next((n for n, p in enumerate(self._parts) if position in p.positions), None)
            if which is None:
                return None
            part = self._parts[which]
            if not part.keys:
                return self._start(which) + part.positions.index(position)
            self._settle(which)

    def _start(self, which: int) -> int:
        return self._ends[which - 1] if which else 0

    def _sorted_around(self, index: int) -> int:
        """Return the part that an index is in, once it is sorted."""
        while True:
            which = bisect_right(self._ends, index)
            if not self._parts[which].keys:
                return which
            self._settle(which)

    def _settle(self, which: int) -> None:
        part = self._parts[which]
        is_large = len(part.positions) > self._at_once
        parts = self._divided(part) if is_large else [self._sorted(part)]
        self._replace(which, which + 1, parts)

    def _replace(self, start: int, end: int, parts: Sequence[_Part[R]]) -> None:
        self._parts[start:end] = parts = [part for part in parts if part.positions]
        ends, last = [], self._start(start)
        for part in parts:
            last += len(part.positions)
            ends.append(last)
        self._ends[start:end] = ends

    # What is done to a part

    def _sorted(self, part: _Part[R]) -> _Part[R]:
        positions, keys = part.positions, part.keys
        kept = [self._known.get(key.by) for key in keys]
        values = [one for one in kept if one is not None]
        if len(values) < len(keys):
            # Quicker than to read what is not in this part.
            rows = [self._rows[at] for at in positions]
            values = [Values([key.by(row) for row in rows]) for key in keys]
            order = in_order(list(range(len(rows))), _with_ways(values, keys))
            return _Part(positions=array("I", [positions[at] for at in order]), keys=())
        order = in_order(list(positions), _with_ways(values, keys))
        return _Part(positions=array("I", order), keys=())

    def _divided(self, part: _Part[R]) -> list[_Part[R]]:
        key, *others = part.keys
        positions: Sequence[int] = part.positions
        values = self._known.get(key.by)
        exact, quick = _by_position(values) if values else self._read(key.by, positions)
        unknown: list[int] = []
        if values is None or values.has_unknown:
            unknown = [at for at in positions if exact(at) is None]
        if unknown:
            positions = [at for at in positions if exact(at) is not None]
        unknown_part = _Part(positions=array("I", unknown), keys=tuple(others))
        if not positions:
            return [unknown_part]
        pieces = _by_size(positions, quick)
        if max(map(len, pieces)) < len(positions):
            pieces = pieces[::-1] if key.reverse else pieces
            return [*(self._part(piece, part.keys) for piece in pieces), unknown_part]
        if all(map(eq, map(exact, positions), repeat(exact(positions[0])))):
            return [self._part(positions, others), unknown_part]
        return [self._sorted(self._part(positions, part.keys)), unknown_part]

    def _part(self, positions: Iterable[int], keys: Sequence[SortKey[R]]) -> _Part[R]:
        return _Part(positions=array("I", positions), keys=tuple(keys))

    def _read(self, by: Callable[[R], Any], positions: Sequence[int]) -> tuple[_Of, _Of]:
        """Read the values of some rows: by position, as they are and to be compared quickly."""
        values = Values([by(self._rows[at]) for at in positions])
        exact = dict(zip(positions, values.exact, strict=True))
        if values.quick is values.exact:
            return exact.__getitem__, exact.__getitem__
        return exact.__getitem__, dict(zip(positions, values.quick, strict=True)).__getitem__


def _by_position(values: Values) -> tuple[_Of, _Of]:
    return values.exact.__getitem__, values.quick.__getitem__


def _with_ways(values: Sequence[Values], keys: Sequence[SortKey[Any]]) -> list[tuple[Values, bool]]:
    return [(each, key.reverse) for each, key in zip(values, keys, strict=True)]


def _by_size(positions: Sequence[int], value_of: _Of) -> list[list[int]]:
    """Positions divided by their values, the smallest first; equal ones are never parted."""
    step = max(len(positions) // (_PIECES * _LOOKED_AT), 1)
    some = sorted(map(value_of, positions[::step]))
    limits = [value for value, _ in groupby(some[:: max(len(some) // _PIECES, 1)])]
    if len(limits) == 1:
        (limit,) = limits
        parts: tuple[list[int], list[int], list[int]] = [], [], []
        for at in positions:
            value = value_of(at)
            parts[(value > limit) - (value < limit) + 1].append(at)
        return list(parts)
    pieces: list[list[int]] = [[] for _ in limits]
    put = [piece.append for piece in pieces]
    ends = limits[1:]
    for at in positions:
        put[bisect_right(ends, value_of(at))](at)
    return pieces
