"""Lots that the broker or the user named for a sale (specific identification)."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import Event, Pick
from qm_tui.domain.booking.lots import Lot
from qm_tui.domain.booking.money import ZERO
from qm_tui.domain.booking.named_lots import NamedLots
from qm_tui.domain.booking.shelf import Shelf
from qm_tui.domain.booking.words import FindingKind

Choice = tuple[Lot, Decimal]
"""A lot, and how much of it."""


def choose_named(
    book: Book, shelf: Shelf, quantity: Decimal, event: Event, picks: Sequence[Pick]
) -> Iterator[Choice]:
    """Choose the lots that were named, up to `quantity`; say what was named and is not there.

    Each choice must be taken off the shelf before the next one is asked for.
    """
    left = quantity
    for pick in picks:
        wanted = min(pick.quantity, left)
        left -= wanted
        lots, unit = _named(shelf, pick), _unit(pick)
        while wanted > 0 and len(lots):
            lot = lots.nearest(unit)
            part = min(lot.quantity, wanted)
            wanted -= part
            yield lot, part
        left += wanted
        if wanted > 0:
            book.find(FindingKind.SELECTION_MISSING, event, _not_there(pick), quantity=wanted)
    excess = sum((pick.quantity for pick in picks), ZERO) - quantity
    if excess > 0:
        book.find(
            FindingKind.SELECTION_MISSING, event, "More lots were named than closed.",
            quantity=excess,
        )  # fmt: skip


def _named(shelf: Shelf, pick: Pick) -> NamedLots:
    """Return the lots a pick means: by its name, else by its moment, else by its day."""
    names = (
        ("label", pick.lot),
        ("opening_id", pick.opening_id),
        ("acquired_at", pick.acquired_at),
        ("acquired", pick.acquired),
    )
    for name in names:
        if name[1] is not None and len(found := shelf.named(name)):
            return found
    return NamedLots()


def _unit(pick: Pick) -> Decimal | None:
    """The unit basis that was named: it tells lots of one moment apart."""
    return None if pick.basis is None or not pick.quantity else pick.basis / pick.quantity


def _not_there(pick: Pick) -> str:
    when = pick.acquired_at.date() if pick.acquired_at else pick.acquired
    name = pick.lot or pick.opening_id
    lot = f"The lot{f' {name}' if name else ''}{f' of {when}' if when else ''}"
    return f"{lot} that was named is not held, or not so much of it; the oldest was taken instead."
