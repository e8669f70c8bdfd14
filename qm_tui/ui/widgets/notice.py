"""A few sentences where rows would be: a welcome, or what went wrong."""

from collections.abc import Sequence

from textual.content import Content
from textual.widget import Widget
from typing_extensions import override

from qm_tui.ui.widgets.bar import words


class Notice(Widget):
    """A title and paragraphs, in the middle of the screen."""

    DEFAULT_CSS = """
    Notice {
        height: 1fr; align: center middle; content-align: center middle; padding: 1 2;
    }
    """

    def __init__(self, title: str, lines: Sequence[str], *, bad: bool = False) -> None:
        super().__init__()
        self._title = title
        self._lines = tuple(lines)
        self._bad = bad

    @override
    def render(self) -> Content:
        title = words(self._title, "bold $text-error" if self._bad else "bold $primary")
        width = min(max((len(line) for line in self._lines), default=0), self.size.width)
        # One block, its lines flush left: centered lines of a list are hard to read.
        body = [words(line.ljust(width)) for line in self._lines]
        return Content("\n").join([title, Content(), *body])
