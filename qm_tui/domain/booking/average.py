"""Average basis of fund shares: one pool for each account and fund.

Source: Publication 550, average basis; 26 CFR 1.1012-1(e). The holding period stays first in,
first out, so that only the basis is pooled, at the moment of a disposition.
"""

from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import Event
from qm_tui.domain.booking.money import ZERO, spread
from qm_tui.domain.booking.shelf import Shelf


def pool(book: Book, shelf: Shelf, event: Event) -> None:
    """Give every lot of a shelf the pool's basis per share; the sum stays what it was."""
    lots = [lot for lot in shelf if lot.basis is not None]
    if len(lots) < 2:
        return
    weights = [lot.quantity for lot in lots]
    bases = spread(sum((lot.basis or ZERO for lot in lots), ZERO), weights)
    tax_bases = spread(sum((lot.tax_basis or ZERO for lot in lots), ZERO), weights)
    for lot, basis, tax_basis in zip(lots, bases, tax_bases, strict=True):
        before = lot.basis or ZERO
        tax_before = lot.tax_basis or ZERO
        if basis != before or tax_basis != tax_before:
            book.revalue(lot, event, "averaged", basis - before, tax_basis - tax_before)
