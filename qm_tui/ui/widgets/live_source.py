"""Rows in memory over which something newer is laid, each when it is looked at."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from typing_extensions import override

from qm_tui.ui.widgets.row_source import ListSource

R = TypeVar("R")


class LiveSource(ListSource[R]):
    """A row in sight is brought up to date once a change; the others cost nothing.

    Rows keep their places while they change: sorting, filtering and reading anew look at what all
    of them are then.
    """

    def __init__(
        self, rows: Sequence[R], key: Callable[[R], Hashable], latest: Callable[[R], R]
    ) -> None:
        """Show rows.

        Args:
            rows: as they are stored.
            key: identifies a row.
            latest: returns a row as it is now; the same object if nothing is newer.
        """
        super().__init__(rows, key)
        self._latest = latest
        self._now: dict[int, R] = {}
        self._expected: Sequence[R] = ()

    @override
    def row(self, index: int) -> R | None:
        return self._fresh(index if self._shown is None else self._shown[index])

    @override
    def current(self) -> Sequence[R]:
        return [self._fresh(at) for at in range(len(self._rows))]

    @override
    def loaded(self) -> Iterable[tuple[Hashable, R]]:
        rows, key_of = self._rows, self._key
        return ((key_of(rows[at]), self._fresh(at)) for at in self._loaded_positions())

    @property
    def shown_now(self) -> Iterable[R]:
        """The rows that pass the filter, as they are now."""
        return map(self._fresh, range(len(self._rows)) if self._shown is None else self._shown)

    def expect(self, now: Sequence[R]) -> None:
        """Take over what the next rows are now, reckoned before: all at once it takes a while."""
        self._expected = now

    @override
    def replace(self, rows: Sequence[R]) -> None:
        expected, self._expected = self._expected, ()
        self._now = dict(enumerate(expected)) if len(expected) == len(rows) else {}
        super().replace(rows)

    def _fresh(self, at: int) -> R:
        row = self._now.get(at)
        if row is None:
            row = self._now[at] = self._latest(self._rows[at])
        return row

    def forget(self, keys: Iterable[Hashable] | None = None) -> None:
        """Look at the rows with these keys again when they are seen; None: at all."""
        if keys is None:
            self._now.clear()
            return
        changed = set(keys)
        for at in [at for at in self._now if self._key(self._rows[at]) in changed]:
            del self._now[at]
