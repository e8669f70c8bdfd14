"""A full screen whose body is one table: filter, sort, copy, drill down, raw row."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget
from typing_extensions import override

from qm_tui.domain.selection import Scope
from qm_tui.ui.feeds import Feed
from qm_tui.ui.format import count
from qm_tui.ui.screens.page import Page
from qm_tui.ui.screens.row_actions import ask_for_order, copy_row, raw_page
from qm_tui.ui.screens.row_filter import RowFilter
from qm_tui.ui.session import Session
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.record_table import RecordTable
from qm_tui.ui.widgets.table_messages import TableMessage

if TYPE_CHECKING:
    from qm_tui.store.reader import Reader
    from qm_tui.ui.widgets.filter_bar import FilterBar

V = TypeVar("V")

_NEEDS_ROWS = frozenset({"filter", "sort", "raw", "copy"})
"""Actions that make no sense while a notice stands where rows would be."""


class TableScreen(Page, Generic[V]):
    """Subclasses name the columns, the feed, and what lies below a row."""

    EMPTY: ClassVar[str] = "Nothing here. Press I to import a statement."
    DRILLS: ClassVar[bool] = True
    """Whether Enter leads to more than the broker's own row."""
    noun: tuple[str, str] = ("row", "rows")
    """What one row is called, and several."""
    sorted_by: tuple[str, bool] = ("", False)
    """The column rows are sorted by at first, and whether from the largest."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", id="rows.filter"),
        Binding("s", "sort", "Sort", id="rows.sort"),
        Binding("o", "raw", "Raw row", id="rows.raw"),
        Binding("y", "copy", "Copy", id="rows.copy"),
    ]

    def __init__(self, session: Session, trail: Sequence[str], scope: Scope = Scope()) -> None:
        super().__init__(session, trail)
        self.scope = scope
        self._offered: tuple[bool, bool] | None = None
        self.filter = RowFilter(self, self._apply_filter)
        self.table = self.make_table()
        self.feed = self.make_feed()

    def make_table(self) -> RecordTable[V]:
        """A table that has no rows yet."""
        table = RecordTable(self.columns(), empty="Loading…")
        if self.sorted_by[0]:
            table.sorted_by, table.sorted_reverse = self.sorted_by
        return table

    # What subclasses say

    def columns(self) -> Sequence[Column[V]]:
        """The columns, in the order shown."""
        raise NotImplementedError

    def make_feed(self) -> Feed[V]:
        """Where the rows come from."""
        raise NotImplementedError

    def below(self, row: V) -> Page | None:
        """The screen that Enter on this row leads to: the broker's own row at the end."""
        return self._raw(row)

    def beyond(self) -> Page | None:
        """The screen that Enter leads to where there are no rows."""
        return None

    def empty_text(self) -> str:
        """What stands where rows would be."""
        return self.EMPTY

    def source_of(self, row: V) -> tuple[int | None, int | None]:
        """The document from which the row was made, and the row in it."""
        return getattr(row, "document_id", None), getattr(row, "document_row", None)

    # The page

    @property
    @override
    def account(self) -> str | None:
        return self.scope.account

    @override
    def body(self) -> ComposeResult:
        yield self.table

    @property
    @override
    def subject(self) -> Widget:
        return self.table

    @override
    async def load(self, reader: "Reader") -> None:
        await self.feed.load(reader)
        if self.feed.source is not None and self.table.source is not self.feed.source:
            self.table.show(self.feed.source)
        self.say_why_empty()

    @override
    def summary(self) -> str:
        total = self.feed.total
        if total is None or self.feed.source is None:
            return ""
        in_all = count(total, *self.noun)
        if not self.filter.text:
            return in_all
        return f"{'…' if self.feed.shown is None else f'{self.feed.shown:,}'} of {in_all}"

    @override
    def show_frame(self) -> None:
        super().show_frame()
        self._name_keys()

    @override
    def redraw(self) -> None:
        super().redraw()
        self.table.redraw()

    @override
    def grow_older(self) -> None:
        super().grow_older()
        if any(column.key == "as_of" for column in self.table.columns):
            self.table.redraw()

    # What the user does with rows

    def choose(self, row: V) -> None:
        """Go where Enter on this row leads."""
        self._go(self.below(row))

    @on(RecordTable.Chosen)
    def _go_below(self, event: RecordTable.Chosen) -> None:
        if self._is_in_front(event):
            row: Any = event.row
            self.choose(row)

    @on(RecordTable.NothingChosen)
    def _go_beyond(self, event: RecordTable.NothingChosen) -> None:
        if self._is_in_front(event):
            self.go_beyond()

    def go_beyond(self) -> None:
        """Go where Enter leads without rows, unless it is the filter that hides them."""
        if not self.filter.text and (page := self.beyond()) is not None:
            self.app.push_screen(page)

    @on(RecordTable.Highlighted)
    def _name_keys(self) -> None:
        offered = self.offers("choose"), self.offers("raw")
        if offered != self._offered:
            self._offered = offered
            self.show_hints()

    @on(RecordTable.LeaveRequested)
    async def _leave(self, event: RecordTable.LeaveRequested) -> None:
        if self._is_in_front(event):
            await self.action_back()

    @on(RecordTable.SortRequested)
    def _sort(self, event: RecordTable.SortRequested) -> None:
        if self._is_in_front(event):
            self.feed.sort(event.column_key, reverse=event.reverse)

    def _is_in_front(self, event: TableMessage) -> bool:
        """Tell whether the table in sight said it: keys typed fast may still reach a former."""
        return event.table is self.table and self.is_active

    def action_sort(self) -> None:
        """Ask for the letter of a column."""
        ask_for_order(self, self.table)

    def action_copy(self) -> None:
        """Copy the row under the cursor."""
        if (row := self.table.cursor_row) is not None:
            copy_row(self, row, self.table.columns)

    def action_raw(self) -> None:
        """Show the row of the document from which this one was made."""
        if (row := self.table.cursor_row) is not None:
            self._go(self._raw(row))

    def _go(self, page: Page | None) -> None:
        if page is not None:
            self.app.push_screen(page)
        else:
            self.notify("This row comes from no document.", timeout=3, markup=False)

    def _raw(self, row: V) -> Page | None:
        return raw_page(self.session, self.trail, *self.source_of(row))

    # The filter

    async def action_filter(self) -> None:
        """Filter while typing."""
        await self.filter.open()

    def on_filter_bar_changed(self, event: "FilterBar.Changed") -> None:
        """Show the rows that contain the text."""
        self.filter.set(event.text)

    async def on_filter_bar_left(self, event: "FilterBar.Left") -> None:
        """Give the keyboard back to the rows."""
        if event.cleared:
            await self.filter.clear()
        self.table.focus()

    @override
    async def action_back(self) -> None:
        if self.filter.text:
            await self.filter.clear()
        else:
            await super().action_back()

    def _apply_filter(self, text: str) -> None:
        self.feed.filter(text, self.table.columns)
        self.say_why_empty()
        self.show_frame()

    def say_why_empty(self) -> None:
        """Write where rows would be why there are none."""
        text = self.filter.text
        self.table.empty = f"No row contains “{text}”." if text else self.empty_text()
        if not self.table.source.loading and not len(self.table.source):
            self.table.redraw()

    @override
    def offers(self, action: str) -> bool:
        row = self.table.cursor_row
        has_source = row is not None and None not in self.source_of(row)
        if action == "raw":
            return has_source
        if action == "choose":
            return has_source or (row is not None and self.DRILLS)
        return super().offers(action)

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "back" and self.filter.text:
            return True
        if action in _NEEDS_ROWS and not self.table.display:
            return False
        return super().check_action(action, parameters)
