"""Rows in memory under headings that fold."""

from array import array
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from qm_tui.ui.widgets.groups import Group, gather, put_in_order
from qm_tui.ui.widgets.headings import Grouping, GroupKey, Heading, Sum
from qm_tui.ui.widgets.row_source import Changed, ListSource
from qm_tui.ui.widgets.sort_keys import SortKey

R = TypeVar("R")


class GroupedSource(Generic[R]):
    """Shows the rows of another source in groups; that one filters, sorts and replaces them.

    Groups are put in order when rows are sorted, filtered or replaced; while values change by
    themselves they stay where they are. Sums are reckoned when their heading is seen, from the
    rows that pass the filter as they are then.
    """

    def __init__(
        self,
        rows: ListSource[R],
        levels: Sequence[Grouping[R]],
        sums: Callable[[Sequence[R]], Mapping[str, Sum]],
    ) -> None:
        """Group rows.

        Args:
            rows: what is grouped.
            levels: from the outermost.
            sums: reckons what a group has in each column that has a sum, from the rows below it.
        """
        self.rows = rows
        self._levels = tuple(levels)
        self._sums_of = sums
        self._keys: tuple[SortKey[R], ...] = ()
        self._folded: frozenset[GroupKey] = frozenset()
        self._outermost: list[Group[R]] = []
        self._groups: list[Group[R]] = []
        # A row by its index in `rows`; a heading by -1 - its index in `_groups`.
        self._lines: array[int] = array("q")
        self._sums: dict[GroupKey, Mapping[str, Sum]] = {}
        self._headings: dict[GroupKey, Heading] = {}
        self._groups_of: dict[Hashable, list[GroupKey]] | None = None
        self._on_changed: Changed | None = None
        self._regroup()

    # What a table asks

    @property
    def on_changed(self) -> Changed | None:
        """Told when lines are others; while it is set, changes of the rows come here."""
        return self._on_changed

    @on_changed.setter
    def on_changed(self, changed: Changed | None) -> None:
        before, self._on_changed = self._on_changed, changed
        if changed is not None:
            self.rows.on_changed = self._take_change
            if before is None:
                self._regroup()
        elif self.rows.on_changed == self._take_change:
            self.rows.on_changed = None

    @property
    def loading(self) -> bool:
        """Never: the rows are here."""
        return False

    def __len__(self) -> int:
        return len(self._lines)

    def row(self, index: int) -> R | None:
        """The row on this line; None on a heading."""
        at = self._lines[index]
        return None if at < 0 else self.rows.row(at)

    def heading(self, index: int) -> Heading | None:
        """The heading on this line; None on a row."""
        at = self._lines[index]
        if at >= 0:
            return None
        group = self._groups[-1 - at]
        heading = self._headings.get(group.key)
        if heading is None:
            sums = self._sum_up(group)
            heading = self._headings[group.key] = Heading(
                key=group.key,
                title=group.title,
                cells={column: total.cell for column, total in sums.items()},
                level=group.level,
                folded=group.key in self._folded,
                count=len(group.members),
            )
        return heading

    def key(self, index: int) -> Hashable | None:
        """The key of the row, or of the group, on this line."""
        at = self._lines[index]
        return self._groups[-1 - at].key if at < 0 else self.rows.key(at)

    def find(self, key: Hashable) -> int | None:
        """The line of a row or of a group; of what is folded away, the heading that hides it."""
        if isinstance(key, GroupKey):
            wanted = next((at for at, group in enumerate(self._groups) if group.key == key), None)
            return None if wanted is None else self._line(-1 - wanted)
        index = self.rows.find(key)
        if index is None:
            return None
        line = self._line(index)
        if line is not None:
            return line
        hiding = (at for at, group in enumerate(self._groups) if index in group.members)
        lines = (self._line(-1 - at) for at in hiding)
        return max((line for line in lines if line is not None), default=None)

    def loaded(self) -> Iterable[tuple[Hashable, R]]:
        """Every row with its key, whether it is shown or not."""
        return self.rows.loaded()

    def want(self, first: int, last: int) -> None:
        """Nothing to do."""

    def sort(self, keys: Sequence[SortKey[R]]) -> None:
        """Sort rows within their groups, and groups by their own values of the same columns."""
        self._keys = tuple(keys)
        self.rows.sort(keys)
        if self.rows.on_changed != self._take_change:
            self._take_change(None)

    # Folding

    @property
    def folded(self) -> frozenset[GroupKey]:
        """The groups that are folded, also those of which no row is shown now."""
        return self._folded

    @folded.setter
    def folded(self, keys: Iterable[GroupKey]) -> None:
        self._folded = frozenset(keys)
        self._headings.clear()
        self._draw_up()
        self._tell()

    def fold(self, key: GroupKey, *, folded: bool) -> None:
        """Hide or show what is below a heading."""
        self.folded = self._folded | {key} if folded else self._folded - {key}

    # Values that change by themselves

    def update_headings(self, row_keys: Iterable[Hashable] | None = None) -> frozenset[GroupKey]:
        """Reckon sums again when they are seen; those above some rows, or (None) all.

        Returns:
            The groups whose headings may be different now.
        """
        if row_keys is None:
            changed = frozenset(group.key for top in self._outermost for group in top.everything())
        else:
            known = self._know_groups()
            changed = frozenset(group for key in row_keys for group in known.get(key, ()))
        for key in changed:
            self._sums.pop(key, None)
            self._headings.pop(key, None)
        return changed

    def _know_groups(self) -> Mapping[Hashable, Sequence[GroupKey]]:
        if self._groups_of is None:
            self._groups_of = {}
            for top in self._outermost:
                for group in top.everything():
                    for index in group.members:
                        row_key = self.rows.key(index)
                        self._groups_of.setdefault(row_key, []).append(group.key)
        return self._groups_of

    # Lines

    def _take_change(self, arrived: range | None) -> None:
        self._regroup()
        del arrived
        self._tell()

    def _regroup(self) -> None:
        self._sums.clear()
        self._headings.clear()
        self._groups_of = None
        groups = gather(self.rows.shown, self._levels)
        self._outermost = put_in_order(groups, self._keys, self._sum_up)
        self._draw_up()

    def _draw_up(self) -> None:
        self._groups = []
        self._lines = array("q")
        for group in self._outermost:
            self._draw_up_group(group)

    def _draw_up_group(self, group: Group[R]) -> None:
        self._groups.append(group)
        self._lines.append(-len(self._groups))
        if group.key in self._folded:
            return
        if not group.within:
            self._lines.extend(group.members)
        for within in group.within.values():
            self._draw_up_group(within)

    def _line(self, at: int) -> int | None:
        try:
            return self._lines.index(at)
        except ValueError:
            return None

    def _sum_up(self, group: Group[R]) -> Mapping[str, Sum]:
        sums = self._sums.get(group.key)
        if sums is None:
            rows = [row for index in group.members if (row := self.rows.row(index)) is not None]
            sums = self._sums[group.key] = self._sums_of(rows)
        return sums

    def _tell(self) -> None:
        if self._on_changed is not None:
            self._on_changed(None)
