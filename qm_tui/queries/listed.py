"""A listing of the store as pages of views."""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from qm_tui.domain.conditions import Kind
from qm_tui.domain.selection import Anchor, Order, Scope
from qm_tui.queries.paging import PAGE_SIZE
from qm_tui.store.reader import Reader
from qm_tui.store.reading import conditions, listing
from qm_tui.store.reading.listing import Listing

V = TypeVar("V")


class ListedPages(Generic[V]):
    """All rows of a listing that match a scope, in one order."""

    def __init__(
        self, reader: Reader, rows: Listing, make: Callable[..., V], scope: Scope, order: Order
    ) -> None:
        self._reader = reader
        self._rows = rows
        self._make = make
        self._scope = scope
        self._order = order

    @property
    def fields(self) -> Mapping[str, Kind]:
        """What the rows can be narrowed by."""
        return conditions.kinds(self._rows)

    async def count(self) -> int:
        """Count the rows."""
        return await self._reader.read(listing.count, self._rows, self._scope)

    async def anchors(self) -> Sequence[Anchor]:
        """Return the keys after which every page but the first begins."""
        return await self._reader.read(
            listing.anchors, self._rows, self._scope, self._order, PAGE_SIZE
        )

    async def page(self, after: Anchor | None, size: int = PAGE_SIZE) -> Sequence[V]:
        """Return the rows behind `after`."""
        return await self._reader.read(
            listing.page, self._rows, self._make, self._scope, self._order, after, size
        )

    async def onward(
        self, after: Anchor | None, size: int = PAGE_SIZE
    ) -> tuple[Sequence[V], Anchor | None]:
        """Return the rows behind `after`, and behind what to go on; None at the end."""
        return await self._reader.read(
            listing.onward, self._rows, self._make, self._scope, self._order, after, size
        )

    async def last_page(self, size: int = PAGE_SIZE) -> Sequence[V]:
        """Return the last rows."""
        return await self._reader.read(
            listing.last_page, self._rows, self._make, self._scope, self._order, size
        )
