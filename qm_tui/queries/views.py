"""What screens and `qm-tui show` print: a frozen row each, its fields named as in the contract."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyAmount:
    """Money in one currency; value None is unknown."""

    currency: str
    value: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """An account and what it is worth, in its base currency."""

    account: str
    broker: str
    connections: tuple[str, ...]
    nickname: str | None
    account_type: str | None
    tax_treatment: str | None
    base_currency: str | None
    net_liquidation: Decimal | None
    total_cash: Decimal | None
    buying_power: Decimal | None
    margin_used: Decimal | None
    margin_available: Decimal | None
    unrealized_pnl: Decimal | None
    realized_pnl: Decimal | None
    daily_pnl: Decimal | None
    as_of: dt.datetime | None
    cash: tuple[CurrencyAmount, ...] = ()
    positions: int = 0
    paper: bool = False
    """Play money: the broker's account for trying things out."""
    notices: tuple["NoticeView", ...] = ()
    """What restricts the account or warns of something, the newest first."""
    margin: tuple["MarginView", ...] = ()
    """What is required for the holdings in each underlying, the most first."""
    closed: dt.date | None = None
    """When it was closed; what nobody tells of it any more is not missed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """A restriction or a warning that holds for an account."""

    kind: str
    """`restriction`, `warning` or `information`."""
    message: str
    noticed_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginView:
    """What has to be kept for the holdings in one underlying; positive is required."""

    account: str
    underlying: str
    """Its symbol, or the broker's word for all of the account."""
    initial: Decimal | None
    maintenance: Decimal | None
    as_of: dt.datetime
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTotal:
    """The foot of the accounts screen, for one base currency.

    `missing` names, per column, the accounts whose value is unknown and not in the sum.
    """

    base_currency: str | None
    net_liquidation: Decimal | None
    total_cash: Decimal | None
    unrealized_pnl: Decimal | None
    daily_pnl: Decimal | None
    missing: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceView:
    """One account value."""

    account: str
    currency: str
    tag: str
    value: Decimal
    as_of: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionView:
    """A holding; `stale` when the newest answer of its account did not confirm it."""

    id: int
    instrument_id: int
    account: str
    broker: str
    symbol: str
    description: str | None
    instrument_type: str
    underlying: str | None
    conid: str | None
    osi_symbol: str | None
    isin: str | None
    currency: str | None
    quantity: Decimal
    average_cost: Decimal | None
    cost_basis: Decimal | None
    market_price: Decimal | None
    market_value: Decimal | None
    unrealized_pnl: Decimal | None
    realized_pnl: Decimal | None
    daily_pnl: Decimal | None
    multiplier: Decimal
    fx_rate_to_base: Decimal | None
    as_of: dt.datetime
    stale: bool
    right: str | None = None
    strike: Decimal | None = None
    expiry: dt.date | None = None
    document_id: int | None = None
    document_row: int | None = None

    @property
    def arriving(self) -> bool:
        """Whether it is shown but not stored yet: it leads nowhere so far."""
        return self.instrument_id < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionView(PositionView):
    """A position in an option, with its Greeks per unit as quoted and of the whole position."""

    days_to_expiry: int | None = None
    """Calendar days from today in New York; negative when it has expired."""
    delta: Decimal | None = None
    gamma: Decimal | None = None
    theta: Decimal | None = None
    """Per calendar day."""
    vega: Decimal | None = None
    """Per volatility point."""
    rho: Decimal | None = None
    """Per percentage point."""
    implied_volatility: Decimal | None = None
    """A year, as a fraction: 0.25 is 25 %."""
    underlying_price: Decimal | None = None
    greeks_source: str | None = None
    """Whose model: `ibkr`, `tastytrade` or `computed`."""
    greeks_as_of: dt.datetime | None = None
    delayed: bool = False
    """The prices behind them come some fifteen minutes late."""
    position_delta: Decimal | None = None
    """× quantity × multiplier, as all of the following: units of the underlying."""
    position_gamma: Decimal | None = None
    position_theta: Decimal | None = None
    position_vega: Decimal | None = None
    position_rho: Decimal | None = None
    bid: Decimal | None = None
    ask: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedView:
    """What is held of one instrument in all accounts together; a sum with an unknown is None."""

    instrument_id: int
    symbol: str
    description: str | None
    instrument_type: str
    underlying: str | None
    currency: str | None
    accounts: tuple[str, ...]
    quantity: Decimal
    long_quantity: Decimal
    short_quantity: Decimal
    """Not positive: what is short in one account is not paid back by what is long in another."""
    average_cost: Decimal | None
    """Per unit; None where some are long and others short."""
    cost_basis: Decimal | None
    market_price: Decimal | None
    """The newest that an account was told."""
    market_value: Decimal | None
    unrealized_pnl: Decimal | None
    realized_pnl: Decimal | None
    daily_pnl: Decimal | None
    multiplier: Decimal
    as_of: dt.datetime
    """Of the oldest of them."""
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureView:
    """What is held in one underlying, itself and options on it, over all accounts.

    Sums leave out what is unknown and say of how many positions that is.
    """

    underlying: str
    currency: str | None
    accounts: tuple[str, ...]
    positions: int
    units: Decimal
    """Of the underlying itself: shares, coins, contracts of a future × its multiplier."""
    options: int
    """Positions in options on it."""
    price: Decimal | None
    """Of the underlying."""
    delta: Decimal | None
    """Units of the underlying that all of it moves like: those held, and those of the options."""
    delta_value: Decimal | None
    """What so many units cost."""
    gamma: Decimal | None
    theta: Decimal | None
    """Per calendar day."""
    vega: Decimal | None
    """Per volatility point."""
    market_value: Decimal | None
    unrealized_pnl: Decimal | None
    daily_pnl: Decimal | None
    without_greeks: int
    without_value: int
    as_of: dt.datetime
    """Of the oldest position."""
    stale: bool


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
class SyncView:
    """One section of one sync or import."""

    id: int
    run: int
    connection: str
    name: str | None
    """The file's name, for an import."""
    section: str
    state: str
    started_at: dt.datetime
    finished_at: dt.datetime | None
    received: int
    added: int
    changed: int
    unchanged: int
    refused: int
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """One sync or import as a whole."""

    run: int
    connection: str
    name: str | None
    kind: str
    state: str
    started_at: dt.datetime
    finished_at: dt.datetime | None
    received: int
    added: int
    changed: int
    unchanged: int
    refused: int
    accounts: tuple[str, ...]
    warnings: tuple[str, ...]
    error: str | None
    document_id: int | None
    doing: str | None = None
    """What a run that goes on is at, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """A connection: how it is doing, or how it did when last something was heard of it."""

    connection: str
    broker: str
    state: str
    """One of `LinkState`; `off` where nothing runs."""
    says: str
    """What is going on, with what to do: a sentence, or nothing."""
    since: dt.datetime | None
    accounts: tuple[str, ...]
    last_success: dt.datetime | None
    """When a sync last ended with every section whole."""
    data_as_of: dt.datetime | None
    next_try: dt.datetime | None = None
    next_sync: dt.datetime | None = None
    latency: dt.timedelta | None = None
    runs: int = 0
    """Of the last 20: how many are known."""
    failures: int = 0
    """Of those, how many were not whole."""
    delayed: bool = False
    lease: str | None = None
    """Who syncs it, or did when last seen: `4711@desk monitor`."""
    lease_since: dt.datetime | None = None
    lease_until: dt.datetime | None = None
    """Until when that holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """One row that a run added, changed or refused, or something new it met."""

    id: int
    run: int
    change: str
    """`added`, `changed`, `refused` or `new` (something the program did not know)."""
    section: str
    account: str | None
    symbol: str | None
    what: str
    """The row in a few words, or the field, text and reason of a refused one."""
    document_id: int | None
    document_row: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRowView:
    """The row as the broker wrote it."""

    document_id: int
    document: str
    kind: str
    row: int
    rows: int
    """How many rows the document has."""
    byte_offset: int
    text: str
    fields: tuple[tuple[str, str], ...]
    """Names and values in the broker's order, where the row could be taken apart."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusView:
    """What the status bar says."""

    accounts: int
    connections: tuple[str, ...]
    newest_as_of: dt.datetime | None
    last_run_at: dt.datetime | None
    open_breaks: int | None
    """Holdings, currencies and totals that do not add up; None while nothing is reconciled yet."""
    empty: bool
    connections_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Account → the connections through which it was seen."""
