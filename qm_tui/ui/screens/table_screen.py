"""A full screen whose body is one table: filter, sort, copy, drill down, raw row."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget
from typing_extensions import override

from qm_tui.domain.selection import Scope
from qm_tui.ui.condition_fields import Field
from qm_tui.ui.feeds import Feed, PagedFeed
from qm_tui.ui.screens.page import Page
from qm_tui.ui.screens.row_actions import ask_for_order, copy_cell, copy_rows, raw_page
from qm_tui.ui.screens.row_beside import RowBeside
from qm_tui.ui.screens.row_filter import RowFilter
from qm_tui.ui.screens.table_views import TableViews
from qm_tui.ui.session import Session
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.record_table import RecordTable
from qm_tui.ui.widgets.row_source import RowSource
from qm_tui.ui.widgets.table_messages import TableMessage

if TYPE_CHECKING:
    from qm_tui.store.reader import Reader
    from qm_tui.ui.widgets.filter_bar import FilterBar

V = TypeVar("V")

_SOON = 0.05
"""Seconds until it is looked again whether rows are there."""
_NEEDS_ROWS = frozenset(
    {"filter", "sort", "raw", "copy", "copy_cell", "export", "columns", "views"}
)
"""Actions that make no sense while a notice stands where rows would be."""


class TableScreen(RowBeside, Generic[V]):
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
        Binding("e", "export", "Export", id="rows.export"),
        Binding("S", "sort(True)", "Sort also by", id="rows.sort-more", show=False),
        Binding("Y", "copy_cell", "Copy the field", id="rows.copy-cell", show=False),
        Binding("C", "columns", "Columns and views", id="rows.columns", show=False),
        Binding("D", "beside", "All of the row beside", id="rows.beside", show=False),
        # The capital too: on lots the small one has a meaning of its own.
        Binding("v,V", "views", "Choose a view", id="rows.views", show=False),
    ]

    def __init__(self, session: Session, trail: Sequence[str], scope: Scope = Scope()) -> None:
        super().__init__(session, trail)
        self.scope = scope
        self._offered: tuple[bool, bool] | None = None
        self.filter = RowFilter(self, self._filtered)
        self.table = self.make_table()
        self.feed = self.make_feed()
        self.views = TableViews(self)
        self.views.prepare()
        self._left_as: Mapping[str, Any] | None = None
        self._return_to: tuple[Hashable, int] | None = None

    def make_table(self) -> RecordTable[V]:
        """A table that has no rows yet."""
        table = RecordTable(self.columns(), empty="Loading…")
        table.number = self.session.format.number
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

    def shown_source(self) -> RowSource[V] | None:
        """What the table shows: the rows of the feed, or these under headings."""
        return self.feed.source

    def below(self, row: V) -> Page | None:
        """The screen that Enter on this row leads to: the broker's own row at the end."""
        return self._raw(row)

    def beyond(self) -> Page | None:
        """The screen that Enter leads to where there are no rows."""
        return None

    def more_fields(self) -> Sequence[Field]:
        """What only the screen knows of its rows, to be filtered by."""
        return ()

    def empty_text(self) -> str:
        """What stands where rows would be."""
        return self.EMPTY

    def source_of(self, row: V) -> tuple[int | None, int | None]:
        """The document from which the row was made, and the row in it."""
        return getattr(row, "document_id", None), getattr(row, "document_row", None)

    @property
    def view_name(self) -> str:
        """What the table in front is called in `[ui.columns]`, and its views in what is kept."""
        return type(self).__name__.removesuffix("Screen").lower()

    def all_columns(self) -> Iterator[tuple[str, Sequence[Column[Any]]]]:
        """The columns of each table of the screen, by its `view_name`."""
        yield self.view_name, self.columns()

    def view_state(self) -> Mapping[str, Any]:
        """What a saved view holds beside columns, order and filter; only what JSON can hold."""
        return {}

    def restore_view_state(self, state: Mapping[str, Any]) -> None:
        """Look as one said in `view_state`, perhaps in another year: nothing in it is sure."""

    # The page

    @override
    def memory(self) -> Mapping[str, Any]:
        index = self.table.cursor_index
        key = self.table.source.key(index) if index < len(self.table.source) else None
        return {"view": self.views.now(), "cursor": (key, index)}

    @override
    def recall(self, memory: Mapping[str, Any]) -> None:
        self._left_as = memory

    async def recover(self) -> None:
        """Look as one did when this screen was left, if it is here again."""
        if self._left_as is not None:
            memory, self._left_as = self._left_as, None
            self.views.show(memory["view"])
            self._return_to = memory["cursor"]

    def _go_where_one_was(self) -> None:
        if self._return_to is None or not self.is_attached:
            return
        key, index = self._return_to
        source = self.table.source
        found = None if key is None else source.find(key)
        if found is None and (index < len(source) or not isinstance(self.feed, PagedFeed)):
            found = index  # What is not read yet has no key, and what is gone has a neighbor.
        if found is not None and len(source):
            self._return_to = None
            self.table.move_cursor(found)
        elif self.feed.total is None or len(source) < self.feed.total:
            # The store is still counting how far down that is.
            self.set_timer(_SOON, self._go_where_one_was)

    @property
    @override
    def account(self) -> str | None:
        return self.scope.account

    @override
    def body(self) -> ComposeResult:
        yield self.beside()

    @property
    @override
    def subject(self) -> Widget:
        return self.table

    @override
    async def load(self, reader: "Reader") -> None:
        await self.feed.load(reader)
        self.views.begin()
        await self.recover()
        self.filter.again()
        source = self.shown_source()
        if source is not None and self.table.source is not source:
            self.table.show(source)
        self.say_why_empty()

    @override
    def summary(self) -> str:
        total = self.feed.total
        if total is None or self.feed.source is None:
            return ""
        form = self.session.format
        said = form.count(total, *self.noun)
        if self.filter.text:
            said = f"{'…' if self.feed.shown is None else form.number(self.feed.shown)} of {said}"
        marked = len(self.table.marked_keys)
        return f"{said} · {form.number(marked)} marked" if marked else said

    @override
    def show_frame(self) -> None:
        super().show_frame()
        self._name_keys()
        self._go_where_one_was()

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

    @on(RecordTable.Marked)
    def _count_marks(self) -> None:
        self.show_header()

    @on(RecordTable.LeaveRequested)
    async def _leave(self, event: RecordTable.LeaveRequested) -> None:
        if self._is_in_front(event):
            await self.action_back()

    @on(RecordTable.SortRequested)
    def _sort(self, event: RecordTable.SortRequested) -> None:
        # Also below a dialog: a saved view may have asked for it, and the header says so already.
        if event.table is self.table:
            self.feed.sort(event.orders)

    def _is_in_front(self, event: TableMessage) -> bool:
        """Tell whether the table in sight said it: keys typed fast may still reach a former."""
        return event.table is self.table and self.is_active

    def action_sort(self, also: bool = False) -> None:  # noqa: FBT001, FBT002 - from a key
        """Ask for the letter of a column."""
        ask_for_order(self, self.table, also=also)

    def action_copy(self) -> None:
        """Copy the marked rows, or the one under the cursor."""
        copy_rows(self, self.table)

    def action_copy_cell(self) -> None:
        """Copy the field under the cursor."""
        copy_cell(self, self.table)

    def action_export(self) -> None:
        """Write rows into a file."""
        from qm_tui.ui.exports.desk import export  # noqa: PLC0415 - when asked for

        export(self)

    def action_columns(self) -> None:
        """Choose which columns are shown, where and how wide."""
        from qm_tui.ui.dialogs.columns import choose_columns  # noqa: PLC0415 - when asked for

        choose_columns(self)

    def action_views(self) -> None:
        """Choose a view that was saved."""
        from qm_tui.ui.dialogs.views import choose_view  # noqa: PLC0415 - when asked for

        choose_view(self)

    @on(RecordTable.ArrangementChanged)
    async def _keep_arrangement(self, event: RecordTable.ArrangementChanged) -> None:
        if event.table is self.table:
            await self.views.arrange(event.arrangement)

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

    def show_filter(self, text: str) -> None:
        """Filter by what was kept; without text all rows are shown."""
        self.filter.show(text)

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

    def _filtered(self) -> None:
        self.say_why_empty()
        self.show_frame()

    def say_why_empty(self) -> None:
        """Write where rows would be why there are none."""
        self.table.empty = self.filter.why_empty() if self.filter.text else self.empty_text()
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
