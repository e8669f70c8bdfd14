"""What the double of Tastytrade knows: accounts, what they hold and did, instruments, prices."""

import datetime as dt
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.simulators.tastytrade_history import History, Row, Rows
from tests.simulators.tastytrade_market import Market
from tests.simulators.tastytrade_rows import BALANCE, MARGIN_REPORT, TRADING_STATUS, moment


@dataclass
class AccountBook:
    """One account; every row is JSON as the broker says it and may be changed."""

    number: str
    info: Row
    """As under `account` of /customers/me/accounts."""
    balance: Row
    positions: list[Row] = field(default_factory=list)
    history: History = field(default_factory=Rows)
    snapshots: list[Row] = field(default_factory=list)
    net_liq: list[Row] = field(default_factory=list)
    margin: Row = field(default_factory=dict)
    trading_status: Row = field(default_factory=dict)
    orders: list[Row] = field(default_factory=list)
    authority: str = "owner"

    @property
    def rows(self) -> list[Row]:
        """The transactions, where they are held and not made on demand."""
        assert isinstance(self.history, Rows), "a long history is not held"
        return self.history.rows

    def position(self, symbol: str) -> Row:
        """What is held of a symbol.

        Raises:
            StopIteration: Nothing is, and nothing was today.
        """
        return next(row for row in self.positions if row["symbol"] == symbol)


@dataclass
class Book:
    """Everything there is; what is changed here is in the next answer."""

    accounts: dict[str, AccountBook] = field(default_factory=dict)
    instruments: dict[str, dict[str, Row]] = field(default_factory=dict)
    """By the last part of their path (`equities`, `equity-options` …), then by symbol."""
    deliverables: dict[str, list[Row]] = field(default_factory=dict)
    """By the root of adjusted options: chains tell of them, the options themselves do not."""
    market: dict[str, Market] = field(default_factory=dict)
    """By DXLink's symbol."""
    quote_level: str = "api"
    """What /api-quote-tokens says: `api`, `demo`, `delayed`."""
    now: dt.datetime = dt.datetime(2026, 11, 20, 15, 30, tzinfo=dt.UTC)
    """Of what is made by the double itself."""

    def __post_init__(self) -> None:
        self._last_id = 900_000_000

    def next_id(self) -> int:
        """An id nobody had."""
        self._last_id += 1
        return self._last_id

    @property
    def only(self) -> AccountBook:
        """The first account."""
        return next(iter(self.accounts.values()))

    def open_account(
        self,
        number: str,
        kind: str = "Individual",
        margin_or_cash: str = "Margin",
        opened: dt.date = dt.date(2024, 1, 2),
        *,
        closed: bool = False,
        cash: str = "0.0",
    ) -> AccountBook:
        """Add an account in which nothing is."""
        at = moment(dt.datetime.combine(opened, dt.time(15), dt.UTC))
        info: Row = {
            "account-number": number,
            "external-id": f"A000{number}",
            "opened-at": at,
            "nickname": kind,
            "account-type-name": kind,
            "day-trader-status": False,
            "is-closed": closed,
            "is-firm-error": False,
            "is-firm-proprietary": False,
            "is-futures-approved": margin_or_cash == "Margin",
            "is-test-drive": False,
            "margin-or-cash": margin_or_cash,
            "is-foreign": False,
            "funding-date": opened.isoformat(),
            "investment-objective": "GROWTH",
            "suitable-options-level": "No Restrictions",
            "created-at": at,
        }
        if closed:
            info["closed-at"] = moment(self.now - dt.timedelta(days=200))
        stamp = {"account-number": number, "updated-at": moment(self.now)}
        today = {"snapshot-date": self.now.date().isoformat()}
        account = self.accounts[number] = AccountBook(
            number=number,
            info=info,
            balance={**BALANCE, **stamp, **today, "cash-balance": cash},
            margin={**MARGIN_REPORT, "account-number": number, "groups": []},
            trading_status={**TRADING_STATUS, **stamp, "is-closed": closed},
        )
        return account

    def describe(self, kind: str, rows: Iterable[Row]) -> None:
        """Add instruments of a kind."""
        self.instruments.setdefault(kind, {}).update({row["symbol"]: row for row in rows})

    def instrument(self, symbol: str) -> Row | None:
        """What is known of a symbol."""
        return next((kind[symbol] for kind in self.instruments.values() if symbol in kind), None)

    def streamer(self, symbol: str) -> str | None:
        """DXLink's word for a symbol."""
        row = self.instrument(symbol)
        return row["streamer-symbol"] if row else None

    def mark(self, symbol: str) -> Decimal | None:
        """The price of one unit that the market is in."""
        market = self.market.get(self.streamer(symbol) or symbol)
        if market is None or market.bid is None or market.ask is None:
            return None
        return (Decimal(str(market.bid)) + Decimal(str(market.ask))) / 2


def encoded(rows: Iterable[Any]) -> list[bytes]:
    """Rows as JSON."""
    return [json.dumps(row).encode() for row in rows]


Change = Callable[[Book], None]
"""Something that happens to the book."""
