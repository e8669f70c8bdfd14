"""Rights to buy shares: received for shares held, and used.

Source: 26 USC 305(a), 307; Publication 550, stock rights (pages 64, 65 and 82).
"""

import datetime as dt

from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import Exercise, Rights, RightsExercise
from qm_tui.domain.booking.exercises import book_exercise
from qm_tui.domain.booking.lots import Slice
from qm_tui.domain.booking.spin_offs import distribute
from qm_tui.domain.booking.successors import successor
from qm_tui.domain.booking.words import Origin

_DAY = dt.timedelta(days=1)


def book_rights(book: Book, event: Rights) -> None:
    """Give every lot its rights, with a part of its basis, perhaps none, and with its period."""
    stock, right = book.securities[event.security].symbol, book.securities[event.right].symbol
    received = f"rights received for {stock}"
    coming = successor(event.right, event.quantity, Origin.RIGHTS, received)
    what = f"rights: {{}} of the basis to {right}"
    distribute(book, event, coming, event.fraction, what)


def book_rights_exercise(book: Book, event: RightsExercise) -> list[Slice]:
    """Add the basis of the rights used to the cost of the shares, as for an option.

    Other than with an option, the day of the exercise is the first of the shares' period.
    """
    newest = book.last_lot
    slices = book_exercise(
        book,
        Exercise(
            day=event.day, account=event.account, security=event.security, at=event.at,
            source=event.source, sequence=event.sequence, key=event.key,
            quantity=-event.quantity, shares=event.shares, rate=event.shares.rate,
        ),
    )  # fmt: skip
    for lot in book.holding(event.shares.account, event.shares.security).long:
        if lot.number > newest:
            start = lot.holding_start - _DAY
            book.hold_since(lot, event, "held from the day the rights were exercised", start)
    return slices
