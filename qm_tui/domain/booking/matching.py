"""Which lots a disposition takes, and how much of each; no money but the basis that goes along."""

from collections.abc import Sequence
from decimal import Decimal

from qm_tui.domain.booking.average import pool
from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import Event, Pick
from qm_tui.domain.booking.lots import Taking
from qm_tui.domain.booking.naming import take_named
from qm_tui.domain.booking.shelf import Shelf
from qm_tui.domain.booking.words import LotMethod


def take(
    book: Book,
    shelf: Shelf,
    quantity: Decimal,
    event: Event,
    method: LotMethod,
    *,
    what: str,
    picks: Sequence[Pick] = (),
) -> list[Taking]:
    """Take up to `quantity` from a shelf: the lots that were named first, then by the method."""
    if not picks and method is not LotMethod.AVERAGE:
        return take_by_method(book, shelf, quantity, event, method, what=what)
    if picks:
        takings = take_named(book, shelf, quantity, event, picks, what=what)
        left = quantity - sum((taking.quantity for taking in takings), Decimal(0))
        # What was not named well enough falls back to FIFO (Publication 550, identification).
        return takings + take_by_method(book, shelf, left, event, LotMethod.FIFO, what=what)
    pool(book, shelf, event)
    return take_by_method(book, shelf, quantity, event, method, what=what)


def take_by_method(
    book: Book, shelf: Shelf, quantity: Decimal, event: Event, method: LotMethod, *, what: str
) -> list[Taking]:
    """Take up to `quantity` in the order of a method."""
    takings: list[Taking] = []
    while quantity > 0:
        lot = shelf.next(method)
        if lot is None:
            break
        part = min(lot.quantity, quantity)
        takings.append(book.take(lot, part, event, what, method))
        quantity -= part
    return takings
