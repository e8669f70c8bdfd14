"""Lots that the broker or the user named for a sale (specific identification)."""

from collections.abc import Sequence
from decimal import Decimal

from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import Event, Pick
from qm_tui.domain.booking.lots import Lot
from qm_tui.domain.booking.money import ZERO
from qm_tui.domain.booking.shelf import Shelf
from qm_tui.domain.booking.words import FindingKind

Choice = tuple[Lot, Decimal]
"""A lot, and how much of it."""


def choose_named(
    book: Book, shelf: Shelf, quantity: Decimal, event: Event, picks: Sequence[Pick]
) -> list[Choice]:
    """Choose the lots that were named, up to `quantity`; say what was named and is not there."""
    chosen: list[Choice] = []
    spoken_for: dict[Lot, Decimal] = {}
    left = quantity
    for pick in picks:
        wanted = min(pick.quantity, left)
        for lot in _named(shelf, pick):
            free = lot.quantity - spoken_for.get(lot, ZERO)
            part = min(free, wanted)
            if part > 0:
                chosen.append((lot, part))
                spoken_for[lot] = spoken_for.get(lot, ZERO) + part
                wanted -= part
                left -= part
        if wanted > 0:
            book.find(FindingKind.SELECTION_MISSING, event, _not_there(pick), quantity=wanted)
    excess = sum((pick.quantity for pick in picks), ZERO) - quantity
    if excess > 0:
        book.find(
            FindingKind.SELECTION_MISSING, event, "More lots were named than closed.",
            quantity=excess,
        )  # fmt: skip
    return chosen


def _named(shelf: Shelf, pick: Pick) -> list[Lot]:
    """Return the lots a pick means: by its name, else by its moment, else by its day and basis."""
    names = (
        ("label", pick.lot),
        ("opening_id", pick.opening_id),
        ("acquired_at", pick.acquired_at),
        ("acquired", pick.acquired),
    )
    for name in names:
        if name[1] is not None and (found := shelf.named(name)):
            return sorted(found, key=lambda lot: (_off(lot, pick), lot.rank))
    return []


def _off(lot: Lot, pick: Pick) -> Decimal:
    """How far a lot's unit basis is from the one that was named."""
    if pick.basis is None or lot.basis is None or not pick.quantity:
        return ZERO
    return abs(lot.basis / lot.quantity - pick.basis / pick.quantity)


def _not_there(pick: Pick) -> str:
    when = pick.acquired_at.date() if pick.acquired_at else pick.acquired
    name = pick.lot or pick.opening_id
    lot = f"The lot{f' {name}' if name else ''}{f' of {when}' if when else ''}"
    return f"{lot} that was named is not held, or not so much of it; the oldest was taken instead."
