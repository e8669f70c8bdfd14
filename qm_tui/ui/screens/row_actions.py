"""What can be done with a row, or with the order of the rows, on every table screen."""

from collections.abc import Sequence
from typing import TypeVar

from textual.screen import Screen

from qm_tui.ui.feeds import as_tsv
from qm_tui.ui.screens.page import Page
from qm_tui.ui.session import Session
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.record_table import RecordTable

V = TypeVar("V")


def copy_row(screen: Screen[None], row: V, columns: Sequence[Column[V]]) -> None:
    """Copy a row as it is shown, with tabs between the columns."""
    screen.app.copy_to_clipboard(as_tsv(row, columns))
    screen.notify("Row copied.", timeout=2, markup=False)


def ask_for_order(screen: Screen[None], table: RecordTable[V]) -> None:
    """Ask for the letter of a column and sort by it."""
    from qm_tui.ui.dialogs.letters import LetterDialog  # noqa: PLC0415 - not before it is needed

    def sort(key: str | None) -> None:
        if key is not None:
            table.sort_by(key)

    letters = {c.letter: (c.key, c.title) for c in table.columns if c.letter}
    screen.app.push_screen(LetterDialog("sort by", letters), sort)


def raw_page(
    session: Session, trail: Sequence[str], document_id: int | None, document_row: int | None
) -> Page | None:
    """The screen with the row of a document; None for what comes from no document."""
    from qm_tui.ui.screens.raw_row import RawRowScreen  # noqa: PLC0415 - the last of a drill

    if document_id is None or document_row is None:
        return None
    return RawRowScreen(session, trail, document_id, document_row)
