"""Distributions that give capital back: they lower the basis, and beyond it are a gain.

Per share, over the lots held on the record day: acquired by then, and open still or sold since.
What was sold has no basis left to lower, so that its part is a gain, of the term of that sale.
Source: 26 USC 301(c); 26 CFR 1.301-1(e); Publication 550, nondividend distributions.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import ReturnOfCapital
from qm_tui.domain.booking.holding_period import is_long_term
from qm_tui.domain.booking.lots import Lot, Slice, Taking
from qm_tui.domain.booking.money import ZERO, less, spread
from qm_tui.domain.booking.shelf import Holding
from qm_tui.domain.booking.words import Closing, FindingKind


def book_return_of_capital(book: Book, event: ReturnOfCapital) -> None:
    """Lower the basis of every lot by its part; a negative amount takes such a thing back.

    A short position pays: its proceeds are lowered, and what it pays beyond them is a loss.
    """
    lots = _entitled(book.holding(event.account, event.security), event)
    short = lots[0].short if lots else event.amount < 0
    sold = _sold_since(book, event, short=short)
    if not lots and not sold:
        book.find(
            FindingKind.MISSING_HISTORY, event,
            f"Capital was returned, {event.amount:f} in all, and no shares are known to have been"
            " held for it.",
        )  # fmt: skip
        return
    amount = abs(event.amount) if short else event.amount
    tax_amount = book.in_tax_currency(amount, event.security, event.rate)
    if tax_amount is None:
        book.find(FindingKind.RATE_UNKNOWN, event)
    all_held: list[Lot | Slice] = [*lots, *sold]
    weights = [held.quantity for held in all_held]
    parts: Sequence[Decimal | None] = spread(amount, weights)
    tax_parts = parts
    if tax_amount is not amount:
        tax_parts = [None] * len(weights) if tax_amount is None else spread(tax_amount, weights)
    for held, money, tax_money in zip(all_held, parts, tax_parts, strict=True):
        if isinstance(held, Lot):
            _lower(book, event, held, money, tax_money)
        else:
            _add_to_sale(book, event, held, money, tax_money)


def _entitled(holding: Holding, event: ReturnOfCapital) -> list[Lot]:
    side = holding.long if len(holding.long) else holding.short
    day = event.record_day or event.day
    return sorted((lot for lot in side if lot.acquired <= day), key=lambda lot: lot.rank)


def _sold_since(book: Book, event: ReturnOfCapital, *, short: bool) -> list[Slice]:
    """Return what was closed after the record day and had been held on it, the last first."""
    if event.record_day is None:
        return []
    found: list[Slice] = []
    for closed in reversed(book.slices):
        if closed.disposed <= event.record_day:
            break
        if (
            (closed.account, closed.security, closed.short)
            == (event.account, event.security, short)
            and closed.acquired is not None
            and closed.acquired <= event.record_day
            and closed.quantity
        ):
            found.append(closed)
    return found


def _add_to_sale(
    book: Book,
    event: ReturnOfCapital,
    closed: Slice,
    money: Decimal | None,
    tax_money: Decimal | None,
) -> None:
    """Book what came for shares that were sold meanwhile; what a short pays is a loss."""
    if closed.basis is None and closed.tax_basis is None:
        return
    assert closed.holding_start is not None
    long_term = closed.long_term
    if long_term is None:
        long_term = not closed.short and is_long_term(closed.holding_start, closed.disposed)
    book.slices.append(
        replace(
            closed,
            number=book.next_slice(),
            quantity=ZERO,
            proceeds=ZERO if closed.short else money,
            tax_proceeds=ZERO if closed.short else tax_money,
            basis=money if closed.short else ZERO,
            tax_basis=tax_money if closed.short else ZERO,
            disposed=event.day,
            disposed_at=event.at,
            how=Closing.RETURN_OF_CAPITAL,
            closed_by=event.source,
            wash_in_basis=ZERO,
            disallowed=ZERO,
            tax_disallowed=ZERO,
            permanent=ZERO,
            tax_permanent=ZERO,
            long_term=long_term,
        )
    )


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
