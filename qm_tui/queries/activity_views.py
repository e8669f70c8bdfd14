"""What is shown of what happened: each kind by itself, and all of them on one line of time."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeView:
    """A fill."""

    id: int
    account: str
    symbol: str
    description: str | None
    trade_date: dt.date
    executed_at: dt.datetime | None
    quantity: Decimal
    price: Decimal | None
    proceeds: Decimal | None
    commission: Decimal | None
    currency: str | None
    open_close: str | None
    broker_trade_id: str | None
    realized_pnl: Decimal | None
    exchange: str | None
    codes: str | None
    level: str
    instrument_id: int
    document_id: int | None = None
    document_row: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CashView:
    """Money that moved other than by a trade."""

    id: int
    account: str
    date: dt.date
    type: str
    broker_type: str | None
    symbol: str | None
    currency: str
    amount: Decimal
    description: str | None
    broker_id: str | None
    document_id: int | None = None
    document_row: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferView:
    """Holdings or cash that came or went."""

    id: int
    account: str
    date: dt.date
    type: str | None
    symbol: str | None
    currency: str | None
    direction: str
    quantity: Decimal | None
    cost_basis: Decimal | None
    market_value: Decimal | None
    cash_amount: Decimal | None
    counterparty: str | None
    broker_id: str | None
    description: str | None
    document_id: int | None = None
    document_row: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestView:
    """Interest accrued over a period."""

    id: int
    account: str
    from_date: dt.date | None
    to_date: dt.date | None
    currency: str
    principal: Decimal | None
    rate: Decimal | None
    accrued: Decimal | None
    type: str
    broker_id: str | None
    document_id: int | None = None
    document_row: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HappeningView:
    """Something that happened: a trade, a dividend, a transfer, a split, an expiry."""

    id: int
    """Of its row, among those of its kind."""
    kind: str
    """`trade`, `cash`, `transfer`, `interest`, `corporate_action` or `option_event`."""
    type: str | None
    """Of its kind: `buy`, `dividend`, `in`, `split`, `assignment` …"""
    date: dt.date | None
    occurred_at: dt.datetime | None
    account: str
    symbol: str | None
    instrument_id: int | None
    description: str | None
    counterparty: str | None
    quantity: Decimal | None
    price: Decimal | None
    amount: Decimal | None
    """What was received, or (negative) paid; of interest what accrued."""
    cost_basis: Decimal | None
    currency: str | None
    broker_id: str | None
    document_id: int | None = None
    document_row: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CorporateActionView:
    """What a company did, as it came to one account."""

    id: int
    account: str
    date: dt.date
    type: str
    broker_type: str | None
    symbol: str | None
    instrument_id: int | None
    currency: str | None
    quantity: Decimal | None
    amount: Decimal | None
    proceeds: Decimal | None
    value: Decimal | None
    cost_basis: Decimal | None
    realized_pnl: Decimal | None
    description: str | None
    broker_id: str | None
    document_id: int | None = None
    document_row: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionEventView:
    """How an option ended, or what its end delivered."""

    id: int
    account: str
    date: dt.date
    type: str
    broker_type: str | None
    symbol: str
    description: str | None
    instrument_id: int
    currency: str | None
    quantity: Decimal | None
    price: Decimal | None
    market_price: Decimal | None
    proceeds: Decimal | None
    commission: Decimal | None
    cost_basis: Decimal | None
    realized_pnl: Decimal | None
    broker_id: str | None
    document_id: int | None = None
    document_row: int | None = None
