"""Facts and observations as brokers report them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from qm_tui.domain.instruments import Instrument
from qm_tui.domain.words import (
    CashType,
    CorporateActionType,
    OpenClose,
    OptionEventType,
    TaxTreatment,
    TradeKind,
    TradeLevel,
    TransferDirection,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Anything a broker said. `document_row` counts the rows of its document from 0."""

    account: str
    """The broker's account number."""
    document_row: int | None = None
    broker_specific: Mapping[str, str] | None = None
    """What the row says beyond our fields, under the broker's names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Record):
    """What happened. Stays under its key; a restatement is a new version of the same fact."""

    key: str
    """Unique within the account and the kind of record; its prefix names the kind of id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation(Record):
    """What was seen at a moment."""

    as_of: dt.datetime


# --- accounts and what they are worth ----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountInfo(Record):
    """An account as the broker describes it; what is not said is None and changes nothing."""

    account_type: str | None = None
    tax_treatment: TaxTreatment | None = None
    """Only where the broker's own words say so (an IRA, a Roth IRA)."""
    base_currency: str | None = None
    nickname: str | None = None
    owner: str | None = None
    opened: dt.date | None = None
    closed: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentInfo(Record):
    """An instrument described for its own sake (Flex SecuritiesInfo); `account` is empty."""

    instrument: Instrument


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance(Observation):
    """One account value: a tag in the broker's words, in one currency."""

    tag: str
    currency: str
    """ISO code, or `BASE` for a total in the account's base currency."""
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Position(Observation):
    """How much of an instrument an account holds; cost and value follow the sign of quantity."""

    instrument: Instrument
    currency: str | None
    quantity: Decimal
    average_cost: Decimal | None = None
    """Per unit: cost_basis ÷ quantity ÷ multiplier."""
    cost_basis: Decimal | None = None
    market_price: Decimal | None = None
    market_value: Decimal | None = None
    unrealized_pnl: Decimal | None = None
    realized_pnl: Decimal | None = None
    daily_pnl: Decimal | None = None
    fx_rate_to_base: Decimal | None = None
    """Multiplies the position's currency into the account's base currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginRequirement(Observation):
    """What has to be kept for the holdings in one underlying, or for the account (`Total`)."""

    underlying_symbol: str
    instrument: Instrument | None = None
    initial: Decimal | None = None
    """Positive is required."""
    maintenance: Decimal | None = None


# --- what happened -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade(Fact):
    """One fill (or its cancellation). Money is signed: paid is negative."""

    instrument: Instrument
    kind: TradeKind = TradeKind.FILL
    level: TradeLevel = TradeLevel.EXECUTION
    trade_date: dt.date
    """The exchange's calendar day."""
    executed_at: dt.datetime | None = None
    settle_date: dt.date | None = None
    report_date: dt.date | None = None
    quantity: Decimal
    price: Decimal | None
    """Per unit, before the multiplier."""
    currency: str | None
    proceeds: Decimal | None = None
    """−quantity × price × multiplier, before commission and taxes."""
    commission: Decimal | None = None
    commission_currency: str | None = None
    taxes: Decimal | None = None
    net_cash: Decimal | None = None
    fx_rate_to_base: Decimal | None = None
    accrued_interest: Decimal | None = None
    cost_basis: Decimal | None = None
    realized_pnl: Decimal | None = None
    close_price: Decimal | None = None
    open_close: OpenClose | None = None
    transaction_type: str | None = None
    """The broker's word: ExchTrade, BookTrade, FracShare, TradeCancel …"""
    exchange: str | None = None
    order_type: str | None = None
    codes: str | None = None
    """The broker's notes, e.g. `A;P`."""
    broker_trade_id: str | None = None
    broker_transaction_id: str | None = None
    broker_execution_id: str | None = None
    """Shared by the API's execution, the trade confirmation and the activity statement."""
    broker_order_id: str | None = None
    original_trade_id: str | None = None
    original_transaction_id: str | None = None
    """What a cancellation or correction replaces."""
    likeness: str | None = None
    """Equal where sources that share no id tell the same: they are then one, each row once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CashTransaction(Fact):
    """Money that moved other than by a trade."""

    date: dt.date
    occurred_at: dt.datetime | None = None
    settle_date: dt.date | None = None
    ex_date: dt.date | None = None
    type: CashType
    broker_type: str | None = None
    instrument: Instrument | None = None
    currency: str
    amount: Decimal
    fx_rate_to_base: Decimal | None = None
    description: str | None = None
    broker_id: str | None = None
    broker_trade_id: str | None = None
    action_id: str | None = None
    codes: str | None = None
    reverses: str | None = None
    """The key of the fact of this account that this one takes back: neither of them counts."""
    likeness: str | None = None
    """Equal where sources that share no id tell the same: they are then one, each row once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DividendAccrual(Fact):
    """A dividend that is due (open) or a change of what is due."""

    kind: str
    """`open` or `change`."""
    instrument: Instrument
    currency: str | None = None
    date: dt.date | None = None
    ex_date: dt.date | None = None
    pay_date: dt.date | None = None
    quantity: Decimal | None = None
    gross_rate: Decimal | None = None
    """Per unit."""
    gross_amount: Decimal | None = None
    tax: Decimal | None = None
    fee: Decimal | None = None
    net_amount: Decimal | None = None
    codes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginInterest(Fact):
    """Interest accrued over a period, or one tier of a day's computation."""

    type: str
    """`accrual`, `accrual_base_summary`, or the broker's name of the tier's interest."""
    currency: str
    from_date: dt.date | None = None
    to_date: dt.date | None = None
    principal: Decimal | None = None
    rate: Decimal | None = None
    """Percent a year."""
    accrued: Decimal | None = None
    starting_balance: Decimal | None = None
    reversal: Decimal | None = None
    ending_balance: Decimal | None = None
    tier: str | None = None
    fx_rate_to_base: Decimal | None = None
    broker_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Fact):
    """Holdings or cash that came from or went to another account."""

    date: dt.date
    occurred_at: dt.datetime | None = None
    settle_date: dt.date | None = None
    type: str | None = None
    """The broker's word: ACATS, FOP, INTERNAL …"""
    direction: TransferDirection
    instrument: Instrument | None = None
    currency: str | None = None
    quantity: Decimal | None = None
    """Signed change of the holding: a long that leaves is negative. None for cash alone."""
    price: Decimal | None = None
    market_value: Decimal | None = None
    cost_basis: Decimal | None = None
    """None is unknown, not zero."""
    cash_amount: Decimal | None = None
    realized_pnl: Decimal | None = None
    fx_rate_to_base: Decimal | None = None
    counterparty: str | None = None
    counterparty_account: str | None = None
    description: str | None = None
    broker_id: str | None = None
    codes: str | None = None
    reverses: str | None = None
    """The key of the fact of this account that this one takes back: neither of them counts."""
    likeness: str | None = None
    """Equal where sources that share no id tell the same: they are then one, each row once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferLot(Fact):
    """A lot of a transfer: explains it, and is not added to it."""

    transfer_key: str | None = None
    instrument: Instrument | None = None
    currency: str | None = None
    date: dt.date
    direction: TransferDirection
    quantity: Decimal
    cost_basis: Decimal | None = None
    price: Decimal | None = None
    opened_at: dt.datetime | None = None
    acquisition_date: dt.date | None = None
    holding_start: dt.date | None = None
    codes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CorporateAction(Fact):
    """One leg of a corporate action: what it did to one instrument in one account."""

    type: CorporateActionType
    broker_type: str | None = None
    date: dt.date
    effective_at: dt.datetime | None = None
    report_date: dt.date | None = None
    instrument: Instrument | None = None
    currency: str | None = None
    quantity: Decimal | None = None
    """Signed change of the holding."""
    amount: Decimal | None = None
    proceeds: Decimal | None = None
    value: Decimal | None = None
    cost_basis: Decimal | None = None
    realized_pnl: Decimal | None = None
    fx_rate_to_base: Decimal | None = None
    description: str | None = None
    action_id: str | None = None
    """Ties the legs of one action."""
    broker_id: str | None = None
    codes: str | None = None
    reverses: str | None = None
    """The key of the fact of this account that this one takes back: neither of them counts."""
    likeness: str | None = None
    """Equal where sources that share no id tell the same: they are then one, each row once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionEvent(Fact):
    """How an option ended. Repeats what trades say: it classifies, it is not booked."""

    type: OptionEventType
    broker_type: str | None = None
    date: dt.date
    instrument: Instrument
    currency: str | None = None
    quantity: Decimal | None = None
    price: Decimal | None = None
    market_price: Decimal | None = None
    proceeds: Decimal | None = None
    commission: Decimal | None = None
    cost_basis: Decimal | None = None
    realized_pnl: Decimal | None = None
    broker_trade_id: str | None = None
    reverses: str | None = None
    """The key of the fact of this account that this one takes back: neither of them counts."""
    likeness: str | None = None
    """Equal where sources that share no id tell the same: they are then one, each row once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FxRate(Record):
    """Units of `to_currency` for one of `from_currency`, at the end of `date`."""

    date: dt.date
    from_currency: str
    to_currency: str
    rate: Decimal


# --- what things cost now, and what an account is told -----------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote(Record):
    """The latest prices of an instrument, per unit; `account` is empty. None is no quote."""

    instrument: Instrument
    as_of: dt.datetime
    bid: Decimal | None = None
    ask: Decimal | None = None
    last: Decimal | None = None
    close: Decimal | None = None
    """Of the trading day before."""
    delayed: bool = False
    """Some fifteen minutes old, because the user has no live data for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeks(Record):
    """The latest Greeks of an option, per unit as quoted; `account` is empty.

    Delta of a long call is 0 … 1, theta is per calendar day, vega per volatility point, rho per
    percentage point.
    """

    instrument: Instrument
    as_of: dt.datetime
    delta: Decimal | None = None
    gamma: Decimal | None = None
    theta: Decimal | None = None
    vega: Decimal | None = None
    rho: Decimal | None = None
    implied_volatility: Decimal | None = None
    """A year, as a fraction: 0.25 is 25 %."""
    underlying_price: Decimal | None = None
    option_price: Decimal | None = None
    """What the model says the option is worth, per unit."""
    source: str
    """Whose model: `ibkr`, `tastytrade` or `computed`."""
    delayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountNotice(Record):
    """A restriction or a warning that holds for an account, in a sentence."""

    kind: str
    """`restriction`, `warning` or `information`."""
    message: str
    noticed_at: dt.datetime
