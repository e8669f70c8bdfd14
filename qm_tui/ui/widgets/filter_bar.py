"""The line in which rows are filtered while one types."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Label
from typing_extensions import override

_PAUSE = 0.12
"""Seconds without a key after which the filter is applied."""


class FilterBar(Horizontal):
    """Says what the rows shall contain; its owner filters."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "Clear the filter", id="filter.clear"),
        Binding("enter,down", "keep", "Keep it", id="filter.keep", priority=True),
    ]

    DEFAULT_CSS = """
    FilterBar {
        height: 1; background: $panel; padding: 0 1;
        & > Label { color: $accent; text-style: bold; width: 2; }
        & > Input {
            border: none; height: 1; padding: 0; background: $panel; width: 1fr;
            &:focus { border: none; background-tint: transparent; }
        }
    }
    """

    class Changed(Message):
        """Other rows are wanted; without text, all."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """The keyboard goes back to the rows; `cleared` when the filter is over."""

        def __init__(self, *, cleared: bool) -> None:
            super().__init__()
            self.cleared = cleared

    def __init__(self) -> None:
        super().__init__()
        self._pause: Timer | None = None
        self._applied = ""

    @override
    def compose(self) -> ComposeResult:
        yield Label("/", markup=False)
        yield Input(placeholder="words that the rows contain", select_on_focus=False)

    def on_mount(self) -> None:
        """Take the keyboard."""
        self.take_keyboard()

    def take_keyboard(self) -> None:
        """Let the user type."""
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _wait_for_a_pause(self, event: Input.Changed) -> None:
        event.stop()
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(_PAUSE, self._apply)

    def _apply(self) -> None:
        text = self.query_one(Input).value.strip()
        if text != self._applied:
            self._applied = text
            self.post_message(self.Changed(text))

    def action_keep(self) -> None:
        """Apply what is typed and go back to the rows."""
        self._apply()
        self.post_message(self.Left(cleared=not self._applied))

    def action_clear(self) -> None:
        """Show all rows again."""
        if self._pause is not None:
            self._pause.stop()
        self._applied = ""
        self.post_message(self.Left(cleared=True))
