"""The loaded pages of one version of a long list, and which pages can be reached by key."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

R = TypeVar("R")
A = TypeVar("A")

_TAIL_PAGES = 5
"""How many pages from the end are read backward while the anchors are unknown."""


class PageLoader(Protocol[R, A]):
    """Reads a list in one fixed order by key (never by offset).

    An anchor is the sort key of a row, unique: rows are asked for "after this anchor".
    """

    async def count(self) -> int:
        """How many rows there are."""

    async def anchors(self, size: int) -> Sequence[A]:
        """The anchors of rows `size - 1`, `2 * size - 1`, …: of the last row of every page."""

    async def page(self, anchor: A | None, size: int) -> Sequence[R]:
        """At most `size` rows after `anchor`; from the start if it is None."""

    async def last_page(self, size: int) -> Sequence[R]:
        """The last `size` rows, in the list's order."""

    def anchor(self, row: R) -> A:
        """The anchor of a row that was loaded."""


class PageBook(Generic[R, A]):
    """A bounded number of loaded pages; an answer belongs to the book that asked for it."""

    def __init__(self, loader: PageLoader[R, A], *, page_size: int, kept: int) -> None:
        self.page_size = page_size
        self.count = 0
        """Rows in all; a lower bound until `measure` has been awaited."""
        self.has_anchors = False
        self._loader = loader
        self._kept = max(kept, _TAIL_PAGES + 1)
        self._anchors: Sequence[A] = ()
        self._pages: OrderedDict[int, Sequence[R]] = OrderedDict()

    def row(self, index: int) -> R | None:
        """The row, or None if its page is not loaded. Keeps that page from being dropped soon."""
        number, offset = divmod(index, self.page_size)
        page = self._pages.get(number)
        if page is None or offset >= len(page):
            return None
        self._pages.move_to_end(number)
        return page[offset]

    def loaded(self) -> list[tuple[int, R]]:
        """Every loaded row with its index."""
        return [
            (number * self.page_size + offset, row)
            for number, page in self._pages.items()
            for offset, row in enumerate(page)
        ]

    def missing(self, first: int, last: int) -> list[int]:
        """The pages of these rows that are not loaded but exist, those in the middle first."""
        last = min(last, self.count - 1)
        if last < first:
            return []
        pages = range(max(first, 0) // self.page_size, last // self.page_size + 1)
        middle = (first + last) / 2 / self.page_size - 0.5
        # Never more than are kept, or loading one would drop another for ever.
        nearest = sorted(pages, key=lambda number: abs(number - middle))[: self._kept]
        return [number for number in nearest if number not in self._pages]

    def is_reachable(self, number: int) -> bool:
        """Whether a page can be read now; else the anchors must be learned first."""
        return (
            number == 0
            or number - 1 in self._pages
            or number <= len(self._anchors)
            or self._rows_from(number) <= _TAIL_PAGES * self.page_size
        )

    async def measure(self) -> None:
        """Learn how many rows there are."""
        self.count = await self._loader.count()

    async def learn_anchors(self) -> None:
        """Learn every page's anchor; may be slow."""
        self._anchors = await self._loader.anchors(self.page_size)
        self.has_anchors = True

    async def load(self, number: int) -> range:
        """Read one reachable page (from the end: and those after it); the rows that arrived."""
        size, start = self.page_size, number * self.page_size
        before = self._pages.get(number - 1)
        if number == 0:
            rows = await self._loader.page(None, size)
        elif before:
            rows = await self._loader.page(self._loader.anchor(before[-1]), size)
        elif number <= len(self._anchors):
            rows = await self._loader.page(self._anchors[number - 1], size)
        else:
            rows = await self._loader.last_page(self._rows_from(number))
        for offset in reversed(range(0, max(len(rows), 1), size)):
            self._keep(number + offset // size, rows[offset : offset + size])
        return self._arrived(start, rows)

    def _arrived(self, start: int, rows: Sequence[R]) -> range:
        end = start + len(rows)
        # Fewer rows than asked for means that the list ends here, whatever was counted before.
        if len(rows) < self.page_size or end > self.count:
            self.count = end
        return range(start, end)

    def _rows_from(self, number: int) -> int:
        return self.count - number * self.page_size

    def _keep(self, number: int, rows: Sequence[R]) -> None:
        self._pages[number] = rows
        self._pages.move_to_end(number)
        while len(self._pages) > self._kept:
            self._pages.popitem(last=False)
