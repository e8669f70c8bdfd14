"""A line of letters with what they stand for, that waits for one of them."""

from collections.abc import Mapping

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static
from typing_extensions import override

from qm_tui.ui.left_once import LeftOnce
from qm_tui.ui.widgets.bar import words
from qm_tui.ui.widgets.sum_lines import broken

_PADDING = 1
"""Cells left and right, as in the stylesheet below."""


class LetterDialog(LeftOnce[str | None], ModalScreen[str | None]):
    """Any key answers: a letter with what it stands for, any other with none."""

    DEFAULT_CSS = """
    LetterDialog {
        background: transparent; align: left bottom;
        & > Static { width: 100%; height: auto; padding: 0 1; background: $boost; }
    }
    """

    def __init__(self, said: str, letters: Mapping[str, tuple[str, str]]) -> None:
        """Offer letters.

        Args:
            said: What is asked, before the first letter.
            letters: Letter → the answer it gives, and its title.
        """
        super().__init__()
        self._said = said
        self._letters = letters

    @override
    def compose(self) -> ComposeResult:
        yield Static(markup=False)

    def on_resize(self) -> None:
        """Break the line where no letter is torn from its title."""
        asked = words(f"{self._said}  ", "$text-muted")
        choices = [
            Content.assemble(words(letter, "bold $accent"), " ", words(title))
            for letter, (_, title) in self._letters.items()
        ]
        width = self.size.width - 2 * _PADDING
        self.query_one(Static).update(Content("\n").join(broken(asked, choices, width)))

    def on_key(self, event: events.Key) -> None:
        """Take the letter."""
        event.stop()
        event.prevent_default()
        found = self._letters.get(event.character or "")
        self.dismiss(found[0] if found else None)
