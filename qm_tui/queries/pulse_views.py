"""What the portfolio pulse shows: everything in one look, in the base currency."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from qm_tui.queries.account_views import AccountView, CurrencyAmount
from qm_tui.queries.discrepancy_views import DiscrepancyView
from qm_tui.queries.net_liquidation import Point, ValueSeries


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A sum over accounts in the base currency."""

    value: Decimal | None
    """Of what is known; None where nothing is."""
    share: Decimal | None = None
    """Of what it is compared with, as a fraction: a gain, of what there was before it."""
    missing: tuple[str, ...] = ()
    """Accounts that are not in it: nobody told, or what they told could not be converted."""


class Margin(StrEnum):
    """How close an account is to a margin call."""

    UNUSED = "unused"
    COMFORTABLE = "comfortable"
    WATCHFUL = "watchful"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginUse:
    """What is required to be kept, of what there is to keep."""

    account: str | None
    """None is all accounts together."""
    name: str
    used: Decimal | None
    available: Decimal | None
    share: Decimal | None
    """Used ÷ (used + available), as a fraction."""
    level: Margin | None
    missing: tuple[str, ...] = ()
    """Accounts that are not in it: nobody told, or what they told could not be converted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaks:
    """What does not add up."""

    major: int
    minor: int
    dust: int
    unknown: int = 0
    """Holdings, currencies and totals of which one side is not known."""
    worst: tuple[DiscrepancyView, ...]
    """The gravest first."""

    @property
    def open(self) -> int:
        """How many need a look: dust does not."""
        return self.major + self.minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiring:
    """An option position that expires soon, or should have."""

    account: str
    symbol: str
    underlying: str
    right: str | None
    strike: Decimal | None
    expiry: dt.date
    days: int
    """Calendar days from today in New York; negative when it has expired."""
    quantity: Decimal
    underlying_price: Decimal | None
    in_the_money: bool | None
    """None where nobody knows what the underlying costs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """An instrument and what it brought on the day, in all accounts."""

    symbol: str
    daily_pnl: Decimal
    """In the base currency."""
    share: Decimal | None
    """Of what it was worth before, as a fraction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PulseAccount:
    """An account in a line."""

    view: AccountView
    points: tuple[Point, ...] = ()
    """What it was worth by day, in its own currency."""
    is_converted: bool = True
    """Whether it is in the sums."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PulseView:
    """How everything is doing."""

    base_currency: str | None
    net_liquidation: Figure
    daily_pnl: Figure
    """Of one day, of accounts that told what they gained on it."""
    unrealized_pnl: Figure
    total_cash: Figure
    cash: tuple[CurrencyAmount, ...]
    """By currency, as it is; the most first is the base currency."""
    history: ValueSeries
    """Of all accounts together; today's point is what holds now."""
    begun: tuple[tuple[str, dt.date], ...] = ()
    """Accounts whose values came to it later than the first, and when."""
    accounts: tuple[PulseAccount, ...]
    margin: MarginUse
    margins: tuple[MarginUse, ...]
    """By account, the closest to a margin call first; only where it is known."""
    expiring: tuple[Expiring, ...]
    """What expires soonest first."""
    movers: tuple[Mover, ...]
    """The biggest gain or loss first."""
    breaks: Breaks | None
    """None while nothing was reconciled."""
    positions: int = 0
    stale: int = 0
    """Positions that the newest answer did not confirm."""
    without_day: int = 0
    """Positions of which nobody knows what they brought on `day`."""
    day: dt.date | None = None
    """The day that daily gains are of; None where nobody told any."""
    unconverted: Mapping[str, str] = field(default_factory=dict)
    """Account → the currency that could not be converted."""
    as_of: dt.datetime | None = None
    """Of the newest of it."""
