"""Open lots and closed slices, as the book works on them."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from qm_tui.domain.booking.events import NOWHERE, Source
from qm_tui.domain.booking.money import ZERO
from qm_tui.domain.booking.words import BasisStatus, Closing, LotMethod, Origin

AcquisitionId = tuple[object, ...]
"""Shares got in one order on one day: one acquisition. The parts of a lot share it."""

Rank = tuple[dt.date, dt.datetime, int, int]
"""(acquired, instant, number of the first lot of the line, own number)."""


@dataclass(slots=True, eq=False)
class Lot:
    """Shares of one acquisition that are open.

    Quantity and basis change while the book works, and only through its methods, which keep the
    journal; nobody changes a lot after booking. Identity is the object's.
    """

    number: int
    """Counts the lots of a booking run: the same facts give the same numbers."""
    account: int
    security: int
    short: bool
    quantity: Decimal
    """Positive, also for a short lot."""
    basis: Decimal | None
    """Cost; the net proceeds of a short lot; None is unknown. In the security's currency."""
    tax_basis: Decimal | None
    """The same in the tax currency; equal to `basis` where that is the currency, None: unknown."""
    acquired: dt.date
    acquired_at: dt.datetime | None
    holding_start: dt.date
    acquisition: AcquisitionId
    origin: Origin
    rank: Rank
    """The place in order of acquisition."""
    status: BasisStatus = BasisStatus.KNOWN
    opened_by: Source = NOWHERE
    opening_id: str | None = None
    label: str | None = None
    wash_added: Decimal = ZERO
    """What wash sales added to the basis, and is still in it (subtracted from a short's)."""
    tax_wash_added: Decimal = ZERO
    replaces: bool = False
    """These shares have had their one bite: they caused a disallowance."""
    bought: dt.date | None = None
    """The day that counts for section 1091; None: these shares can replace nothing."""
    parent: int | None = None
    """The number of the lot this one was carved out of or came from."""
    acquired_known: bool = True
    """False: nobody said when; `acquired` is then the day of the transfer that brought it."""
    shelf_key: tuple[Any, ...] | None = None
    """Where the shelf that holds it put it."""


@dataclass(slots=True, eq=False)
class Slice:
    """A part of one lot that a disposition closed. Gains are by slice, never by sale.

    Source: Publication 550, wash sales: a loss may not be netted within a sale.
    """

    number: int
    account: int
    security: int
    short: bool
    quantity: Decimal
    """Positive, also of a short."""
    proceeds: Decimal | None
    basis: Decimal | None
    tax_proceeds: Decimal | None
    tax_basis: Decimal | None
    acquired: dt.date | None
    """None where the history is missing. Of a short: the day it was sold short."""
    acquired_at: dt.datetime | None
    holding_start: dt.date | None
    disposed: dt.date
    disposed_at: dt.datetime | None
    acquisition: AcquisitionId
    how: Closing
    status: BasisStatus
    method: LotMethod
    """What chose the lot: SPECIFIC where it was named."""
    opened_by: Source
    closed_by: Source
    lot: int | None
    """The number of the lot."""
    wash_in_basis: Decimal = ZERO
    """What of the basis earlier wash sales had added."""
    disallowed: Decimal = ZERO
    """Of the loss, positive; added to a replacement, or lost for good."""
    tax_disallowed: Decimal = ZERO
    permanent: Decimal = ZERO
    """What of `disallowed` is lost for good."""
    tax_permanent: Decimal = ZERO
    long_term: bool | None = None
    """Where a rule overrides the holding period (section 1233); None: by the dates."""
    option: int | None = None
    """The number of the option lot whose exercise or assignment closed this: its premium is in
    the money."""
    premium: Decimal | None = None
    """What it added to the money of that sale, or purchase; below zero: what it took off."""

    @property
    def gain(self) -> Decimal | None:
        """Proceeds − basis, before any disallowance; None when either is unknown."""
        if self.proceeds is None or self.basis is None:
            return None
        return self.proceeds - self.basis

    @property
    def tax_gain(self) -> Decimal | None:
        """The same in the tax currency."""
        if self.tax_proceeds is None or self.tax_basis is None:
            return None
        return self.tax_proceeds - self.tax_basis


class Taking(NamedTuple):
    """What was taken out of a lot: it belongs to nobody until it is realized or moved."""

    lot: Lot
    quantity: Decimal
    basis: Decimal | None
    tax_basis: Decimal | None
    wash_added: Decimal = ZERO
    tax_wash_added: Decimal = ZERO
    method: LotMethod = LotMethod.FIFO
