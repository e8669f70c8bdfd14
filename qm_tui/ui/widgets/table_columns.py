"""The columns of one table: as they are arranged, how far numbers have widened them, the chosen."""

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

from qm_tui.ui.widgets.arrangement import Arrangement
from qm_tui.ui.widgets.columns import Column, Layout, lay_out

R = TypeVar("R")


class TableColumns(Generic[R]):
    """Lays columns out for a width."""

    def __init__(self, columns: Sequence[Column[R]]) -> None:
        self.every = tuple(columns)
        """In their own order, hidden ones too."""
        self.arrangement = Arrangement()
        self.pointed = False
        """Whether the user has pointed at a column, which is drawn from then on."""
        self._chosen: str | None = None
        self._arranged = self.every
        self._grown: dict[str, int] = {}
        self._laid_out: tuple[int, Layout[R]] | None = None

    @property
    def arranged(self) -> tuple[Column[R], ...]:
        """Those that are not hidden, in the user's order."""
        return self._arranged

    def arrange(self, arrangement: Arrangement) -> None:
        """Take over another arrangement."""
        self.arrangement = arrangement
        self._arranged = arrangement.arranged(self.every)
        self._laid_out = None

    def grow(self, widths: Mapping[str, int]) -> None:
        """Widen columns whose numbers did not fit; they never narrow, so that nothing jumps."""
        self._grown |= widths
        self._laid_out = None

    def lay_out(self, available: int) -> Layout[R]:
        """Place the columns on lines of so many cells."""
        if self._laid_out is None or self._laid_out[0] != available:
            widths = self.arrangement.widths
            layout = lay_out(self._arranged, available, self._grown, widths)
            self._laid_out = (available, layout)
        return self._laid_out[1]

    def chosen(self, layout: Layout[R]) -> str:
        """The column pointed at, by its key; the first one there is while it is not shown."""
        shown = [placed.column.key for placed in layout.placed]
        if self._chosen in shown:
            return self._chosen
        return shown[0] if shown else ""

    def choose(self, key: str) -> None:
        """Point at a column."""
        self._chosen, self.pointed = key, True

    def step(self, layout: Layout[R], columns: int) -> str:
        """Point at a column further right (or left)."""
        shown = [placed.column.key for placed in layout.placed]
        here = self.chosen(layout)
        if shown:
            at = shown.index(here) + columns
            self.choose(shown[max(0, min(at, len(shown) - 1))])
        return self.chosen(layout)

    def widen(self, layout: Layout[R], cells: int) -> None:
        """Make the column pointed at so much wider."""
        key = self.chosen(layout)
        self.choose(key)
        if (placed := layout.place_of(key)) is not None:
            self.arrange(self.arrangement.with_width(key, placed.width + cells))
