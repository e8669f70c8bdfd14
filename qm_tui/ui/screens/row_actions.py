"""What can be done with a row, or with the order of the rows, on every table screen."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from textual.screen import Screen

from qm_tui.ui.cell import plain
from qm_tui.ui.clipboard import copy
from qm_tui.ui.feeds import as_tsv
from qm_tui.ui.screens.page import Page
from qm_tui.ui.session import Session
from qm_tui.ui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from qm_tui.ui.screens.table_screen import TableScreen

V = TypeVar("V")


def copy_rows(screen: "TableScreen[V]", table: RecordTable[V]) -> None:
    """Copy the marked rows, or the one under the cursor, as shown: tabs between the columns."""
    if marked := table.marked_keys:
        rows = table.marked_rows()
        form = screen.session.format
        what = form.count(len(rows), "row")
        if len(rows) < len(marked):
            what = f"{what} of {form.number(len(marked))} marked (the others are not loaded)"
    elif (row := table.cursor_row) is not None:
        rows, what = [row], "row"
    else:
        return
    text = "\n".join(as_tsv(row, table.arranged) for row in rows)
    copy(screen, screen.session.context.terminal, text, what)


def copy_cell(screen: "TableScreen[V]", table: RecordTable[V]) -> None:
    """Copy the field where the cursor's row and column meet."""
    if (cell := table.cursor_cell) is not None:
        title = next((c.title for c in table.columns if c.key == table.column), "field")
        text = plain(cell.text).strip()
        copy(screen, screen.session.context.terminal, text, plain(title))


def ask_for_order(screen: Screen[None], table: RecordTable[V], *, also: bool) -> None:
    """Ask for the letter of a column and sort by it.

    Args:
        screen: asks.
        table: whose rows.
        also: whether the order there is decides between rows only that are alike in it.
    """
    from qm_tui.ui.dialogs.letters import LetterDialog  # noqa: PLC0415 - not before it is needed

    def sort(key: str | None) -> None:
        if key is not None:
            table.sort_by(key, add=also)

    letters = {c.letter: (c.key, c.title) for c in table.columns if c.letter}
    screen.app.push_screen(LetterDialog("then by" if also else "sort by", letters), sort)


def raw_page(
    session: Session, trail: Sequence[str], document_id: int | None, document_row: int | None
) -> Page | None:
    """The screen with the row of a document; None for what comes from no document."""
    from qm_tui.ui.screens.raw_row import RawRowScreen  # noqa: PLC0415 - the last of a drill

    if document_id is None or document_row is None:
        return None
    return RawRowScreen(session, trail, document_id, document_row)
