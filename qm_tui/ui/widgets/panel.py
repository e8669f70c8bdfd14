"""A box with a few lines about one thing; Enter goes to the screen that says all of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget
from typing_extensions import override

from qm_tui.ui.widgets.bar import words
from qm_tui.ui.widgets.whole import whole

Draw = Callable[[int, int], Sequence[Content]]
"""Lines for a width and a height in cells."""


class Panel(Widget, can_focus=True):
    """Draws what it is told to, and repaints only when that is other than it was."""

    DEFAULT_CSS = """
    Panel {
        border: round $secondary; border-title-color: $primary; border-title-style: bold;
        border-subtitle-color: $text-muted; padding: 0 1; background: $surface;
        &:focus {
            border: heavy $primary; border-title-style: bold reverse;
            border-subtitle-color: $accent;
        }
    }
    """
    ALLOW_SELECT = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "enter", "Open", id="panel.enter"),
    ]

    @dataclass
    class Entered(Message):
        """The user wants to see more of it."""

        panel: "Panel"

        @property
        @override
        def control(self) -> "Panel":
            return self.panel

    def __init__(
        self,
        title: str,
        draw: Draw,
        *,
        id: str,  # noqa: A002 - Textual's name
        leads_on: bool = True,
    ) -> None:
        """Make a panel.

        Args:
            title: in its border.
            draw: asked for lines whenever there may be others.
            id: of the widget.
            leads_on: whether there is a screen that says more.
        """
        super().__init__(id=id)
        self._leads_on = leads_on
        self._title, self._key = title, ""
        self.border_title = title
        self.auto_links = False
        self._draw = draw
        self._lines: Sequence[Content] = ()

    def name_key(self, key: str) -> None:
        """Say in the border which key goes from anywhere to what the panel leads to."""
        self._show_title(key, self._title)

    def entitle(self, title: str) -> None:
        """Say something else in the border, behind the key."""
        self._show_title(self._key, title)

    def _show_title(self, key: str, title: str) -> None:
        # To set a title has all lines drawn again, whether or not it is another one.
        if (key, title) != (self._key, self._title):
            self._key, self._title = key, title
            sign = Content.assemble(words(key, "bold $accent"), " ") if key else ""
            self.border_title = Content.assemble(sign, words(title))

    def bring_up_to_date(self) -> bool:
        """Draw again if there is something else to be drawn; whether there was."""
        width, height = self.size
        if not (self.is_attached and width > 0 and height > 0):
            return False
        lines = [whole(line, width) for line in self._draw(width, height)[:height]]
        before = self._lines
        # Content is equal when its text is, whatever its styles.
        if len(lines) == len(before) and all(map(Content.is_same, lines, before)):
            return False
        self._lines = lines
        self.refresh()
        return True

    def on_resize(self) -> None:
        """There is another amount of room now."""
        self.bring_up_to_date()

    def action_enter(self) -> None:
        """Ask for the screen that says more."""
        self.post_message(self.Entered(self))

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._leads_on if action == "enter" else super().check_action(action, parameters)

    def on_click(self, event: Click) -> None:
        """A second click enters, as Enter does."""
        if event.chain == 2 and self._leads_on:
            self.action_enter()

    @override
    def render(self) -> Content:
        return Content("\n").join(self._lines)
