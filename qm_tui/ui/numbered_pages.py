"""The pages of a query as the table asks for them: by the row before, here by the page's number."""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from qm_tui.domain.selection import Anchor
from qm_tui.queries.paging import PAGE_SIZE, Pages

V = TypeVar("V")


class NumberedPages(Generic[V]):
    """Names a place by the number of the page before it, and asks the query by its key."""

    def __init__(
        self,
        pages: Pages[V],
        key: Callable[[V], Hashable],
        on_count: Callable[[int], None],
    ) -> None:
        """Read from a query.

        Args:
            pages: The query.
            key: Identifies a row.
            on_count: Told how many rows there are, as soon as that is known.
        """
        self._pages = pages
        self._key = key
        self._on_count = on_count
        self._count = 0
        self._anchors: Sequence[Anchor] | None = None
        self._asking = asyncio.Lock()
        self._ends: dict[Hashable, int] = {}
        """The last row of a page that was read → the page's number."""

    async def count(self) -> int:
        """How many rows there are."""
        self._count = await self._pages.count()
        self._on_count(self._count)
        return self._count

    async def anchors(self, size: int) -> Sequence[int]:
        """The places where pages begin."""
        assert size == PAGE_SIZE
        return range(len(await self._known_anchors()))

    async def page(self, anchor: int | None, size: int) -> Sequence[V]:
        """The page after the one of that number."""
        if anchor is None:
            rows = await self._pages.page(None, size)
            if len(rows) < size:
                self._on_count(len(rows))
        else:
            anchors = await self._known_anchors()
            rows = await self._pages.page(anchors[anchor], size) if anchor < len(anchors) else ()
        self._remember(rows, 0 if anchor is None else anchor + 1)
        return rows

    async def last_page(self, size: int) -> Sequence[V]:
        """The last rows; the table asks for so many that they begin where a page does."""
        rows = await self._pages.last_page(size)
        self._remember(rows, (self._count - size) // PAGE_SIZE)
        return rows

    def anchor(self, row: V) -> int:
        """The number of the page that ends with this row."""
        return self._ends[self._key(row)]

    async def _known_anchors(self) -> Sequence[Anchor]:
        async with self._asking:
            if self._anchors is None:
                self._anchors = await self._pages.anchors()
            return self._anchors

    def _remember(self, rows: Sequence[V], number: int) -> None:
        for end in range(PAGE_SIZE, len(rows) + 1, PAGE_SIZE):
            self._ends[self._key(rows[end - 1])] = number + end // PAGE_SIZE - 1
