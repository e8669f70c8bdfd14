"""Screens that say all there is to say of a row beside their table, where there is room."""

from collections.abc import Sequence
from typing import Any

from textual import on
from textual.content import Content
from typing_extensions import override

from qm_tui.ui.screens.page import Page
from qm_tui.ui.widgets.beside import Beside, RowPanel
from qm_tui.ui.widgets.notice import Notice
from qm_tui.ui.widgets.record_table import RecordTable


class RowBeside(Page):
    """Subclasses have a table, and yield `beside()` in its place."""

    table: RecordTable[Any]

    def beside(self) -> Beside:
        """The table, and what is said of its row."""
        return Beside(self.table, RowPanel(lambda: self.table, self.more_about))

    def more_about(self, row: Any, width: int) -> Sequence[Content]:
        """What is said of a row below what its columns say."""
        del row, width
        return ()

    @override
    def show_notice(self, notice: Notice) -> None:
        super().show_notice(notice)
        self._show_beside(shown=False)

    @override
    def _show_subject(self) -> None:
        self._show_beside(shown=True)
        super()._show_subject()

    def _show_beside(self, *, shown: bool) -> None:
        for beside in self.query(Beside):
            beside.display = shown

    @override
    def on_resize(self) -> None:
        super().on_resize()
        self._fit_beside()

    @override
    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._fit_beside()

    @override
    def redraw(self) -> None:
        super().redraw()
        # At once: amounts may have to be hidden.
        self.show_row()

    def _fit_beside(self) -> None:
        for beside in self.query(Beside):
            beside.fit(self.size.width, self.session.beside)
            beside.bring_up_to_date()

    def action_beside(self) -> None:
        """Say all there is to say of a row beside the table, or no longer."""
        beside = self.query_one(Beside)
        before = beside.shows_row
        self.session.beside = not before
        self._fit_beside()
        if not before and not beside.shows_row:
            self.notify("There is no room for it beside the table.", timeout=3, markup=False)

    @on(RecordTable.Highlighted)
    def show_row(self) -> None:
        """Say what is so of the row under the cursor."""
        for beside in self.query(Beside):
            beside.bring_up_to_date()
