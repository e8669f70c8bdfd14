"""Lots of another security that follow from lots held: the history of the old ones goes on."""

from dataclasses import dataclass
from decimal import Decimal

from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import Event
from qm_tui.domain.booking.fills import acquisition_of
from qm_tui.domain.booking.lots import Lot, Taking
from qm_tui.domain.booking.money import ZERO
from qm_tui.domain.booking.ordering import instant
from qm_tui.domain.booking.words import BasisStatus, FindingKind, Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Successor:
    """Shares of another security that came, or became owed."""

    security: int
    quantity: Decimal
    """Positive."""
    origin: Origin
    what: str
    """In words for the user."""
    short: bool = False


def successor(security: int, shares: Decimal, origin: Origin, what: str) -> Successor:
    """Name shares that came; a negative number of them is owed by a short position."""
    return Successor(
        security=security, quantity=abs(shares), origin=origin, what=what, short=shares < 0
    )


def follow(book: Book, event: Event, taking: Taking, coming: Successor) -> Lot:
    """Open a lot that carries on what was taken: its basis, its dates, its place in the order."""
    lot = book.descendant(taking, security=coming.security, quantity=coming.quantity)
    lot.origin = coming.origin
    _change_currency(book, event, lot, taking.lot.security)
    if lot.basis is None:
        lot.status = BasisStatus.UNKNOWN
    book.receive(lot, event, coming.what)
    return lot


def open_anew(
    book: Book,
    event: Event,
    coming: Successor,
    basis: tuple[Decimal | None, Decimal | None],
) -> Lot:
    """Open a lot that nothing known stands behind: at its value, or with an unknown basis.

    Args:
        book: The book.
        event: What brought the shares.
        coming: The shares.
        basis: In the currency of the event's security, and in the tax currency.
    """
    number = book.next_lot()
    lot = Lot(
        number=number,
        account=event.account,
        security=coming.security,
        short=coming.short,
        quantity=coming.quantity,
        basis=basis[0],
        tax_basis=basis[1],
        acquired=event.day,
        acquired_at=event.at,
        holding_start=event.day,
        acquisition=(*acquisition_of(event, None), coming.security),
        origin=coming.origin,
        rank=(event.day, instant(event), number, number),
        opened_by=event.source,
    )
    lot.basis = _in_currency_of(book, event.security, lot)
    if lot.basis is None:
        lot.status = BasisStatus.UNKNOWN
    return lot


def open_unknown(book: Book, event: Event, coming: Successor) -> Lot:
    """Open a lot of which neither basis nor dates are known."""
    lot = open_anew(book, event, coming, (None, None))
    lot.acquired_known = False
    book.enter(lot, event, coming.what)
    return lot


def _change_currency(book: Book, event: Event, lot: Lot, old: int) -> None:
    """Restate the basis where the new security trades in another currency than the old one."""
    before = lot.basis
    lot.basis = _in_currency_of(book, old, lot)
    if lot.basis is before:
        return
    book.totals.moved_out += before or ZERO
    book.totals.cost_in += lot.basis or ZERO
    if lot.basis is None:
        lot.wash_added = ZERO
        book.find(
            FindingKind.UNKNOWN_BASIS, event,
            "The shares received trade in another currency; their basis is known in the tax"
            " currency alone.",
            security=lot.security,
        )  # fmt: skip
    else:
        lot.wash_added = lot.tax_wash_added


def _in_currency_of(book: Book, old: int, lot: Lot) -> Decimal | None:
    """Return the basis of a lot, given in the currency of `old`, in that of its own security."""
    currency = book.securities[lot.security].currency
    if currency == book.securities[old].currency:
        return lot.basis
    return lot.tax_basis if currency == book.policy.tax_currency else None
