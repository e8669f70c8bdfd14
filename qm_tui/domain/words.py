"""The closed sets of words that records are written with."""

from enum import IntEnum, StrEnum


class Section(StrEnum):
    """The parts of a pull; each succeeds or fails by itself."""

    ACCOUNTS = "accounts"
    INSTRUMENTS = "instruments"
    BALANCES = "balances"
    NAV = "nav"
    POSITIONS = "positions"
    BROKER_LOTS = "broker_lots"
    TRADES = "trades"
    TRADE_SUMMARIES = "trade_summaries"
    CLOSED_LOTS = "closed_lots"
    WASH_SALES = "wash_sales"
    CASH = "cash"
    DIVIDEND_ACCRUALS = "dividend_accruals"
    INTEREST = "interest"
    TRANSFERS = "transfers"
    CORPORATE_ACTIONS = "corporate_actions"
    OPTION_EVENTS = "option_events"
    TRANSACTIONS = "transactions"
    """Where a broker tells all that happened in one list: trades, cash, transfers, events."""
    STATEMENT_LINES = "statement_lines"
    FX_RATES = "fx_rates"
    MARGIN = "margin"
    QUOTES = "quotes"
    GREEKS = "greeks"
    NOTICES = "notices"
    OTHER = "other"


class Authority(IntEnum):
    """Whose word holds when two sources tell the same fact differently."""

    USER = 10
    """Typed or kept by the user: a ledger."""
    PROVISIONAL = 20
    """The broker, before the books of the day are closed: executions, trade confirmations."""
    FINAL = 30
    """The broker's books: activity statements, the transaction history."""


class OpenClose(StrEnum):
    """What a fill does to the position, in the broker's words."""

    OPEN = "open"
    CLOSE = "close"
    CLOSE_OPEN = "close_open"
    """One fill that crosses zero (Flex `C;O`)."""


class TradeLevel(StrEnum):
    """How fine a row is. Only where a source has no executions do its orders stand for them."""

    EXECUTION = "execution"
    ORDER = "order"


class TradeKind(StrEnum):
    """A fill, or the taking back of one."""

    FILL = "fill"
    CANCEL = "cancel"


class CashType(StrEnum):
    """Why money moved."""

    DIVIDEND = "dividend"
    PAYMENT_IN_LIEU = "payment_in_lieu"
    WITHHOLDING_TAX = "withholding_tax"
    INTEREST_RECEIVED = "interest_received"
    INTEREST_PAID = "interest_paid"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    FEE = "fee"
    COMMISSION_ADJUSTMENT = "commission_adjustment"
    PRICE_ADJUSTMENT = "price_adjustment"
    TAX = "tax"
    OTHER = "other"


class TransferDirection(StrEnum):
    """Seen from the account."""

    IN = "in"
    OUT = "out"


class OptionEventType(StrEnum):
    """How an option ended, or what its end delivered."""

    EXERCISE = "exercise"
    ASSIGNMENT = "assignment"
    EXPIRATION = "expiration"
    CASH_SETTLEMENT = "cash_settlement"
    DELIVERY = "delivery"
    """The stock leg of an exercise or assignment."""
    OTHER = "other"


class CorporateActionType(StrEnum):
    """What a company did; OTHER keeps the broker's code beside it."""

    SPLIT = "split"
    REVERSE_SPLIT = "reverse_split"
    STOCK_DIVIDEND = "stock_dividend"
    SPIN_OFF = "spin_off"
    MERGER = "merger"
    TENDER = "tender"
    RIGHTS = "rights"
    RETURN_OF_CAPITAL = "return_of_capital"
    SYMBOL_CHANGE = "symbol_change"
    DELISTING = "delisting"
    CONVERSION = "conversion"
    DIVIDEND_REINVESTMENT = "dividend_reinvestment"
    OTHER = "other"


class TaxTreatment(StrEnum):
    """How an account is taxed."""

    TAXABLE = "taxable"
    IRA = "ira"
    ROTH = "roth"


class NavKind(StrEnum):
    """Which report a net asset value comes from."""

    EQUITY_SUMMARY = "equity_summary"
    """The value at the end of a day, by kind of asset."""
    CHANGE_IN_NAV = "change_in_nav"
    """What changed the value over a period."""


class TradeSummaryLevel(StrEnum):
    """Rows that repeat fills in sum; they are for checking and are never booked."""

    ORDER = "order"
    SYMBOL = "symbol_summary"
    ASSET = "asset_summary"
