"""How one line of a table is drawn: cells fitted to their columns, in as few segments as can be."""

from collections.abc import Iterable
from typing import Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from qm_tui.ui.cell import Tone, fit, width_of
from qm_tui.ui.widgets.columns import GAP, MARGIN, Layout, Placed
from qm_tui.ui.widgets.table_palette import Look, Palette

R = TypeVar("R")

_GAP = " " * GAP
_ARROWS = {False: "▲", True: "▼"}
_NOT_LOADED = "·"
_WIDEST_GROWTH = 24
"""Cells; a column of numbers does not grow beyond."""


class LinePainter(Generic[R]):
    """Draws the lines of one layout in one palette."""

    def __init__(self, layout: Layout[R], palette: Palette, width: int, gutter: int) -> None:
        self.layout = layout
        self.width = width
        """Of the widget, in cells, with the gutter of its scrollbar. Lines may be wider."""
        self.outgrown: dict[str, int] = {}
        """By column key, the width needed by numbers that did not fit."""
        self._palette = palette
        self._line_width = max(width, layout.width + gutter)
        self._columns = [
            (placed.column.cell, placed.width, placed.column.align, placed)
            for placed in layout.placed
        ]

    def row(self, row: R, look: Look) -> Strip:
        """The line of a loaded row."""
        tones = self._palette.rows[look]
        tone = Tone.PLAIN
        pieces = [look.value + " " * (MARGIN - 1)]
        segments: list[Segment] = []
        for cell_of, width, align, placed in self._columns:
            cell = cell_of(row)
            text = cell.text
            if cell.tone is not tone:
                segments.append(Segment("".join(pieces), tones[tone]))
                pieces.clear()
                tone = cell.tone
            if len(text) > width and align == "right":
                self._note_growth(placed, text)
            pieces += (fit(text, width, align), _GAP)
        segments.append(Segment("".join(pieces), tones[tone]))
        return self._finish(segments, tones[Tone.PLAIN])

    def placeholder(self, look: Look) -> Strip:
        """The line of a row that is not loaded yet."""
        pieces = [look.value + " " * (MARGIN - 1)]
        for _, width, align, _ in self._columns:
            pieces += (fit(_NOT_LOADED, width, align), _GAP)
        plain = self._palette.rows[look][Tone.PLAIN]
        style = plain if look.has_cursor else self._palette.placeholder
        return self._finish([Segment("".join(pieces), style)], plain)

    def header(self, sorted_by: str | None, *, reverse: bool) -> Strip:
        """The titles, with an arrow at the column that rows are sorted by."""
        palette = self._palette
        segments = [Segment(" " * MARGIN, palette.header)]
        for placed in self.layout.placed:
            column, width = placed.column, placed.width
            if column.key == sorted_by:
                title = _title(column.title, max(width - 1, 0)) + _ARROWS[reverse]
                segments.append(Segment(fit(title, width, column.align), palette.sorted_header))
                segments.append(Segment(_GAP, palette.header))
            else:
                text = fit(_title(column.title, width), width, column.align)
                segments.append(Segment(text + _GAP, palette.header))
        return self._finish(segments, palette.header)

    def note(self, text: str) -> Strip:
        """A line that says something instead of rows."""
        style = self._palette.rows[Look.PLAIN][Tone.MUTED]
        line = " " * MARGIN + fit(text, max(self.width - MARGIN, 0), "left")
        return self._finish([Segment(line, style)], self._palette.blank)

    def blank(self) -> Strip:
        """A line below the last row."""
        return Strip.blank(self._line_width, self._palette.blank)

    def _finish(self, segments: Iterable[Segment], style: Style) -> Strip:
        # Crops the last column's gap, or fills up to the edge.
        return Strip(segments).adjust_cell_length(self._line_width, style)

    def _note_growth(self, placed: Placed[R], text: str) -> None:
        key = placed.column.key
        needed = width_of(text) if len(text) <= 2 * _WIDEST_GROWTH else _WIDEST_GROWTH + 1
        if placed.width < needed <= _WIDEST_GROWTH:
            self.outgrown[key] = max(needed, self.outgrown.get(key, 0))


def _title(title: str, width: int) -> str:
    """A title is words: it may be cut, also above a column of numbers."""
    return fit(title, width, "left").rstrip()
