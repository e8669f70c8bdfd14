"""Records of what brokers reckon themselves, beside what happened and what is held."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from qm_tui.domain.instruments import Instrument
from qm_tui.domain.records import Fact, Observation
from qm_tui.domain.words import NavKind, TradeSummaryLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class NavSummary(Observation):
    """Net asset value in the base currency, at the end of `to_date`."""

    kind: NavKind
    from_date: dt.date | None = None
    to_date: dt.date
    currency: str | None = None
    starting_value: Decimal | None = None
    total: Decimal | None = None
    cash: Decimal | None = None
    stock: Decimal | None = None
    options: Decimal | None = None
    bonds: Decimal | None = None
    funds: Decimal | None = None
    dividend_accruals: Decimal | None = None
    interest_accruals: Decimal | None = None
    deposits_withdrawals: Decimal | None = None
    mark_to_market: Decimal | None = None
    time_weighted_return: Decimal | None = None
    """Percent over the period, as the broker computes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerLot(Observation):
    """An open tax lot as the broker reports it."""

    key: str
    """Tells the lots of one position at one moment apart."""
    instrument: Instrument
    currency: str | None
    quantity: Decimal
    cost_basis: Decimal | None = None
    open_price: Decimal | None = None
    """Per unit."""
    market_price: Decimal | None = None
    market_value: Decimal | None = None
    unrealized_pnl: Decimal | None = None
    opened_at: dt.datetime | None = None
    acquisition_date: dt.date | None = None
    holding_start: dt.date | None = None
    """Earlier than the acquisition where a wash sale tacked the former holding period on."""
    fx_rate_to_base: Decimal | None = None
    originating_transaction_id: str | None = None
    originating_order_id: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeSummary(Fact):
    """A sum of fills as the broker states it."""

    level: TradeSummaryLevel
    instrument: Instrument | None = None
    asset_category: str | None = None
    currency: str | None = None
    trade_date: dt.date | None = None
    quantity: Decimal | None = None
    price: Decimal | None = None
    proceeds: Decimal | None = None
    commission: Decimal | None = None
    taxes: Decimal | None = None
    net_cash: Decimal | None = None
    broker_order_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedLot(Fact):
    """What the broker says a fill closed. Evidence for the choice of lots, never a trade."""

    instrument: Instrument
    currency: str | None = None
    quantity: Decimal
    """Positive when a long lot was closed, negative for a short one; None is never stored."""
    cost_basis: Decimal | None = None
    open_price: Decimal | None = None
    realized_pnl: Decimal | None = None
    opened_at: dt.datetime | None = None
    acquisition_date: dt.date | None = None
    holding_start: dt.date | None = None
    closed_at: dt.datetime | None = None
    disposition_date: dt.date | None = None
    term: str | None = None
    """`short` or `long` where the broker says so."""
    fx_rate_to_base: Decimal | None = None
    opening_transaction_id: str | None = None
    closing_trade_key: str | None = None
    """The key of the closing trade, where the statement's order tells it."""
    codes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerWashSale(Fact):
    """A wash sale as the broker reports it."""

    instrument: Instrument
    currency: str | None = None
    quantity: Decimal | None = None
    amount: Decimal | None = None
    """The loss disallowed, as the broker signs it."""
    trade_date: dt.date | None = None
    realized_at: dt.datetime | None = None
    reopened_at: dt.datetime | None = None
    holding_start: dt.date | None = None
    opening_transaction_id: str | None = None
    codes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine(Fact):
    """A line of the statement of funds: for checking, never booked."""

    level: str | None = None
    """`Currency` or `BaseCurrency`: the same movements twice, in their own and in the base one."""
    date: dt.date | None = None
    report_date: dt.date | None = None
    settle_date: dt.date | None = None
    currency: str | None = None
    activity_code: str | None = None
    description: str | None = None
    instrument: Instrument | None = None
    quantity: Decimal | None = None
    amount: Decimal | None = None
    balance: Decimal | None = None
    broker_trade_id: str | None = None
    broker_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherRow(Fact):
    """A row of a section this program has no table for: kept as it came."""

    section: str
    tag: str
    date: dt.date | None = None
