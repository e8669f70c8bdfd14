"""All that happened in the accounts, of whatever kind, on one line of time."""

from collections.abc import Mapping, Sequence

from qm_tui.domain.conditions import Kind
from qm_tui.domain.selection import Anchor, Order, Scope
from qm_tui.queries.activity_views import HappeningView
from qm_tui.queries.paging import PAGE_SIZE, Pages
from qm_tui.store.reader import Reader
from qm_tui.store.reading import conditions, merged
from qm_tui.store.reading.timeline import TIMELINE

_NEWEST = Order(field="date", descending=True)


class Timeline:
    """Everything that matches a scope, in one order."""

    def __init__(self, reader: Reader, scope: Scope, order: Order) -> None:
        self._reader = reader
        self._scope = scope
        self._order = order

    @property
    def fields(self) -> Mapping[str, Kind]:
        """What the rows can be narrowed by."""
        return conditions.kinds(TIMELINE[0])

    async def count(self) -> int:
        """Count the rows."""
        return await self._reader.read(merged.count, TIMELINE, self._scope)

    async def anchors(self) -> Sequence[Anchor]:
        """Return the keys after which every page but the first begins."""
        return await self._reader.read(
            merged.anchors, TIMELINE, self._scope, self._order, PAGE_SIZE
        )

    async def page(self, after: Anchor | None, size: int = PAGE_SIZE) -> Sequence[HappeningView]:
        """Return the rows behind `after`."""
        return await self._reader.read(
            merged.page, TIMELINE, HappeningView, self._scope, self._order, after, size
        )

    async def onward(
        self, after: Anchor | None, size: int = PAGE_SIZE
    ) -> tuple[Sequence[HappeningView], Anchor | None]:
        """Return the rows behind `after`, and behind what to go on; None at the end."""
        return await self._reader.read(
            merged.onward, TIMELINE, HappeningView, self._scope, self._order, after, size
        )

    async def last_page(self, size: int = PAGE_SIZE) -> Sequence[HappeningView]:
        """Return the last rows."""
        return await self._reader.read(
            merged.last_page, TIMELINE, HappeningView, self._scope, self._order, size
        )


def timeline(
    reader: Reader, scope: Scope = Scope(), order: Order = _NEWEST
) -> Pages[HappeningView]:
    """List trades, cash, transfers, interest, corporate actions and option events."""
    return Timeline(reader, scope, order)
