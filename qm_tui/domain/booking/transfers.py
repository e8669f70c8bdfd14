"""Shares that come and go without being bought or sold: from outside, to outside, and between.

A transfer is no purchase: what it brings replaces nothing that was sold at a loss. Between the
taxpayer's own accounts whole lots move, or parts of them, with their basis, dates and wash sales.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from qm_tui.domain.booking.arrivals import Arrival, arrive, arrive_unknown
from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import GivenLot, Move, TransferIn, TransferOut
from qm_tui.domain.booking.lots import Taking
from qm_tui.domain.booking.matching import take
from qm_tui.domain.booking.money import ZERO, share
from qm_tui.domain.booking.words import PURCHASES, FindingKind, Origin

_EXCHANGE = ZoneInfo("America/New_York")
"""Where it is another day than in UTC for what is bought in the evening."""


def book_transfer_in(book: Book, event: TransferIn) -> None:
    """Open the lots as stated; what is not stated is one lot whose basis nobody knows."""
    left = abs(event.quantity)
    for given in event.lots or _one_lot(event):
        quantity = min(abs(given.quantity), left)
        if quantity:
            arrive(book, event, _as_stated(event, given, quantity))
            left -= quantity
    stated = sum((abs(given.quantity) for given in event.lots), ZERO)
    if stated > abs(event.quantity):
        book.find(
            FindingKind.SHARES_DISAGREE, event,
            "The lots stated for this transfer are more than was transferred; the last were cut.",
            quantity=stated - abs(event.quantity),
        )  # fmt: skip
    if left:
        arrive_unknown(book, event, left, short=event.quantity < 0)


def _one_lot(event: TransferIn) -> Sequence[GivenLot]:
    return () if event.basis is None else (GivenLot(event.quantity, event.basis, None),)


def _as_stated(event: TransferIn, given: GivenLot, quantity: Decimal) -> Arrival:
    basis = given.basis
    if basis is not None:
        basis = share(basis, quantity, abs(given.quantity))
    return Arrival(
        account=event.account,
        quantity=quantity,
        short=event.quantity < 0,
        basis=basis,
        acquired=_stated_day(given),
        acquired_at=given.acquired_at,
        holding_start=given.holding_start,
        rate=given.rate,
        opening_id=event.opening_id,
    )


def _stated_day(given: GivenLot) -> dt.date | None:
    if given.acquired is not None:
        return given.acquired
    # Brokers give the start of the holding period alone where that is all they were told.
    at = given.acquired_at
    return at.astimezone(_EXCHANGE).date() if at else given.holding_start


def book_transfer_out(book: Book, event: TransferOut) -> None:
    """Let lots leave without a gain; in transit they stay the taxpayer's, in no account."""
    if not event.in_transit:
        _leave(book, _take(book, event, "transferred out"))
        return
    lots = [book.descendant(taking) for taking in _take(book, event, "left, in transit")]
    book.in_transit += lots
    if book.journal is not None:
        for lot in lots:
            book.journal.write("in transit", event, lot, (ZERO, None), other=lot.parent)
    book.find(
        FindingKind.IN_TRANSIT, event,
        "Left this account, and has not arrived in another one.",
        quantity=sum((lot.quantity for lot in lots), ZERO),
    )  # fmt: skip


def book_move(book: Book, event: Move) -> None:
    """Move lots to another account of the taxpayer; in or out of an IRA they end and begin anew."""
    leaving, arriving = book.accounts[event.account], book.accounts[event.to_account]
    if leaving.taxable is not arriving.taxable:
        _begin_anew(book, event, out_of_ira=arriving.taxable)
        return
    missing = abs(event.quantity)
    for taking in _take(book, event, f"moved to {arriving.number}"):
        lot = book.descendant(taking, account=event.to_account)
        book.receive(lot, event, f"moved from {leaving.number}")
        if book.wash is not None:
            book.wash.moved(taking.lot, lot)
        missing -= taking.quantity
    if missing:
        arrive_unknown(book, event, missing, account=event.to_account, short=event.quantity > 0)


def _begin_anew(book: Book, event: Move, *, out_of_ira: bool) -> None:
    """End the lots without a gain, and open one at the value of the day.

    Out of an IRA it is a distribution: the value is its income and the basis, the period is new.
    Into one nothing is bought, and no gain is booked, though the law may see a sale: the finding
    says so.
    """
    _leave(book, _take(book, event, "distributed" if out_of_ira else "moved into an IRA"))
    if not out_of_ira:
        book.find(
            FindingKind.NOT_BOOKED, event,
            "Shares went from a taxable account into an IRA; no gain or loss was booked for it.",
            quantity=abs(event.quantity),
        )  # fmt: skip
    origin = Origin.DISTRIBUTION if out_of_ira else Origin.TRANSFER
    arrival = Arrival(
        account=event.to_account,
        quantity=abs(event.quantity),
        short=event.quantity > 0,
        basis=event.value,
        acquired=event.day,
        acquired_at=event.at,
        origin=origin,
        bought=event.day if origin in PURCHASES else None,
    )
    arrive(book, event, arrival)


def _take(book: Book, event: TransferOut | Move, what: str) -> list[Taking]:
    wanted = abs(event.quantity)
    takings = take(
        book,
        book.holding(event.account, event.security).side(short=event.quantity > 0),
        wanted,
        event,
        book.method(event.account, event.security, event.day),
        what=what,
        picks=event.picks if book.names_lots(event) else (),
    )
    missing = wanted - sum((taking.quantity for taking in takings), ZERO)
    if missing:
        book.find(
            FindingKind.MISSING_HISTORY, event,
            "More left this account than is known to have been in it.",
            quantity=missing,
        )  # fmt: skip
    return takings


def _leave(book: Book, takings: Sequence[Taking]) -> None:
    book.totals.moved_out += sum((taking.basis or ZERO for taking in takings), ZERO)
