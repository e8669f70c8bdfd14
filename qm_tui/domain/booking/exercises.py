"""Exercise and assignment: the option goes, and its premium becomes part of the shares' money.

Source: Publication 550, puts and calls (pages 89 and 90). What a holder paid adds to the cost of
shares called, and lowers what shares put bring; what a writer received does the opposite. The
option itself realizes nothing.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import Exercise, Fill, Pick
from qm_tui.domain.booking.fills import close_and_open
from qm_tui.domain.booking.lots import Slice, Taking
from qm_tui.domain.booking.matching import take
from qm_tui.domain.booking.money import ZERO, share, spread
from qm_tui.domain.booking.words import FindingKind, Origin


class _Delivery(NamedTuple):
    """Shares that one option lot delivers, and their money before the premium."""

    premium: Taking | None
    """None: nobody knows what the option cost."""
    shares: Fill
    money: Decimal
    tax_money: Decimal | None


def book_exercise(book: Book, event: Exercise) -> list[Slice]:
    """Fold the premiums of the option lots into the shares, and book these like any fill.

    Shares of options that are not known have an unknown basis, or unknown proceeds.
    """
    takings = _options(book, event)
    if event.shares is None:
        book.find(
            FindingKind.PREMIUM_UNKNOWN, event,
            "The shares of this exercise or assignment were not found: the option left without "
            "a gain, and its premium is in no shares.",
            quantity=abs(event.quantity),
        )  # fmt: skip
        book.totals.moved_out += sum((taking.basis or ZERO for taking in takings), ZERO)
        return []
    book.totals.premium_moved += sum((taking.basis or ZERO for taking in takings), ZERO)
    slices: list[Slice] = []
    for delivery in _deliveries(book, event, event.shares, takings):
        closed = _deliver(book, delivery)
        if delivery.premium is not None:
            effect = _effect(delivery)
            for part in closed:
                part.option = delivery.premium.lot.number
                if effect is not None:
                    part.premium = share(effect, part.quantity, abs(delivery.shares.quantity))
        slices += closed
    book.sold(slices, event.shares)
    return slices


def _options(book: Book, event: Exercise) -> list[Taking]:
    """Take the option lots, those of one acquisition as one."""
    short = event.quantity > 0
    takings = take(
        book,
        book.holding(event.account, event.security).side(short=short),
        abs(event.quantity),
        event,
        book.method(event.account, event.security, event.day),
        what="assigned" if short else "exercised",
        picks=event.picks if book.names_lots(event) else (),
    )
    merged: list[Taking] = []
    for taking in takings:
        if merged and merged[-1].lot.acquisition == taking.lot.acquisition:
            merged[-1] = _together(merged[-1], taking)
        else:
            merged.append(taking)
    return merged


def _together(one: Taking, other: Taking) -> Taking:
    basis = _sum(one.basis, other.basis)
    plain = one.tax_basis is one.basis and other.tax_basis is other.basis
    return one._replace(
        quantity=one.quantity + other.quantity,
        basis=basis,
        tax_basis=basis if plain else _sum(one.tax_basis, other.tax_basis),
        wash_added=one.wash_added + other.wash_added,
        tax_wash_added=one.tax_wash_added + other.tax_wash_added,
    )


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other


def _deliveries(
    book: Book, event: Exercise, shares: Fill, takings: Sequence[Taking]
) -> list[_Delivery]:
    """Spread the shares and their money over the option lots, and over what is not known."""
    premiums: list[Taking | None] = list(takings)
    contracts = [taking.quantity for taking in takings]
    missing = abs(event.quantity) - sum(contracts, ZERO)
    if missing or not contracts:
        premiums.append(None)
        contracts.append(missing or Decimal(1))
    unknown = missing + sum((t.quantity for t in takings if t.basis is None), ZERO)
    if unknown:
        book.find(
            FindingKind.PREMIUM_UNKNOWN, event,
            "What these contracts cost or brought is not known; so is the basis, or are the "
            "proceeds, of their shares.",
            quantity=unknown,
        )  # fmt: skip
    quantities = spread(shares.quantity, contracts)
    money, tax_money = _net(book, event, shares)
    moneys = spread(money, contracts)
    tax_moneys: Sequence[Decimal | None] = moneys
    if tax_money is not money:
        tax_moneys = [None] * len(moneys) if tax_money is None else spread(tax_money, contracts)
    picks = _divided(shares.picks, [abs(quantity) for quantity in quantities])
    origin = shares.origin or Origin.EXERCISE
    return [
        _Delivery(premium, replace(shares, quantity=some, picks=named, origin=origin), part, tax)
        for premium, some, named, part, tax in zip(
            premiums, quantities, picks, moneys, tax_moneys, strict=True
        )
        if some
    ]


def _net(book: Book, event: Exercise, shares: Fill) -> tuple[Decimal, Decimal | None]:
    """Return the shares' money with all fees, before the premium."""
    fees = shares.fees + event.fees
    money = shares.amount - fees if shares.quantity < 0 else shares.amount + fees
    tax_money = book.in_tax_currency(money, shares.security, shares.rate or event.rate)
    if tax_money is None:
        book.find(FindingKind.RATE_UNKNOWN, shares)
    return money, tax_money


def _deliver(book: Book, delivery: _Delivery) -> list[Slice]:
    premium, shares, money, tax_money = delivery
    if premium is None or premium.basis is None:
        return close_and_open(book, shares, None, None, premium)
    sign = _sign(premium, shares)
    total = money + sign * premium.basis
    tax_total: Decimal | None = total
    if tax_money is not money or premium.tax_basis is not premium.basis:
        tax_premium = None if premium.tax_basis is None else sign * premium.tax_basis
        tax_total = _sum(tax_money, tax_premium)
    return close_and_open(book, shares, total, tax_total, premium)


def _sign(premium: Taking, shares: Fill) -> int:
    """Say whether a premium adds to the cost of what is bought, or the proceeds of what is sold.

    Paid and bought add up, and so do received and sold.
    """
    return 1 if premium.lot.short is (shares.quantity < 0) else -1


def _effect(delivery: _Delivery) -> Decimal | None:
    premium = delivery.premium
    if premium is None or premium.basis is None:
        return None
    return _sign(premium, delivery.shares) * premium.basis


def _divided(picks: Sequence[Pick], quantities: Sequence[Decimal]) -> list[tuple[Pick, ...]]:
    """Hand out the lots that were named, first come, first served."""
    left = list(picks)
    parts: list[tuple[Pick, ...]] = []
    for quantity in quantities:
        part: list[Pick] = []
        wanted = quantity
        while wanted > 0 and left:
            pick = left.pop(0)
            if pick.quantity > wanted:
                left.insert(0, _part_of(pick, pick.quantity - wanted))
                pick = _part_of(pick, wanted)
            part.append(pick)
            wanted -= pick.quantity
        parts.append(tuple(part))
    return parts


def _part_of(pick: Pick, quantity: Decimal) -> Pick:
    basis = None if pick.basis is None else share(pick.basis, quantity, pick.quantity)
    return pick._replace(quantity=quantity, basis=basis)
