"""Where a table's rows come from: what every source does, and the source over rows in memory."""

from array import array
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Generic, Protocol, TypeVar

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

    def want(self, first: int, last: int) -> None:
        """Rows `first` to `last` (inclusive) are about to be seen: see to it that they load."""


class ListSource(Generic[R]):
    """Rows in memory, sorted and filtered without copying them.

    The sequence stays its owner's, who may replace rows in place and then tell the table
    (`RecordTable.update_rows`). Values that change do not move a row; sorting again does.
    """

    def __init__(self, rows: Sequence[R], key: Callable[[R], Hashable]) -> None:
        self.on_changed: Changed | None = None
        self._rows = rows
        self._key = key
        self._by: Callable[[R], Any] | None = None
        self._reverse = False
        self._keep: Callable[[R], bool] | None = None
        # Positions in `_rows`; None is all of them in their own order.
        self._sorted: array[int] | None = None
        self._shown: array[int] | None = None

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
        """The index of the first row with this key; looks at every row."""
        rows, key_of = self._rows, self._key
        positions: Iterable[int] = range(len(rows)) if self._shown is None else self._shown
        return next((i for i, at in enumerate(positions) if key_of(rows[at]) == key), None)

    def want(self, first: int, last: int) -> None:
        """Nothing to do."""

    def replace(self, rows: Sequence[R]) -> None:
        """Show other rows, in the same order and under the same filter."""
        self._rows = rows
        self._arrange()

    def sort(self, by: Callable[[R], Any] | None, *, reverse: bool = False) -> None:
        """Sort by a value, stably; unknown (None) is last either way. None: the owner's order."""
        self._by, self._reverse = by, reverse
        self._arrange()

    def filter(self, keep: Callable[[R], bool] | None) -> None:
        """Show only the rows that `keep` accepts; None shows all."""
        self._keep = keep
        self._select()

    def _arrange(self) -> None:
        self._sorted = None
        if self._by is not None:
            values = [self._by(row) for row in self.current()]
            known = [at for at, value in enumerate(values) if value is not None]
            known.sort(key=values.__getitem__, reverse=self._reverse)
            known.extend(at for at, value in enumerate(values) if value is None)
            self._sorted = array("I", known)
        self._select()

    def _select(self) -> None:
        self._shown = self._sorted
        if (keep := self._keep) is not None:
            rows = self.current()
            order: Iterable[int] = range(len(rows)) if self._sorted is None else self._sorted
            self._shown = array("I", [at for at in order if keep(rows[at])])
        if self.on_changed is not None:
            self.on_changed(None)
