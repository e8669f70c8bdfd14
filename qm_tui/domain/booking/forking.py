"""Copies of a book, each to try one thing with; the history before is booked once."""

from collections.abc import Iterable, Iterator
from copy import copy, deepcopy

from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import Event
from qm_tui.domain.booking.lots import Lot


class Fork:
    """Makes copies of a book. Lots are copied, and who watches them; what is over is shared.

    A copy has no slices, adjustments and findings yet but those of what is tried. Closing lots
    changes no slice of the past, so that these need not be copied.
    """

    def __init__(self, book: Book, history: Iterable[Event]) -> None:
        self._book = book
        self._lots = list(_lots(book))
        # Dates and tuples of dates do not change, but copying them is most of the work.
        fixed = (part for lot in self._lots for part in (lot.acquisition, lot.rank, lot.shelf_key))
        shared = (
            book.securities, book.accounts, book.policy, *book.securities.values(),
            *book.accounts.values(), *book.slices, *history, *fixed,
        )  # fmt: skip
        self._shared = {id(thing): thing for thing in shared}
        book.slices, book.adjustments, book.findings = [], [], []

    def book(self) -> Book:
        """Return another copy."""
        memo: dict[int, object] = dict(self._shared)
        memo.update((id(lot), copy(lot)) for lot in self._lots)
        return deepcopy(self._book, memo)


def _lots(book: Book) -> Iterator[Lot]:
    for holding in book.holdings.values():
        yield from holding.long
        yield from holding.short
