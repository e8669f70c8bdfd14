"""The lines of a table: which rows are in sight, how they look, and what has to be drawn again."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Generic, TypeVar

from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer
from typing_extensions import override

from qm_tui.ui.cell import Cell
from qm_tui.ui.widgets.arrangement import Arrangement
from qm_tui.ui.widgets.changed_rows import ChangedRows
from qm_tui.ui.widgets.columns import MARGIN, Column, Layout
from qm_tui.ui.widgets.drawn_lines import DrawnLines
from qm_tui.ui.widgets.grouped_source import GroupedSource
from qm_tui.ui.widgets.headings import Heading
from qm_tui.ui.widgets.line_painter import LinePainter
from qm_tui.ui.widgets.row_source import ListSource, RowSource
from qm_tui.ui.widgets.table_columns import TableColumns
from qm_tui.ui.widgets.table_marks import Marks
from qm_tui.ui.widgets.table_orders import Order, Orders
from qm_tui.ui.widgets.table_palette import Look, read_palette

R = TypeVar("R")

HEADER = 1
"""Lines above the first row."""
_FRAME = 1 / 20
"""Seconds between two repaints of rows that change by themselves."""
_KEPT_PAGES = 3
"""Of so many pages the lines are kept: paging back draws nothing anew."""
_AHEAD = 300
"""Rows in memory whose numbers have room from the start."""


class TableLines(ScrollView, Generic[R]):
    """Draws what is in sight of a source; knows a cursor and marks, but no keys."""

    def __init__(
        self,
        columns: Sequence[Column[R]],
        *,
        empty: str = "Nothing here.",
        id: str | None = None,  # noqa: A002 - Textual's name for it
    ) -> None:
        super().__init__(id=id)
        self.empty = empty
        """Said where rows would be when there are none."""
        self.number: Callable[[int], str] = "{:,}".format
        """How one writes how many rows are below a heading."""
        self.cursor_index = 0
        self._columns = TableColumns(columns)
        self._orders = Orders(columns)
        self._marks: Marks[R] = Marks()
        self._source: RowSource[R] = ListSource[R]([], key=hash)
        self._drawn: DrawnLines[R] | None = None
        self._changed = ChangedRows()
        self._frames: Timer | None = None
        self._looked_at = 0
        """How many rows there were at most when widths were looked for."""

    # Columns

    @property
    def columns(self) -> tuple[Column[R], ...]:
        """All columns in their own order, also those that are hidden or do not fit."""
        return self._columns.every

    @property
    def arranged(self) -> tuple[Column[R], ...]:
        """The columns that are not hidden, in the user's order, also those that do not fit."""
        return self._columns.arranged

    @property
    def shown_columns(self) -> tuple[Column[R], ...]:
        """The columns that are drawn, some perhaps out of sight at the sides."""
        return tuple(placed.column for placed in self._lay_out().placed)

    @property
    def edges(self) -> Mapping[str, int]:
        """By column key, the first cell after each column that is wholly in sight."""
        x, width = self.scroll_offset.x, self.size.width
        ends = {each.column.key: each.x + each.width - x for each in self._lay_out().placed}
        return {key: end for key, end in ends.items() if 0 < end <= width}

    @property
    def arrangement(self) -> Arrangement:
        """How the user has arranged the columns."""
        return self._columns.arrangement

    def arrange_columns(self, arrangement: Arrangement) -> None:
        """Show columns in another order or width, or hide some; what rows are sorted by stays."""
        self._columns.arrange(arrangement)
        self._lay_out_again()

    @property
    def column(self) -> str:
        """The key of the column pointed at; of the first one while none is."""
        return self._columns.chosen(self._lay_out())

    @column.setter
    def column(self, key: str) -> None:
        self._columns.choose(key)
        self._show_column()

    # Rows

    @property
    def source(self) -> RowSource[R]:
        """The rows that are shown (while the next source loads, still the former one)."""
        return self._source

    @property
    def orders(self) -> tuple[Order, ...]:
        """The keys of the columns rows are sorted by, and whether from the largest.

        To set them takes effect with the next rows.
        """
        return self._orders.chosen

    @orders.setter
    def orders(self, orders: Sequence[Order]) -> None:
        self._orders.choose(orders)

    @property
    def sorted_by(self) -> str | None:
        """The column that counts most in the order of the rows."""
        return self.orders[0][0] if self.orders else None

    @sorted_by.setter
    def sorted_by(self, key: str | None) -> None:
        self.orders = () if key is None else ((key, False),)

    @property
    def sorted_reverse(self) -> bool:
        """Whether the largest of its values come first."""
        return bool(self.orders) and self.orders[0][1]

    @sorted_reverse.setter
    def sorted_reverse(self, reverse: bool) -> None:
        self.orders = tuple((key, reverse) for key, _ in self.orders[:1]) + self.orders[1:]

    @property
    def visible_rows(self) -> range:
        """The indexes of the rows in sight, whether they exist or not."""
        first = self.scroll_offset.y
        height = self.size.height - self.scrollbar_size_horizontal - HEADER
        return range(first, first + max(height, 1))

    @property
    def cursor_row(self) -> R | None:
        """The row under the cursor; None if there is none, or a heading, or it is not loaded."""
        index = self.cursor_index
        return self._source.row(index) if index < len(self._source) else None

    @property
    def cursor_heading(self) -> Heading | None:
        """The heading under the cursor."""
        return self._heading(self.cursor_index)

    @property
    def cursor_cell(self) -> Cell | None:
        """What the row under the cursor shows in the column pointed at."""
        row, key = self.cursor_row, self.column
        column = next((column for column in self.columns if column.key == key), None)
        return None if row is None or column is None else column.cell(row)

    @property
    def marked_keys(self) -> frozenset[Hashable]:
        """The keys of the marked rows, also of those a filter hides."""
        return frozenset(self._marks.keys)

    def marked_rows(self) -> list[R]:
        """The marked rows that are loaded, those shown first and in order."""
        return self._marks.rows(self._source)

    def row_at(self, x: int, y: int) -> int | None:
        """The index of the row or heading drawn at a place in the widget."""
        index = self.scroll_offset.y + y - HEADER
        inside = 0 <= x < self.size.width and HEADER <= y < self.size.height
        return index if inside and index < len(self._source) else None

    # What is drawn again

    def redraw(self) -> None:
        """Draw every line anew: for cells that depend on more than their row."""
        match self._source:
            case ListSource() as rows:
                rows.forget_texts()
            case GroupedSource() as grouped:
                grouped.rows.forget_texts()
                grouped.update_headings()
            case _:
                pass
        self._lay_out_again()

    def update_rows(self, keys: Iterable[Hashable]) -> None:
        """Rows with these keys were replaced in the source; repaint those in sight, soon.

        The headings above them, too.
        """
        self._changed.keys.update(keys)
        self._wake()

    def update_indexes(self, indexes: Iterable[int]) -> None:
        """The same for rows known by their index."""
        self._changed.indexes.update(indexes)
        self._wake()

    @override
    def on_mount(self) -> None:
        """Be ready for rows that change by themselves."""
        self._frames = self.set_interval(_FRAME, self._paint_changed, pause=True)

    @override
    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._drawn = None

    def _wake(self) -> None:
        if self._frames is not None:
            self._frames.resume()

    def _paint_changed(self) -> None:
        if self._changed:
            if isinstance(self._source, GroupedSource):
                self._changed.reach_headings(self._source.update_headings)
            self._refresh_rows(self._changed.take(self.visible_rows, self._key))
        elif self._frames is not None:
            self._frames.pause()

    def _refresh_rows(self, indexes: Iterable[int]) -> None:
        visible, width = self.visible_rows, self.size.width
        lines = [index - visible.start + HEADER for index in indexes if index in visible]
        if lines:
            self.refresh(*[Region(0, line, width, 1) for line in lines])

    # Lines

    @override
    def render_line(self, y: int) -> Strip:
        lines = self._lines()
        x, top = self.scroll_offset
        if y < HEADER:
            pointed = self.column if self._columns.pointed else None
            strip = lines.header(self._orders.chosen, pointed)
        else:
            strip = self._line(lines, top + y - HEADER)
        width = lines.painter.width
        if strip.cell_length == width:
            return strip
        strip = strip.crop(x, x + width)
        # A number that the edge goes through is no number; to the right one sees it whole.
        halved = lines.painter.layout.halved(x + width - self.scrollbar_size_vertical)
        return strip if y < HEADER or halved is None else lines.painter.hide(strip, halved.x - x)

    def _line(self, lines: DrawnLines[R], index: int) -> Strip:
        source = self._source
        count = len(source)
        if index == count == 0:
            return lines.painter.note("Loading…" if source.loading else self.empty)
        if index >= count:
            return lines.painter.blank()
        row = source.row(index)
        marked = bool(self._marks) and source.key(index) in self._marks
        look = Look.of(cursor=index == self.cursor_index, marked=marked)
        if row is not None:
            strip = lines.row(index, row, look)
        elif (heading := self._heading(index)) is not None:
            strip = lines.heading(index, heading, look)
        else:
            return lines.painter.placeholder(look)
        if lines.painter.outgrown:
            self.call_next(self._grow)
        if look.has_cursor and self._columns.pointed and row is not None:
            return lines.painter.point_at(strip, self.column)
        return strip

    def _lines(self) -> DrawnLines[R]:
        """What is drawn, begun anew after a change of width, columns, order or colors."""
        width = self.size.width
        if self._drawn is None or self._drawn.painter.width != width:
            palette = read_palette(self.rich_style, self.get_component_rich_style)
            gutter = self.scrollbar_size_vertical
            painter = LinePainter(self._lay_out(), palette, width, gutter, self.number)
            self._drawn = DrawnLines(painter, kept=_KEPT_PAGES * self.size.height)
        return self._drawn

    def _lay_out(self) -> Layout[R]:
        # Nothing is drawn under the scrollbar: it would hide the last digit of a number.
        return self._columns.lay_out(self.size.width - self.scrollbar_size_vertical)

    def _lay_out_again(self) -> None:
        self._drawn = None
        self._measure()
        self.refresh()

    def _measure(self) -> None:
        """Tell the scrollbars how large the table is."""
        width = self._lay_out().width
        # A layout that fits must not call for a scrollbar while the width is changing.
        overflows = width > self.size.width - self.scrollbar_size_vertical
        self.virtual_size = Size(width if overflows else 0, len(self._source) + HEADER)

    def _grow(self) -> None:
        if self._drawn is not None and self._drawn.painter.outgrown:
            self._columns.grow(self._drawn.painter.outgrown)
            self._lay_out_again()

    def _look_ahead(self) -> None:
        """Widen for the rows below now: else columns would go while one scrolls to them."""
        if self._looked_at < (rows := len(self._source)) and self.size.width:
            self._looked_at = rows
            loaded = islice(self._source.loaded(), _AHEAD)
            self._lines().painter.look_ahead(row for _, row in loaded)
            self._grow()

    def _show_column(self) -> None:
        """Draw the column pointed at, scrolled sideways as far as that takes."""
        x = self.scroll_offset.x
        placed = self._lay_out().place_of(self.column)
        width = self.size.width - self.scrollbar_size_vertical
        if placed is not None and not x + MARGIN <= placed.x <= x + width - placed.width:
            self.scroll_to(x=placed.x - MARGIN, animate=False)
        self.refresh()

    def _key(self, index: int) -> Hashable | None:
        return self._source.key(index) if 0 <= index < len(self._source) else None

    def _heading(self, index: int) -> Heading | None:
        source = self._source
        if isinstance(source, GroupedSource) and index < len(source):
            return source.heading(index)
        return None
