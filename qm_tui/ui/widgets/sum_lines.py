"""Sums below a table: each with its name, broken into lines where no number is torn from it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.widget import Widget
from typing_extensions import override

_APART = Content("  ")
_SUMS_APART = Content("   ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """One sum: what it is of, and its parts."""

    name: Content
    parts: Sequence[Content]


class SumLines(Widget):
    """As many lines as are needed, and none without sums."""

    DEFAULT_CSS = "SumLines { height: auto; max-height: 5; padding: 0 1; background: $panel; }"
    ALLOW_SELECT = False

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._sums: Sequence[Sum] = ()

    def say(self, sums: Iterable[Sum]) -> None:
        """Show other sums."""
        before, self._sums = self._sums, tuple(sums)
        self.display = bool(self._sums)
        if before != self._sums:
            self.refresh(layout=True)

    def on_resize(self) -> None:
        """Break the lines elsewhere."""
        self.refresh(layout=True)

    @override
    def render(self) -> Content:
        width = self.screen.size.width - self.gutter.width
        lines = [Content.assemble(each.name, _APART.join(each.parts)) for each in self._sums]
        in_one = _SUMS_APART.join(lines)
        if in_one.cell_length <= width:
            return in_one
        return Content("\n").join(
            line for each in self._sums for line in broken(each.name, each.parts, width, _APART)
        )


def broken(
    name: Content, parts: Iterable[Content], width: int, apart: Content = _APART
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
