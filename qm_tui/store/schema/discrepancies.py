"""The life of what does not add up: kept, because nobody could derive when it was first seen.

That it is there follows from facts and observations; since when, whether somebody has accepted it,
and that it came back does not. So it stays through whatever is derived again.
"""

from sqlalchemy import CheckConstraint, Index, Table, UniqueConstraint

from qm_tui.domain.reconciliation.words import Cause, DiscrepancyStatus, Severity, Verdict
from qm_tui.store.columns import one_of
from qm_tui.store.schema.base import (
    identity,
    mapping,
    metadata,
    moment,
    number,
    refers,
    text,
    whole,
)

EVENTS = ("opened", "changed", "closed", "reopened", "decided")

discrepancies = Table(
    "discrepancies",
    metadata,
    identity(),
    # What it is about, in one text: whatever disagrees there again is the same discrepancy.
    text("key", nullable=False),
    refers("account_id", "accounts"),
    refers("instrument_id", "instruments", nullable=True),
    text("currency"),
    text("tag"),
    text("verdict", nullable=False),
    text("status", nullable=False),
    text("severity", nullable=False),
    number("expected"),
    number("actual"),
    number("difference"),
    number("currency_value"),
    text("cause", nullable=False),
    number("confidence", nullable=False),
    text("explanation", nullable=False),
    mapping("evidence"),
    moment("first_seen", nullable=False),
    moment("last_seen", nullable=False),
    moment("closed_at"),
    # How many times it was there again after it had closed.
    whole("reopened"),
    one_of("verdict", Verdict, "verdict"),
    one_of("status", DiscrepancyStatus, "status"),
    one_of("severity", Severity, "severity"),
    one_of("cause", Cause, "cause"),
    CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_at"),
    CheckConstraint("key <> ''", name="key"),
    UniqueConstraint("key"),
    Index(None, "status", "account_id"),
    Index(None, "account_id", "instrument_id"),
    Index(None, "instrument_id"),
)

discrepancy_events = Table(
    "discrepancy_events",
    metadata,
    identity(),
    refers("discrepancy_id", "discrepancies", ondelete="CASCADE"),
    moment("at", nullable=False),
    text("event", nullable=False),
    mapping("before"),
    mapping("after"),
    text("reason"),
    refers("user_id", "users", nullable=True),
    one_of("event", EVENTS, "event"),
    Index(None, "discrepancy_id", "id"),
)

reconciliations = Table(
    "reconciliations",
    metadata,
    identity(),
    refers("account_id", "accounts"),
    moment("reconciled_at", nullable=False),
    # How much was compared: of what agrees nothing else is kept.
    whole("holdings"),
    whole("currencies"),
    whole("totals"),
    UniqueConstraint("account_id"),
)
