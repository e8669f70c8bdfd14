"""What has been read out of rows to sort and search them, kept while the rows are the same."""

from collections.abc import Callable, Iterable, Sequence
from operator import is_
from typing import Any, Generic, TypeVar

from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.row_texts import RowTexts
from qm_tui.ui.widgets.sort_keys import SortKey, Values, in_order

R = TypeVar("R")

_KEPT_KEYS = 4
"""Of so many sort keys the values are kept; each takes about 4 MB for 100,000 rows."""
_FEW = 4
"""Of less than a fourth of all rows values are read without being kept."""


class RowValues(Generic[R]):
    """Values and texts by position; of a row that is another object they are read again."""

    def __init__(self) -> None:
        self.version = 0
        """Another number once a row is another object."""
        self.texts: RowTexts[R] = RowTexts()
        """Of all columns."""
        self.words: RowTexts[R] = RowTexts()
        """Of the columns that have letters in them, which are read much sooner."""
        self._rows: list[R] = []
        self._values: dict[Callable[[R], Any], Values] = {}

    @property
    def count(self) -> int:
        """Of how many rows something may be kept."""
        return len(self._rows)

    def follow(self, rows: Sequence[R]) -> None:
        """See to it that what is kept is of these rows."""
        if len(rows) != len(self._rows):
            self.drop()
            self._begin(list(rows))
        elif not all(map(is_, rows, self._rows)):
            self._refresh(rows)

    def drop(self) -> None:
        """Forget what was read: there will be other rows."""
        self.version += 1
        self._values = {}
        self._begin([])

    def sorted(self, positions: Iterable[int], keys: Sequence[SortKey[R]]) -> list[int]:
        """The positions in the order of their rows."""
        positions = list(positions)
        if len(positions) * _FEW < len(self._rows) and any(k.by not in self._values for k in keys):
            rows = [self._rows[at] for at in positions]
            few = [(Values([key.by(row) for row in rows]), key.reverse) for key in keys]
            return [positions[at] for at in in_order(list(range(len(rows))), few)]
        return in_order(positions, [(self._of(key.by), key.reverse) for key in keys])

    def look_at(self, columns: Sequence[Column[R]]) -> None:
        """Search these columns from now on."""
        self.texts.look_at(columns)
        self.words.look_at([column for column in columns if not column.wordless])

    def _begin(self, rows: list[R]) -> None:
        self._rows = rows
        self.texts, self.words = self.texts.of(rows), self.words.of(rows)

    def _of(self, by: Callable[[R], Any]) -> Values:
        values = self._values.pop(by, None)
        if values is None:
            values = Values(list(map(by, self._rows)))
        self._values[by] = values
        if len(self._values) > _KEPT_KEYS:
            del self._values[next(iter(self._values))]
        return values

    def _refresh(self, rows: Sequence[R]) -> None:
        self.version += 1
        for at, (old, new) in enumerate(zip(self._rows, rows, strict=True)):
            if old is new:
                continue
            self._rows[at] = new
            self.texts.forget_row(at)
            self.words.forget_row(at)
            for by, values in self._values.items():
                self._values[by] = values.refresh(at, by(new))
