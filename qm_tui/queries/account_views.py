"""What is shown of accounts: what they are worth, by currency, and what they have to keep."""

import datetime as dt
from dataclasses import dataclass
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
    daily_pnl_as_of: dt.datetime | None = None
    """When `daily_pnl` was told: it is of that day in New York, which may not be today."""


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
