"""The first day on which a sale would no longer be washed by what was bought already."""

import datetime as dt
from collections.abc import Iterator, Sequence

from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.lots import Lot, Slice
from qm_tui.domain.booking.wash_pools import WINDOW
from qm_tui.domain.booking.words import View


def clean_day(book: Book, slices: Sequence[Slice]) -> dt.date | None:
    """Return the day after the last window that holds one of the slices; None: none does.

    Args:
        book: The book right after the sale.
        slices: What the sale closed.
    """
    washed = [closed for closed in slices if closed.disallowed or closed.tax_disallowed]
    if not washed:
        return None
    since = washed[0].disposed - WINDOW
    lots = [lot for lot in _lots(book) if lot.bought is not None and lot.bought >= since]
    used = {row.lot for row in book.adjustments}
    bought = [
        lot.bought
        for lot in lots
        if lot.bought is not None
        and (lot.number in used or any(_replaces(book, lot, closed) for closed in washed))
    ]
    return max(bought, default=washed[0].disposed) + WINDOW + dt.timedelta(days=1)


def _lots(book: Book) -> Iterator[Lot]:
    for holding in book.holdings.values():
        yield from holding.long
        yield from holding.short


def _replaces(book: Book, lot: Lot, closed: Slice) -> bool:
    """Whether a lot could have replaced a slice, had another one not been earlier."""
    if lot.replaces or lot.short is not closed.short or lot.acquisition == closed.acquisition:
        return False
    if book.view is View.TAXPAYER:
        return _group(book, lot.security) == _group(book, closed.security)
    return lot.security == closed.security and lot.account == closed.account


def _group(book: Book, security: int) -> tuple[str, int]:
    identity = book.securities[security].identity
    return ("security", security) if identity is None else ("identity", identity)
