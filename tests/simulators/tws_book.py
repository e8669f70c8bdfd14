"""What the double holds: accounts and their values, positions, fills, prices.

Numbers are `Field`s: a test may put a sentinel, "NaN" or nothing at all wherever TWS would put a
number.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tests.simulators.tws_wire import UNSET, Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """What a position is in; the fields of a contract and of its details."""

    con_id: int
    symbol: str
    kind: str = "STK"
    """STK, OPT, FUT, CASH, BOND, FUND … as TWS calls them."""
    expiry: str = ""
    strike: Field = "0.0"
    right: str = ""
    multiplier: str = ""
    exchange: str = "NASDAQ"
    currency: str = "USD"
    local_symbol: str = ""
    trading_class: str = ""
    long_name: str = ""
    industry: str = ""
    category: str = ""
    subcategory: str = ""
    stock_type: str = ""
    identifiers: Mapping[str, str] = field(default_factory=dict)
    """Numbers by scheme: ISIN, CUSIP."""
    underlying_con_id: int = 0
    underlying_symbol: str = ""
    underlying_kind: str = ""
    valid_exchanges: str = "SMART,NASDAQ,NYSE"
    time_zone: str = "US/Eastern"
    coupon: Field = 0
    maturity: str = ""
    min_tick: Field = "0.01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A position with its portfolio row."""

    account: str
    instrument: Instrument
    quantity: Field
    average_cost: Field
    """Per unit and times the multiplier, as TWS has it."""
    mark: Field
    value: Field
    unrealized: Field
    realized: Field = "0.0"
    daily: Field = UNSET

    @property
    def key(self) -> tuple[str, int]:
        """Account and contract number: what a position is known by."""
        return self.account, self.instrument.con_id

    @property
    def closed(self) -> bool:
        """Nothing is left of it."""
        return str(self.quantity) in {"0", "0.0"}

    @classmethod
    def of(
        cls, account: str, instrument: Instrument, quantity: str, average_cost: str, mark: str
    ) -> "Holding":
        """A position whose value and gain follow from the mark."""
        units = Decimal(quantity) * Decimal(instrument.multiplier or 1)
        value = units * Decimal(mark)
        return cls(
            account=account,
            instrument=instrument,
            quantity=quantity,
            average_cost=average_cost,
            mark=mark,
            value=value,
            unrealized=value - Decimal(quantity) * Decimal(average_cost),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """A fill of today and what was paid for it."""

    exec_id: str
    account: str
    instrument: Instrument
    time: str = "20260302 10:31:05 US/Eastern"
    side: str = "BOT"
    """BOT or SLD."""
    shares: Field
    price: Field
    exchange: str = "ISLAND"
    perm_id: int = 1_000_001
    order_id: int = 0
    """0: placed by hand in TWS, so no client knows the order."""
    client_id: int = 0
    commission: Field = "1.0"
    commission_currency: str = "USD"
    realized: Field = UNSET
    liquidation: int = 0
    commission_known: bool = True
    """False: the commission report comes later (`TwsDouble.report_commission`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pnl:
    """Profit and loss of an account."""

    daily: Field = "125.5"
    unrealized: Field = "1800.25"
    realized: Field = "-40.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeks:
    """The model's computation of an option; the second line are TWS's words for "not computed"."""

    volatility: Field = "0.21"
    delta: Field = "0.55"
    price: Field = "13.5"
    dividends: Field = "0.75"
    gamma: Field = "0.012"
    vega: Field = "0.85"
    theta: Field = "-0.09"
    underlying: Field = "601.5"

    @classmethod
    def unknown(cls) -> "Greeks":
        """As TWS says "not computed": -1 for prices and volatility, -2 for the others."""
        return cls(
            volatility="-1",
            delta="-2",
            price="-1",
            dividends="-1",
            gamma="-2",
            vega="-2",
            theta="-2",
            underlying="-1",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticker:
    """The prices of an instrument. None: TWS says nothing of it."""

    bid: Field = None
    ask: Field = None
    last: Field = None
    close: Field = None
    bid_size: Field = 3
    ask_size: Field = 5
    last_size: Field = 1
    volume: Field = 120_000
    greeks: Greeks | None = None
    live: bool = True
    """False: only delayed prices are subscribed."""


@dataclass(slots=True)
class Account:
    """One account of the login."""

    name: str
    base: str = "USD"
    values: dict[tuple[str, str], Field] = field(default_factory=dict)
    """Everything TWS says of it, by tag and currency ("" for tags without one)."""
    pnl: Pnl = field(default_factory=Pnl)


@dataclass(slots=True)
class Book:
    """All the double knows, and what a client is told."""

    accounts: dict[str, Account] = field(default_factory=dict)
    holdings: dict[tuple[str, int], Holding] = field(default_factory=dict)
    executions: list[Execution] = field(default_factory=list)
    instruments: dict[int, Instrument] = field(default_factory=dict)
    tickers: dict[int, Ticker] = field(default_factory=dict)

    def hold(self, holding: Holding) -> None:
        """Take a position in, or in place of what was there; a quantity of 0 takes it out."""
        self.instruments.setdefault(holding.instrument.con_id, holding.instrument)
        if holding.closed:
            self.holdings.pop(holding.key, None)
        else:
            self.holdings[holding.key] = holding

    def held(self, account: str | None = None) -> Iterator[Holding]:
        """The positions of one account, or of all."""
        return (h for h in list(self.holdings.values()) if account in (None, h.account))

    def holding(self, symbol: str, account: str | None = None, kind: str | None = None) -> Holding:
        """The first position of that symbol; LookupError when there is none."""
        for holding in self.held(account):
            if holding.instrument.symbol == symbol and kind in (None, holding.instrument.kind):
                return holding
        raise LookupError(f"no position in {symbol}")

    def change(self, key: tuple[str, int], **new: Field) -> Holding:
        """The same position with other numbers."""
        changed = replace(self.holdings[key], **new)  # type: ignore[arg-type] # fields by name
        self.hold(changed)
        return changed

    def set_value(self, account: str, tag: str, value: Field, currency: str = "") -> None:
        """Write one value of an account."""
        self.accounts[account].values[tag, currency] = value

    @classmethod
    def example(cls, *accounts: str, base: str = "USD") -> "Book":
        """Seven positions of five kinds, two fills and prices, the same in every account.

        Without a name there is one account, U1234567.
        """
        from tests.simulators.tws_examples import example_book  # noqa: PLC0415 - it is made of these

        return example_book(accounts or ("U1234567",), base)

    @classmethod
    def large(cls, positions: int = 5_000, *accounts: str, base: str = "USD") -> "Book":
        """So many stocks, spread evenly over the accounts, and their values."""
        from tests.simulators.tws_examples import large_book  # noqa: PLC0415 - it is made of these

        return large_book(positions, accounts or ("U1234567",), base)

    @classmethod
    def empty(cls, *accounts: str, base: str = "USD") -> "Book":
        """Accounts that hold nothing but cash."""
        from tests.simulators.tws_examples import empty_book  # noqa: PLC0415 - it is made of these

        return empty_book(accounts or ("U1234567",), base)
