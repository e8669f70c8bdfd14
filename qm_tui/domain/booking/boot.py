"""Cash beside shares in an exchange: what of a lot's gain is recognized, and what basis is left.

Lot by lot (26 CFR 1.356-1(b), 1.358-2): the gain is recognized as far as there is cash, a loss
never is, and basis = old − cash + gain. What is recognized is a slice of no shares whose proceeds
are the cash, and whose basis is the cash that was no gain.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import Exchange
from qm_tui.domain.booking.lots import Taking
from qm_tui.domain.booking.money import ZERO, along, less, spread
from qm_tui.domain.booking.words import BasisStatus, Closing, FindingKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Boot:
    """What one lot got (a short one: paid) in cash, and the value of the shares it got."""

    cash: Decimal
    """After fees; negative where there was less cash than fees."""
    value: Decimal | None
    tax_cash: Decimal | None
    """In the tax currency; the same object as `cash` where that is the currency."""
    tax_value: Decimal | None


def boots_of(
    book: Book, event: Exchange, value: Decimal | None, weights: list[Decimal]
) -> list[Boot]:
    """Spread the cash of an exchange over the lots given up.

    Args:
        book: The book.
        event: The exchange.
        value: Of all the shares received; None: not known.
        weights: The quantities of the lots.
    """
    cash = abs(event.cash) + event.fees if event.short else abs(event.cash) - event.fees
    tax_cash = book.in_tax_currency(cash, event.security, event.rate)
    if cash and tax_cash is None:
        book.find(FindingKind.RATE_UNKNOWN, event)
    cashes = _spread(cash, weights)
    values = _spread(value, weights)
    same = tax_cash is cash
    tax_cashes = cashes if same else _spread(tax_cash, weights)
    tax_value = book.in_tax_currency(value, event.security, event.rate)
    tax_values = values if same else _spread(tax_value, weights)
    return [
        Boot(cash=cash or ZERO, value=value, tax_cash=tax_cash, tax_value=tax_value)
        for cash, value, tax_cash, tax_value in zip(
            cashes, values, tax_cashes, tax_values, strict=True
        )
    ]


def _spread(total: Decimal | None, weights: list[Decimal]) -> Sequence[Decimal | None]:
    return [None] * len(weights) if total is None else spread(total, weights)


def recovered(basis: Decimal | None, cash: Decimal | None, value: Decimal | None) -> Decimal | None:
    """Return what of the cash is no gain, but basis that comes back; None: cannot be told.

    The gain is what cash and shares are worth beyond the basis, at most the cash, at least zero.
    """
    if basis is None or cash is None:
        return None
    if not basis:
        return ZERO  # whatever the shares are worth, all of the cash is gain
    if value is None:
        return None
    return cash - min(max(cash + value - basis, ZERO), cash)


def recognize(book: Book, event: Exchange, taking: Taking, boot: Boot) -> Taking:
    """Book the slice for a lot's cash; return what was taken, with the basis that is left."""
    if boot.cash <= 0:
        return _with_fees(book, taking, boot) if boot.cash else taking
    same = boot.tax_cash is boot.cash and taking.tax_basis is taking.basis
    back = recovered(taking.basis, boot.cash, boot.value)
    tax_back = back if same else recovered(taking.tax_basis, boot.tax_cash, boot.tax_value)
    cash = taking._replace(
        quantity=ZERO,
        basis=back,
        tax_basis=tax_back,
        wash_added=along(taking.wash_added, back, taking.basis),
        tax_wash_added=along(taking.tax_wash_added, tax_back, taking.tax_basis),
    )
    closed = book.realize(cash, event, boot.cash, boot.tax_cash, Closing.CASH_MERGER)
    if back is None:
        closed.status = BasisStatus.UNKNOWN
        book.totals.moved_out += taking.basis or ZERO
    left = less(taking.basis, back)
    return taking._replace(
        basis=left,
        tax_basis=left if same else less(taking.tax_basis, tax_back),
        wash_added=taking.wash_added - cash.wash_added,
        tax_wash_added=taking.tax_wash_added - cash.tax_wash_added,
    )


def _with_fees(book: Book, taking: Taking, boot: Boot) -> Taking:
    """Add what an exchange cost to the basis, where no cash came that would have covered it."""
    same = boot.tax_cash is boot.cash and taking.tax_basis is taking.basis
    basis = less(taking.basis, boot.cash)
    if basis is not None:
        book.totals.cost_in -= boot.cash
    tax_basis = basis if same else less(taking.tax_basis, boot.tax_cash)
    return taking._replace(basis=basis, tax_basis=tax_basis)


def pay(book: Book, event: Exchange, taking: Taking, boot: Boot) -> Taking:
    """Lower the proceeds of a short lot by the cash it pays; what goes beyond them is a loss.

    A short sale realizes nothing before shares are delivered (26 CFR 1.1233-1(a)).
    """
    if not boot.cash:
        return taking
    same = boot.tax_cash is boot.cash and taking.tax_basis is taking.basis
    left, over = _paid(taking.basis, boot.cash)
    tax_left, tax_over = (left, over) if same else _paid(taking.tax_basis, boot.tax_cash)
    book.totals.returned += less(taking.basis, left) or ZERO
    if over or tax_over:
        nothing = taking._replace(
            quantity=ZERO, basis=ZERO, tax_basis=ZERO, wash_added=ZERO, tax_wash_added=ZERO
        )
        book.realize(nothing, event, over, tax_over, Closing.CASH_MERGER)
    return taking._replace(basis=left, tax_basis=tax_left)


def _paid(proceeds: Decimal | None, cash: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    """Return the proceeds that are left, and what was paid beyond them."""
    if proceeds is None or cash is None:
        return None, None
    return max(proceeds - cash, ZERO), max(cash - proceeds, ZERO)
