"""What rows are sorted by: several values, each up or down, what is unknown always last."""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from operator import eq
from typing import Any, Generic, TypeVar

R = TypeVar("R")

_MEASURED_AS_FLOATS = {Decimal, type(None)}
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SortKey(Generic[R]):
    """One value rows are sorted by."""

    by: Callable[[R], Any]
    """Of a row; None is unknown and comes last, up or down."""
    reverse: bool = False
    column: str = ""
    """The key of the column that shows the value, so that groups can be sorted by their own."""


class Values:
    """The values of all rows under one key, made ready to be compared often."""

    def __init__(self, exact: Sequence[Any] = ()) -> None:
        self.exact: list[Any] = []
        """By position."""
        self.has_unknown = False
        self._floats: array[float] | None = array("d")
        self.extend(exact)

    @property
    def quick(self) -> Sequence[Any]:
        """As floats where all are decimals; what is unknown is any number.

        Never the wrong way round, but some are equal here that are not.
        """
        return self.exact if self._floats is None else self._floats

    def extend(self, more: Sequence[Any]) -> None:
        """Add the values of the next rows."""
        kinds = set(map(type, more))
        self.exact += more
        self.has_unknown |= type(None) in kinds
        if not kinds <= _MEASURED_AS_FLOATS:
            self._floats = None
        elif self._floats is not None:
            known = more if kinds == {Decimal} else [_ZERO if v is None else v for v in more]
            self._floats.extend(map(float, known))

    def refresh(self, position: int, value: Any) -> None:
        """Take another value for one row."""
        self.exact[position] = value
        self.has_unknown |= value is None
        if type(value) is not Decimal and value is not None:
            self._floats = None
        elif self._floats is not None:
            self._floats[position] = float(value or _ZERO)


def in_order(positions: list[int], keys: Sequence[tuple[Values, bool]]) -> list[int]:
    """Positions sorted by their values, stably; the first key counts most.

    Args:
        positions: in the order that equal ones keep. May be changed.
        keys: the values, and whether the largest come first.
    """
    if not keys or len(positions) < 2:
        return positions
    (values, reverse), *others = keys
    exact = values.exact
    unknown: list[int] = []
    if values.has_unknown:
        unknown = [at for at in positions if exact[at] is None]
        positions = [at for at in positions if exact[at] is not None]
    positions.sort(key=values.quick.__getitem__, reverse=reverse)
    for start, end in _ties(positions, values.quick) if others or values.quick is not exact else ():
        positions[start:end] = _settled(positions[start:end], values, others, reverse=reverse)
    unknown = in_order(unknown, others)
    return positions + unknown if unknown else positions


def _settled(
    run: list[int], values: Values, others: Sequence[tuple[Values, bool]], *, reverse: bool
) -> list[int]:
    """Positions whose values are equal where they are compared quickly, in their true order."""
    if values.quick is values.exact:
        return in_order(run, others)
    run.sort(key=values.exact.__getitem__, reverse=reverse)
    for start, end in _ties(run, values.exact) if others else ():
        run[start:end] = in_order(run[start:end], others)
    return run


def _ties(positions: Sequence[int], values: Sequence[Any]) -> list[tuple[int, int]]:
    """Runs of more than one position with equal values."""
    in_turn = list(map(values.__getitem__, positions))
    # Byte by byte: whether a value is equal to the next. No loop of Python's runs over all rows.
    same = bytes(map(eq, in_turn, islice(in_turn, 1, None)))
    runs = []
    start = same.find(1)
    while start >= 0:
        end = same.find(0, start)
        if end < 0:
            end = len(same)
        runs.append((start, end + 1))
        start = same.find(1, end)
    return runs
