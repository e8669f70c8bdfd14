"""Books a group's history: events in, lots, gains and adjustments out, in each of three views."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from decimal import localcontext
from functools import partial
from typing import Any

from qm_tui.domain.booking.average import book_rebase, with_rebasing
from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.cash_in_lieu import book_cash_in_lieu
from qm_tui.domain.booking.events import (
    CashInLieu,
    Event,
    Exchange,
    Exercise,
    FeeRefund,
    Fill,
    Move,
    Rebase,
    ReturnOfCapital,
    Rights,
    RightsExercise,
    SpinOff,
    Split,
    TransferIn,
    TransferOut,
    YearEndMark,
)
from qm_tui.domain.booking.exchanges import book_exchange
from qm_tui.domain.booking.exercises import book_exercise
from qm_tui.domain.booking.fee_refunds import book_refund, with_refunds
from qm_tui.domain.booking.fills import book_fill
from qm_tui.domain.booking.journal import Journal
from qm_tui.domain.booking.money import CONTEXT
from qm_tui.domain.booking.ordering import in_order
from qm_tui.domain.booking.policy import DEFAULT_POLICY, Policy
from qm_tui.domain.booking.results import Booked
from qm_tui.domain.booking.returns_of_capital import book_return_of_capital
from qm_tui.domain.booking.rights import book_rights, book_rights_exercise
from qm_tui.domain.booking.section_1256 import book_mark
from qm_tui.domain.booking.securities import AccountRules, Security
from qm_tui.domain.booking.short_sales import watch_shorts
from qm_tui.domain.booking.spin_offs import book_spin_off
from qm_tui.domain.booking.splits import book_split
from qm_tui.domain.booking.transfers import book_move, book_transfer_in, book_transfer_out
from qm_tui.domain.booking.wash_sales import watch
from qm_tui.domain.booking.words import FindingKind, View

_HANDLERS: dict[type[Event], Callable[[Book, Any], object]] = {
    Fill: book_fill,
    Exercise: book_exercise,
    Split: book_split,
    SpinOff: book_spin_off,
    Exchange: book_exchange,
    CashInLieu: book_cash_in_lieu,
    ReturnOfCapital: book_return_of_capital,
    Rights: book_rights,
    RightsExercise: book_rights_exercise,
    TransferIn: book_transfer_in,
    TransferOut: book_transfer_out,
    Move: book_move,
    FeeRefund: book_refund,
    YearEndMark: book_mark,
    Rebase: book_rebase,
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
    write(book, history)
    return result_of(book)


def write(book: Book, history: list[Event]) -> None:
    """Book a history, in its order, into a book that is empty."""
    with localcontext(CONTEXT):
        history = with_rebasing(book, with_refunds(book, history))
        watch(book, history)
        watch_shorts(book)
        for event in history:
            _HANDLERS[type(event)](book, event)
        if book.wash is not None:
            book.wash.finish()


def book_views(
    events: Iterable[Event],
    *,
    securities: Mapping[int, Security],
    accounts: Mapping[int, AccountRules],
    policy: Policy = DEFAULT_POLICY,
    until: dt.date | None = None,
    explain: bool = False,
) -> tuple[Booked, ...]:
    """Book one group's events in every view that differs: the taxpayer's first.

    Without a wash sale or a short against the box the taxpayer's view stands for all three. The
    arguments are those of `book_history`.
    """
    history = in_order(events)
    taxpayer, economic, broker = (
        partial(
            book_history, history, securities=securities, accounts=accounts, policy=policy,
            view=view, until=until, explain=explain,
        )
        for view in (View.TAXPAYER, View.ECONOMIC, View.BROKER)
    )  # fmt: skip
    first = taxpayer()
    return (first,) if _stands_for_all(first) else (first, economic(), broker())


def result_of(book: Book) -> Booked:
    """Return what a book comes to."""
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


def _stands_for_all(booked: Booked) -> bool:
    """Neither a wash sale nor a short sale against the box: then the views are one."""
    return not booked.adjustments and not any(
        found.kind is FindingKind.SHORT_AGAINST_THE_BOX for found in booked.findings
    )
