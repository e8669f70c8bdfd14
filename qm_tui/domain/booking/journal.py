"""Writes down every step of every lot, when somebody wants to know why."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from qm_tui.domain.booking.events import Event
from qm_tui.domain.booking.lots import Lot
from qm_tui.domain.booking.results import Step


@dataclass(slots=True)
class Journal:
    """The steps of a booking run, in the order in which they were taken."""

    steps: list[Step] = field(default_factory=list)

    def write(
        self,
        what: str,
        event: Event,
        lot: Lot,
        before: tuple[Decimal, Decimal | None],
        *,
        day: dt.date | None = None,
        other: int | None = None,
        slice_number: int | None = None,
    ) -> None:
        """Note what a lot was before, what it is now, and the event that made the difference."""
        self.steps.append(
            Step(
                lot=lot.number,
                day=day or event.day,
                what=what,
                source=event.source,
                quantity_before=before[0],
                quantity_after=lot.quantity,
                basis_before=before[1],
                basis_after=lot.basis,
                other=other,
                slice=slice_number,
                account=lot.account,
                security=lot.security,
                short=lot.short,
                parent=lot.parent,
            )
        )
