"""Sums below a table: each number below its column, or with its name where there is none."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget
from typing_extensions import override

from qm_tui.ui.widgets.sum_places import APART, Edges, Figure, below_columns, without_labels

_SUMS_APART = Content("   ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """One sum: what it is of, and its parts."""

    name: Content
    parts: Sequence[Content | Figure]


class SumLines(Widget):
    """As many lines as are needed, and none without sums."""

    DEFAULT_CSS = "SumLines { height: auto; max-height: 5; padding: 0 1; background: $panel; }"
    ALLOW_SELECT = False

    def __init__(self, *, id: str, edges: Callable[[], Edges]) -> None:  # noqa: A002 - as Textual
        """Make the lines.

        Args:
            id: of the widget.
            edges: by column key, the cell of the line at which the column ends, where it is shown.
        """
        super().__init__(id=id)
        self._sums: Sequence[Sum] = ()
        self._edges = edges
        self._placed: Edges = {}

    def say(self, sums: Iterable[Sum]) -> None:
        """Show other sums."""
        before, self._sums = self._sums, tuple(sums)
        self.display = bool(self._sums)
        if before != self._sums:
            self.refresh(layout=True)

    def place_again(self) -> None:
        """Follow the columns where they went."""
        if self._sums and self._placed != self._edges():
            self.refresh(layout=True)

    def on_resize(self) -> None:
        """Break the lines elsewhere."""
        self.refresh(layout=True)

    @override
    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        # What is low shows rows all the same.
        most = max(viewport.height // 4 - 1, 1)
        return min(super().get_content_height(container, viewport, width), most)

    @override
    def render(self) -> Content:
        width = self.screen.size.width - self.gutter.width
        self._placed = self._edges()
        inside = {key: edge - self.gutter.left for key, edge in self._placed.items()}
        if any(_is_below(each, inside) for each in self._sums):
            bare: set[str] = set()
            for each in self._sums:
                bare |= without_labels(each.name, each.parts, inside)
            return Content("\n").join(
                line for each in self._sums for line in _lines(each, inside, width, bare)
            )
        lines = [Content.assemble(each.name, APART.join(_told(each))) for each in self._sums]
        in_one = _SUMS_APART.join(lines)
        if in_one.cell_length <= width:
            return in_one
        return Content("\n").join(
            line for each in self._sums for line in broken(each.name, _told(each), width)
        )


def _is_below(each: Sum, edges: Mapping[str, int]) -> bool:
    return any(isinstance(part, Figure) and part.column in edges for part in each.parts)


def _told(each: Sum) -> list[Content]:
    return [part.told if isinstance(part, Figure) else part for part in each.parts]


def _lines(each: Sum, edges: Edges, width: int, bare: Collection[str]) -> Iterator[Content]:
    first, left = below_columns(each.name, each.parts, edges, width, bare)
    yield first
    if left:
        yield from broken(Content(" " * each.name.cell_length), left, width)


def broken(
    name: Content, parts: Iterable[Content], width: int, apart: Content = APART
) -> Iterator[Content]:
    """A name and its parts in lines of at most so many cells; no part is broken itself."""
    line, is_empty = name, True
    for part in parts:
        if not is_empty and line.cell_length + apart.cell_length + part.cell_length > width:
            yield line
            line, is_empty = Content(" " * name.cell_length), True
        line = Content.assemble(line, "" if is_empty else apart, part)
        is_empty = False
    yield line
