"""The facts of one booking group as the store hands them over: lean rows, in the broker's words.

Names and signs are those of the records (`qm_tui.domain.records`); `id` is the row in the table
that the class is named for, `account` and `security` are numbers, a security stands for all its
names. Cancelled and superseded trades are left out by whoever loads them.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from qm_tui.domain.booking.events import Pick
from qm_tui.domain.booking.securities import AccountRules, Security
from qm_tui.domain.words import (
    CashType,
    CorporateActionType,
    OpenClose,
    OptionEventType,
    TransferDirection,
)


class TradeFact(NamedTuple):
    """A fill of the table `trades`."""

    id: int
    key: str
    account: int
    security: int
    trade_date: dt.date
    executed_at: dt.datetime | None
    quantity: Decimal
    price: Decimal | None
    currency: str | None
    proceeds: Decimal | None
    commission: Decimal | None
    commission_currency: str | None
    taxes: Decimal | None
    net_cash: Decimal | None
    cost_basis: Decimal | None
    realized_pnl: Decimal | None
    fx_rate_to_base: Decimal | None
    open_close: OpenClose | None
    transaction_type: str | None
    codes: str | None
    broker_trade_id: str | None
    broker_transaction_id: str | None
    broker_execution_id: str | None
    broker_order_id: str | None


class ClosedLotFact(NamedTuple):
    """A row of `closed_lots`."""

    id: int
    account: int
    security: int
    quantity: Decimal
    cost_basis: Decimal | None
    opened_at: dt.datetime | None
    acquisition_date: dt.date | None
    closed_at: dt.datetime | None
    disposition_date: dt.date | None
    opening_transaction_id: str | None
    closing_trade_key: str | None


class CashFact(NamedTuple):
    """A row of `cash_transactions` that names an instrument or a trade."""

    id: int
    key: str
    account: int
    security: int | None
    date: dt.date
    occurred_at: dt.datetime | None
    type: CashType
    broker_type: str | None
    currency: str
    amount: Decimal
    fx_rate_to_base: Decimal | None
    description: str | None
    broker_trade_id: str | None
    action_id: str | None
    codes: str | None
    ex_date: dt.date | None


class TransferFact(NamedTuple):
    """A row of `transfers` that moves a holding."""

    id: int
    key: str
    account: int
    security: int
    date: dt.date
    occurred_at: dt.datetime | None
    type: str | None
    direction: TransferDirection
    currency: str | None
    quantity: Decimal
    market_value: Decimal | None
    cost_basis: Decimal | None
    fx_rate_to_base: Decimal | None
    counterparty_account: str | None
    description: str | None


class TransferLotFact(NamedTuple):
    """A row of `transfer_lots`; `transfer_key` is the transfer's key where the file tells it."""

    id: int
    account: int
    transfer_key: str | None
    security: int | None
    date: dt.date
    direction: TransferDirection
    quantity: Decimal
    cost_basis: Decimal | None
    opened_at: dt.datetime | None
    acquisition_date: dt.date | None
    holding_start: dt.date | None


class ActionFact(NamedTuple):
    """A leg of a corporate action: a row of `corporate_actions`."""

    id: int
    key: str
    account: int
    security: int | None
    type: CorporateActionType
    broker_type: str | None
    date: dt.date
    effective_at: dt.datetime | None
    report_date: dt.date | None
    currency: str | None
    quantity: Decimal | None
    amount: Decimal | None
    proceeds: Decimal | None
    value: Decimal | None
    cost_basis: Decimal | None
    realized_pnl: Decimal | None
    fx_rate_to_base: Decimal | None
    description: str | None
    action_id: str | None


class OptionEventFact(NamedTuple):
    """A row of `option_events`: classifies what trades say, and stands for them where they fail."""

    id: int
    key: str
    account: int
    security: int
    type: OptionEventType
    date: dt.date
    currency: str | None
    quantity: Decimal | None
    price: Decimal | None
    proceeds: Decimal | None
    commission: Decimal | None
    broker_trade_id: str | None


class StatementFact(NamedTuple):
    """A row of `statement_lines` that tells what was paid for an option settled in cash."""

    id: int
    key: str
    account: int
    security: int
    level: str | None
    date: dt.date
    currency: str | None
    amount: Decimal
    description: str | None


class YearEndPrice(NamedTuple):
    """What a section 1256 contract was worth at the end of a year's last business day."""

    security: int
    day: dt.date
    price: Decimal
    """Per unit."""
    position: int | None = None
    """The row of `positions` that says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFacts:
    """All that is known of one booking group: what a booking run, also in a process, needs."""

    securities: Mapping[int, Security]
    accounts: Mapping[int, AccountRules]
    base_currencies: Mapping[int, str | None] = field(default_factory=dict)
    """Account → its base currency, into which `fx_rate_to_base` multiplies."""
    trades: Sequence[TradeFact] = ()
    closed_lots: Sequence[ClosedLotFact] = ()
    cash: Sequence[CashFact] = ()
    transfers: Sequence[TransferFact] = ()
    transfer_lots: Sequence[TransferLotFact] = ()
    actions: Sequence[ActionFact] = ()
    option_events: Sequence[OptionEventFact] = ()
    statement_lines: Sequence[StatementFact] = ()
    year_end_prices: Sequence[YearEndPrice] = ()
    rates: Mapping[tuple[str, dt.date], Decimal] = field(default_factory=dict)
    """(currency, day) → what one unit is in the tax currency."""
    chosen_lots: Mapping[int, tuple[Pick, ...]] = field(default_factory=dict)
    """Trade id → the lots the user named for it; these overrule the broker's."""
    reported: Mapping[tuple[int, int], Decimal] = field(default_factory=dict)
    """(account, security) → the newest reported quantity, signed: tells a short from a hole."""
    agreed: Mapping[tuple[int, int], dt.date] = field(default_factory=dict)
    """(account, security) → until when facts came to what was reported: no hole is before it."""
