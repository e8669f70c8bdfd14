"""What is shown beside lots and gains: years, adjustments, findings, and why."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedState:
    """Whether lots are derived, and whether from all that is known."""

    derived: bool
    waiting: int
    """Instruments whose facts are newer than what was derived."""
    generation: int | None
    """Of the facts that the newest derived lots follow from."""
    facts: int
    """The generation of the facts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GainYear:
    """The gains of a year, in USD, after what was disallowed; taxable and IRA apart."""

    year: int
    tax_treatment: str
    short: Decimal
    long: Decimal
    section_1256: Decimal
    section_1256_short: Decimal
    """40 %."""
    section_1256_long: Decimal
    """60 %; the two add up to `section_1256`."""
    disallowed: Decimal
    permanent: Decimal
    """What of `disallowed` is lost for good."""
    count: int
    unknown: int
    """Gains whose amount or term nobody knows: they are in no sum."""
    total: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentView:
    """A loss that was disallowed, and where it went."""

    id: int
    kind: str
    words: str
    day: dt.date
    account: str
    symbol: str
    currency: str | None
    sold_on: dt.date
    quantity: Decimal
    amount: Decimal
    amount_usd: Decimal
    slice_number: int
    lot_number: int | None
    to_account: str | None
    """That of the replacement; None where it is sold by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """Something that booking saw and could not settle."""

    id: int
    kind: str
    words: str
    """What it means and what to do, in a sentence."""
    day: dt.date
    account: str
    symbol: str
    instrument_id: int
    quantity: Decimal | None
    detail: str | None
    table: str | None
    source_id: int | None
    document_id: int | None = None
    document_row: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyStep:
    """One thing that happened to a lot: signed quantities, basis of a short negative."""

    day: dt.date
    what: str
    text: str
    lot: int
    account: str
    symbol: str
    currency: str | None
    table: str | None
    id: int | None
    """The fact it follows from: a row of `table`."""
    quantity_before: Decimal
    quantity_after: Decimal
    basis_before: Decimal | None
    basis_after: Decimal | None
    aside: bool
    """Of another lot: the sale whose loss was added, or where the loss went."""
    document: str | None = None
    document_id: int | None = None
    document_row: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyView:
    """Why a lot or a gain is what it is."""

    title: str
    steps: tuple[WhyStep, ...]
    summary: tuple[str, ...]
