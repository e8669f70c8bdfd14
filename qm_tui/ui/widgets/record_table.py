"""The virtual table: a row is drawn when it is seen, however many there are."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from time import perf_counter
from typing import ClassVar, TypeVar

from textual import events
from textual.binding import BindingType
from textual.timer import Timer
from typing_extensions import override

from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.grouped_source import GroupedSource
from qm_tui.ui.widgets.headings import Heading
from qm_tui.ui.widgets.row_source import ListSource, RowSource
from qm_tui.ui.widgets.table_keys import KEYS
from qm_tui.ui.widgets.table_lines import HEADER, TableLines
from qm_tui.ui.widgets.table_messages import (
    ArrangementMessage,
    HeadingMessage,
    MarksMessage,
    RowMessage,
    SortMessage,
    TableMessage,
)
from qm_tui.ui.widgets.table_orders import Order
from qm_tui.ui.widgets.table_palette import COMPONENT_CLASSES, STYLESHEET

R = TypeVar("R")

_MANY = 2000
"""Rows that are read before they are searched or sorted; fewer are read at once."""
_PORTION = 50
"""Rows whose texts are read before looking at the clock, which takes a millisecond at most."""
_SHARE = 0.003
"""Seconds that are given to it between two keys."""
_PAUSE = 1 / 20
"""Seconds between two portions."""


class RecordTable(TableLines[R], can_focus=True):
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

    class ArrangementChanged(ArrangementMessage):
        """The user has made a column wider or narrower."""

    class Folded(HeadingMessage):
        """The user has folded or unfolded a group."""

    class LaidOut(TableMessage):
        """Columns are elsewhere than before."""

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
        super().__init__(columns, empty=empty, id=id)
        self._next_source: RowSource[R] | None = source
        self._cursor_key: Hashable | None = None
        self._announced: Hashable | None = None
        self._ahead: Timer | None = None

    @override
    def on_mount(self) -> None:
        """Show the rows handed to the constructor."""
        self._ahead = self.set_interval(_PAUSE, self._read_ahead, pause=True)
        if self._next_source is not None:
            self.show(self._next_source)

    def show(self, source: RowSource[R]) -> None:
        """Show other rows, the cursor on the same key if it is among them.

        While they load the former rows stay.
        """
        self._next_source = source
        self._listen(source)
        if source.loading and len(self._source):
            source.want(0, 2 * len(self.visible_rows))
        else:
            self._install(source)

    # The hand on the keyboard

    def sort_by(self, column_key: str, *, reverse: bool | None = None, add: bool = False) -> None:
        """Sort by a column, or (`add`) by it where those before it are equal.

        Args:
            column_key: of a column that may be hidden.
            reverse: from the largest; None is from the smallest, or the other way round if rows
                are sorted by it already.
            add: keep the columns that rows are sorted by.
        """
        if self._orders.turn(column_key, reverse=reverse, add=add):
            self._sort()

    def order_by(self, orders: Sequence[Order]) -> None:
        """Sort by several columns at once; those that are not there are passed over."""
        before, self.orders = self._orders.chosen, tuple(orders)
        if self.orders:
            self._sort()
        else:
            self.orders = before

    def _sort(self) -> None:
        if not self._sort_rows(self._source):
            # Where the cursor's row goes is not known; the top of the new order is.
            self.move_cursor(0)
        self.refresh()
        self.post_message(self.SortRequested(self, self.orders))

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
        self.scroll_to(y=self.scroll_offset.y + rows, animate=False, force=True)
        self.move_cursor(self.cursor_index + rows)

    def action_first(self) -> None:
        """Go to the first row."""
        self.move_cursor(0)

    def action_last(self) -> None:
        """Go to the last row."""
        self.move_cursor(len(self._source) - 1)

    def action_choose(self) -> None:
        """Choose the row under the cursor, once it is loaded; fold or unfold a heading."""
        if (heading := self.cursor_heading) is not None:
            self._fold(heading, folded=not heading.folded)
        elif (row := self.cursor_row) is not None:
            self.post_message(self.Chosen(self, row, self.cursor_index))
        elif not len(self._source) and not self._source.loading:
            self.post_message(self.NothingChosen(self))

    def action_into(self) -> None:
        """Choose the row under the cursor; unfold a heading, or go on to what is below it."""
        if (heading := self.cursor_heading) is None or heading.folded:
            self.action_choose()
        else:
            self.action_cursor(1)

    def action_back(self) -> None:
        """Fold a heading; else show the columns to the left; at the leftmost, leave."""
        if (heading := self.cursor_heading) is not None and not heading.folded:
            self._fold(heading, folded=True)
        elif self.scroll_offset.x:
            x = self._lay_out().next_start(self.scroll_offset.x, -1)
            self.scroll_to(x=x, animate=False)
        else:
            self.post_message(self.LeaveRequested(self))

    def action_column(self, columns: int) -> None:
        """Point at another column and scroll it into sight."""
        self._columns.step(self._lay_out(), columns)
        self._show_column()

    def action_widen(self, cells: int) -> None:
        """Make the column pointed at wider or narrower."""
        self._columns.widen(self._lay_out(), cells)
        self._lay_out_again()
        self._show_column()
        self.post_message(self.ArrangementChanged(self, self.arrangement))

    def action_mark(self) -> None:
        """Mark or unmark the row under the cursor and go on to the next; fold a heading."""
        if (heading := self.cursor_heading) is not None:
            self._fold(heading, folded=not heading.folded)
        elif (key := self._key(self.cursor_index)) is not None:
            self._marks.turn(key)
            self._refresh_rows((self.cursor_index,))
            self.post_message(self.Marked(self, self.marked_keys))
            self.action_cursor(1)

    def action_mark_range(self) -> None:
        """Mark the rows from the one marked last to the cursor; without one, the cursor's."""
        if self._marks.add_range(self._source, self.cursor_index):
            self.refresh()
            self.post_message(self.Marked(self, self.marked_keys))

    def action_unmark(self) -> None:
        """Unmark all rows."""
        if self._marks:
            self._marks.clear()
            self.refresh()
            self.post_message(self.Marked(self, self.marked_keys))

    # The hand on the mouse

    def on_click(self, event: events.Click) -> None:
        """A title sorts; a row takes the cursor, and is chosen if it has it."""
        at = event.get_content_offset(self)
        if at is None:
            return
        event.stop()
        column = self._lay_out().column_at(at.x + self.scroll_offset.x)
        if at.y < HEADER:
            if column is not None:
                self.sort_by(column.key, add=event.shift)
            return
        index = self.row_at(at.x, at.y)
        if index is None:
            return
        if column is not None and self._heading(index) is None:
            self._columns.choose(column.key)
            self.refresh()
        if index == self.cursor_index or self._heading(index) is not None:
            self.move_cursor(index)
            self.action_choose()
        else:
            self.move_cursor(index)

    def _fold(self, heading: Heading, *, folded: bool) -> None:
        source = self._source
        if isinstance(source, GroupedSource):
            source.fold(heading.key, folded=folded)
            self.post_message(self.Folded(self, replace(heading, folded=folded)))

    def _listen(self, source: RowSource[R]) -> None:
        source.on_changed = lambda arrived: self._on_source_changed(source, arrived)

    # Rows that come and go

    def _install(self, source: RowSource[R]) -> None:
        if self._source is not source:
            self._source.on_changed = None
            # Again: the former may have listened to the rows of this one, or this to the former's.
            self._listen(source)
        self._source, self._next_source = source, None
        if not self._orders.chosen or not self._sort_rows(source):
            self._settle()

    def _sort_rows(self, source: RowSource[R]) -> bool:
        """Sort rows that are in memory, which comes back as a change; others cannot be sorted."""
        keys = self._orders.keys()
        if not keys or not isinstance(source, ListSource | GroupedSource):
            return False
        source.sort(keys)
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
        self.call_later(self._look_ahead)
        self._restore_cursor()
        self.scroll_to(y=self.cursor_index - line, animate=False, force=True)
        self._scroll_to_cursor()
        self._want()
        self._announce()
        self.refresh()
        if self._ahead is not None and len(self._source) >= _MANY:
            self._ahead.resume()

    def _read_ahead(self) -> None:
        """Read what may be searched for or sorted by, in portions."""
        source = self._source
        rows = source.rows if isinstance(source, GroupedSource) else source
        if isinstance(rows, ListSource):
            end = perf_counter() + _SHARE
            while rows.prepare(self.columns, _PORTION):
                if perf_counter() > end:
                    return
        if self._ahead is not None:
            self._ahead.pause()

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

    def on_resize(self) -> None:
        """Lay the columns out for the new width, the cursor still in sight."""
        self._measure()
        self.call_later(self._look_ahead)
        self._scroll_to_cursor()
        self._want()

    @override
    def watch_scroll_x(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_x(old_value, new_value)
        self.post_message(self.LaidOut(self))

    @override
    def _lay_out_again(self) -> None:
        super()._lay_out_again()
        self.post_message(self.LaidOut(self))

    @override
    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._want()

    def _scroll_to_cursor(self) -> None:
        # Forced, here as elsewhere: rows may be here before the scrollbar is, and Textual does not
        # scroll what shows none.
        rows = self.visible_rows
        if self.cursor_index < rows.start:
            self.scroll_to(y=self.cursor_index, animate=False, force=True)
        elif self.cursor_index >= rows.stop:
            self.scroll_to(y=self.cursor_index - len(rows) + 1, animate=False, force=True)
