"""A row as the broker wrote it: where every drill-down ends."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from qm_tui.queries.sync_views import RawRowView
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.clipboard import copy
from qm_tui.ui.masked import masked
from qm_tui.ui.screens.page import Page
from qm_tui.ui.session import Session
from qm_tui.ui.widgets.bar import Bar, words
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.notice import Notice
from qm_tui.ui.widgets.record_table import RecordTable
from qm_tui.ui.widgets.row_source import ListSource

if TYPE_CHECKING:
    from qm_tui.store.reader import Reader

Field = tuple[int, str, str]
"""Number, name and value."""

FIRST_ROW = 0
"""Rows of a document are counted from here; they are shown counted from 1."""
_LONGEST = 20_000
"""Characters of a row's text that are drawn; copying takes all of it."""


class RawRowScreen(Page):
    """Names and values, below them the text; `[` and `]` step through the document."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right_square_bracket,n", "step(1)", "Next row", id="raw.next"),
        Binding("left_square_bracket,p", "step(-1)", "Previous row", id="raw.previous"),
        Binding("y", "copy", "Copy the text", id="raw.copy"),
    ]

    def __init__(self, session: Session, trail: Sequence[str], document_id: int, row: int) -> None:
        super().__init__(session, (*trail, "raw row"))
        self.document_id = document_id
        self.row_number = row
        self.raw: RawRowView | None = None
        self.fields: ListSource[Field] = ListSource([], key=lambda field: field[0])
        self.table: RecordTable[Field] = RecordTable(
            (
                Column(
                    key="name",
                    title="Field",
                    cell=lambda f: Cell(f[1], Tone.ACCENT),
                    width=32,
                    min_width=20,
                ),
                Column(
                    key="value",
                    title="Value",
                    cell=lambda f: Cell(f[2]),
                    width=40,
                    min_width=20,
                    flexible=True,
                ),
            ),
            self.fields,
            empty="Loading…",
        )

    @override
    def body(self) -> ComposeResult:
        yield Bar(id="document")
        yield self.table
        with VerticalScroll(id="text", can_focus=True):
            yield Static(id="bytes", markup=False)

    @property
    @override
    def subject(self) -> Widget:
        return self.table

    @override
    async def load(self, reader: "Reader") -> None:
        from qm_tui.queries.raw import raw_row  # noqa: PLC0415 - brings SQLAlchemy

        raw = await raw_row(reader, self.document_id, self.row_number)
        self.query_one("#text").display = raw is not None
        if raw is None:
            self.show_notice(Notice("The document has no such row", ["Esc leads back."]))
            return
        self.raw = raw
        self.table.empty = "This row could not be taken apart; its text is below."
        self._write()
        byte = self.session.format.number(raw.byte_offset)
        self.query_one("#document", Bar).say(
            words(raw.document, "bold"),
            words(f"{raw.kind}, {self._place(raw)}, byte {byte}"),
        )

    def _write(self) -> None:
        """Write the row; which of its numbers are amounts nobody can tell: all are hidden."""
        if (raw := self.raw) is None:
            return
        form = self.session.format
        self.fields.replace(
            [(n, name, masked(form, value)) for n, (name, value) in enumerate(raw.fields)]
        )
        text = raw.text if len(raw.text) <= _LONGEST else raw.text[:_LONGEST] + " …"
        self.query_one("#bytes", Static).update(words(masked(form, text)))

    @override
    def redraw(self) -> None:
        super().redraw()
        self._write()

    @override
    def summary(self) -> str:
        return self._place(self.raw) if self.raw else ""

    def _place(self, raw: RawRowView) -> str:
        number = self.session.format.number
        return f"row {number(raw.row + 1)} of {number(raw.rows)}"

    def action_step(self, rows: int) -> None:
        """Show the next or previous row of the document."""
        wanted = self.row_number + rows
        if self.raw is not None and FIRST_ROW <= wanted < self.raw.rows + FIRST_ROW:
            self.row_number = wanted
            self.action_reload()

    def action_copy(self) -> None:
        """Copy the row's text: all of it, and unchanged unless amounts are hidden."""
        if self.raw is not None:
            text = masked(self.session.format, self.raw.text)
            copy(self, self.session.context.terminal, text, "text of the row")

    @on(RecordTable.LeaveRequested)
    async def _leave(self) -> None:
        await self.action_back()
