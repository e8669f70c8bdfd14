"""Shares of another company for shares held: a part of every lot's basis moves to a new lot.

Source: 26 USC 355, 358 and 1223(1); 26 CFR 1.358-2; Publication 550, stock dividends that are not
identical. A taxable distribution is income instead, and its shares begin at their value.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from qm_tui.domain.booking.apportionment import apportioned, percent
from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import Event, SpinOff
from qm_tui.domain.booking.lots import Lot, Taking
from qm_tui.domain.booking.money import ZERO, along, share, spread
from qm_tui.domain.booking.successors import (
    Successor,
    follow,
    open_anew,
    open_unknown,
    successor,
)
from qm_tui.domain.booking.words import FindingKind, Origin

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
"""What the configuration takes for a key without quotes."""


def book_spin_off(book: Book, event: SpinOff) -> None:
    """Give every lot of the parent its shares of the child, and their part of the basis."""
    parent, child = book.securities[event.security].symbol, book.securities[event.child].symbol
    if event.taxable_value is not None:
        _as_income(book, event, event.taxable_value)
        return
    coming = successor(event.child, event.shares, Origin.SPIN_OFF, f"spun off from {parent}")
    what = f"spun off: {{}} of the basis to {child}"
    distribute(book, event, coming, event.fraction, what, stated=event.basis)


def _not_known(book: Book, event: Event, coming: Successor) -> str:
    parent, child = book.securities[event.security].symbol, book.securities[coming.security].symbol
    key = child if _BARE_KEY.fullmatch(child) else f'"{child}"'
    return (
        f"How much of the basis of {parent} moves to {child} is not known: that of {child} is"
        f" unknown, and that of {parent} still contains what belongs to {child}. Form 8937 of"
        f" {parent} says it; say it in the configuration: [tax.spin_offs] {key} = …"
    )


class _Moving(NamedTuple):
    """What of a lot's basis goes along with what was distributed."""

    fraction: Fraction
    basis: Decimal | None
    tax_basis: Decimal | None


def distribute(
    book: Book,
    event: Event,
    coming: Successor,
    fraction: Fraction | None,
    what: str,
    *,
    stated: Decimal | None = None,
) -> None:
    """Distribute shares, or rights, over the lots of the event's security.

    Args:
        book: The book.
        event: The distribution.
        coming: What was distributed in all; what is short is owed by a short position.
        fraction: Of the basis that goes along; None: not known.
        what: What the old lots are told; `{}` stands for the part of their basis.
        stated: How much of the basis goes along, where the fraction is not known.
    """
    if not coming.quantity:
        book.find(FindingKind.ACTION_UNKNOWN, event, "A distribution of no shares.")
        return
    lots = _in_order(book, event, short=coming.short)
    if not lots:
        _without_history(book, event, coming)
        return
    moving = _by_fraction(fraction, lots) if fraction is not None else _as_stated(stated, lots)
    if moving is None:
        book.find(
            FindingKind.FRACTION_UNKNOWN, event,
            _not_known(book, event, coming),
            quantity=coming.quantity, security=coming.security,
        )  # fmt: skip
    quantities = apportioned(coming.quantity, [lot.quantity for lot in lots])
    parts: Sequence[_Moving | None] = moving or [None] * len(lots)
    for lot, quantity, part in zip(lots, quantities, parts, strict=True):
        taking = _moved(book, event, lot, part, what)
        child = follow(book, event, taking, replace(coming, quantity=quantity))
        # No purchase, so that it replaces nothing that was sold at a loss.
        child.bought, child.replaces = None, False


def _in_order(book: Book, event: Event, *, short: bool) -> Sequence[Lot]:
    shelf = book.holding(event.account, event.security).side(short=short)
    return sorted(shelf, key=lambda lot: lot.rank)


def _by_fraction(fraction: Fraction, lots: Sequence[Lot]) -> list[_Moving] | None:
    """Move a part of every lot's basis; what rounding leaves stays with the lot."""
    if not 0 <= fraction <= 1:
        return None
    moving: list[_Moving] = []
    for lot in lots:
        basis = _part(lot.basis, fraction)
        tax_basis = basis if lot.tax_basis is lot.basis else _part(lot.tax_basis, fraction)
        moving.append(_Moving(fraction, basis, tax_basis))
    return moving


def _as_stated(stated: Decimal | None, lots: Sequence[Lot]) -> list[_Moving] | None:
    """Spread an amount over the lots by their basis; None where it cannot be of these lots."""
    bases = [lot.basis for lot in lots if lot.basis is not None]
    whole = sum(bases, ZERO)
    if stated is None or len(bases) < len(lots) or not 0 < stated <= whole:
        return None
    moving: list[_Moving] = []
    for lot, basis, part in zip(lots, bases, spread(stated, bases), strict=True):
        tax_part: Decimal | None = part
        if lot.tax_basis is not lot.basis:
            tax_part = None if lot.tax_basis is None else along(lot.tax_basis, part, basis)
        fraction = Fraction(part) / Fraction(basis) if basis else Fraction(0)
        moving.append(_Moving(fraction, part, tax_part))
    return moving


def _moved(book: Book, event: Event, lot: Lot, part: _Moving | None, what: str) -> Taking:
    if part is None:
        return Taking(lot=lot, quantity=ZERO, basis=None, tax_basis=None)
    told = what.format(percent(part.fraction))
    return book.detach(lot, event, told, part.basis, part.tax_basis)


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
