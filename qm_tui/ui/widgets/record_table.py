"""The virtual table: a row is drawn when it is seen, however many there are."""

from collections.abc import Hashable, Iterable, Sequence
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer
from typing_extensions import override

from qm_tui.ui.widgets.changed_rows import ChangedRows
from qm_tui.ui.widgets.columns import Column, Layout, lay_out
from qm_tui.ui.widgets.drawn_lines import DrawnLines
from qm_tui.ui.widgets.line_painter import LinePainter
from qm_tui.ui.widgets.row_source import ListSource, RowSource
from qm_tui.ui.widgets.table_keys import KEYS
from qm_tui.ui.widgets.table_messages import MarksMessage, RowMessage, SortMessage, TableMessage
from qm_tui.ui.widgets.table_palette import COMPONENT_CLASSES, STYLESHEET, Look, read_palette

R = TypeVar("R")

_FRAME = 1 / 20
"""Seconds between two repaints of rows that change by themselves."""
_HEADER = 1
"""Lines above the first row."""


class RecordTable(ScrollView, Generic[R], can_focus=True):
    """Rows of a `RowSource` under a fixed header, with a cursor, marks and sorting.

    The table shows and says what the user did; whoever owns it loads, chooses and leaves.
    """

    ALLOW_SELECT = False  # a double click chooses a row, it does not select text
    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENT_CLASSES)
    DEFAULT_CSS = STYLESHEET

    BINDINGS: ClassVar[list[BindingType]] = [*KEYS]

    class Chosen(RowMessage):
        """Enter, → or a click on the row under the cursor."""

    class NothingChosen(TableMessage):
        """The same keys where there are no rows."""

    class Highlighted(RowMessage):
        """The cursor is on another row, or its row has arrived."""

    class Marked(MarksMessage):
        """Rows were marked or unmarked."""

    class SortRequested(SortMessage):
        """Another order was asked for; a `ListSource` has it already, other sources' owners act."""

    class LeaveRequested(TableMessage):
        """← with nothing left to scroll to."""

    def __init__(
        self,
        columns: Sequence[Column[R]],
        source: RowSource[R] | None = None,
        *,
        empty: str = "Nothing here.",
        id: str | None = None,  # noqa: A002 - Textual's name for it
    ) -> None:
        super().__init__(id=id)
        self.empty = empty
        """Said where rows would be when there are none."""
        self.cursor_index = 0
        self.sorted_by: str | None = None
        self.sorted_reverse = False
        self._columns = tuple(columns)
        self._source: RowSource[R] = ListSource[R]([], key=hash)
        self._next_source: RowSource[R] | None = source
        self._cursor_key: Hashable | None = None
        self._announced: Hashable | None = None
        self._marks: set[Hashable] = set()
        self._drawn: DrawnLines[R] | None = None
        self._grown: dict[str, int] = {}
        self._changed = ChangedRows()
        self._frames: Timer | None = None

    @property
    def source(self) -> RowSource[R]:
        """The rows that are shown (while the next source loads, still the former one)."""
        return self._source

    @property
    def columns(self) -> tuple[Column[R], ...]:
        """All columns, also those that do not fit."""
        return self._columns

    @property
    def cursor_row(self) -> R | None:
        """The row under the cursor; None if there is none or it is not loaded."""
        index = self.cursor_index
        return self._source.row(index) if index < len(self._source) else None

    @property
    def marked_keys(self) -> frozenset[Hashable]:
        """The keys of the marked rows, also of those a filter hides."""
        return frozenset(self._marks)

    @property
    def visible_rows(self) -> range:
        """The indexes of the rows in sight, whether they exist or not."""
        first = self.scroll_offset.y
        height = self.size.height - self.scrollbar_size_horizontal - _HEADER
        return range(first, first + max(height, 1))

    def show(self, source: RowSource[R]) -> None:
        """Show other rows, the cursor on the same key if it is among them.

        While they load the former rows stay.
        """
        self._next_source = source
        source.on_changed = lambda arrived: self._on_source_changed(source, arrived)
        if source.loading and len(self._source):
            source.want(0, 2 * len(self.visible_rows))
        else:
            self._install(source)

    def redraw(self) -> None:
        """Draw every line anew: for cells that depend on more than their row."""
        self._drawn = None
        self._measure()
        self.refresh()

    def update_rows(self, keys: Iterable[Hashable]) -> None:
        """Rows with these keys were replaced in the source; repaint those in sight, soon."""
        self._changed.keys.update(keys)
        self._wake()

    def update_indexes(self, indexes: Iterable[int]) -> None:
        """The same for rows known by their index."""
        self._changed.indexes.update(indexes)
        self._wake()

    def sort_by(self, column_key: str, *, reverse: bool | None = None) -> None:
        """Sort by a column; None: ascending, or the other way round if it is sorted by already."""
        column = next((column for column in self._columns if column.key == column_key), None)
        if column is None or column.sort_key is None:
            return
        if reverse is None:
            reverse = column_key == self.sorted_by and not self.sorted_reverse
        self.sorted_by, self.sorted_reverse = column_key, reverse
        if not self._sort_list(self._source):
            # Where the cursor's row goes is not known; the top of the new order is.
            self.move_cursor(0)
        self.refresh()
        self.post_message(self.SortRequested(self, column_key, reverse=reverse))

    def move_cursor(self, index: int) -> None:
        """Put the cursor on a row (the nearest there is) and scroll it into sight."""
        index = max(0, min(index, len(self._source) - 1))
        if index != self.cursor_index:
            self._refresh_rows((self.cursor_index, index))
            self.cursor_index = index
        self._cursor_key = self._key(index)
        self._scroll_to_cursor()
        self._announce()

    def action_cursor(self, rows: int) -> None:
        """Move the cursor."""
        self.move_cursor(self.cursor_index + rows)

    def action_page(self, pages: float) -> None:
        """Move cursor and view by as many rows as are in sight, or a part of them."""
        rows = int(pages * len(self.visible_rows))
        self.scroll_to(y=self.scroll_offset.y + rows, animate=False)
        self.move_cursor(self.cursor_index + rows)

    def action_first(self) -> None:
        """Go to the first row."""
        self.move_cursor(0)

    def action_last(self) -> None:
        """Go to the last row."""
        self.move_cursor(len(self._source) - 1)

    def action_choose(self) -> None:
        """Choose the row under the cursor, once it is loaded."""
        if (row := self.cursor_row) is not None:
            self.post_message(self.Chosen(self, row, self.cursor_index))
        elif not len(self._source) and not self._source.loading:
            self.post_message(self.NothingChosen(self))

    def action_back(self) -> None:
        """Show the columns to the left; at the leftmost, leave."""
        if self.scroll_offset.x:
            self.action_pan(-1)
        else:
            self.post_message(self.LeaveRequested(self))

    def action_pan(self, columns: int) -> None:
        """Scroll by whole columns where they do not all fit."""
        x = self._lines().painter.layout.next_start(self.scroll_offset.x, columns)
        self.scroll_to(x=x, animate=False)

    def action_mark(self) -> None:
        """Mark or unmark the row under the cursor and go on to the next."""
        if (key := self._key(self.cursor_index)) is not None:
            self._marks ^= {key}
            self._refresh_rows((self.cursor_index,))
            self.post_message(self.Marked(self, self.marked_keys))
            self.action_cursor(1)

    def on_click(self, event: events.Click) -> None:
        """A title sorts; a row takes the cursor, and is chosen if it has it."""
        at = event.get_content_offset(self)
        if at is None:
            return
        event.stop()
        index = self.scroll_offset.y + at.y - _HEADER
        if at.y < _HEADER:
            column = self._lines().painter.layout.column_at(at.x + self.scroll_offset.x)
            if column is not None:
                self.sort_by(column.key)
        elif index == self.cursor_index:
            self.action_choose()
        elif index < len(self._source):
            self.move_cursor(index)

    def _install(self, source: RowSource[R]) -> None:
        if self._source is not source:
            self._source.on_changed = None
        self._source, self._next_source = source, None
        if self.sorted_by is None or not self._sort_list(source):
            self._settle()

    def _sort_list(self, source: RowSource[R]) -> bool:
        """Sort rows that are in memory, which comes back as a change; others cannot be sorted."""
        column = next((column for column in self._columns if column.key == self.sorted_by), None)
        if column is None or not isinstance(source, ListSource):
            return False
        source.sort(column.sort_key, reverse=self.sorted_reverse)
        return True

    def _on_source_changed(self, source: RowSource[R], arrived: range | None) -> None:
        if source is self._next_source:
            self._install(source)
        elif source is self._source and arrived is None:
            self._settle()
        elif source is self._source and arrived is not None:
            if self.cursor_index in arrived:
                self._restore_cursor()
            self._refresh_rows(index for index in self.visible_rows if index in arrived)
            self._announce()

    def _settle(self) -> None:
        """Rows may be others now: the cursor stays on its key, and on its line of the screen."""
        line = self.cursor_index - self.scroll_offset.y
        self._drawn = None
        self._measure()
        self._restore_cursor()
        self.scroll_to(y=self.cursor_index - line, animate=False)
        self._scroll_to_cursor()
        self._want()
        self._announce()
        self.refresh()

    def _restore_cursor(self) -> None:
        self.cursor_index = max(0, min(self.cursor_index, len(self._source) - 1))
        here = self._key(self.cursor_index)
        if here == self._cursor_key:
            return
        found = None if self._cursor_key is None else self._source.find(self._cursor_key)
        if found is not None:
            self._refresh_rows((self.cursor_index, found))
            self.cursor_index = found
        elif here is not None:
            self._cursor_key = here

    def _want(self) -> None:
        rows = self.visible_rows
        self._source.want(max(rows.start - len(rows), 0), rows.stop + len(rows))

    def _announce(self) -> None:
        row = self.cursor_row
        if row is not None and self._cursor_key != self._announced:
            self._announced = self._cursor_key
            self.post_message(self.Highlighted(self, row, self.cursor_index))

    def _key(self, index: int) -> Hashable | None:
        return self._source.key(index) if 0 <= index < len(self._source) else None

    @override
    def on_mount(self) -> None:
        """Show the rows handed to the constructor."""
        self._frames = self.set_interval(_FRAME, self._paint_dirty, pause=True)
        if self._next_source is not None:
            self.show(self._next_source)

    def on_resize(self) -> None:
        """Lay the columns out for the new width, the cursor still in sight."""
        self._measure()
        self._scroll_to_cursor()
        self._want()

    @override
    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._drawn = None

    @override
    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._want()

    @override
    def render_line(self, y: int) -> Strip:
        lines = self._lines()
        x, top = self.scroll_offset
        if y < _HEADER:
            strip = lines.header(self.sorted_by, reverse=self.sorted_reverse)
        else:
            strip = self._line(lines, top + y - _HEADER)
        width = lines.painter.width
        return strip if strip.cell_length == width else strip.crop(x, x + width)

    def _line(self, lines: DrawnLines[R], index: int) -> Strip:
        count = len(self._source)
        if index == count == 0:
            return lines.painter.note("Loading…" if self._source.loading else self.empty)
        if index >= count:
            return lines.painter.blank()
        row = self._source.row(index)
        marked = bool(self._marks) and self._source.key(index) in self._marks
        look = Look.of(cursor=index == self.cursor_index, marked=marked)
        if row is None:
            return lines.painter.placeholder(look)
        strip = lines.row(index, row, look)
        if lines.painter.outgrown:
            self.call_next(self._grow)
        return strip

    def _lines(self) -> DrawnLines[R]:
        """What is drawn, begun anew after a change of width, columns, order or colors."""
        width = self.size.width
        if self._drawn is None or self._drawn.painter.width != width:
            palette = read_palette(self.rich_style, self.get_component_rich_style)
            painter = LinePainter(self._lay_out(), palette, width, self.scrollbar_size_vertical)
            self._drawn = DrawnLines(painter, kept=self.size.height)
        return self._drawn

    def _measure(self) -> None:
        """Tell the scrollbars how large the table is."""
        width = self._lay_out().width
        # A layout that fits must not call for a scrollbar while the width is changing.
        overflows = width > self.size.width - self.scrollbar_size_vertical
        self.virtual_size = Size(width if overflows else 0, len(self._source) + _HEADER)

    def _lay_out(self) -> Layout[R]:
        # Nothing is drawn under the scrollbar: it would hide the last digit of a number.
        return lay_out(self._columns, self.size.width - self.scrollbar_size_vertical, self._grown)

    def _grow(self) -> None:
        """Widen columns whose numbers did not fit; they never narrow, so that nothing jumps."""
        if self._drawn is not None and self._drawn.painter.outgrown:
            self._grown |= self._drawn.painter.outgrown
            self.redraw()

    def _wake(self) -> None:
        if self._frames is not None:
            self._frames.resume()

    def _paint_dirty(self) -> None:
        if self._changed:
            self._refresh_rows(self._changed.take(self.visible_rows, self._key))
        elif self._frames is not None:
            self._frames.pause()

    def _refresh_rows(self, indexes: Iterable[int]) -> None:
        visible, width = self.visible_rows, self.size.width
        lines = [index - visible.start + _HEADER for index in indexes if index in visible]
        if lines:
            self.refresh(*[Region(0, line, width, 1) for line in lines])

    def _scroll_to_cursor(self) -> None:
        rows = self.visible_rows
        if self.cursor_index < rows.start:
            self.scroll_to(y=self.cursor_index, animate=False)
        elif self.cursor_index >= rows.stop:
            self.scroll_to(y=self.cursor_index - len(rows) + 1, animate=False)
