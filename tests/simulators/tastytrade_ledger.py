"""Writes the history of an account, and reckons from it what the account holds."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.simulators.tastytrade_book import AccountBook, Book
from tests.simulators.tastytrade_desk import position
from tests.simulators.tastytrade_history import Row
from tests.simulators.tastytrade_instruments import kind_of, named
from tests.simulators.tastytrade_rows import fill, transaction, unsigned

_MULTIPLIERS = {"Equity Option": 100, "Future": 50, "Future Option": 50}
_ZERO = Decimal(0)


@dataclass
class _Holding:
    """What is held of a symbol while the history is gone through."""

    quantity: Decimal = _ZERO
    average: Decimal = _ZERO
    opened: dt.datetime | None = None
    realized_today: Decimal = _ZERO

    def move(self, change: Decimal, price: Decimal, at: dt.datetime) -> Decimal:
        """Change the quantity; returns what was gained by a unit."""
        gained = _ZERO
        if self.quantity * change >= 0:
            whole = self.quantity + change
            self.average = (self.average * self.quantity + price * change) / whole
            self.opened = self.opened or at
        else:
            gained = (price - self.average) * min(abs(change), abs(self.quantity))
            gained = gained if self.quantity > 0 else -gained
            if abs(change) > abs(self.quantity):
                self.average, self.opened = price, at
        self.quantity += change
        if not self.quantity:
            self.opened = None
        return gained


class Ledger:
    """Adds transactions to an account, with ids that rise.

    Args:
        first: The id of the first.
    """

    def __init__(self, book: Book, account: AccountBook, first: int) -> None:
        self._book = book
        self._account = account
        self._next = first

    @property
    def rows(self) -> list[Row]:
        """All that is written."""
        return self._account.rows

    def _id(self) -> int:
        self._next += 1
        return self._next

    def trade(
        self, at: dt.datetime, symbol: str, action: str, quantity: str, price: str, **more: Any
    ) -> Row:
        """Something is bought or sold; or delivered, with another `kind` and `sub_type`."""
        kind = kind_of(symbol)
        options = kind.endswith("Option")
        fees = {"clearing-fees": "-0.08", "regulatory-fees": "-0.02"}
        if options:
            fees |= {"commission": "-1.00"}
        if symbol.startswith("SPX"):
            fees |= {"proprietary-index-option-fees": "-0.65"}
        fees = {} if kind == "Cryptocurrency" else fees
        multiplier = 0 if kind == "Future" else _MULTIPLIERS.get(kind, 1)
        said: dict[str, Any] = {"fees": fees, "multiplier": multiplier} | more
        row = fill(
            self._id(), self._account.number, named(symbol), action, quantity, price, at, **said
        )
        return self._add(row)

    def delivered(
        self, at: dt.datetime, sub_type: str, symbol: str, action: str, quantity: str, **more: Any
    ) -> Row:
        """Shares or contracts come or go without a price: a split, a merger, ACAT."""
        value = more.pop("value", 0)
        row = transaction(
            self._id(),
            self._account.number,
            "Receive Deliver",
            sub_type,
            at,
            more.pop("description", f"{sub_type}: {action} {quantity} {symbol}"),
            value,
            action=action,
            quantity=quantity,
            **named(symbol),
            **more,
        )
        return self._add(row)

    def removed(
        self, at: dt.datetime, sub_type: str, symbol: str, quantity: str, value: str = "0"
    ) -> Row:
        """An option ends: without an action, whether it was long or short."""
        row = transaction(
            self._id(),
            self._account.number,
            "Receive Deliver",
            sub_type,
            at,
            f"Removal of option due to {sub_type.lower()}",
            value,
            quantity=quantity,
            **named(symbol),
        )
        return self._add(row)

    def money(
        self, at: dt.datetime, sub_type: str, value: str, description: str, symbol: str = ""
    ) -> Row:
        """Money moves."""
        about = named(symbol) if symbol else {}
        row = transaction(
            self._id(),
            self._account.number,
            "Money Movement",
            sub_type,
            at,
            description,
            value,
            **about,
        )
        return self._add(row)

    def reversal(self, row: Row, at: dt.datetime) -> Row:
        """What was booked is taken back."""
        opposite = {"Credit": "Debit", "Debit": "Credit", "None": "None"}
        effects = {name: opposite[said] for name, said in row.items() if name.endswith("-effect")}
        back = row | effects
        back |= {"id": self._id(), "reverses-id": row["id"]}
        back |= {"executed-at": at.isoformat(timespec="milliseconds")}
        back |= {"transaction-date": at.date().isoformat()}
        return self._add(back | {"description": f"Reversal: {row['description']}"})

    def _add(self, row: Row) -> Row:
        self._account.rows.append(row)
        return row

    def number(self, first: int) -> None:
        """Give all rows ids that rise with their moments, whoever wrote them."""
        self.rows.sort(key=lambda row: (row["executed-at"], row["id"]))
        new = {row["id"]: first + i for i, row in enumerate(self.rows)}
        for row in self.rows:
            row["id"] = new[row["id"]]
            if "reverses-id" in row:
                row["reverses-id"] = new[row["reverses-id"]]

    # --- what follows from it --------------------------------------------------------------------

    def settle(self) -> None:
        """Write the positions and the balance that follow from the history and the market."""
        self._account.positions[:] = list(self._positions())
        cash = sum((signed(row, "net-value") for row in self._account.rows), _ZERO)
        self._account.balance |= balance(self._account, cash, self._book)

    def _positions(self) -> Iterable[Row]:
        today = self._book.now.date()
        for symbol, holding in holdings(self._account.rows, today).items():
            traded_today = holding.realized_today != 0
            if not holding.quantity and not traded_today:
                continue
            kind = kind_of(symbol)
            close = self._close(symbol)
            row = position(
                self._account.number,
                named(symbol),
                holding.quantity,
                holding.average.quantize(Decimal("0.00001")).normalize() + 0,
                _MULTIPLIERS.get(kind, 1),
                holding.opened or self._book.now,
                close,
            )
            known = self._book.instrument(symbol)
            if known:
                row["streamer-symbol"] = known["streamer-symbol"]
            if known and "expires-at" in known:
                row["expires-at"] = known["expires-at"]
            if traded_today:
                gained = holding.realized_today.quantize(Decimal("0.01"))
                row |= unsigned("realized-today", gained) | unsigned("realized-day-gain", gained)
                row |= {"realized-today-date": today.isoformat()}
                row |= {"realized-day-gain-date": today.isoformat()}
            yield row

    def _close(self, symbol: str) -> str | None:
        market = self._book.market.get(self._book.streamer(symbol) or symbol)
        return str(market.prev_close) if market and market.prev_close is not None else None


def signed(row: Row, name: str) -> Decimal:
    """A number with the sign its effect says."""
    number = Decimal(row[name])
    return -number if row[f"{name}-effect"] == "Debit" else number


def holdings(rows: Iterable[Row], today: dt.date) -> dict[str, _Holding]:
    """What is held after a history, by symbol, what is closed included."""
    held: dict[str, _Holding] = {}
    for row in sorted(rows, key=lambda row: (row["executed-at"], row["id"])):
        if row.get("symbol") is None or row["transaction-type"] == "Money Movement":
            continue
        if row["transaction-sub-type"].startswith("Cash Settled"):
            continue  # the cash; the end of the option is a row of its own
        holding = held.setdefault(row["symbol"], _Holding())
        quantity = Decimal(row["quantity"])
        action = row.get("action")
        if action is None:
            change = -quantity if holding.quantity > 0 else quantity
        else:
            change = -quantity if action.startswith("Sell") else quantity
        if row.get("reverses-id"):
            change = -change
        kind = kind_of(row["symbol"])
        each = _MULTIPLIERS.get(kind, 1)
        price = Decimal(row.get("price") or abs(Decimal(row["value"])) / quantity / each)
        gained = holding.move(change, price, dt.datetime.fromisoformat(row["executed-at"]))
        if row["transaction-date"] == today.isoformat():
            holding.realized_today += gained * each
    return held


_VALUES = {
    "Equity": "equity",
    "Equity Option": "derivative",
    "Future": "futures",
    "Future Option": "futures-derivative",
    "Cryptocurrency": "cryptocurrency",
}


def balance(account: AccountBook, cash: Decimal, book: Book) -> Row:
    """What follows for the balance from positions at their marks."""
    values: dict[str, Decimal] = {}
    net = cash
    for row in account.positions:
        price = book.mark(row["symbol"])
        if price is None:
            continue
        worth = Decimal(str(row["quantity"])) * price * row["multiplier"]
        short = row["quantity-direction"] == "Short"
        name = f"{'short' if short else 'long'}-{_VALUES[row['instrument-type']]}-value"
        values[name] = values.get(name, _ZERO) + worth
        if row["instrument-type"] != "Future":  # settled in cash each day
            net += -worth if short else worth
    said = {name: str(value) for name, value in values.items()}
    margin = (net / 4).quantize(Decimal("0.01"))
    return said | {
        "cash-balance": str(cash),
        "net-liquidating-value": str(net),
        "margin-equity": str(net),
        "maintenance-requirement": str(margin),
        "maintenance-excess": str(net - margin),
        "reg-t-margin-requirement": str(margin),
        "equity-buying-power": str(net - margin),
        "derivative-buying-power": str(net - margin),
        "cash-available-to-withdraw": str(max(cash, _ZERO)),
    }
