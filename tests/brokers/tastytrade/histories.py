"""Rows of a transaction history as the API sends them, and as the exports write them."""

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from qm_tui.brokers.client import ReadOptions, Statement
from qm_tui.brokers.tastytrade.csv_file import TastytradeCsvReader
from qm_tui.brokers.tastytrade.entries import Told
from qm_tui.brokers.tastytrade.instruments import Instruments
from qm_tui.brokers.tastytrade.transactions import records_of
from qm_tui.domain.batches import RefusedRow
from qm_tui.domain.records import (
    CashTransaction,
    CorporateAction,
    OptionEvent,
    Record,
    Trade,
    Transfer,
)
from qm_tui.domain.reported import OtherRow

ACCOUNT = "5WX00001"
BERLIN = ZoneInfo("Europe/Berlin")
Kept = Trade | OptionEvent | CorporateAction | Transfer | CashTransaction | OtherRow

_IDS = itertools.count(245_000_001)


def row(**said: Any) -> dict[str, Any]:
    """A row of the API; what is not said is as in a purchase of shares. None leaves a field out."""
    whole = {
        "id": next(_IDS),
        "account_number": ACCOUNT,
        "symbol": "AAPL",
        "instrument_type": "Equity",
        "underlying_symbol": "AAPL",
        "transaction_type": "Trade",
        "transaction_sub_type": "Buy to Open",
        "description": "Bought 10 AAPL @ 150.00",
        "action": "Buy to Open",
        "quantity": "10.0",
        "price": "150.0",
        "executed_at": "2026-11-20T15:30:05.123+00:00",
        "transaction_date": "2026-11-20",
        "value": "1500.0",
        "value_effect": "Debit",
        "net_value": "1500.08",
        "net_value_effect": "Debit",
        "clearing_fees": "0.08",
        "clearing_fees_effect": "Debit",
        "is_estimated_fee": True,
    } | said
    return {name.replace("_", "-"): value for name, value in whole.items() if value is not None}


def delivery(sub_type: str, **said: Any) -> dict[str, Any]:
    """A row about what was received or delivered: of an option, without action or money."""
    plain = {
        "symbol": "RIVN  230609P00014000",
        "instrument_type": "Equity Option",
        "underlying_symbol": "RIVN",
        "transaction_type": "Receive Deliver",
        "transaction_sub_type": sub_type,
        "description": None,
        "action": None,
        "quantity": "40.0",
        "price": None,
        "executed_at": "2023-06-09T21:00:00.000+00:00",
        "transaction_date": "2023-06-09",
        "value": "0.0",
        "value_effect": "None",
        "net_value": "0.0",
        "net_value_effect": "None",
        "clearing_fees": None,
        "clearing_fees_effect": None,
    }
    return row(**(plain | said))


def shares(sub_type: str, action: str | None, quantity: str, **said: Any) -> dict[str, Any]:
    """A row about shares that were received or delivered."""
    plain = {
        "symbol": "TQQQ",
        "instrument_type": "Equity",
        "underlying_symbol": "TQQQ",
        "action": action,
        "quantity": quantity,
    }
    return delivery(sub_type, **(plain | said))


def movement(sub_type: str, amount: str, **said: Any) -> dict[str, Any]:
    """A row about money; a negative amount is a debit."""
    size, effect = amount.lstrip("-"), "Debit" if amount.startswith("-") else "Credit"
    plain = {
        "symbol": None,
        "instrument_type": None,
        "underlying_symbol": None,
        "transaction_type": "Money Movement",
        "transaction_sub_type": sub_type,
        "description": sub_type,
        "quantity": None,
        "value": size,
        "value_effect": effect,
        "net_value": size,
        "net_value_effect": effect,
    }
    return delivery(sub_type, **(plain | said))


def told(said: dict[str, Any], instruments: Instruments | None = None) -> Told:
    """What a row became."""
    return records_of(said, ACCOUNT, instruments or Instruments(), 7)


def record(said: dict[str, Any]) -> Any:
    """The one record that a row became."""
    [found] = told(said).records
    return found


# --- exports -------------------------------------------------------------------------------------

NEW = (
    "Date,Type,Sub Type,Action,Symbol,Instrument Type,Description,Value,Quantity,Average Price,"
    "Commissions,Fees,Multiplier,Root Symbol,Underlying Symbol,Expiration Date,Strike Price,"
    "Call or Put,Order #,Currency\n"
)
NEW_WITH_TOTAL = NEW.replace("Order #,Currency", "Order #,Total,Currency")
OLD = (
    "Date/Time,Transaction Code,Transaction Subcode,Symbol,Buy/Sell,Open/Close,Quantity,"
    "Expiration Date,Strike,Call/Put,Price,Fees,Amount,Description,Account Reference\n"
)
WITHOUT_SUB_TYPE = NEW.replace("Sub Type,", "").replace("Root Symbol,", "")

Open = Callable[..., Statement]


def open_export(path: Path, account: str | None = ACCOUNT) -> Statement:
    """Open an export; its times without zone are Berlin's."""
    return TastytradeCsvReader().open(path, ReadOptions(account=account, timezone=BERLIN))


def kept(statement: Statement) -> list[Any]:
    """Every record of an export."""
    return [record for batch in statement.batches() for record in batch.records]


def refused(statement: Statement) -> list[RefusedRow]:
    """Every row of an export that was refused."""
    return [row for batch in statement.batches() for row in batch.refused]


# --- the same, told in every way -----------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """A trade of shares or of an option, to be told by the API and by every export."""

    at: dt.datetime
    buys: bool
    opens: bool
    root: str
    expiry: dt.date | None
    """None: shares."""
    strike: int
    call: bool
    quantity: int
    cents: int
    """The price per unit."""

    @property
    def units(self) -> int:
        return self.quantity * (1 if self.expiry is None else 100)

    @property
    def value(self) -> Decimal:
        size = Decimal(self.units * self.cents).scaleb(-2)
        return -size if self.buys else size

    @property
    def symbol(self) -> str:
        if self.expiry is None:
            return self.root
        side = "C" if self.call else "P"
        return f"{self.root:<6}{self.expiry:%y%m%d}{side}{self.strike * 1000:08d}"

    @property
    def action(self) -> str:
        return f"{'Buy' if self.buys else 'Sell'} to {'Open' if self.opens else 'Close'}"

    @property
    def price(self) -> str:
        return f"{Decimal(self.cents).scaleb(-2):.2f}"

    @property
    def description(self) -> str:
        side = "Bought" if self.buys else "Sold"
        if self.expiry is None:
            return f"{side} {self.quantity} {self.root} @ {self.price}"
        kind = "Call" if self.call else "Put"
        return (
            f"{side} {self.quantity} {self.root} {self.expiry:%m/%d/%y} {kind} "
            f"{self.strike}.00 @ {self.price}"
        )

    def by_api(self) -> dict[str, Any]:
        """As the API tells it."""
        size = str(abs(self.value))
        effect = "Debit" if self.buys else "Credit"
        return row(
            symbol=self.symbol,
            instrument_type="Equity" if self.expiry is None else "Equity Option",
            underlying_symbol=self.root,
            transaction_sub_type=self.action,
            description=self.description,
            action=self.action,
            quantity=f"{self.quantity}.0",
            price=self.price,
            executed_at=self.at.isoformat(timespec="milliseconds"),
            value=size,
            value_effect=effect,
            net_value=str(abs(self.value - 1)),
            net_value_effect="Credit" if self.value > 1 else "Debit",
            clearing_fees="1.0",
        )

    def by_export(self, *, total: bool = False) -> str:
        """As present exports write it, in the time of Berlin."""
        when = self.at.astimezone(BERLIN)
        option = ["", "", "", "", "", ""]
        if self.expiry is not None:
            side = "CALL" if self.call else "PUT"
            option = [
                "100",
                self.root,
                self.root,
                f"{self.expiry:%-m/%-d/%y}",
                str(self.strike),
                side,
            ]
        cells = [
            f"{when:%Y-%m-%dT%H:%M:%S%z}",
            "Trade",
            self.action,
            self.action.upper().replace(" ", "_"),
            self.symbol,
            "Equity" if self.expiry is None else "Equity Option",
            self.description,
            f'"{self.value:,.2f}"',
            str(self.quantity),
            f'"{self.value / self.quantity:,.2f}"',
            "--",
            "-1.00",
            *option,
            "337454037",
            *([f'"{self.value - 1:,.2f}"'] if total else []),
            "USD",
        ]
        return ",".join(cells) + "\n"

    def by_old_export(self) -> str:
        """As the first exports wrote it: no seconds, no zone."""
        when = self.at.astimezone(BERLIN)
        option = ["", "", ""]
        if self.expiry is not None:
            option = [f"{self.expiry:%m/%d/%Y}", str(self.strike), "C" if self.call else "P"]
        cells = [
            f"{when:%m/%d/%Y %-I:%M %p}",
            "Trade",
            self.action,
            self.root,
            *self.action.split(" to "),
            str(self.quantity),
            *option,
            self.price,
            "1.00",
            f"{self.value:.2f}",
            self.description,
            "Individual...01",
        ]
        return ",".join(cells) + "\n"


def records(statement: Statement) -> Iterator[Record]:
    """Yield the records of an export."""
    for batch in statement.batches():
        yield from batch.records
