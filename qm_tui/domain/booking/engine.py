"""Books a group's history: events in, lots, gains and adjustments out, in each of three views."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import localcontext
from typing import Any

from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import Event, Fill
from qm_tui.domain.booking.fills import book_fill
from qm_tui.domain.booking.journal import Journal
from qm_tui.domain.booking.money import CONTEXT
from qm_tui.domain.booking.ordering import in_order
from qm_tui.domain.booking.policy import DEFAULT_POLICY, Policy
from qm_tui.domain.booking.results import Booked
from qm_tui.domain.booking.securities import AccountRules, Security
from qm_tui.domain.booking.words import View

_HANDLERS: dict[type[Event], Callable[[Book, Any], object]] = {
    Fill: book_fill,
}


def book_history(
    events: Iterable[Event],
    *,
    securities: Mapping[int, Security],
    accounts: Mapping[int, AccountRules],
    policy: Policy = DEFAULT_POLICY,
    view: View = View.ECONOMIC,
    until: dt.date | None = None,
    explain: bool = False,
) -> Booked:
    """Book one group's events in one view.

    Args:
        events: In any order; the accounts must be of one taxpayer.
        securities: Every security the events name, by its number.
        accounts: Every account the events name, by its number.
        policy: The switches.
        view: Whose wash sales are reckoned.
        until: The last day that is booked.
        explain: Whether to keep a journal of every step.
    """
    history = in_order(event for event in events if until is None or event.day <= until)
    book = Book(
        securities=securities, accounts=accounts, policy=policy, view=view,
        journal=Journal() if explain else None,
    )  # fmt: skip
    with localcontext(CONTEXT):
        for event in history:
            _HANDLERS[type(event)](book, event)
    return _result(book)


def _result(book: Book) -> Booked:
    return Booked(
        view=book.view,
        lots=[
            lot
            for place in sorted(book.holdings)
            for side in (book.holdings[place].long, book.holdings[place].short)
            for lot in sorted(side, key=lambda lot: lot.rank)
        ],
        in_transit=book.in_transit,
        slices=book.slices,
        adjustments=book.adjustments,
        findings=book.findings,
        steps=() if book.journal is None else book.journal.steps,
        totals=book.totals,
    )


def views_of(booked: Booked) -> Sequence[View]:
    """Return the views a result stands for: all of them where no wash sale made a difference."""
    return (booked.view,) if booked.adjustments else tuple(View)
