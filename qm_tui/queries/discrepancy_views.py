"""What is shown of what does not add up: its numbers, its cause, and what speaks for it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceView:
    """Something that shows why a discrepancy is there, or where it comes from."""

    says: str
    fact: str | None = None
    """The kind of fact it speaks of: `trades`, `transfers` …"""
    fact_id: int | None = None
    document_id: int | None = None
    document_row: int | None = None
    document: str | None = None
    """Its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscrepancyView:
    """What does not add up. `difference` = `actual` − `expected`."""

    id: int
    account: str
    broker: str
    instrument_id: int | None
    """None for cash and for totals of an account."""
    symbol: str | None
    currency: str | None
    tag: str | None
    """Which total it is, where it is one."""
    verdict: str
    status: str
    severity: str
    expected: Decimal | None
    """What follows from our facts."""
    actual: Decimal | None
    """What the broker reports."""
    difference: Decimal | None
    currency_value: Decimal | None
    """What the difference is worth, in `currency`; not negative. None is unknown."""
    cause: str
    confidence: Decimal
    """0 to 1."""
    explanation: str
    """The cause in a sentence."""
    evidence: tuple[EvidenceView, ...]
    first_seen: dt.datetime
    last_seen: dt.datetime
    """When it was last found; of a closed one, when it was last there."""
    closed_at: dt.datetime | None = None
    underlying: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscrepancyEventView:
    """Something that became of a discrepancy."""

    at: dt.datetime
    event: str
    """`opened`, `changed`, `closed`, `reopened` or `decided`."""
    before: Mapping[str, str | None]
    """`expected`, `actual`, `difference`, `severity`, `cause` and `status`; empty when opened."""
    after: Mapping[str, str | None]
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationView:
    """How much was compared with what the brokers say, and how much of it does not add up."""

    reconciled_at: dt.datetime | None
    """None: nothing was, yet."""
    holdings: int
    breaks: int | None
    """Holdings, currencies and totals; None while nothing was compared."""
    major: int
