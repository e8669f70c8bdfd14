"""Average basis of shares of funds, and of stocks whose dividends are reinvested: one pool each.

Source: Publication 550, average basis; 26 CFR 1.1012-1(e). The holding period stays first in,
first out, so that only the basis is pooled, at the moment of a disposition, or when the account
goes over to another method.
"""

import datetime as dt
from decimal import Decimal
from itertools import pairwise

from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import Event, Fill, Rebase
from qm_tui.domain.booking.money import ZERO, spread
from qm_tui.domain.booking.ordering import in_order
from qm_tui.domain.booking.securities import AccountRules
from qm_tui.domain.booking.shelf import Shelf
from qm_tui.domain.booking.words import LotMethod, Origin
from qm_tui.domain.instruments import InstrumentType


def pool(book: Book, shelf: Shelf, event: Event) -> None:
    """Give every lot of a shelf the pool's basis per share; the sum stays what it was."""
    if shelf.pooled:
        return
    _average(book, shelf, event)
    shelf.pooled = True


def _average(book: Book, shelf: Shelf, event: Event) -> None:
    lots = [lot for lot in shelf if lot.basis is not None]
    if len(lots) < 2:
        return
    weights = [lot.quantity for lot in lots]
    bases = spread(sum((lot.basis or ZERO for lot in lots), ZERO), weights)
    tax_bases: list[Decimal] | None = bases
    if any(lot.tax_basis is not lot.basis for lot in lots):
        known = [lot.tax_basis for lot in lots if lot.tax_basis is not None]
        # One unknown lot makes the pool's basis in the tax currency unknown; the other stays known.
        tax_bases = spread(sum(known, ZERO), weights) if len(known) == len(lots) else None
    for place, (lot, basis) in enumerate(zip(lots, bases, strict=True)):
        tax_delta = None
        if tax_bases is not None:
            tax_delta = tax_bases[place] - (lot.tax_basis or ZERO)
        delta = basis - (lot.basis or ZERO)
        if delta or tax_delta or (tax_delta is None and lot.tax_basis is not None):
            book.revalue(lot, event, "averaged", delta, tax_delta)


def with_rebasing(book: Book, history: list[Event]) -> list[Event]:
    """Add to a history the days on which accounts leave average basis; it is never retroactive."""
    leaving = {account: days for account, rules in book.accounts.items() if (days := _ends(rules))}
    if not leaving:
        return history
    places = sorted({(event.account, event.security) for event in history})
    reinvested = {
        event.security
        for event in history
        if type(event) is Fill and event.origin is Origin.REINVESTMENT
    }
    changes = [
        Rebase(day=day, account=account, security=security)
        for account, security in places
        if book.securities[security].kind is InstrumentType.FUND or security in reinvested
        for day in leaving.get(account, ())
        if day <= history[-1].day
    ]
    return in_order([*changes, *history]) if changes else history


def _ends(rules: AccountRules) -> list[dt.date]:
    return [
        after.from_day
        for before, after in pairwise(rules.methods)
        if before.method is LotMethod.AVERAGE and after.method is not LotMethod.AVERAGE
    ]


def book_rebase(book: Book, event: Rebase) -> None:
    """Give the lots the pool's basis, to keep it."""
    if book.policy.method is None and book.averages(event.account, event.security):
        pool(book, book.holding(event.account, event.security).long, event)
