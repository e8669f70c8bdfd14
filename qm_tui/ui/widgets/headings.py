"""Groups of rows: what rows have in common, and the line above them that says it."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from qm_tui.ui.cell import Cell

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class GroupKey:
    """What identifies a group: what its rows have in common, from the outermost level on."""

    path: tuple[Hashable, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping(Generic[R]):
    """One level of groups. Asked about rows as stored, which does not change with prices."""

    key: Callable[[R], Hashable]
    """The same for all rows of a group."""
    title: Callable[[R], str]
    """Of the group that a row belongs to."""
    order: Callable[[R], Any] | None = None
    """What groups are sorted by where no column says it, None last; without it: the title."""
    column: str | None = None
    """The column that shows the same: sorting rows by it sorts these groups, also downward."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What a group has in one column."""

    cell: Cell
    value: Any = None
    """What groups are sorted by when rows are sorted by this column; None is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The line above the rows of a group."""

    key: GroupKey
    title: str
    cells: Mapping[str, Cell] = field(default_factory=dict)
    """Sums, by the key of their column."""
    level: int = 0
    """0 is outermost."""
    folded: bool = False
    """Whether the rows below it are hidden."""
    count: int = 0
    """Of the rows below it, those in groups within included."""
