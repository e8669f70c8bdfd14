"""Which columns a table shows at a given width, and how wide each of them is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from qm_tui.ui.cell import Align, Cell

if TYPE_CHECKING:
    from qm_tui.ui.condition_fields import Field

R = TypeVar("R")

MARGIN = 2
"""Cells left of the first column: the glyph of cursor and mark, and a blank."""
GAP = 1
"""Cells between two columns."""
NONE_FIXED: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[R]):
    """One column over rows of type `R`. Widths are in terminal cells."""

    key: str
    title: str
    cell: Callable[[R], Cell]
    width: int
    """What it takes when there is room."""
    min_width: int | None = None
    """What it can do with; None is `width`. Below it the column is dropped, never cut."""
    align: Align = "left"
    sort_key: Callable[[R], Any] | None = None
    """What to sort rows by, None for unknown; without it the column cannot be sorted."""
    drop_order: int = 0
    """0 is never dropped; of the others the highest goes first when the terminal is narrow."""
    letter: str | None = None
    """Sorts by this column after `s`."""
    wordless: bool = False
    """No cell has a letter in it: a word with letters need not be looked for here."""
    text: Callable[[R], str | None] | None = None
    """The cell's text where that is just a text, read in less time; None is unknown."""
    flexible: bool = False
    """Takes the width that is left over (the first such column does)."""
    field: "Field | None" = None
    """What rows can be filtered by; without it by what the row says, or by the cell's text."""

    @property
    def least_width(self) -> int:
        """The narrowest this column is drawn."""
        return self.width if self.min_width is None else min(self.min_width, self.width)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed(Generic[R]):
    """A column with its place on the line, in terminal cells."""

    column: Column[R]
    x: int
    width: int
    grows: bool = True
    """Whether a number that does not fit widens it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout(Generic[R]):
    """The columns that are shown, and the width they take together."""

    placed: tuple[Placed[R], ...]
    width: int

    def place_of(self, key: str) -> Placed[R] | None:
        """Where the column with this key is, if it is shown."""
        return next((placed for placed in self.placed if placed.column.key == key), None)

    def column_at(self, x: int) -> Column[R] | None:
        """The column whose cells, or the gap after them, contain `x`."""
        for placed in self.placed:
            if placed.x <= x < placed.x + placed.width + GAP:
                return placed.column
        return None

    def halved(self, x: int) -> Placed[R] | None:
        """The column of numbers, if one is, of which a part is to the right of `x`."""
        return next(
            (p for p in self.placed if p.column.align == "right" and p.x < x < p.x + p.width), None
        )

    def next_start(self, x: int, step: int) -> int:
        """Where to scroll from `x` so that the next column (`step` < 0: the former) is leftmost."""
        starts = [placed.x - MARGIN for placed in self.placed]
        if step > 0:
            return next((start for start in starts if start > x), x)
        return next((start for start in reversed(starts) if start < x), 0)


def lay_out(
    columns: Sequence[Column[R]],
    available: int,
    grown: Mapping[str, int],
    fixed: Mapping[str, int] = NONE_FIXED,
) -> Layout[R]:
    """Drop what does not fit, then give out the width that is left.

    Args:
        columns: In the order shown.
        available: Terminal cells of one line. The layout is wider only if what must be shown is.
        grown: By column key, the width that numbers shown so far have needed.
        fixed: By column key, the width that the user wants whatever is shown.
    """
    least = {
        column.key: fixed.get(column.key) or max(column.least_width, grown.get(column.key, 0))
        for column in columns
    }
    kept = _kept(columns, available, least)
    spare = available - _total(kept, least)
    widths: dict[str, int] = {}
    for column in kept:
        wanted = 0 if column.key in fixed else max(column.width - least[column.key], 0)
        widths[column.key] = least[column.key] + max(min(wanted, spare), 0)
        spare -= widths[column.key] - least[column.key]
    flexible = next((c for c in kept if c.flexible and c.key not in fixed), None)
    if flexible is not None and spare > 0:
        widths[flexible.key] += spare
    return _place(kept, widths, fixed)


def _kept(
    columns: Sequence[Column[R]], available: int, least: Mapping[str, int]
) -> Sequence[Column[R]]:
    kept = list(columns)
    droppable = sorted((c for c in columns if c.drop_order), key=lambda c: c.drop_order)
    while droppable and _total(kept, least) > available:
        kept.remove(droppable.pop())
    return kept


def _total(columns: Sequence[Column[R]], widths: Mapping[str, int]) -> int:
    return MARGIN + sum(widths[column.key] + GAP for column in columns) - GAP


def _place(
    columns: Sequence[Column[R]], widths: Mapping[str, int], fixed: Mapping[str, int]
) -> Layout[R]:
    placed: list[Placed[R]] = []
    x = MARGIN
    for column in columns:
        width, grows = widths[column.key], column.key not in fixed
        placed.append(Placed(column=column, x=x, width=width, grows=grows))
        x += width + GAP
    return Layout(placed=tuple(placed), width=_total(columns, widths))
