"""A name, typed."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label
from typing_extensions import override

from qm_tui.ui.left_once import LeftOnce


class NameDialog(LeftOnce[str | None], ModalScreen[str | None]):
    """Answers with what was typed, without blanks around it; None for nothing."""

    DEFAULT_CSS = """
    NameDialog { align: center middle; background: transparent; }
    NameDialog > #box > Label { margin-bottom: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", id="name.leave", priority=True),
    ]

    def __init__(self, asked: str, name: str, longest: int) -> None:
        """Ask.

        Args:
            asked: what the name is for.
            name: typed already.
            longest: how many characters it may have.
        """
        super().__init__()
        self._asked = asked
        self._name_so_far = name
        self._longest = longest

    @override
    def compose(self) -> ComposeResult:
        with Vertical(id="box", classes="dialog"):
            yield Label(self._asked, classes="title", markup=False)
            yield Input(self._name_so_far, max_length=self._longest, id="name")
            yield Label("Enter saves, Esc does not.", markup=False)

    @on(Input.Submitted)
    def _answer(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip() or None)

    def action_leave(self) -> None:
        """Answer with none."""
        self.dismiss(None)
