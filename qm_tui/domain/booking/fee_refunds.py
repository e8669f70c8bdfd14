"""Commissions adjusted later: the fill they belong to simply cost less, or more.

A refund goes into the fill before it is booked. So lots, slices, wash sales and whatever came of
the shares since (a split, a move, a spin-off) all have the right share of it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import Event, Exercise, FeeRefund, Fill, RightsExercise, Source
from qm_tui.domain.booking.money import share
from qm_tui.domain.booking.words import FindingKind


def with_refunds(book: Book, history: list[Event]) -> list[Event]:
    """Lower the fees of fills by what was refunded for them; say which fills are not there."""
    refunds = [event for event in history if type(event) is FeeRefund and event.trade]
    if not refunds:
        return history
    amounts: dict[Source, Decimal] = defaultdict(Decimal)
    for refund in refunds:
        assert refund.trade is not None
        amounts[refund.trade] += refund.amount
    due = _Due(amounts, history)
    for refund in refunds:
        if refund.trade not in due.weights:
            book.find(
                FindingKind.NOT_BOOKED, refund,
                "A commission was adjusted, and the trade it belongs to is not known.",
            )  # fmt: skip
    return [_adjusted(event, due) for event in history]


class _Due:
    """What is still to be spread, by the fill it belongs to: several may be of one source."""

    def __init__(self, amounts: dict[Source, Decimal], history: Iterable[Event]) -> None:
        self._left = amounts
        self.weights: dict[Source, Decimal] = defaultdict(Decimal)
        for event in history:
            for part in _parts(event):
                if part.source in amounts:
                    self.weights[part.source] += abs(part.quantity)

    def of(self, part: Fill | Exercise) -> Decimal | None:
        """Take the share of a fill; None where nothing was refunded for it."""
        weight, whole = abs(part.quantity), self.weights.get(part.source)
        if not whole:
            return None
        amount = share(self._left[part.source], weight, whole)
        self._left[part.source] -= amount
        self.weights[part.source] = whole - weight
        return amount


def _parts(event: Event) -> list[Fill | Exercise]:
    """Return what carries fees of its own."""
    if type(event) is Fill:
        return [event]
    if type(event) is RightsExercise:
        return [event.shares]
    if type(event) is not Exercise:
        return []
    if event.shares is None or event.shares.source == event.source:
        return [event]
    return [event, event.shares]


def _adjusted(event: Event, due: _Due) -> Event:
    for part in _parts(event):
        refund = due.of(part)
        if refund is None:
            continue
        fees = part.fees - refund
        if part is event:
            event = replace(part, fees=fees)
        elif isinstance(event, Exercise | RightsExercise) and isinstance(part, Fill):
            event = replace(event, shares=replace(part, fees=fees))
    return event


def book_refund(book: Book, event: FeeRefund) -> None:
    """Tell the journal of the open lots whose fill was adjusted; their basis has it already."""
    if book.journal is None or event.trade is None:
        return
    holding = book.holding(event.account, event.security)
    for lot in (*holding.long, *holding.short):
        if lot.opened_by == event.trade:
            what = "commission adjusted, as counted from the start in"
            book.journal.write(what, event, lot, (lot.quantity, lot.basis))
