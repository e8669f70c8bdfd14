"""Observations: what each source saw in an account at a moment."""

from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, Table, UniqueConstraint

from qm_tui.domain.words import Section
from qm_tui.store.columns import one_of
from qm_tui.store.schema.base import (
    day,
    digest,
    identity,
    mapping,
    metadata,
    moment,
    number,
    refers,
    text,
    whole,
)

observation_sets = Table(
    "observation_sets",
    metadata,
    identity(),
    refers("account_id", "accounts"),
    text("section", nullable=False),
    refers("connection_id", "connections"),
    moment("as_of", nullable=False),
    # The source's own time: of two that speak of the same moment, the one made later holds. Each
    # keeps its set, so that it does not matter which was stored first.
    moment("generated_at"),
    refers("document_id", "raw_documents", nullable=True),
    refers("run_id", "sync_runs"),
    # Only a complete set says that what it does not name is closed.
    whole("complete"),
    # Names only what changed since the answer before, and puts nothing else in doubt.
    whole("amends"),
    one_of("section", Section, "section"),
    one_of("complete", ("0", "1"), "complete"),
    one_of("amends", ("0", "1"), "amends"),
    UniqueConstraint("account_id", "section", "connection_id", "as_of", "generated_at", "amends"),
    Index(None, "account_id", "section", "complete", "as_of"),
)


def _observation() -> list[Column[Any]]:
    return [
        identity(),
        refers("set_id", "observation_sets", ondelete="CASCADE"),
        refers("account_id", "accounts"),
        moment("as_of", nullable=False),
        refers("document_id", "raw_documents", nullable=True),
        whole("document_row", nullable=True, default=None),
        mapping("broker_specific"),
        digest("content_hash"),
    ]


balances = Table(
    "balances",
    metadata,
    *_observation(),
    text("tag", nullable=False),
    text("currency", nullable=False),
    number("value", nullable=False),
    UniqueConstraint("set_id", "tag", "currency"),
    Index(None, "account_id", "tag", "as_of"),
)

positions = Table(
    "positions",
    metadata,
    *_observation(),
    refers("instrument_id", "instruments"),
    text("currency"),
    number("quantity", nullable=False),
    number("average_cost"),
    number("cost_basis"),
    number("market_price"),
    number("market_value"),
    number("unrealized_pnl"),
    number("realized_pnl"),
    number("daily_pnl"),
    number("fx_rate_to_base"),
    UniqueConstraint("set_id", "instrument_id"),
    CheckConstraint("quantity <> ''", name="quantity"),
    Index(None, "instrument_id", "as_of"),
    Index(None, "account_id", "as_of"),
)

broker_lots = Table(
    "broker_lots",
    metadata,
    *_observation(),
    text("key", nullable=False),
    refers("instrument_id", "instruments"),
    text("currency"),
    number("quantity", nullable=False),
    number("cost_basis"),
    number("open_price"),
    number("market_price"),
    number("market_value"),
    number("unrealized_pnl"),
    moment("opened_at"),
    day("acquisition_date"),
    day("holding_start"),
    number("fx_rate_to_base"),
    text("originating_transaction_id"),
    text("originating_order_id"),
    text("code"),
    UniqueConstraint("set_id", "instrument_id", "key"),
    CheckConstraint("quantity <> ''", name="quantity"),
    Index(None, "instrument_id", "as_of"),
    Index(None, "account_id", "as_of"),
)

margin_requirements = Table(
    "margin_requirements",
    metadata,
    *_observation(),
    refers("instrument_id", "instruments", nullable=True),
    text("underlying_symbol"),
    number("initial"),
    number("maintenance"),
    UniqueConstraint("set_id", "underlying_symbol"),
)
