"""Shares of another company for shares held: a part of every lot's basis moves to a new lot.

Source: 26 USC 355, 358 and 1223(1); 26 CFR 1.358-2; Publication 550, stock dividends that are not
identical. A taxable distribution is income instead, and its shares begin at their value.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from qm_tui.domain.booking.apportionment import apportioned, percent
from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import Event, SpinOff
from qm_tui.domain.booking.lots import Lot, Taking
from qm_tui.domain.booking.money import ZERO, share
from qm_tui.domain.booking.successors import (
    Successor,
    follow,
    open_anew,
    open_unknown,
    successor,
)
from qm_tui.domain.booking.words import FindingKind, Origin


def book_spin_off(book: Book, event: SpinOff) -> None:
    """Give every lot of the parent its shares of the child, and their part of the basis."""
    parent, child = book.securities[event.security].symbol, book.securities[event.child].symbol
    if event.taxable_value is not None:
        _as_income(book, event, event.taxable_value)
        return
    coming = successor(event.child, event.shares, Origin.SPIN_OFF, f"spun off from {parent}")
    distribute(book, event, coming, event.fraction, f"spun off: {{}} of the basis to {child}")


def distribute(
    book: Book, event: Event, coming: Successor, fraction: Fraction | None, what: str
) -> None:
    """Distribute shares, or rights, over the lots of the event's security.

    Args:
        book: The book.
        event: The distribution.
        coming: What was distributed in all; what is short is owed by a short position.
        fraction: Of the basis that goes along; None: not known.
        what: What the old lots are told; `{}` stands for the part of their basis.
    """
    if not coming.quantity:
        book.find(FindingKind.ACTION_UNKNOWN, event, "A distribution of no shares.")
        return
    lots = _in_order(book, event, short=coming.short)
    if fraction is not None and not 0 <= fraction <= 1:
        fraction = None
    if not lots:
        _without_history(book, event, coming)
        return
    if fraction is None:
        book.find(
            FindingKind.FRACTION_UNKNOWN, event,
            "How much of the basis went to these shares is not known: theirs is unknown, and"
            " nothing was taken from the shares they came for (see the company's Form 8937).",
            quantity=coming.quantity, security=coming.security,
        )  # fmt: skip
    quantities = apportioned(coming.quantity, [lot.quantity for lot in lots])
    for lot, quantity in zip(lots, quantities, strict=True):
        taking = _moved(book, event, lot, fraction, what)
        child = follow(book, event, taking, replace(coming, quantity=quantity))
        # No purchase, so that it replaces nothing that was sold at a loss.
        child.bought, child.replaces = None, False


def _in_order(book: Book, event: Event, *, short: bool) -> Sequence[Lot]:
    shelf = book.holding(event.account, event.security).side(short=short)
    return sorted(shelf, key=lambda lot: lot.rank)


def _moved(book: Book, event: Event, lot: Lot, fraction: Fraction | None, what: str) -> Taking:
    """Take its part of the basis from a lot; what rounding leaves stays with the lot."""
    if fraction is None:
        return Taking(lot=lot, quantity=ZERO, basis=None, tax_basis=None)
    basis = _part(lot.basis, fraction)
    tax_basis = basis if lot.tax_basis is lot.basis else _part(lot.tax_basis, fraction)
    return book.detach(lot, event, what.format(percent(fraction)), basis, tax_basis)


def _part(basis: Decimal | None, fraction: Fraction) -> Decimal | None:
    if basis is None:
        return None
    return share(basis, Decimal(fraction.numerator), Decimal(fraction.denominator))


def _without_history(book: Book, event: Event, coming: Successor) -> None:
    book.find(
        FindingKind.MISSING_HISTORY, event,
        "Shares were distributed for shares that are not known to be held.",
        quantity=coming.quantity,
    )  # fmt: skip
    open_unknown(book, event, coming)


def _as_income(book: Book, event: SpinOff, value: Decimal) -> None:
    """Open a lot at its value, held from now on; the basis of the parent stays what it is."""
    tax_value = book.in_tax_currency(value, event.security, event.rate)
    if tax_value is None:
        book.find(FindingKind.RATE_UNKNOWN, event)
    parent = book.securities[event.security].symbol
    what = f"distributed by {parent}, taxable"
    coming = successor(event.child, event.shares, Origin.INCOME, what)
    lot = open_anew(book, event, coming, (value, tax_value))
    book.enter(lot, event, coming.what)
