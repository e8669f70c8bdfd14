"""Rows gathered into groups, and groups into groups; and the order they stand in."""

from array import array
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from qm_tui.ui.widgets.headings import Grouping, GroupKey, Sum
from qm_tui.ui.widgets.sort_keys import SortKey, Values, in_order

R = TypeVar("R")


class Group(Generic[R]):
    """What lies under one heading."""

    def __init__(self, key: GroupKey, grouping: Grouping[R], row: R) -> None:
        """Begin a group with a row of it, which is not yet counted."""
        self.key = key
        self.grouping = grouping
        self.title = grouping.title(row)
        natural = grouping.order
        self.order: Any = self.title.casefold() if natural is None else natural(row)
        self.members: array[int] = array("q")
        """Indexes of all rows below, in the order shown."""
        self.within: dict[Hashable, Group[R]] = {}
        """By what their rows have in common; empty at the innermost level."""

    @property
    def level(self) -> int:
        """0 is outermost."""
        return len(self.key.path) - 1

    def everything(self) -> Iterator["Group[R]"]:
        """This group and those within, each before what is within it."""
        yield self
        for group in self.within.values():
            yield from group.everything()


def gather(rows: Iterable[R], levels: Sequence[Grouping[R]]) -> list[Group[R]]:
    """The outermost groups, as their first rows come."""
    outermost: dict[Hashable, Group[R]] = {}
    for index, row in enumerate(rows):
        siblings = outermost
        path: tuple[Hashable, ...] = ()
        for grouping in levels:
            common = grouping.key(row)
            path = (*path, common)
            group = siblings.get(common)
            if group is None:
                group = siblings[common] = Group(GroupKey(path), grouping, row)
            group.members.append(index)
            siblings = group.within
    return list(outermost.values())


def put_in_order(
    groups: Sequence[Group[R]],
    keys: Sequence[SortKey[R]],
    sums: Callable[[Group[R]], Mapping[str, Sum]],
) -> list[Group[R]]:
    """Sort groups by their own values of the columns that rows are sorted by, at every level.

    Where they have none, or equal ones, they stand in their natural order.
    """
    for group in groups:
        if group.within:
            ordered = put_in_order(list(group.within.values()), keys, sums)
            group.within = {one.key.path[-1]: one for one in ordered}
    if len(groups) < 2:
        return list(groups)
    natural = Values([group.order for group in groups])
    summed = sums(groups[0]).keys() if keys else ()
    own: list[tuple[Values, bool]] = []
    for key in keys:
        if key.column and key.column == groups[0].grouping.column:
            own.append((natural, key.reverse))
        elif key.column in summed:
            values = [_value(sums(group).get(key.column)) for group in groups]
            own.append((Values(values), key.reverse))
    order = in_order(list(range(len(groups))), [*own, (natural, False)])
    return [groups[at] for at in order]


def _value(total: Sum | None) -> Any:
    return None if total is None else total.value
