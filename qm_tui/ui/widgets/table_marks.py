"""Which rows of a table are marked, whatever happens to their places."""

from collections.abc import Hashable
from typing import Generic, TypeVar

from qm_tui.ui.widgets.headings import GroupKey
from qm_tui.ui.widgets.row_source import RowSource

R = TypeVar("R")


class Marks(Generic[R]):
    """The keys of marked rows, and where a range begins. Headings cannot be marked."""

    def __init__(self) -> None:
        self.keys: set[Hashable] = set()
        self._last: Hashable | None = None

    def __bool__(self) -> bool:
        return bool(self.keys)

    def __contains__(self, key: object) -> bool:
        return key in self.keys

    def turn(self, key: Hashable) -> None:
        """Mark a row, or unmark it."""
        self.keys ^= {key}
        self._last = key if key in self.keys else None

    def add_range(self, source: RowSource[R], here: int) -> bool:
        """Mark the loaded rows from the one marked last to an index; without it, only that one.

        Returns:
            Whether there was something to mark.
        """
        if here >= len(source):
            return False
        start = None if self._last is None else source.find(self._last)
        if start is None:
            start = here
        keys = [source.key(at) for at in range(min(start, here), max(start, here) + 1)]
        rows = [key for key in keys if key is not None and not isinstance(key, GroupKey)]
        self.keys.update(rows)
        self._last = source.key(here)
        return bool(rows)

    def clear(self) -> None:
        """Unmark all."""
        self.keys.clear()
        self._last = None

    def rows(self, source: RowSource[R]) -> list[R]:
        """The marked rows that a source has loaded."""
        if not self.keys:
            return []
        return [row for key, row in source.loaded() if key in self.keys]
