"""Where a table's rows come from: what every source does, and the source over rows in memory."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Generic, Protocol, TypeVar

from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.row_order import RowOrder
from qm_tui.ui.widgets.sort_keys import SortKey
from qm_tui.ui.widgets.sorted_rows import RowFilter, SortedRows

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

Changed = Callable[[range | None], None]
"""Told which rows have arrived; None when anything may be different, the length too."""


class RowSource(Protocol[R_co]):
    """What a table shows. Rows are frozen: a changed row is another object."""

    on_changed: Changed | None
    """Set by the table that shows this source."""

    @property
    def loading(self) -> bool:
        """Whether nothing is known yet, not even the length."""

    def __len__(self) -> int: ...

    def row(self, index: int) -> R_co | None:
        """The row, or None while it is not loaded."""

    def key(self, index: int) -> Hashable | None:
        """What identifies the row across reloads, or None while it is not loaded."""

    def find(self, key: Hashable) -> int | None:
        """Where the row with this key is now, or None if that is not known."""

    def loaded(self) -> Iterable[tuple[Hashable, R_co]]:
        """Every row that is in memory with its key, whether it is shown or not."""

    def want(self, first: int, last: int) -> None:
        """Rows `first` to `last` (inclusive) are about to be seen: see to it that they load."""


class ListSource(Generic[R]):
    """Rows in memory, sorted and filtered without copying them.

    The sequence stays its owner's, who may replace rows in place and then tell the table
    (`RecordTable.update_rows`). Values that change do not move a row; sorting or filtering again
    does.
    """

    def __init__(self, rows: Sequence[R], key: Callable[[R], Hashable]) -> None:
        self.on_changed: Changed | None = None
        self._rows = rows
        self._key = key
        self._wanted: RowFilter[R] = RowFilter()
        self._keys: tuple[SortKey[R], ...] = ()
        self._order: SortedRows[R] = SortedRows()
        # Positions in `_rows`; None is all of them in their own order.
        self._shown: RowOrder[R] | None = None
        # Where `find` found what it was asked for last.
        self._found = 0

    @property
    def loading(self) -> bool:
        """Never: the rows are here."""
        return False

    @property
    def rows(self) -> Sequence[R]:
        """All rows, in the owner's order, whatever the filter."""
        return self._rows

    def current(self) -> Sequence[R]:
        """All rows as they are sorted and filtered by."""
        return self._rows

    def loaded(self) -> Iterable[tuple[Hashable, R]]:
        """All rows with their keys, those shown in the order shown, then the others."""
        rows, key_of = self._rows, self._key
        return ((key_of(rows[at]), rows[at]) for at in self._loaded_positions())

    @property
    def shown(self) -> Iterable[R]:
        """The owner's rows that pass the filter, in the order shown."""
        rows = self._rows
        return rows if self._shown is None else (rows[at] for at in self._shown)

    def __len__(self) -> int:
        return len(self._rows) if self._shown is None else len(self._shown)

    def row(self, index: int) -> R | None:
        """The row at `index` of the sorted and filtered view."""
        return self._rows[index if self._shown is None else self._shown[index]]

    def key(self, index: int) -> Hashable | None:
        """The key of the row at `index`."""
        return self._key(self._rows[index if self._shown is None else self._shown[index]])

    def find(self, key: Hashable) -> int | None:
        """The index of the row with this key; looks at every row, unless it is asked again."""
        rows, key_of, last = self._rows, self._key, self._found
        at = last if last < len(rows) and key_of(rows[last]) == key else None
        if at is None:
            at = next((at for at, row in enumerate(rows) if key_of(row) == key), None)
        if at is None:
            return None
        self._found = at
        return at if self._shown is None else self._shown.index(at)

    def want(self, first: int, last: int) -> None:
        """Nothing to do."""

    def replace(self, rows: Sequence[R]) -> None:
        """Show other rows, in the same order and under the same filter."""
        self._rows = rows
        self._order.drop()
        self._arrange()

    def sort(self, keys: Sequence[SortKey[R]]) -> None:
        """Sort by values, stably; unknown (None) is last either way. No keys: the owner's order."""
        self._keys = tuple(keys)
        self._arrange()

    def filter(
        self,
        keep: Callable[[R], bool] | None = None,
        *,
        words: Sequence[str] = (),
        without: Sequence[str] = (),
        columns: Sequence[Column[R]] = (),
    ) -> None:
        """Show only some rows; all when nothing is asked for.

        Args:
            keep: accepts a row. Not asked about rows that the words exclude.
            words: each must occur in one of the row's cells, in any case.
            without: none of these may.
            columns: whose cells are looked at.
        """
        self._wanted = RowFilter(
            keep=keep,
            words=tuple(word.casefold() for word in words),
            without=tuple(word.casefold() for word in without),
            columns=tuple(columns),
        )
        self._arrange()

    def forget_texts(self) -> None:
        """Read the rows' cells again when they are searched: they are written differently now."""
        self._order.forget_texts()

    def prepare(self, columns: Sequence[Column[R]], count: int) -> bool:
        """Read the texts of some rows that may be searched for soon.

        Returns:
            Whether there are more to read.
        """
        return self._order.prepare(self.current, len(self._rows), columns, count)

    def _loaded_positions(self) -> Iterator[int]:
        if self._shown is None:
            yield from range(len(self._rows))
            return
        yield from self._shown
        passed = bytearray(len(self._rows))
        for at in self._shown.among():
            passed[at] = 1
        yield from (at for at, shown in enumerate(passed) if not shown)

    def _arrange(self) -> None:
        self._shown = self._order.arrange(self.current(), self._wanted, self._keys)
        if self.on_changed is not None:
            self.on_changed(None)
