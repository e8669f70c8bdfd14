"""A few lines of text that may be long: wrapped, and gone while there is nothing to say."""

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget
from typing_extensions import override

_LONGEST = 2000
"""Characters that are shown: what a broker sends may be endless."""


class Sentences(Widget):
    """As many lines as it takes, up to a few; that there were more is seen."""

    DEFAULT_CSS = "Sentences { height: auto; max-height: 5; padding: 0 1; background: $panel; }"
    ALLOW_SELECT = False

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._said = Content()
        self.display = False

    def say(self, said: Content) -> None:
        """Say something else; nothing hides the lines."""
        if said.is_same(self._said):
            return
        self._said = said.truncate(_LONGEST, ellipsis=True)
        self.display = bool(said.cell_length)
        self.refresh(layout=True)

    @override
    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._said.wrap(width)) if width > 1 else 1

    @override
    def render(self) -> Content:
        width, height = self.content_size
        lines = self._said.wrap(width) if width > 1 and height else []
        if len(lines) <= height:
            return self._said
        last = Content.assemble(lines[height - 1].rstrip().truncate(width - 1), "…")
        return Content("\n").join([*(line.rstrip() for line in lines[: height - 1]), last])
