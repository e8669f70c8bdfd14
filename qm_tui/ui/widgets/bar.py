"""One line of the screen with something on its left and something on its right."""

from collections.abc import Iterator

from textual.content import Content
from textual.style import Style
from textual.widget import Widget
from typing_extensions import override

from qm_tui.ui.cell import plain

_APART = 2
"""Cells at least between left and right."""


def words(text: str, style: str = "") -> Content:
    """Text from outside as content: harmless, and never read as markup."""
    return Content.styled(plain(text), style) if style else Content(plain(text))


class Bar(Widget):
    """A line; when it is narrow the left side is cut, the right side never."""

    DEFAULT_CSS = "Bar { height: 1; padding: 0 1; }"
    ALLOW_SELECT = False

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self.auto_links = False  # What can be clicked keeps its own colors.
        self.left = Content()
        self.right = Content()

    def say(self, left: Content | None = None, right: Content | None = None) -> None:
        """Show something else; None leaves a side as it is."""
        left = self.left if left is None else left
        right = self.right if right is None else right
        # Content is equal when its text is, whatever its styles.
        if not (left.is_same(self.left) and right.is_same(self.right)):
            self.left, self.right = left, right
            self.refresh()

    def actions(self) -> Iterator[tuple[int, str]]:
        """What a click does, and in which cell of the bar that begins."""
        room = self.size.width - self.right.cell_length
        for content, start in ((self.left, 0), (self.right, room)):
            for span in content.spans:
                if isinstance(span.style, Style) and (action := span.style.meta.get("@click")):
                    at = start + content[: span.start].cell_length
                    if start or at < room:
                        yield at, action

    def room_beside(self, right: Content) -> int:
        """How many cells the left side has beside such a right side."""
        return self.size.width - (right.cell_length + _APART if right.cell_length else 0)

    @override
    def render(self) -> Content:
        if not self.right.cell_length:
            return self.left.truncate(self.size.width, ellipsis=True)
        room = self.size.width - self.right.cell_length
        if room < _APART:
            return self.right
        left = self.left.truncate(max(room - _APART, 0), ellipsis=True)
        return Content.assemble(left, " " * (room - left.cell_length), self.right)
