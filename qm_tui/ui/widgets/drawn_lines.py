"""The lines of a table that were drawn last, kept while they are still true."""

from typing import Generic, TypeVar

from textual.strip import Strip

from qm_tui.ui.widgets.line_painter import LinePainter
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
        self._header: tuple[str | None, bool, Strip] | None = None
        # An entry holds its row, so that no other object can take on its identity.
        self._rows: dict[int, tuple[R, Look, Strip]] = {}

    def header(self, sorted_by: str | None, *, reverse: bool) -> Strip:
        """The line of titles."""
        drawn = self._header
        if drawn is not None and drawn[0] == sorted_by and drawn[1] is reverse:
            return drawn[2]
        strip = self.painter.header(sorted_by, reverse=reverse)
        self._header = (sorted_by, reverse, strip)
        return strip

    def row(self, index: int, row: R, look: Look) -> Strip:
        """The line of a row."""
        drawn = self._rows.pop(index, None)
        if drawn is None or drawn[0] is not row or drawn[1] is not look:
            drawn = (row, look, self.painter.row(row, look))
        self._rows[index] = drawn
        if len(self._rows) > self._kept:
            del self._rows[next(iter(self._rows))]
        return drawn[2]
