"""One row of a ledger becomes a trade, or says why it cannot."""

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

from qm_tui.brokers.files.ledger_columns import Column, Header
from qm_tui.brokers.files.ledger_values import (
    DayOrder,
    Moment,
    Side,
    read_moment,
    read_number,
    read_side,
    read_time,
)
from qm_tui.domain.instruments import (
    Equity,
    EquityOption,
    Forex,
    Identifiers,
    Instrument,
    canonical_ticker,
    osi_symbol,
    parse_osi,
)
from qm_tui.domain.records import Trade

_CURRENCIES = re.compile(
    "AUD|BRL|CAD|CHF|CNH|CNY|CZK|DKK|EUR|GBP|HKD|HUF|ILS|INR|JPY|KRW|MXN|NOK|NZD|PLN|RUB|SEK|SGD|"
    "THB|TRY|TWD|USD|ZAR"
)
_SYMBOLS_OF_CURRENCIES = {"€": "EUR", "£": "GBP"}
_DEFAULT_CURRENCY = "USD"
_OPTION_MULTIPLIER = Decimal(100)
_MIDNIGHT = dt.time(0)
_EMPTY = dict.fromkeys(Column, "")


class RowFault(Exception):  # noqa: N818 - a fault of the row, told to the user and not raised to him
    """A row cannot be read: in which column, what stands there, what is wrong (None: all of it)."""

    def __init__(self, column: Column | None, text: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.text = text
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Customs:
    """What only the file as a whole tells about its rows."""

    header: Header
    account: str | None
    """Of rows that name none."""
    timezone: ZoneInfo
    day_order: DayOrder | None
    decimal_comma: bool
    has_times: bool
    """False where every time is midnight: then no time is known at all."""


class RowReader:
    """Reads the rows of one file by its customs; what repeats from row to row is read once."""

    def __init__(self, customs: Customs) -> None:
        self._customs = customs
        header = customs.header
        self._positions = header.positions
        self._others = [
            (position, name)
            for position, name in enumerate(header.names)
            if name and position not in header.positions.values()
        ]
        self._width = len(header.names)
        self._moment = lru_cache(4096)(partial(read_moment, order=customs.day_order))
        self._number = lru_cache(4096)(partial(read_number, decimal_comma=customs.decimal_comma))
        self._keys = _Keys()
        self.assumed_currency = False
        """Whether a row named no currency, so that US dollars were taken."""

    def read(self, fields: Sequence[str], row: int) -> Trade | None:
        """Read one row; None when it says again what a row with the same id said before.

        Raises:
            RowFault: it cannot be read.
        """
        cells = self._cells(fields)
        account = cells[Column.ACCOUNT] or self._customs.account
        if not account:
            raise RowFault(Column.ACCOUNT, "", "is empty")
        moment = self._when(cells)
        instrument = self._instrument(cells)
        side, quantity = self._quantity(cells)
        price = self._decimal(cells, Column.PRICE)
        if price < 0:
            raise RowFault(Column.PRICE, cells[Column.PRICE], "is negative")
        commission = self._commission(cells)
        content = _content(account, instrument, moment, quantity, price, commission)
        key = self._keys.key(account, cells[Column.ID], content)
        if key is None:
            return None
        executed_at, trade_date = self._executed(moment)
        proceeds = -quantity * price * instrument.multiplier
        return Trade(
            account=account,
            document_row=row,
            broker_specific=self._beyond(fields),
            key=key,
            instrument=instrument,
            trade_date=trade_date,
            executed_at=executed_at,
            quantity=quantity,
            price=price,
            currency=instrument.currency,
            proceeds=proceeds,
            commission=commission,
            commission_currency=None if commission is None else instrument.currency,
            net_cash=None if commission is None else proceeds + commission,
            open_close=side.open_close,
            transaction_type=cells[Column.TYPE].upper() or None,
            broker_trade_id=cells[Column.ID] or None,
        )

    def _cells(self, fields: Sequence[str]) -> dict[Column, str]:
        if len(fields) > self._width and any(map(str.strip, fields[self._width :])):
            reason = f"has {len(fields)} fields where the header names {self._width}"
            raise RowFault(None, "", reason)
        have = len(fields)
        cells = _EMPTY.copy()
        for column, position in self._positions.items():
            if position < have:
                cells[column] = fields[position].strip()
        return cells

    def _beyond(self, fields: Sequence[str]) -> dict[str, str] | None:
        have = len(fields)
        said = {
            name: fields[position].strip()
            for position, name in self._others
            if position < have and fields[position].strip()
        }
        return said or None

    def _instrument(self, cells: dict[Column, str]) -> Instrument:
        symbol = " ".join(cells[Column.SYMBOL].split())
        if not symbol:
            raise RowFault(Column.SYMBOL, "", "is empty")
        currency = _currency(cells)
        instrument = _instrument(symbol, currency or _DEFAULT_CURRENCY)
        if currency is None and not isinstance(instrument, Forex):
            self.assumed_currency = True
        return instrument

    def _when(self, cells: dict[Column, str]) -> Moment:
        try:
            moment: Moment = self._moment(cells[Column.DATE])
        except ValueError as error:
            raise RowFault(Column.DATE, cells[Column.DATE], str(error)) from None
        if cells[Column.TIME]:
            try:
                return moment._replace(time=read_time(cells[Column.TIME]))
            except ValueError as error:
                raise RowFault(Column.TIME, cells[Column.TIME], str(error)) from None
        return moment

    def _executed(self, moment: Moment) -> tuple[dt.datetime | None, dt.date]:
        """The moment in UTC, and the day it was in the file's time zone."""
        if moment.time is None or not self._customs.has_times:
            return None, moment.day
        local = dt.datetime.combine(moment.day, moment.time)
        if local.tzinfo is None:
            return local.replace(tzinfo=self._customs.timezone).astimezone(dt.UTC), moment.day
        return local.astimezone(dt.UTC), local.astimezone(self._customs.timezone).date()

    def _decimal(self, cells: dict[Column, str], column: Column) -> Decimal:
        try:
            return self._number(cells[column])
        except ValueError as error:
            raise RowFault(column, cells[column], str(error)) from None

    def _quantity(self, cells: dict[Column, str]) -> tuple[Side, Decimal]:
        """What was done, and how much of it, signed."""
        quantity, text = self._decimal(cells, Column.QUANTITY), cells[Column.QUANTITY]
        if not quantity:
            raise RowFault(Column.QUANTITY, text, "is zero")
        if Column.TYPE not in self._positions:
            return Side(1 if quantity > 0 else -1), quantity
        try:
            side = read_side(cells[Column.TYPE])
        except ValueError as error:
            raise RowFault(Column.TYPE, cells[Column.TYPE], str(error)) from None
        if quantity < 0 < side.sign:
            raise RowFault(Column.QUANTITY, text, "is negative in a purchase")
        return side, abs(quantity) * side.sign

    def _commission(self, cells: dict[Column, str]) -> Decimal | None:
        """Commission and fees, which are paid whatever sign they are written with."""
        costs = [
            abs(self._decimal(cells, column))
            for column in (Column.COMMISSION, Column.FEES)
            if cells[column]
        ]
        return -sum(costs, Decimal(0)) if costs else None


def _currency(cells: dict[Column, str]) -> str | None:
    """The currency a row names, or that its price is marked with."""
    text = cells[Column.CURRENCY].upper()
    if text:
        if len(text) != 3 or not (text.isascii() and text.isalpha()):
            raise RowFault(Column.CURRENCY, text, "is not a currency's code of three letters")
        return text
    for sign, currency in _SYMBOLS_OF_CURRENCIES.items():
        if sign in cells[Column.PRICE]:
            return currency
    return None


@lru_cache(8192)
def _instrument(symbol: str, currency: str) -> Instrument:
    option = parse_osi(symbol)
    if option is not None:
        osi = osi_symbol(option.root, option.expiry, option.right, option.strike)
        return EquityOption(
            symbol=osi or symbol,
            currency=currency,
            identifiers=Identifiers(osi_symbol=osi),
            multiplier=_OPTION_MULTIPLIER,
            multiplier_stated=False,
            underlying_symbol=canonical_ticker(option.root),
            expiry=option.expiry,
            right=option.right,
            strike=option.strike,
        )
    base, dot, quoted = symbol.upper().partition(".")
    if dot and _CURRENCIES.fullmatch(base) and _CURRENCIES.fullmatch(quoted):
        return Forex(symbol=f"{base}.{quoted}", currency=quoted, multiplier_stated=False)
    return Equity(symbol=canonical_ticker(symbol), currency=currency, multiplier_stated=False)


class _Keys:
    """Names the rows of a file, so that the same row has the same name in another file."""

    def __init__(self) -> None:
        self._alike: Counter[str] = Counter()
        self._ids: dict[tuple[str, str], str] = {}

    def key(self, account: str, broker_id: str, content: str) -> str | None:
        """The key of a row; None when a row with its id said just the same before.

        Rows without id that are alike are counted: two equal fills are two.

        Raises:
            RowFault: a row with its id said something else.
        """
        if not broker_id:
            self._alike[content] += 1
            return f"LG:{content}:{self._alike[content]}"
        before = self._ids.setdefault((account, broker_id), content)
        if before is content:  # the very object: it was put there just now
            return f"ID:{broker_id}"
        if before != content:
            reason = "is the id of a row above that says something else"
            raise RowFault(Column.ID, broker_id, reason)
        return None


def _content(account: str, instrument: Instrument, moment: Moment, *numbers: Decimal | None) -> str:
    """Hash what a row says. The time counts as it is written: a zone set later changes no key."""
    said = (
        account,
        instrument.symbol,
        str(moment.day),
        # Midnight is how a spreadsheet writes that it knows no time.
        "" if moment.time in {None, _MIDNIGHT} else str(moment.time),
        *map(_canonical, numbers),
        instrument.currency or "",
    )
    return hashlib.sha256("\x1f".join(said).encode()).hexdigest()[:24]


def _canonical(number: Decimal | None) -> str:
    """`150`, `150.0` and `150.00` are one; no commission is none paid."""
    return f"{number.normalize():f}" if number else "0"
