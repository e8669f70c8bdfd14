"""Some short inputs in one line, each with its name before it."""

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Label
from typing_extensions import override


class Fields(Horizontal):
    """Inputs by their ids; tab goes from one to the next, as everywhere."""

    DEFAULT_CSS = """
    Fields {
        height: 1; margin-bottom: 1;
        & > Label { width: auto; color: $text-muted; padding: 0 1 0 0; }
        & > Input {
            border: none; height: 1; width: 1fr; padding: 0 1; margin-right: 2; background: $panel;
            &:focus { border: none; background: $boost; }
        }
    }
    """

    def __init__(self, fields: Mapping[str, tuple[str, str]]) -> None:
        """Ask for texts.

        Args:
            fields: Id → the name before it, and the text that is typed already.
        """
        super().__init__()
        self._fields = fields

    @override
    def compose(self) -> ComposeResult:
        for name, (label, typed) in self._fields.items():
            yield Label(label, markup=False)
            yield Input(typed, id=name)
