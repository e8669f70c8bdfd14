"""The line that names the columns to sort by, and waits for a letter."""

from collections.abc import Iterator, Mapping

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static
from typing_extensions import override

from qm_tui.ui.widgets.bar import words


class SortDialog(ModalScreen[str | None]):
    """Any key answers: a letter with its column, any other with none."""

    DEFAULT_CSS = """
    SortDialog {
        background: transparent; align: left bottom;
        & > Static { width: 100%; height: auto; padding: 0 1; background: $boost; }
    }
    """

    def __init__(self, columns: Mapping[str, tuple[str, str]]) -> None:
        """Offer columns.

        Args:
            columns: Letter → key and title of the column.
        """
        super().__init__()
        self._columns = columns

    @override
    def compose(self) -> ComposeResult:
        choices = [
            # No blank inside a choice at which the line could be broken.
            Content.assemble(words(letter, "bold $accent"), "\N{NO-BREAK SPACE}", title)
            for letter, title in self._titles()
        ]
        said = words("sort by  ", "$text-muted")
        yield Static(Content.assemble(said, Content("  ").join(choices)), markup=False)

    def _titles(self) -> Iterator[tuple[str, str]]:
        for letter, (_, title) in self._columns.items():
            yield letter, title.replace(" ", "\N{NO-BREAK SPACE}")

    def on_key(self, event: events.Key) -> None:
        """Take the letter; the same one again turns the order around."""
        event.stop()
        event.prevent_default()
        column = self._columns.get(event.character or "")
        self.dismiss(column[0] if column else None)
