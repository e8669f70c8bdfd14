"""What a book tells those who watch it: wash sales, and short sales against the box."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from qm_tui.domain.booking.events import Event
from qm_tui.domain.booking.lots import Lot, Slice


class WashSales(Protocol):
    """What watches for wash sales while the book works; the economic view has none."""

    def expect(self, events: Sequence[Event]) -> None:
        """Look over the whole history before it is booked."""

    def acquired(self, lot: Lot, event: Event) -> None:
        """A lot with a `bought` day has been opened."""

    def disposed(self, slices: Sequence[Slice], event: Event) -> None:
        """A fill (or another disposition) has closed slices, in the order of the lots."""

    def carved(self, lot: Lot, part: Lot) -> None:
        """A part of a lot has become a lot of its own."""

    def moved(self, old: Lot, new: Lot) -> None:
        """A lot, or some of it, has become a lot elsewhere (another account of the taxpayer)."""

    def scaled(self, lot: Lot, before: Decimal, event: Event) -> None:
        """A lot's quantity was multiplied by a split; `before` is what it was."""

    def finish(self) -> None:
        """The whole history has been booked."""


class ShortRules(Protocol):
    """What watches short sales for section 1233."""

    def opened(self, lot: Lot, event: Event) -> None:
        """A short has been opened, or a put bought."""

    def covered(self, slices: Sequence[Slice], event: Event) -> None:
        """Short slices have been closed."""
