"""The least there is to compare a live screen with: an app whose lines are painted again and again.

As many lines, as wide, in as many styles and as often as the monitor's positions; nothing else.
"""

import itertools
import sys

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget
from typing_extensions import override

_STYLES = tuple(Style(color=color) for color in ("white", "green", "red", "bright_black"))
_CELLS = 11


class Lines(Widget):
    """Lines of numbers, a part of which change at every turn."""

    DEFAULT_CSS = "Lines { width: 100%; height: 100%; }"

    def __init__(self, turns: float, share: float) -> None:
        super().__init__()
        self._turns = turns
        self._every = max(round(1 / share), 1)
        self._turn = itertools.count()
        self._now = 0

    def on_mount(self) -> None:
        """Begin to change."""
        self.set_interval(1 / self._turns, self._change)

    def _change(self) -> None:
        self._now = next(self._turn)
        first = self._now % self._every
        lines = range(first, self.size.height, self._every)
        self.refresh(*(Region(0, line, self.size.width, 1) for line in lines))

    @override
    def render_line(self, y: int) -> Strip:
        cells = (
            Segment(f"{(self._now * 7919 + y * 31 + cell) % 99999:>10.2f}", _STYLES[cell % 4])
            for cell in range(_CELLS)
        )
        return Strip(cells)


class BareRepaint(App[None]):
    """Nothing but the lines."""

    @override
    def compose(self) -> ComposeResult:
        yield Lines(float(sys.argv[1]), float(sys.argv[2]))


if __name__ == "__main__":
    BareRepaint().run()
