"""What has been read out of rows to sort and search them, kept while the rows are the same."""

from collections.abc import Callable, Sequence
from operator import is_
from typing import Any, Generic, TypeVar

from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.row_order import RowOrder
from qm_tui.ui.widgets.row_texts import RowTexts
from qm_tui.ui.widgets.sort_keys import SortKey, Values

R = TypeVar("R")

_KEPT_KEYS = 12
"""Of so many sort keys the values are kept; each takes about 2 MB for 100,000 rows."""
_QUICKER = 10
"""So many values are read in the time it takes to read the texts of a row."""
_AT_ONCE = 4096
"""Values that are read before they are measured: they are still near the processor then."""
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
        self._begun: dict[Callable[[R], Any], Values] = {}
        """Of the first rows only."""

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
        self._values, self._begun = {}, {}
        self._begin([])

    def in_order(self, positions: Sequence[int], keys: Sequence[SortKey[R]]) -> RowOrder[R]:
        """The positions in the order of their rows as these are now."""
        known = {key.by: values for key in keys if (values := self._values.get(key.by)) is not None}
        if keys and len(positions) * _FEW >= len(self._rows):
            # The further ones count where the first are equal: they are read only there.
            known[keys[0].by] = self._of(keys[0].by)
        return RowOrder(positions, keys, rows=self._rows, known=known)

    def look_at(self, columns: Sequence[Column[R]]) -> None:
        """Search these columns from now on."""
        self.texts.look_at(columns)
        self.words.look_at([column for column in columns if not column.wordless])

    def are_quick(self, words: Sequence[str]) -> bool:
        """Whether no texts have to be read to find these words."""
        some = self.words if all(map(has_letters, words)) else self.texts
        return some.is_quick

    def prepare(self, columns: Sequence[Column[R]], count: int) -> bool:
        """Read some of what rows may soon be searched for or sorted by, what is quickest first.

        Args:
            columns: of the table.
            count: how many texts may be read in the time there is.

        Returns:
            Whether there is more to read.
        """
        self.look_at(columns)
        return (
            self.words.prepare(count)
            or self._prepare_numbers(columns, count * _QUICKER)
            or self.texts.prepare(count)
        )

    def _prepare_numbers(self, columns: Sequence[Column[R]], count: int) -> bool:
        # Texts are sorted by as quickly as they are read.
        keys = (column.sort_key for column in columns if column.wordless)
        by = next((key for key in keys if key is not None and key not in self._values), None)
        if by is None or len(self._values) >= _KEPT_KEYS:
            return False
        values = self._begun.setdefault(by, Values())
        start = len(values.exact)
        values.extend(list(map(by, self._rows[start : start + count])))
        if len(values.exact) == len(self._rows):
            self._values[by] = self._begun.pop(by)
        return True

    def _begin(self, rows: list[R]) -> None:
        self._rows = rows
        self.texts, self.words = self.texts.of(rows), self.words.of(rows)

    def _of(self, by: Callable[[R], Any]) -> Values:
        values = self._values.pop(by, None)
        if values is None:
            values = self._begun.pop(by, None) or Values()
            for start in range(len(values.exact), len(self._rows), _AT_ONCE):
                values.extend(list(map(by, self._rows[start : start + _AT_ONCE])))
        self._values[by] = values
        if len(self._values) > _KEPT_KEYS:
            del self._values[next(iter(self._values))]
        return values

    def _refresh(self, rows: Sequence[R]) -> None:
        self.version += 1
        self._begun = {}
        for at, (old, new) in enumerate(zip(self._rows, rows, strict=True)):
            if old is new:
                continue
            self._rows[at] = new
            self.texts.forget_row(at)
            self.words.forget_row(at)
            for by, values in self._values.items():
                values.refresh(at, by(new))


def has_letters(word: str) -> bool:
    """Whether a word can only be in a column that has words."""
    return any(map(str.isalpha, word))
