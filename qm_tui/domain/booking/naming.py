"""Lots that the broker or the user named for a sale (specific identification)."""

from collections.abc import Sequence
from decimal import Decimal

from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import Event, Pick
from qm_tui.domain.booking.lots import Lot, Taking
from qm_tui.domain.booking.money import ZERO
from qm_tui.domain.booking.shelf import Shelf
from qm_tui.domain.booking.words import FindingKind, LotMethod


def take_named(
    book: Book, shelf: Shelf, quantity: Decimal, event: Event, picks: Sequence[Pick], *, what: str
) -> list[Taking]:
    """Take the lots that were named, up to `quantity`; say what was named and is not there."""
    takings: list[Taking] = []
    for pick in picks:
        wanted = min(pick.quantity, quantity)
        for lot in _named(shelf, pick):
            if wanted <= 0:
                break
            part = min(lot.quantity, wanted)
            takings.append(book.take(lot, part, event, what, LotMethod.SPECIFIC))
            wanted -= part
            quantity -= part
        if wanted > 0:
            book.find(FindingKind.SELECTION_MISSING, event, _described(pick), quantity=wanted)
    return takings


def _named(shelf: Shelf, pick: Pick) -> list[Lot]:
    """Return the lots a pick means: by its name, else by its moment, else by its day and basis."""
    tests = (
        pick.lot is not None and (lambda lot: lot.label == pick.lot),
        pick.opening_id is not None and (lambda lot: lot.opening_id == pick.opening_id),
        pick.acquired_at is not None and (lambda lot: lot.acquired_at == pick.acquired_at),
        pick.acquired is not None and (lambda lot: lot.acquired == pick.acquired),
    )
    for test in tests:
        if test and (found := [lot for lot in shelf if test(lot)]):
            return sorted(found, key=lambda lot: _off(lot, pick))
    return []


def _off(lot: Lot, pick: Pick) -> Decimal:
    """How far a lot's unit basis is from the one that was named."""
    if pick.basis is None or lot.basis is None or not pick.quantity:
        return ZERO
    return abs(lot.basis / lot.quantity - pick.basis / pick.quantity)


def _described(pick: Pick) -> str:
    when = pick.acquired_at.date() if pick.acquired_at else pick.acquired
    return f"named: {pick.lot or ''}{f' of {when}' if when else ''}".strip()
