"""Lots that a transfer brings into an account: with what was stated of them, and no more."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import Move, Phase, TransferIn
from qm_tui.domain.booking.lots import Lot
from qm_tui.domain.booking.ordering import usual
from qm_tui.domain.booking.words import BasisStatus, FindingKind, Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What is known of a lot that arrives."""

    account: int
    quantity: Decimal
    """Positive."""
    short: bool
    basis: Decimal | None = None
    acquired: dt.date | None = None
    """None: not known; the lot then stands in the order of acquisition where it arrived."""
    acquired_at: dt.datetime | None = None
    holding_start: dt.date | None = None
    """None: the day it was acquired."""
    rate: Decimal | None = None
    """Into the tax currency, when it was acquired; None: that of the arrival."""
    opening_id: str | None = None
    origin: Origin = Origin.TRANSFER
    bought: dt.date | None = None


def arrive(book: Book, event: TransferIn | Move, arrival: Arrival) -> None:
    """Open a lot for what has arrived; an unknown basis is a finding."""
    number = book.next_lot()
    basis = arrival.basis
    acquired = arrival.acquired or event.day
    lot = Lot(
        number=number,
        account=arrival.account,
        security=event.security,
        short=arrival.short,
        quantity=arrival.quantity,
        basis=basis,
        tax_basis=book.in_tax_currency(basis, event.security, arrival.rate or event.rate),
        acquired=acquired,
        acquired_known=arrival.acquired is not None,
        acquired_at=arrival.acquired_at,
        holding_start=arrival.holding_start or acquired,
        acquisition=(event.source, event.key, event.sequence, number),
        origin=arrival.origin,
        rank=(acquired, arrival.acquired_at or _hour(event, arrival), number, number),
        status=BasisStatus.UNKNOWN if basis is None else BasisStatus.CARRIED,
        opened_by=event.source,
        opening_id=arrival.opening_id,
        bought=arrival.bought,
    )
    if basis is None:
        book.find(
            FindingKind.UNKNOWN_BASIS, event,
            "Nobody stated the basis of these shares.",
            quantity=arrival.quantity, account=arrival.account,
        )  # fmt: skip
    elif lot.tax_basis is None:
        book.find(FindingKind.RATE_UNKNOWN, event, account=arrival.account)
    book.enter(lot, event, _WORDS[arrival.origin])


_WORDS = {Origin.TRANSFER: "transferred in", Origin.DISTRIBUTION: "received from an IRA"}


def arrive_unknown(
    book: Book,
    event: TransferIn | Move,
    quantity: Decimal,
    *,
    short: bool,
    account: int | None = None,
) -> None:
    """Open a lot of which nothing is known but that it is there."""
    place = event.account if account is None else account
    arrive(book, event, Arrival(account=place, quantity=quantity, short=short))


def _hour(event: TransferIn | Move, arrival: Arrival) -> dt.datetime:
    if arrival.acquired is None and event.at is not None:
        return event.at
    return usual(arrival.acquired or event.day, Phase.FILL)
