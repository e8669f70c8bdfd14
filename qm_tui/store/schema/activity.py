"""Facts: what happened, each under its natural key, with the former versions kept."""

from sqlalchemy import CheckConstraint, Index, Table, UniqueConstraint

from qm_tui.domain.words import (
    Authority,
    CashType,
    CorporateActionType,
    OpenClose,
    OptionEventType,
    TradeKind,
    TradeLevel,
    TransferDirection,
)
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
from qm_tui.store.schema.facts import fact, likeness, reverses, where
from qm_tui.store.schema.reported import (
    broker_wash_sales,
    closed_lots,
    nav_summaries,
    other_rows,
    statement_lines,
    trade_summaries,
)


def _booked(*columns: str) -> Index:
    """Make an index of the trades that count: screens show, page and count no others."""
    return where("state = 'booked'", *columns)


OF_THE_USER = f"authority = {int(Authority.USER)}"
"""Of what the user keeps himself: written out, so that the index of such rows can be used."""

trades = fact(
    "trades",
    refers("instrument_id", "instruments"),
    text("kind", nullable=False),
    text("level", nullable=False),
    # What becomes of a row beside others: a cancelled fill and its cancellation are kept and not
    # counted; an order stands for its fills only until they are known.
    text("state", nullable=False, default="booked"),
    day("trade_date", nullable=False),
    moment("executed_at"),
    # The time to order by: executed_at, or the beginning of the day where no time is known.
    moment("ordered_at", nullable=False),
    day("settle_date"),
    day("report_date"),
    number("quantity", nullable=False),
    number("price"),
    text("currency"),
    number("proceeds"),
    number("commission"),
    text("commission_currency"),
    number("taxes"),
    number("net_cash"),
    number("fx_rate_to_base"),
    number("accrued_interest"),
    number("cost_basis"),
    number("realized_pnl"),
    number("close_price"),
    text("open_close"),
    text("transaction_type"),
    text("exchange"),
    text("order_type"),
    text("codes"),
    text("broker_trade_id"),
    text("broker_transaction_id"),
    text("broker_execution_id"),
    text("broker_order_id"),
    text("original_trade_id"),
    text("original_transaction_id"),
    *likeness(),
    one_of("kind", TradeKind, "kind"),
    one_of("level", TradeLevel, "level"),
    one_of("state", ("booked", "cancelled", "cancel", "superseded"), "state"),
    one_of("open_close", OpenClose, "open_close"),
    CheckConstraint("quantity NOT IN ('', '0')", name="quantity"),
    _booked("ordered_at", "id"),
    _booked("account_id", "ordered_at", "id"),
    Index(None, "instrument_id", "ordered_at", "id"),
    # To find what is not keyed by a booking id, and what takes other rows back or stands for them:
    # both are few, and an index of all rows would cost every import.
    where("broker_transaction_id IS NULL", "account_id", "instrument_id", "ordered_at"),
    where("kind = 'cancel' OR level = 'order'", "account_id", "kind", "level"),
    # Few, or none: what the user keeps himself may be told by the broker, too.
    where(OF_THE_USER, "account_id", "trade_date"),
)

cash_transactions = fact(
    "cash_transactions",
    day("date", nullable=False),
    moment("occurred_at"),
    day("settle_date"),
    day("ex_date"),
    text("type", nullable=False),
    text("broker_type"),
    refers("instrument_id", "instruments", nullable=True),
    text("currency", nullable=False),
    number("amount", nullable=False),
    number("fx_rate_to_base"),
    text("description"),
    text("broker_id"),
    text("broker_trade_id"),
    text("action_id"),
    text("codes"),
    *reverses(),
    *likeness(),
    one_of("type", CashType, "type"),
    # Few: what belongs to a trade and names no instrument.
    where("instrument_id IS NULL AND broker_trade_id IS NOT NULL", "account_id"),
    Index(None, "date", "id"),
    Index(None, "account_id", "date", "id"),
    Index(None, "instrument_id", "date", "id"),
)

dividend_accruals = fact(
    "dividend_accruals",
    text("kind", nullable=False),
    refers("instrument_id", "instruments"),
    text("currency"),
    day("date"),
    day("ex_date"),
    day("pay_date"),
    number("quantity"),
    number("gross_rate"),
    number("gross_amount"),
    number("tax"),
    number("fee"),
    number("net_amount"),
    text("codes"),
    one_of("kind", ("open", "change"), "kind"),
    Index(None, "account_id", "pay_date"),
)

margin_interest = fact(
    "margin_interest",
    text("type", nullable=False),
    text("currency", nullable=False),
    day("from_date"),
    day("to_date"),
    number("principal"),
    number("rate"),
    number("accrued"),
    number("starting_balance"),
    number("reversal"),
    number("ending_balance"),
    text("tier"),
    number("fx_rate_to_base"),
    text("broker_id"),
    Index(None, "to_date", "id"),
    Index(None, "account_id", "to_date", "id"),
)

transfers = fact(
    "transfers",
    day("date", nullable=False),
    moment("occurred_at"),
    day("settle_date"),
    text("type"),
    text("direction", nullable=False),
    refers("instrument_id", "instruments", nullable=True),
    text("currency"),
    number("quantity"),
    number("price"),
    number("market_value"),
    number("cost_basis"),
    number("cash_amount"),
    number("realized_pnl"),
    number("fx_rate_to_base"),
    text("counterparty"),
    text("counterparty_account"),
    text("description"),
    text("broker_id"),
    text("codes"),
    *reverses(),
    *likeness(),
    one_of("direction", TransferDirection, "direction"),
    Index(None, "date", "id"),
    Index(None, "account_id", "date", "id"),
    Index(None, "instrument_id", "date", "id"),
)

transfer_lots = fact(
    "transfer_lots",
    text("transfer_key"),
    refers("instrument_id", "instruments", nullable=True),
    text("currency"),
    day("date", nullable=False),
    text("direction", nullable=False),
    number("quantity", nullable=False),
    number("cost_basis"),
    number("price"),
    moment("opened_at"),
    day("acquisition_date"),
    day("holding_start"),
    text("codes"),
    one_of("direction", TransferDirection, "direction"),
    Index(None, "account_id", "transfer_key"),
    Index(None, "instrument_id"),
)

corporate_actions = fact(
    "corporate_actions",
    text("type", nullable=False),
    text("broker_type"),
    day("date", nullable=False),
    moment("effective_at"),
    day("report_date"),
    refers("instrument_id", "instruments", nullable=True),
    text("currency"),
    number("quantity"),
    number("amount"),
    number("proceeds"),
    number("value"),
    number("cost_basis"),
    number("realized_pnl"),
    number("fx_rate_to_base"),
    text("description"),
    text("action_id"),
    text("broker_id"),
    text("codes"),
    *reverses(),
    *likeness(),
    one_of("type", CorporateActionType, "type"),
    Index(None, "account_id", "date", "id"),
    Index(None, "instrument_id", "date", "id"),
    Index(None, "action_id"),
)

option_events = fact(
    "option_events",
    text("type", nullable=False),
    text("broker_type"),
    day("date", nullable=False),
    refers("instrument_id", "instruments"),
    text("currency"),
    number("quantity"),
    number("price"),
    number("market_price"),
    number("proceeds"),
    number("commission"),
    number("cost_basis"),
    number("realized_pnl"),
    text("broker_trade_id"),
    *reverses(),
    *likeness(),
    one_of("type", OptionEventType, "type"),
    Index(None, "account_id", "date", "id"),
    Index(None, "instrument_id", "date", "id"),
)

fact_versions = Table(
    "fact_versions",
    metadata,
    identity(),
    text("fact_table", nullable=False),
    whole("fact_id", default=None),
    digest("content_hash"),
    # What this version said, column by column, as it was stored.
    mapping("content"),
    whole("authority", default=None),
    moment("source_at"),
    refers("document_id", "raw_documents", nullable=True),
    whole("document_row", nullable=True, default=None),
    refers("run_id", "sync_runs"),
    moment("recorded_at", nullable=False),
    UniqueConstraint("fact_table", "fact_id", "content_hash"),
    Index(None, "run_id"),
)

FACT_TABLES = {
    table.name: table
    for table in (
        trades,
        trade_summaries,
        closed_lots,
        broker_wash_sales,
        cash_transactions,
        dividend_accruals,
        margin_interest,
        transfers,
        transfer_lots,
        corporate_actions,
        option_events,
        statement_lines,
        nav_summaries,
        other_rows,
    )
}
