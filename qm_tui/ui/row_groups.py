"""Positions under headings: by what, what the headings say, and the rows they stand over."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from qm_tui.queries.grouping import GroupBy, group_of, group_title, type_order
from qm_tui.queries.position_views import PositionView
from qm_tui.ui.ways_to_group import offered
from qm_tui.ui.widgets.grouped_source import GroupedSource
from qm_tui.ui.widgets.headings import Grouping, Sum
from qm_tui.ui.widgets.row_source import ListSource, RowSource

V = TypeVar("V", bound=PositionView)

LETTERS: Mapping[GroupBy, tuple[str, str]] = {
    GroupBy.ACCOUNT: ("a", "account"),
    GroupBy.UNDERLYING: ("u", "underlying"),
    GroupBy.EXPIRY: ("e", "expiry"),
    GroupBy.TYPE: ("t", "type"),
    GroupBy.BROKER: ("b", "broker"),
    GroupBy.CATEGORY: ("k", "category"),
    GroupBy.CURRENCY: ("c", "currency"),
}
"""What to press for a way of grouping, and what it is called."""
_COLUMNS = {
    GroupBy.ACCOUNT: "account",
    GroupBy.UNDERLYING: "underlying",
    GroupBy.EXPIRY: "expiry",
    GroupBy.TYPE: "instrument_type",
    GroupBy.CURRENCY: "currency",
}
"""The columns that say the same: sorting by them sorts the groups."""


def letters(ways: Iterable[GroupBy]) -> dict[str, tuple[str, str]]:
    """What a dialog offers."""
    return offered((*LETTERS[by], by.value) for by in ways)


class RowGroups(Generic[V]):
    """The source of a table whose rows may be grouped."""

    def __init__(
        self, source: ListSource[V], sums: Callable[[Sequence[V]], Mapping[str, Sum]]
    ) -> None:
        """Show rows flat at first.

        Args:
            source: the rows.
            sums: what a heading says in the columns.
        """
        self.by: GroupBy | None = None
        self.names: Mapping[str, str] = {}
        """Account → what its owner calls it."""
        self.categories: Mapping[str, str] = {}
        """Account → what kind of account it is to its owner."""
        self._flat = source
        self._sums = sums
        self._grouped: GroupedSource[V] | None = None

    @property
    def source(self) -> RowSource[V]:
        """What the table shows."""
        return self._flat if self._grouped is None else self._grouped

    @property
    def grouped(self) -> GroupedSource[V] | None:
        """The rows under headings; None where there are none."""
        return self._grouped

    def choose(self, by: GroupBy | None) -> None:
        """Group otherwise, or (None) not at all."""
        self.by = by
        if by is None:
            self._grouped = None
            return
        grouping: Grouping[V] = Grouping(
            key=lambda row: group_of(row, by, self.categories),
            title=lambda row: group_title(row, by, self.categories, self.names),
            order=_ORDERS.get(by),
            column=_COLUMNS.get(by),
        )
        self._grouped = GroupedSource(self._flat, [grouping], self._sums)


_ORDERS: Mapping[GroupBy, Callable[[PositionView], object]] = {
    GroupBy.TYPE: type_order,
    GroupBy.EXPIRY: lambda row: row.expiry,
}
"""How groups follow each other where not by their titles."""
