"""Mergers, conversions, changes of symbol: shares given up for shares, for cash, or for both.

What is taxable, or for cash alone, is a sale, and a purchase at fair market value of what was
received; the rest carries basis and dates over.
"""

from dataclasses import replace
from decimal import Decimal

from qm_tui.domain.booking.apportionment import as_exact
from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import Exchange
from qm_tui.domain.booking.fills import close_and_open
from qm_tui.domain.booking.reorganizations import (
    closing,
    find_nothing_held,
    find_value_unknown,
    received_for,
    reorganize,
    value_of,
)
from qm_tui.domain.booking.successors import open_anew
from qm_tui.domain.booking.words import Closing, FindingKind


def book_exchange(book: Book, event: Exchange) -> None:
    """Exchange the shares given up, or all that are held."""
    event = replace(event, received=tuple(kind for kind in event.received if kind.quantity))
    side = book.holding(event.account, event.security).side(short=event.short)
    held = side.quantity
    given = held if event.given is None else as_exact(abs(event.given), held)
    if not event.received and not event.cash:
        book.find(
            FindingKind.ACTION_UNKNOWN, event,
            "Shares were given up, and nothing is known to have been received for them: nothing"
            " was booked.",
            quantity=given,
        )  # fmt: skip
    elif event.taxable or not event.received:
        _book_sale(book, event, given)
    else:
        reorganize(book, event, given)


def _book_sale(book: Book, event: Exchange, given: Decimal) -> None:
    """Sell for what was received, and open what was received at its value."""
    value = value_of(event)
    if value is None:
        find_value_unknown(book, event)
    money = _net(event, value)
    tax_money = book.in_tax_currency(money, event.security, event.rate)
    if money is not None and tax_money is None:
        book.find(FindingKind.RATE_UNKNOWN, event)
    if given:
        how = Closing.TAXABLE_EXCHANGE if event.received else Closing.CASH_MERGER
        fill = closing(event, given, how)
        book.sold(close_and_open(book, fill, money, tax_money), fill)
    else:
        find_nothing_held(book, event)
    _open_received(book, event)


def _open_received(book: Book, event: Exchange) -> None:
    for received in event.received:
        tax_value = book.in_tax_currency(received.value, event.security, event.rate)
        coming = received_for(book, event, received)
        lot = open_anew(book, event, coming, (received.value, tax_value))
        # An exchange that is taxable in full is an acquisition (26 USC 1091(a)).
        lot.bought = event.day
        book.enter(lot, event, coming.what)


def _net(event: Exchange, value: Decimal | None) -> Decimal | None:
    if value is None:
        return None
    worth = abs(event.cash) + value
    return worth + event.fees if event.short else worth - event.fees
