"""The lines of a table that were drawn last, kept while they are still true."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from textual.strip import Strip

from qm_tui.ui.widgets.headings import Heading
from qm_tui.ui.widgets.line_painter import LinePainter
from qm_tui.ui.widgets.table_orders import Order
from qm_tui.ui.widgets.table_palette import Look

R = TypeVar("R")


class DrawnLines(Generic[R]):
    """Lines of one painter: a row is drawn again only when it is another object or looks different.

    Args:
        painter: Draws what is not kept.
        kept: How many lines, the oldest go first.
    """

    def __init__(self, painter: LinePainter[R], *, kept: int) -> None:
        self.painter = painter
        self._kept = kept
        self._header: tuple[Sequence[Order], str | None, Strip] | None = None
        # An entry holds its row, so that no other object can take on its identity.
        self._lines: dict[int, tuple[R | Heading, Look, Strip]] = {}

    def header(self, orders: Sequence[Order], pointed: str | None) -> Strip:
        """The line of titles."""
        drawn = self._header
        if drawn is not None and drawn[0] == orders and drawn[1] == pointed:
            return drawn[2]
        strip = self.painter.header(orders, pointed)
        self._header = (orders, pointed, strip)
        return strip

    def row(self, index: int, row: R, look: Look) -> Strip:
        """The line of a row."""
        drawn = self._lines.pop(index, None)
        if drawn is None or drawn[0] is not row or drawn[1] is not look:
            drawn = (row, look, self.painter.row(row, look))
        return self._keep(index, drawn)

    def heading(self, index: int, heading: Heading, look: Look) -> Strip:
        """The line above a group."""
        drawn = self._lines.pop(index, None)
        if drawn is None or drawn[0] is not heading or drawn[1] is not look:
            drawn = (heading, look, self.painter.heading(heading, look))
        return self._keep(index, drawn)

    def _keep(self, index: int, drawn: tuple[R | Heading, Look, Strip]) -> Strip:
        self._lines[index] = drawn
        if len(self._lines) > self._kept:
            del self._lines[next(iter(self._lines))]
        return drawn[2]
