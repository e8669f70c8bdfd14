"""How one line of a table is drawn: cells fitted to their columns, in as few segments as can be."""

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from qm_tui.ui.cell import Tone, fit, width_of
from qm_tui.ui.widgets.columns import GAP, MARGIN, Layout, Placed
from qm_tui.ui.widgets.headings import Heading
from qm_tui.ui.widgets.table_orders import Order
from qm_tui.ui.widgets.table_palette import Look, Palette

R = TypeVar("R")

_GAP = " " * GAP
_ARROWS = {False: "▲", True: "▼"}
_FOLDS = {False: "▾", True: "▸"}
_INDENT = "  "
_NOT_LOADED = "·"
_WIDEST_GROWTH = 40
"""Cells; a column of numbers does not grow beyond."""
_SHORTEST_TITLE = 8
"""Cells that a heading's title has at least, whatever sums there are."""
_POINTED = Style(underline=True)


class LinePainter(Generic[R]):
    """Draws the lines of one layout in one palette."""

    def __init__(
        self,
        layout: Layout[R],
        palette: Palette,
        width: int,
        gutter: int,
        number: Callable[[int], str],
    ) -> None:
        self._number = number
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
        tone, strength = Tone.PLAIN, 0
        pieces = [look.value + " " * (MARGIN - 1)]
        segments: list[Segment] = []
        for cell_of, width, align, placed in self._columns:
            cell = cell_of(row)
            text = cell.text
            if cell.tone is not tone or cell.strength != strength:
                segments.append(Segment("".join(pieces), tones[strength][tone]))
                pieces.clear()
                tone, strength = cell.tone, cell.strength
            if len(text) > width and align == "right":
                self._note_growth(placed, text)
            pieces += (fit(text, width, align), _GAP)
        segments.append(Segment("".join(pieces), tones[strength][tone]))
        return self._finish(segments, tones[0][Tone.PLAIN])

    def look_ahead(self, rows: Iterable[R]) -> None:
        """Note what numbers of rows need that are not in sight yet."""
        numbers = [column for column in self._columns if column[2] == "right"]
        for row in rows:
            for cell_of, width, _, placed in numbers:
                if len(text := cell_of(row).text) > width:
                    self._note_growth(placed, text)

    def heading(self, heading: Heading, look: Look) -> Strip:
        """The line above a group: its title over the text columns, its sums in their columns."""
        tones = self._palette.headings[look]
        plain = tones[0][Tone.PLAIN]
        summed = [
            placed
            for placed in self.layout.placed
            if placed.column.key in heading.cells and placed.x >= MARGIN + _SHORTEST_TITLE
        ]
        end = summed[0].x - GAP if summed else self._line_width
        segments = [
            Segment(look.value + " " * (MARGIN - 1), plain),
            Segment(self._group_title(heading, end - MARGIN), plain),
        ]
        for placed in summed:
            cell, width = heading.cells[placed.column.key], placed.width
            if len(cell.text) > width and placed.column.align == "right":
                self._note_growth(placed, cell.text)
            segments.append(Segment(" " * (placed.x - end), plain))
            text = fit(cell.text, width, placed.column.align)
            segments.append(Segment(text, tones[cell.strength][cell.tone]))
            end = placed.x + width
        return self._finish(segments, plain)

    def placeholder(self, look: Look) -> Strip:
        """The line of a row that is not loaded yet."""
        pieces = [look.value + " " * (MARGIN - 1)]
        for _, width, align, _ in self._columns:
            pieces += (fit(_NOT_LOADED, width, align), _GAP)
        plain = self._palette.rows[look][0][Tone.PLAIN]
        style = plain if look.has_cursor else self._palette.placeholder
        return self._finish([Segment("".join(pieces), style)], plain)

    def header(self, orders: Sequence[Order], pointed: str | None) -> Strip:
        """The titles, with arrows at the columns that rows are sorted by.

        Args:
            orders: the columns, and whether from the largest; numbered if there are several.
            pointed: the key of the column that stands out, if one does.
        """
        palette = self._palette
        arrows = _arrows(orders)
        segments = [Segment(" " * MARGIN, palette.header)]
        for placed in self.layout.placed:
            column, width = placed.column, placed.width
            arrow = arrows.get(column.key, "")
            title = _title(column.title, max(width - len(arrow), 0)) + arrow
            style = palette.sorted_header if arrow else palette.header
            if column.key == pointed:
                style += Style(reverse=True)
            segments.append(Segment(fit(title, width, column.align), style))
            segments.append(Segment(_GAP, palette.header))
        return self._finish(Segment.simplify(segments), palette.header)

    def point_at(self, strip: Strip, key: str) -> Strip:
        """Have the cell of a column stand out in a line."""
        placed = self.layout.place_of(key)
        if placed is None:
            return strip
        start, end = placed.x, placed.x + placed.width
        before, cell, after = strip.divide([start, end, strip.cell_length])
        return Strip.join([before, cell.apply_style(_POINTED), after])

    def hide(self, strip: Strip, start: int) -> Strip:
        """Write over the digits from `start` on: there is no room for the rest of them."""
        before, after = strip.divide([start, strip.cell_length])
        if not any(letter.isdigit() for letter in after.text):
            return strip
        style = next((each.style for each in after), None)
        return Strip.join([before, Strip([Segment("#" * after.cell_length, style)])])

    def note(self, text: str) -> Strip:
        """A line that says something instead of rows."""
        style = self._palette.rows[Look.PLAIN][0][Tone.MUTED]
        line = " " * MARGIN + fit(text, max(self.width - MARGIN, 0), "left")
        return self._finish([Segment(line, style)], self._palette.blank)

    def blank(self) -> Strip:
        """A line below the last row."""
        return Strip.blank(self._line_width, self._palette.blank)

    def _group_title(self, heading: Heading, width: int) -> str:
        before = f"{_INDENT * heading.level}{_FOLDS[heading.folded]} "
        after = f" ({self._number(heading.count)})"
        if len(before) + width_of(heading.title[:_WIDEST_GROWTH]) + len(after) > width:
            after = ""
        room = max(width - len(before) - len(after), 0)
        title = fit(heading.title, room, "left").rstrip()
        return fit(f"{before}{title}{after}", width, "left")

    def _finish(self, segments: Iterable[Segment], style: Style) -> Strip:
        # Crops the last column's gap, or fills up to the edge.
        return Strip(segments).adjust_cell_length(self._line_width, style)

    def _note_growth(self, placed: Placed[R], text: str) -> None:
        key = placed.column.key
        needed = width_of(text) if len(text) <= 2 * _WIDEST_GROWTH else _WIDEST_GROWTH + 1
        if placed.grows and placed.width < needed <= _WIDEST_GROWTH:
            self.outgrown[key] = max(needed, self.outgrown.get(key, 0))


def _title(title: str, width: int) -> str:
    """A title is words: it may be cut, also above a column of numbers."""
    return fit(title, width, "left").rstrip()


def _arrows(orders: Sequence[Order]) -> dict[str, str]:
    if len(orders) == 1:
        return {key: _ARROWS[reverse] for key, reverse in orders}
    return {
        key: f"{_ARROWS[reverse]}{number}" for number, (key, reverse) in enumerate(orders, start=1)
    }
