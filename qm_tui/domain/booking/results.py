"""What a booking run gives: open lots, closed slices, adjustments, findings, and the journal."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from qm_tui.domain.booking.events import Source
from qm_tui.domain.booking.lots import Lot, Slice
from qm_tui.domain.booking.money import ZERO
from qm_tui.domain.booking.words import AdjustmentKind, FindingKind, View


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """A loss that was disallowed, and what it was added to: a row of its own, never a rewrite."""

    kind: AdjustmentKind
    day: dt.date
    """When it took effect: the later of the sale and the replacement."""
    slice: int
    """The number of the slice whose loss it is."""
    lot: int | None
    """The number of the replacement lot."""
    quantity: Decimal
    amount: Decimal
    """Positive: what was disallowed, in the security's currency."""
    tax_amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something the engine saw and could not settle; everything else stays right."""

    kind: FindingKind
    account: int
    security: int
    day: dt.date
    quantity: Decimal | None = None
    source: Source
    """The fact it is about."""
    detail: str = ""
    """What a reader has to know beyond the kind, in words for the user."""


class Step(NamedTuple):
    """One thing that happened to one lot, with its quantity and basis before and after."""

    lot: int
    day: dt.date
    what: str
    """`bought`, `sold`, `split 4:1` …, in words for the user."""
    source: Source
    quantity_before: Decimal
    quantity_after: Decimal
    basis_before: Decimal | None
    basis_after: Decimal | None
    other: int | None = None
    """The number of another lot that this step came from or went to."""
    slice: int | None = None
    """The number of the slice that was closed, or whose loss was added."""
    account: int = 0
    security: int = 0
    short: bool = False
    parent: int | None = None
    """The number of the lot that this one was carved out of or came from."""


@dataclass(slots=True)
class Totals:
    """What went in and out of the basis otherwise than by slices: for the conservation laws."""

    cost_in: Decimal = ZERO
    """Of all lots that were opened by an event (purchases, shorts, given lots)."""
    wash_added: Decimal = ZERO
    returned: Decimal = ZERO
    """Return of capital taken off the basis."""
    moved_out: Decimal = ZERO
    """Basis that left with shares, or was given up without a slice; what is in transit has not."""
    premium_moved: Decimal = ZERO
    """Basis of options that was folded into shares (positive where it left an option)."""


@dataclass(slots=True, kw_only=True)
class Booked:
    """The result of one view of one booking group."""

    view: View
    lots: Sequence[Lot]
    """Open ones, by account, security, side and order of acquisition."""
    in_transit: Sequence[Lot] = ()
    """Left an account of the taxpayer and has not arrived in another one."""
    slices: Sequence[Slice] = ()
    adjustments: Sequence[Adjustment] = ()
    findings: Sequence[Finding] = ()
    steps: Sequence[Step] = ()
    """Only when a journal was asked for."""
    totals: Totals = field(default_factory=Totals)
