"""A table's rows from a list too long to hold: pages are loaded as they come into sight."""

from collections.abc import Callable, Coroutine, Hashable, Iterable
from typing import Any, Generic, TypeVar

from qm_tui.ui.widgets.page_book import PageBook, PageLoader
from qm_tui.ui.widgets.row_source import Changed

R = TypeVar("R")
A = TypeVar("A")

Spawn = Callable[[Coroutine[Any, Any, None]], object]
"""Runs a coroutine in the background, as a worker of whoever shows the rows."""


class PagedSource(Generic[R, A]):
    """Rows of a `PageLoader`, a few pages of them at a time.

    Nothing is read before the first `want`. One page is read at a time, always the one that is
    nearest to what is looked at now, so that fast scrolling leaves no queue behind. On `reload`
    the former rows stay until the new ones for the same place are here; answers to a question that
    is no longer asked end in a book that nobody shows.
    """

    def __init__(
        self,
        loader: PageLoader[R, A],
        *,
        key: Callable[[R], Hashable],
        spawn: Spawn,
        page_size: int = 200,
        kept_pages: int = 6,
    ) -> None:
        self.on_changed: Changed | None = None
        self._loader = loader
        self._key = key
        self._spawn = spawn
        self._page_size = page_size
        self._kept_pages = kept_pages
        self._book = self._new_book()
        self._latest: PageBook[R, A] | None = None
        self._pumping: PageBook[R, A] | None = None
        self._wanted = (0, 0)

    @property
    def loading(self) -> bool:
        """Until the first page is here."""
        return self._latest is not self._book and self._book.count == 0

    def __len__(self) -> int:
        return self._book.count

    def row(self, index: int) -> R | None:
        """The row, or None while its page is not loaded."""
        return self._book.row(index)

    def key(self, index: int) -> Hashable | None:
        """The key of the row, or None while its page is not loaded."""
        row = self._book.row(index)
        return None if row is None else self._key(row)

    def find(self, key: Hashable) -> int | None:
        """Where the row is, if its page is loaded."""
        return next((at for at, row in self._book.loaded() if self._key(row) == key), None)

    def loaded(self) -> Iterable[tuple[Hashable, R]]:
        """The rows of the pages that are loaded, with their keys."""
        places = sorted(self._book.loaded(), key=lambda place: place[0])
        return ((self._key(row), row) for _, row in places)

    def want(self, first: int, last: int) -> None:
        """Load the pages of these rows; replaces what was wanted before."""
        self._wanted = (first, last)
        if self._latest is None:
            self.reload()
        elif self._pumping is not self._book and self._next_page() is not None:
            self._pumping = self._book
            self._spawn(self._pump(self._book))

    def reload(self, loader: PageLoader[R, A] | None = None) -> None:
        """Read everything anew, with another loader (order, filter) if one is given."""
        self._loader = loader or self._loader
        self._latest = self._new_book()
        self._spawn(self._open(self._latest))

    def _new_book(self) -> PageBook[R, A]:
        return PageBook(self._loader, page_size=self._page_size, kept=self._kept_pages)

    async def _open(self, book: PageBook[R, A]) -> None:
        first_time = self._book.count == 0
        await book.load(0)
        if first_time and not self._show(book):
            return
        if book.count >= self._page_size:
            await book.measure()
        if not first_time:
            await self._load_wanted(book)
        if not self._show(book):
            return
        if not book.has_anchors and book.count > self._page_size:
            await book.learn_anchors()
            if self._book is book:
                self.want(*self._wanted)

    async def _load_wanted(self, book: PageBook[R, A]) -> None:
        for number in book.missing(*self._wanted):
            if not book.is_reachable(number) and not book.has_anchors:
                await book.learn_anchors()
            if book.is_reachable(number):
                await book.load(number)

    def _show(self, book: PageBook[R, A]) -> bool:
        if self._latest is not book:
            return False
        self._book = book
        self._tell(None)
        return True

    async def _pump(self, book: PageBook[R, A]) -> None:
        try:
            while self._book is book and (number := self._next_page()) is not None:
                count = book.count
                arrived = await book.load(number)
                if self._book is book:
                    self._tell(arrived if book.count == count else None)
        finally:
            if self._pumping is book:
                self._pumping = None

    def _next_page(self) -> int | None:
        book = self._book
        missing = book.missing(*self._wanted)
        return next((number for number in missing if book.is_reachable(number)), None)

    def _tell(self, arrived: range | None) -> None:
        if self.on_changed is not None:
            self.on_changed(arrived)
