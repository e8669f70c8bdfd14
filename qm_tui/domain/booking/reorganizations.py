"""Shares for shares, lot by lot: basis and dates go over to what is received.

Source: 26 USC 354, 356, 358, 368, 1223(1); 26 CFR 1.358-2.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from operator import mul

from qm_tui.domain.booking.apportionment import apportioned
from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.boot import Boot, boots_of, pay, recognize
from qm_tui.domain.booking.events import Exchange, Fill, Received
from qm_tui.domain.booking.fills import close_and_open
from qm_tui.domain.booking.lots import Taking
from qm_tui.domain.booking.matching import take
from qm_tui.domain.booking.money import ZERO, spread
from qm_tui.domain.booking.successors import Successor, follow, open_unknown
from qm_tui.domain.booking.words import Closing, FindingKind, LotMethod, Origin


def reorganize(book: Book, event: Exchange, given: Decimal) -> None:
    """Hand every lot given up its part of what was received, and of the cash beside it."""
    if not given:
        find_nothing_held(book, event)
        _open_rest(book, event, [received_for(book, event, kind) for kind in event.received])
        return
    takings = _given_up(book, event, given)
    weights = [taking.quantity for taking in takings]
    rest = given - sum(weights, ZERO)
    if rest:
        weights.append(rest)
    boots = boots_of(book, event, value_of(event), weights)
    recovers = not event.short and any(taking.basis for taking in takings)
    if recovers and boots[0].cash > 0 and boots[0].value is None:
        find_value_unknown(book, event)
    successors = _successors(book, event, weights)
    division = _division(book, event) if takings else None
    for taking, boot, kinds in zip(takings, boots, successors, strict=False):
        _exchange(book, event, taking, boot, kinds, division)
    if rest:
        _close_rest(book, event, rest, boots[-1])
        _open_rest(book, event, successors[-1])


def value_of(event: Exchange) -> Decimal | None:
    """Return what all the shares received are worth; None when that is not known of each."""
    values = [received.value for received in event.received]
    known = [value for value in values if value is not None]
    return sum(known, ZERO) if len(known) == len(values) else None


def received_for(book: Book, event: Exchange, received: Received) -> Successor:
    """Name shares that were received in an exchange."""
    word = "received, with cash, for" if event.cash and not event.short else "received for"
    return Successor(
        security=received.security,
        quantity=abs(received.quantity),
        origin=Origin.EXCHANGE,
        what=f"{word} {book.securities[event.security].symbol}",
        short=event.short,
    )


def closing(event: Exchange, quantity: Decimal, how: Closing) -> Fill:
    """Return a fill that closes so many of the shares given up; its money comes beside it."""
    return Fill(
        day=event.day, account=event.account, security=event.security, at=event.at,
        source=event.source, sequence=event.sequence, key=event.key,
        quantity=quantity if event.short else -quantity, amount=ZERO,
        opens=False, rate=event.rate, how=how,
    )  # fmt: skip


# --- what goes over to what ----------------------------------------------------------------------


def _given_up(book: Book, event: Exchange, given: Decimal) -> list[Taking]:
    side = book.holding(event.account, event.security).side(short=event.short)
    # Where all of it goes there is nothing to choose, and no average to be struck.
    choice = given < side.quantity
    method = book.method(event.account, event.security, event.day) if choice else LotMethod.FIFO
    return take(book, side, given, event, method, what="exchanged")


def _successors(book: Book, event: Exchange, weights: Sequence[Decimal]) -> list[list[Successor]]:
    """Return what each lot given up receives, kind by kind."""
    kinds = [
        [
            replace(received_for(book, event, kind), quantity=quantity)
            for quantity in apportioned(abs(kind.quantity), weights)
        ]
        for kind in event.received
    ]
    return [list(of_lot) for of_lot in zip(*kinds, strict=True)]


def _division(book: Book, event: Exchange) -> list[Decimal] | None:
    """Return the weights by which the basis is divided among the kinds: as stated, else by value.

    None: nobody knows, which is a finding.
    """
    if len(event.received) == 1:
        return [Decimal(1)]
    stated = [kind.fraction for kind in event.received]
    fractions = [fraction for fraction in stated if fraction is not None]
    # Forms 8937 round: what is stated need not be one whole to the last digit.
    if len(fractions) == len(stated) and abs(sum(fractions, Fraction(-1))) <= Fraction(1, 1000):
        whole = reduce(mul, (fraction.denominator for fraction in fractions))
        return [Decimal((fraction * whole).numerator) for fraction in fractions]
    if value_of(event):
        return [kind.value or ZERO for kind in event.received]
    book.find(
        FindingKind.FRACTION_UNKNOWN, event,
        "Several kinds of shares were received, and how the basis is divided among them is not"
        " known: theirs is unknown.",
    )  # fmt: skip
    return None


def _exchange(
    book: Book,
    event: Exchange,
    taking: Taking,
    boot: Boot,
    kinds: Sequence[Successor],
    division: list[Decimal] | None,
) -> None:
    settled = (pay if event.short else recognize)(book, event, taking, boot)
    for part, coming in zip(_parts(book, settled, division, len(kinds)), kinds, strict=True):
        lot = follow(book, event, part, coming)
        if book.wash is not None and lot.bought is not None:
            book.wash.moved(taking.lot, lot)


def _parts(
    book: Book, taking: Taking, weights: list[Decimal] | None, count: int
) -> Sequence[Taking]:
    """Divide the basis that was taken among the kinds received."""
    if count == 1:
        return [taking]
    if weights is None:
        book.totals.moved_out += taking.basis or ZERO
        unknown = taking._replace(basis=None, tax_basis=None, wash_added=ZERO, tax_wash_added=ZERO)
        return [unknown] * count
    bases = _spread(taking.basis, weights)
    same = taking.tax_basis is taking.basis
    return [
        taking._replace(basis=basis, tax_basis=tax_basis, wash_added=added, tax_wash_added=tax)
        for basis, tax_basis, added, tax in zip(
            bases,
            bases if same else _spread(taking.tax_basis, weights),
            spread(taking.wash_added, weights),
            spread(taking.tax_wash_added, weights),
            strict=True,
        )
    ]


def _spread(total: Decimal | None, weights: list[Decimal]) -> Sequence[Decimal | None]:
    return [None] * len(weights) if total is None else spread(total, weights)


# --- what nobody knows the history of ------------------------------------------------------------


def _close_rest(book: Book, event: Exchange, rest: Decimal, boot: Boot) -> None:
    if boot.cash > 0:
        fill = closing(event, rest, Closing.CASH_MERGER)
        close_and_open(book, fill, boot.cash, boot.tax_cash)
    else:
        book.find(
            FindingKind.MISSING_HISTORY, event,
            "More shares were exchanged than are known to have been held.",
            quantity=rest,
        )  # fmt: skip


def _open_rest(book: Book, event: Exchange, kinds: Sequence[Successor]) -> None:
    for coming in kinds:
        open_unknown(book, event, coming)


def find_nothing_held(book: Book, event: Exchange) -> None:
    """Say that all was exchanged, and that nothing is known to have been held."""
    cash = f"; {event.cash:f} in cash came with it" if event.cash else ""
    book.find(
        FindingKind.MISSING_HISTORY, event,
        f"An exchange of shares that are not known to be held{cash}.",
    )  # fmt: skip


def find_value_unknown(book: Book, event: Exchange) -> None:
    """Say that a gain, and the basis after it, hang on a value that nobody stated."""
    book.find(
        FindingKind.UNKNOWN_BASIS, event,
        "The fair market value of the shares received is not known: the gain of this exchange"
        " cannot be told, nor the basis of what was received.",
    )  # fmt: skip
