"""What is shown of holdings: positions, options, and both taken together."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal


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
    without_gain: int
    without_day: int
    """Gains of a day that is over are not in `daily_pnl`, either."""
    as_of: dt.datetime
    """Of the oldest position."""
    stale: bool
