"""Finds the rows of a table that show what brokers have just pushed."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

from qm_tui.domain.live import Holding, LiveBook, LiveChange, names_of
from qm_tui.domain.records import Position
from qm_tui.queries.live import names_of_view
from qm_tui.queries.position_views import PositionView
from qm_tui.ui.widgets.live_source import LiveSource
from qm_tui.ui.widgets.record_table import RecordTable

V = TypeVar("V", bound=PositionView)

_MANY = 100
"""Changes at once of which it is not asked any more which rows they are in."""
_ASKED = 2
"""How often the store is asked for a holding that was pushed and is no row."""


class LiveRows(Generic[V]):
    """The rows of one screen by the names under which brokers push what they show."""

    def __init__(
        self, source: LiveSource[V], table: RecordTable[V], key: Callable[[V], Hashable]
    ) -> None:
        self._source = source
        self._table = table
        self._key = key
        self._indexed: Sequence[V] | None = None
        self._held: dict[Holding, Hashable] = {}
        self._named: dict[str, set[Hashable]] = defaultdict(set)
        self._asked: dict[Holding, int] = defaultdict(int)
        self._given_up: set[Holding] = set()

    def show(self, change: LiveChange, book: LiveBook) -> None:
        """Have the rows repainted that show some of it."""
        if len(change.holdings) + len(change.instruments) > _MANY:
            # To look what is in sight costs less than to look up what has changed.
            self._source.forget()
            self._table.update_indexes(self._table.visible_rows)
            return
        self._index()
        keys = {
            key for holding in change.holdings if (key := self._row_of(holding, book)) is not None
        }
        for name in change.instruments:
            keys |= self._named.get(name, set())
        self._source.forget(keys)
        self._table.update_rows(keys)

    def missing(
        self, change: LiveChange, book: LiveBook, belongs: Callable[[Position], bool]
    ) -> bool:
        """Tell whether something was pushed that should be a row and is none.

        It is stored by and by: whoever asks reads again. What does not come with that is given up.
        """
        self._index()
        found = False
        for holding in change.holdings - self._held.keys() - self._given_up:
            record = book.position(holding[0], holding[1:])
            if record is None or self._row_of(holding, book) is not None:
                continue
            if self._asked[holding] < _ASKED and record.quantity and belongs(record):
                self._asked[holding] += 1
                found = True
            else:
                self._given_up.add(holding)
        return found

    def _row_of(self, holding: Holding, book: LiveBook) -> Hashable | None:
        key = self._held.get(holding)
        if key is None and (record := book.position(holding[0], holding[1:])) is not None:
            # The store may know it by another of its names.
            names = names_of(record.instrument)
            found = (self._held.get((holding[0], name)) for name in names)
            key = next((one for one in found if one is not None), None)
            if key is not None:
                self._held[holding] = key
        return key

    def _index(self) -> None:
        rows = self._source.rows
        if rows is self._indexed:
            return
        self._indexed = rows
        self._held.clear()
        self._given_up.clear()
        self._named.clear()
        for row, names in _with_names(rows):
            key = self._key(row)
            for name in names:
                self._held.setdefault((row.account, name), key)
                self._named[name].add(key)


def _with_names(rows: Iterable[V]) -> Iterable[tuple[V, tuple[str, ...]]]:
    return ((row, names_of_view(row)) for row in rows)
