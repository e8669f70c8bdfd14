"""A line of words, one of which is chosen."""

from collections.abc import Mapping
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from typing_extensions import override

from qm_tui.ui.widgets.bar import words
from qm_tui.ui.widgets.whole import whole


class ChoiceLine(Widget, can_focus=True):
    """← and → (or a click) choose."""

    DEFAULT_CSS = """
    ChoiceLine { height: 1; background: $panel; padding: 0 1; margin-bottom: 1; }
    ChoiceLine:focus { background: $boost; }
    """
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "step(-1)", "The one before", show=False, id="choice.before"),
        Binding("right,l,space", "step(1)", "The next one", show=False, id="choice.next"),
    ]

    class Chosen(Message):
        """Another one was chosen."""

        def __init__(self, line: "ChoiceLine", key: str) -> None:
            super().__init__()
            self.line = line
            self.key = key

        @property
        @override
        def control(self) -> "ChoiceLine":
            return self.line

    def __init__(
        self,
        label: str,
        choices: Mapping[str, str],
        chosen: str,
        *,
        id: str,  # noqa: A002 - Textual's name for it
    ) -> None:
        """Offer words.

        Args:
            label: says what is chosen.
            choices: key → word.
            chosen: the key of the one that is chosen at first.
            id: of the widget.
        """
        super().__init__(id=id)
        self._label = label
        self._choices = dict(choices)
        self.chosen = chosen

    def action_step(self, steps: int) -> None:
        """Choose another."""
        keys = list(self._choices)
        self.choose(keys[(keys.index(self.chosen) + steps) % len(keys)])

    def choose(self, key: str) -> None:
        """Choose this one."""
        if key != self.chosen:
            self.chosen = key
            self.refresh()
            self.post_message(self.Chosen(self, key))

    def on_click(self, event: events.Click) -> None:
        """Choose the word under the pointer."""
        at = event.get_content_offset(self)
        if at is None:
            return
        x = self._begin.cell_length
        for key, word in self._choices.items():
            width = words(f" {word} ").cell_length
            if x <= at.x < x + width:
                self.choose(key)
            x += width + 1

    @property
    def _begin(self) -> Content:
        return words(f"{self._label:<9}", "$text-muted")

    @override
    def render(self) -> Content:
        # The brackets say it where there are no colors.
        parts = [
            words(f"[{word}]", "bold $accent" if self.has_focus else "bold")
            if key == self.chosen
            else words(f" {word} ", "$text-muted")
            for key, word in self._choices.items()
        ]
        return whole(Content.assemble(self._begin, Content(" ").join(parts)), self.size.width)
