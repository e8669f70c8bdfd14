"""What brokers reckon themselves: sums, values, closed lots, wash sales, lines of statements."""

from sqlalchemy import Index
from sqlalchemy import text as text_clause

from qm_tui.domain.words import NavKind, TradeSummaryLevel
from qm_tui.store.columns import one_of
from qm_tui.store.schema.base import day, moment, number, refers, text
from qm_tui.store.schema.facts import fact, where

trade_summaries = fact(
    "trade_summaries",
    text("level", nullable=False),
    refers("instrument_id", "instruments", nullable=True),
    text("asset_category"),
    text("currency"),
    day("trade_date"),
    number("quantity"),
    number("price"),
    number("proceeds"),
    number("commission"),
    number("taxes"),
    number("net_cash"),
    text("broker_order_id"),
    one_of("level", TradeSummaryLevel, "level"),
    Index(None, "account_id", "trade_date"),
)

closed_lots = fact(
    "closed_lots",
    refers("instrument_id", "instruments"),
    text("currency"),
    number("quantity", nullable=False),
    number("cost_basis"),
    number("open_price"),
    number("realized_pnl"),
    moment("opened_at"),
    day("acquisition_date"),
    day("holding_start"),
    moment("closed_at"),
    day("disposition_date"),
    text("term"),
    number("fx_rate_to_base"),
    text("opening_transaction_id"),
    text("closing_trade_key"),
    text("codes"),
    one_of("term", ("short", "long"), "term"),
    Index(None, "disposition_date", "id"),
    Index(None, "account_id", "disposition_date", "id"),
    Index(None, "instrument_id", "disposition_date", "id"),
)

broker_wash_sales = fact(
    "broker_wash_sales",
    refers("instrument_id", "instruments"),
    text("currency"),
    number("quantity"),
    number("amount"),
    day("trade_date"),
    moment("realized_at"),
    moment("reopened_at"),
    day("holding_start"),
    text("opening_transaction_id"),
    text("codes"),
    Index(None, "instrument_id", "trade_date"),
)

_SETTLEMENTS = "description LIKE 'Option Cash Settlement%'"

statement_lines = fact(
    "statement_lines",
    text("level"),
    day("date"),
    day("report_date"),
    day("settle_date"),
    text("currency"),
    text("activity_code"),
    text("description"),
    refers("instrument_id", "instruments", nullable=True),
    number("quantity"),
    number("amount"),
    number("balance"),
    text("broker_trade_id"),
    text("broker_id"),
    Index(None, "account_id", "date", "id"),
    # Few: the only lines from which lots follow.
    where(_SETTLEMENTS, "instrument_id"),
)

SETTLEMENTS = text_clause(_SETTLEMENTS)
"""Lines that tell what was paid for an option that was settled in cash."""

nav_summaries = fact(
    "nav_summaries",
    moment("as_of", nullable=False),
    text("kind", nullable=False),
    day("from_date"),
    day("to_date", nullable=False),
    text("currency"),
    number("starting_value"),
    number("total"),
    number("cash"),
    number("stock"),
    number("options"),
    number("bonds"),
    number("funds"),
    number("dividend_accruals"),
    number("interest_accruals"),
    number("deposits_withdrawals"),
    number("mark_to_market"),
    number("time_weighted_return"),
    one_of("kind", NavKind, "kind"),
    Index(None, "account_id", "kind", "as_of"),
)

other_rows = fact(
    "other_rows",
    text("section", nullable=False),
    text("tag", nullable=False),
    day("date"),
    Index(None, "account_id", "section", "id"),
)
