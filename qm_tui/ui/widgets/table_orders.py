"""By which columns a table's rows are sorted, and which way."""

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.sort_keys import SortKey

R = TypeVar("R")

Order = tuple[str, bool]
"""The key of a column, and whether its largest values come first."""


class Orders(Generic[R]):
    """The first counts most, each further one where those before it are equal."""

    def __init__(self, columns: Sequence[Column[R]]) -> None:
        self.chosen: tuple[Order, ...] = ()
        self._by = {column.key: column.sort_key for column in columns if column.sort_key}

    def choose(self, orders: Iterable[Order]) -> None:
        """Sort by these columns, those passed over that are not there or cannot be sorted."""
        self.chosen = tuple(order for order in orders if order[0] in self._by)

    def turn(self, key: str, *, reverse: bool | None, add: bool) -> bool:
        """Sort by a column, alone or after those chosen before.

        Args:
            key: of the column.
            reverse: None is upward, or the other way round if rows are sorted by it already.
            add: keep the others; a column that is among them keeps its place.

        Returns:
            Whether rows can be sorted by it.
        """
        if key not in self._by:
            return False
        among = dict(self.chosen if add else self.chosen[:1])
        if reverse is None:
            reverse = key in among and not among[key]
        self.chosen = tuple((among | {key: reverse}).items()) if add else ((key, reverse),)
        return True

    def keys(self) -> list[SortKey[R]]:
        """What to sort rows by."""
        return [
            SortKey(by=by, reverse=reverse, column=key)
            for key, reverse in self.chosen
            if (by := self._by.get(key)) is not None
        ]
