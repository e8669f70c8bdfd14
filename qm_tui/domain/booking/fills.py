"""Fills: what they close, what they open, and what of their money goes where."""

from decimal import Decimal

from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import Event, Fill
from qm_tui.domain.booking.lots import AcquisitionId, Lot, Slice, Taking
from qm_tui.domain.booking.matching import take
from qm_tui.domain.booking.money import share
from qm_tui.domain.booking.ordering import instant
from qm_tui.domain.booking.sentences import amount
from qm_tui.domain.booking.words import BasisStatus, Closing, FindingKind, LotMethod, Origin


def book_fill(book: Book, fill: Fill) -> list[Slice]:
    """Close what is there, open the rest (or say that history is missing); return the slices.

    Commission and fees are part of the basis, and lower the proceeds (Publication 550). They are
    spread by quantity where a fill does both.
    """
    selling = fill.quantity < 0
    money = fill.amount - fill.fees if selling else fill.amount + fill.fees
    tax_money = book.in_tax_currency(money, fill.security, fill.rate)
    if tax_money is None:
        book.find(FindingKind.RATE_UNKNOWN, fill)
    slices = close_and_open(book, fill, money, tax_money)
    book.sold(slices, fill)
    return slices


def close_and_open(
    book: Book,
    fill: Fill,
    money: Decimal | None,
    tax_money: Decimal | None,
    premium: Taking | None = None,
) -> list[Slice]:
    """Close and open for a net amount of money, which may be unknown; tells no wash tracker.

    Args:
        book: The book.
        fill: What was bought or sold; of its money only what `money` says counts.
        money: What it cost or brought, fees included.
        tax_money: The same in the tax currency.
        premium: The option that was exercised into these shares; `money` includes it.
    """
    selling = fill.quantity < 0
    wanted = -fill.quantity if selling else fill.quantity
    slices: list[Slice] = []
    if fill.opens is not True:
        for taking in _matched(book, fill, wanted, short=not selling):
            part, tax_part = _parts(money, tax_money, taking.quantity, wanted)
            slices.append(book.realize(taking, fill, part, tax_part, fill.how))
            wanted -= taking.quantity
            money, tax_money = _rest(money, tax_money, part, tax_part)
    if wanted:
        if fill.opens is False:
            slices.append(_missing(book, fill, wanted, money, tax_money))
        else:
            lot = _opened(book, fill, wanted, money, tax_money)
            if premium is not None:
                _inherit(lot, premium, abs(fill.quantity))
            what = "sold short" if selling else "bought"
            if premium is not None and book.journal is not None:
                what += _with_premium(book, lot, premium, abs(fill.quantity))
            book.enter(lot, fill, what)
    return slices


def _inherit(lot: Lot, premium: Taking, delivered: Decimal) -> None:
    """Say where the basis of delivered shares came from: the option, and its wash sales."""
    lot.parent = premium.lot.number
    lot.wash_added = share(premium.wash_added, lot.quantity, delivered)
    lot.tax_wash_added = share(premium.tax_wash_added, lot.quantity, delivered)


def _with_premium(book: Book, lot: Lot, premium: Taking, delivered: Decimal) -> str:
    """Say what of the option's premium is in the money of shares that it delivered."""
    if premium.basis is None:
        return ": its premium is not known"
    part = share(premium.basis, lot.quantity, delivered)
    word = "premium" if book.securities[premium.lot.security].is_option else "basis of the rights"
    where = "proceeds" if lot.short else "cost"
    deed = "added to" if premium.lot.short is lot.short else "taken off"
    return f": {word}, {amount(part)}, {deed} its {where}"


def _matched(book: Book, fill: Fill, wanted: Decimal, *, short: bool) -> list[Taking]:
    shelf = book.holding(fill.account, fill.security).side(short=short)
    if not len(shelf):
        return []
    method = fill.method or book.method(fill.account, fill.security, fill.day)
    return take(
        book, shelf, wanted, fill, method,
        what="covered" if short and fill.how is Closing.SALE else _WORDS[fill.how],
        picks=fill.picks if book.names_lots(fill) else (),
    )  # fmt: skip


_WORDS = {
    Closing.SALE: "sold",
    Closing.EXPIRY: "expired",
    Closing.CASH_SETTLEMENT: "settled in cash",
    Closing.CASH_IN_LIEU: "fraction paid in cash",
    Closing.CASH_MERGER: "exchanged for cash",
    Closing.TAXABLE_EXCHANGE: "exchanged",
    Closing.RETURN_OF_CAPITAL: "capital returned",
    Closing.WORTHLESS: "became worthless",
    Closing.MARK: "marked to market",
}


def _parts(
    money: Decimal | None, tax_money: Decimal | None, part: Decimal, whole: Decimal
) -> tuple[Decimal | None, Decimal | None]:
    """The share of both moneys; the same object twice where they are one and the same."""
    first = None if money is None else share(money, part, whole)
    if tax_money is money:
        return first, first
    return first, None if tax_money is None else share(tax_money, part, whole)


def _rest(
    money: Decimal | None,
    tax_money: Decimal | None,
    part: Decimal | None,
    tax_part: Decimal | None,
) -> tuple[Decimal | None, Decimal | None]:
    rest = None if money is None or part is None else money - part
    if tax_money is money:
        return rest, rest
    return rest, None if tax_money is None or tax_part is None else tax_money - tax_part


def acquisition_of(event: Event, order: str | None) -> AcquisitionId:
    """Name an acquisition: all fills of an order on one day are one."""
    if order is not None:
        return (event.account, event.security, event.day, order)
    return (event.source, event.key, event.sequence)


def _opened(
    book: Book, fill: Fill, quantity: Decimal, money: Decimal | None, tax_money: Decimal | None
) -> Lot:
    short = fill.quantity < 0
    number = book.next_lot()
    return Lot(
        number=number,
        account=fill.account,
        security=fill.security,
        short=short,
        quantity=quantity,
        basis=money,
        tax_basis=tax_money,
        acquired=fill.day,
        acquired_at=fill.at,
        holding_start=fill.day,
        acquisition=acquisition_of(fill, fill.order),
        origin=fill.origin or (Origin.SHORT_SALE if short else Origin.PURCHASE),
        rank=(fill.day, instant(fill), number, number),
        status=BasisStatus.KNOWN if money is not None else BasisStatus.UNKNOWN,
        opened_by=fill.source,
        opening_id=fill.opening_id,
        label=fill.label,
        bought=fill.day,
    )


def _missing(
    book: Book, fill: Fill, quantity: Decimal, money: Decimal | None, tax_money: Decimal | None
) -> Slice:
    """Close what nobody knows the opening of: its money is known, its gain is not."""
    short = fill.quantity > 0
    book.find(FindingKind.MISSING_HISTORY, fill, quantity=quantity)
    missing = Slice(
        number=book.next_slice(),
        account=fill.account,
        security=fill.security,
        short=short,
        quantity=quantity,
        proceeds=None if short else money,
        basis=money if short else None,
        tax_proceeds=None if short else tax_money,
        tax_basis=tax_money if short else None,
        acquired=None,
        acquired_at=None,
        holding_start=None,
        disposed=fill.day,
        disposed_at=fill.at,
        acquisition=(),
        how=fill.how,
        status=BasisStatus.UNKNOWN,
        method=LotMethod.FIFO,
        opened_by=fill.source,
        closed_by=fill.source,
        lot=None,
    )
    book.slices.append(missing)
    return missing
