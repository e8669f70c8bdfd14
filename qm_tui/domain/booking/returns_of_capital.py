"""Distributions that give capital back: they lower the basis, and beyond it are a gain.

Per share, over the lots held on the record day. A lot stands for shares held that day if it was
acquired by then and is open still: shares sold between record and payment are not looked for.
Source: 26 USC 301(c); 26 CFR 1.301-1(e); Publication 550, nondividend distributions.
"""

from collections.abc import Sequence
from decimal import Decimal

from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import ReturnOfCapital
from qm_tui.domain.booking.lots import Lot, Taking
from qm_tui.domain.booking.money import ZERO, less, spread
from qm_tui.domain.booking.shelf import Holding
from qm_tui.domain.booking.words import Closing, FindingKind


def book_return_of_capital(book: Book, event: ReturnOfCapital) -> None:
    """Lower the basis of every lot by its part; a negative amount takes such a thing back.

    A short position pays: its proceeds are lowered, and what it pays beyond them is a loss.
    """
    lots = _entitled(book.holding(event.account, event.security), event)
    if not lots:
        book.find(
            FindingKind.MISSING_HISTORY, event,
            f"Capital was returned, {event.amount:f} in all, and no shares are known to have been"
            " held for it.",
        )  # fmt: skip
        return
    amount = abs(event.amount) if lots[0].short else event.amount
    tax_amount = book.in_tax_currency(amount, event.security, event.rate)
    if tax_amount is None:
        book.find(FindingKind.RATE_UNKNOWN, event)
    weights = [lot.quantity for lot in lots]
    parts: Sequence[Decimal | None] = spread(amount, weights)
    tax_parts = parts
    if tax_amount is not amount:
        tax_parts = [None] * len(lots) if tax_amount is None else spread(tax_amount, weights)
    for lot, money, tax_money in zip(lots, parts, tax_parts, strict=True):
        _lower(book, event, lot, money, tax_money)


def _entitled(holding: Holding, event: ReturnOfCapital) -> list[Lot]:
    side = holding.long if len(holding.long) else holding.short
    day = event.record_day or event.day
    return sorted((lot for lot in side if lot.acquired <= day), key=lambda lot: lot.rank)


def _lower(
    book: Book, event: ReturnOfCapital, lot: Lot, money: Decimal | None, tax_money: Decimal | None
) -> None:
    """Lower the basis to nothing at most; the rest of the money is a gain."""
    if lot.basis is None and lot.tax_basis is None:
        return
    same = lot.tax_basis is lot.basis
    taken = _at_most(money, lot.basis)
    tax_taken = taken if same else _at_most(tax_money, lot.tax_basis)
    book.detach(lot, event, "capital returned", taken, tax_taken)
    book.totals.returned += taken or ZERO
    over = less(money, taken)
    tax_over = over if same else less(tax_money, tax_taken)
    if over or tax_over:
        nothing = Taking(lot=lot, quantity=ZERO, basis=ZERO, tax_basis=ZERO)
        book.realize(nothing, event, over, tax_over, Closing.RETURN_OF_CAPITAL)


def _at_most(money: Decimal | None, basis: Decimal | None) -> Decimal | None:
    return None if money is None or basis is None else min(money, basis)
