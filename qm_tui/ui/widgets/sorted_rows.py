"""Which rows in memory are shown, and in which order; remembers what it takes long to find out."""

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.row_order import RowOrder
from qm_tui.ui.widgets.row_values import RowValues, has_letters
from qm_tui.ui.widgets.sort_keys import SortKey

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFilter(Generic[R]):
    """Which rows are shown."""

    keep: Callable[[R], bool] | None = None
    words: tuple[str, ...] = ()
    """Without upper case."""
    without: tuple[str, ...] = ()
    columns: tuple[Column[R], ...] = ()

    def narrows(self, former: "RowFilter[R]") -> bool:
        """Whether every row whose text passes here passed the former's words, too."""
        return (
            self.columns == former.columns
            and all(any(old in new for new in self.words) for old in former.words)
            and all(any(new in old for new in self.without) for old in former.without)
        )


class SortedRows(Generic[R]):
    """Filters, then sorts what is left; an order of all rows is kept while they are the same."""

    def __init__(self) -> None:
        self._values: RowValues[R] = RowValues()
        self._all: tuple[int, tuple[SortKey[R], ...], RowOrder[R]] | None = None
        self._found: tuple[int, RowFilter[R], array[int]] | None = None
        """Whose words passed."""
        self._passed: tuple[int, RowFilter[R], array[int]] | None = None
        """What passed all of the filter: another order does not ask again."""

    def drop(self) -> None:
        """There are other rows."""
        self._values.drop()
        self._all = self._found = self._passed = None

    def forget_texts(self) -> None:
        """Cells are written differently now."""
        self._values.texts.forget()
        self._values.words.forget()
        self._found = self._passed = None

    def prepare(
        self,
        rows: Callable[[], Sequence[R]],
        number: int,
        columns: Sequence[Column[R]],
        count: int,
    ) -> bool:
        """Read some of what rows will be searched for or sorted by.

        Args:
            rows: all of them; asked only once.
            number: of the rows.
            columns: whose cells may be searched.
            count: how many texts may be read in the time there is.

        Returns:
            Whether there is more to read.
        """
        if self._values.count != number:
            self._values.follow(rows())
        return self._values.prepare(columns, count)

    def arrange(
        self, rows: Sequence[R], wanted: RowFilter[R], keys: tuple[SortKey[R], ...]
    ) -> RowOrder[R] | None:
        """The positions of the rows that are shown; None is all of them as they are."""
        if not keys and wanted == RowFilter():
            return None
        self._values.follow(rows)
        found = self._passing(rows, wanted)
        return self._in_order(found, keys) if keys else RowOrder(found)

    def _passing(self, rows: Sequence[R], wanted: RowFilter[R]) -> Sequence[int]:
        """The positions of the rows that pass, as they stand; a range of all of them if all do."""
        version, keep = self._values.version, wanted.keep
        found: Sequence[int] = range(len(rows))
        if wanted == RowFilter():
            return found
        if self._passed is not None and self._passed[:2] == (version, wanted):
            return self._passed[2]
        if wanted.words or wanted.without:
            self._values.look_at(wanted.columns)
            if keep is not None and not self._values.are_quick(wanted.words + wanted.without):
                # Texts are read when they are looked at, which takes longer than any condition.
                found, keep = [at for at in found if keep(rows[at])], None
            found = self._with_words(found, wanted)
        if keep is not None:
            found = [at for at in found if keep(rows[at])]
        self._passed = (version, wanted, array("I", found))
        return self._passed[2]

    def _with_words(self, among: Sequence[int], wanted: RowFilter[R]) -> Sequence[int]:
        version, everything = self._values.version, isinstance(among, range)
        if everything and self._found is not None and self._found[0] == version:
            _, former, positions = self._found
            if wanted.narrows(former):
                among = positions
        lettered = _lettered(wanted.words), _lettered(wanted.without)
        others = _others(wanted.words), _others(wanted.without)
        found = self._values.words.containing(*lettered, among) if any(lettered) else among
        found = self._values.texts.containing(*others, found) if any(others) else found
        if everything:
            self._found = (version, wanted, array("I", found))
        return found

    def _in_order(self, found: Sequence[int], keys: tuple[SortKey[R], ...]) -> RowOrder[R]:
        if not isinstance(found, range):
            return self._values.in_order(found, keys)
        version = self._values.version
        if self._all is None or self._all[:2] != (version, keys):
            self._all = (version, keys, self._values.in_order(found, keys))
        return self._all[2]


def _lettered(words: Iterable[str]) -> list[str]:
    return [word for word in words if has_letters(word)]


def _others(words: Iterable[str]) -> list[str]:
    return [word for word in words if not has_letters(word)]
