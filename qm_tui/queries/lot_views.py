"""What is shown of lots and gains, and beside them: years, adjustments, findings, and why."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LotView:
    """An open lot. `source` says who reckoned it: `broker` or `derived`."""

    id: int
    """Of its row; of a lot that was only supposed, its place in the answer."""
    instrument_id: int
    account: str
    symbol: str
    currency: str | None
    quantity: Decimal
    acquisition_date: dt.date | None
    holding_start: dt.date | None
    cost_basis: Decimal | None
    basis_status: str
    wash_adjustment: Decimal | None
    """What wash sales added to the basis, and is in it; None where a broker reported the lot."""
    term: str | None
    """What a sale today would be."""
    source: str
    view: str | None
    market_price: Decimal | None = None
    market_value: Decimal | None = None
    unrealized_pnl: Decimal | None = None
    as_of: dt.datetime | None = None
    document_id: int | None = None
    document_row: int | None = None
    number: int | None = None
    """Of the lot in its booking group; None where a broker reported it."""
    unit_cost: Decimal | None = None
    """Cost basis ÷ quantity ÷ multiplier: to look at, never to reckon with."""
    cost_basis_usd: Decimal | None = None
    origin: str | None = None
    days_held: int | None = None
    """Since holding_start, which a wash sale moves back."""
    days_to_long_term: int | None = None
    """None where a sale is long-term already, can never be, or nobody knows."""
    in_transit: bool = False
    """It left one account and has not arrived in another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GainView:
    """A realized gain: of a part of one lot."""

    id: int
    """Of its row; of a gain that was only supposed, its place in the answer."""
    account: str
    symbol: str
    currency: str | None
    quantity: Decimal
    acquisition_date: dt.date | None
    disposition_date: dt.date | None
    proceeds: Decimal | None
    cost_basis: Decimal | None
    """With what earlier wash sales added."""
    gain: Decimal | None
    """Proceeds − cost basis, before any disallowance."""
    term: str | None
    wash_disallowed: Decimal | None
    """Of a loss, positive; None where a broker reported the gain."""
    source: str
    view: str | None
    document_id: int | None = None
    document_row: int | None = None
    instrument_id: int | None = None
    number: int | None = None
    """Of the gain in its booking group; None where a broker reported it."""
    holding_start: dt.date | None = None
    net_gain: Decimal | None = None
    """The gain that counts: with what was disallowed added back."""
    proceeds_usd: Decimal | None = None
    cost_basis_usd: Decimal | None = None
    gain_usd: Decimal | None = None
    wash_disallowed_usd: Decimal | None = None
    net_gain_usd: Decimal | None = None
    closing: str | None = None
    method: str | None = None
    """What chose the lot; `specific` where it was named."""
    provisional: bool = False
    """A loss that a purchase could still make a wash sale."""
    form_8949_box: str | None = None
    form_8949_code: str | None = None
    tax_treatment: str | None = None


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
