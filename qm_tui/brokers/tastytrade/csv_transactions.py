"""One row of an export becomes a transaction, with a key of its own since exports have no ids."""

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from qm_tui.brokers.tastytrade import entries
from qm_tui.brokers.tastytrade.answers import BadRow
from qm_tui.brokers.tastytrade.csv_cells import moment_in, number_in, without_noise
from qm_tui.brokers.tastytrade.csv_header import Column, Header
from qm_tui.brokers.tastytrade.csv_outline import Outline, written_symbol
from qm_tui.brokers.tastytrade.entries import Entry, Verb, type_of, verb_of, what_of
from qm_tui.brokers.tastytrade.instruments import Instruments
from qm_tui.brokers.tastytrade.likeness import likeness
from qm_tui.brokers.tastytrade.values import difference, new_york_day
from qm_tui.domain.instruments import Future, FutureOption, Instrument, Option
from qm_tui.domain.words import OpenClose

_NEW_YORK = ZoneInfo("America/New_York")
_SESSION = dt.timedelta(hours=7)
"""From the close of futures at 17:00 until midnight: what is traded then is of the next day."""
_SATURDAY = 5
_EMPTY = dict.fromkeys(Column, "")
_HALF_A_CENT = Decimal("0.005")
_AT = re.compile(r"@ ?([\d,]*\.?\d+)")
_REASONS: Mapping[str, str] = {
    "due to expiration": "Expiration",
    "due to assignment": "Assignment",
    "due to exercise": "Exercise",
    "cash settled assignment": "Cash Settled Assignment",
    "cash settled exercise": "Cash Settled Exercise",
    "via dividend": "Dividend",
    "via acat": "ACAT",
    "reverse split": "Reverse Split",
    "forward split": "Forward Split",
    "symbol change": "Symbol Change",
    "stock merger": "Stock Merger",
    "cash merger": "Cash Merger",
    "special dividend": "Special Dividend",
}
"""Words of the description → the sub type, of exports that have no such column."""


class Customs(NamedTuple):
    """What holds for every row of a file."""

    header: Header
    outline: Outline
    account: str
    timezone: ZoneInfo


class CsvRows:
    """Reads the rows of one export."""

    def __init__(self, customs: Customs) -> None:
        self._customs = customs
        self._header = customs.header
        self._places = customs.header.positions
        self._unknown = tuple(customs.header.unknown.items())
        self._width = len(customs.header.names)
        self._instruments = Instruments()
        self._alike: Counter[str] = Counter()

    def entry(self, fields: Sequence[str], row: int) -> Entry:
        """Read one row.

        Raises:
            BadRow: it cannot be read.
        """
        cell = self._cells(fields)
        if not cell[Column.TYPE]:
            raise BadRow(Column.TYPE, "", "is empty")
        kind = type_of(cell[Column.TYPE])
        when = moment_in(cell[Column.DATE], self._customs.timezone)
        verb = verb_of(
            cell[Column.ACTION],
            f"{cell[Column.SIDE]} to {cell[Column.EFFECT]}",
            cell[Column.SIDE],
            cell[Column.SUB_TYPE],
        )
        sub_type = cell[Column.SUB_TYPE] or _sub_type(kind, verb, cell[Column.DESCRIPTION])
        instrument = self._instrument(cell, fields, when)
        quantity = number_in(cell[Column.QUANTITY], Column.QUANTITY)
        value = number_in(cell[Column.VALUE], Column.VALUE)
        fees = self._fees(cell, value)
        net = _net(cell, value, fees)
        is_money = kind == entries.MONEY_MOVEMENT
        did = verb
        if kind == entries.TRADE and self._customs.outline.signs_values:
            did = _taken_back(verb, value, instrument)
        alike = likeness(
            kind,
            what_of(kind, sub_type, verb),
            when,
            instrument.symbol if instrument is not None else "",
            None if is_money else quantity,
            value or (net if is_money else None),
        )
        return Entry(
            account=self._customs.account,
            document_row=row,
            key=self._key(alike),
            type=kind,
            sub_type=sub_type,
            verb=did,
            instrument=instrument,
            description=cell[Column.DESCRIPTION] or None,
            quantity=quantity,
            price=_price(cell, quantity, value if verb_of(sub_type) else None, instrument),
            value=value,
            net=net,
            fees=None if is_money else fees,
            executed_at=when,
            day=_day(when, instrument),
            currency=cell[Column.CURRENCY].upper() or _currency(instrument),
            likeness=alike,
            order_id=cell[Column.ORDER] or None,
            specific=self._beyond(fields),
        )

    def _cells(self, fields: Sequence[str]) -> Mapping[Column, str]:
        if len(fields) > self._width and any(map(str.strip, fields[self._width :])):
            reason = f"has {len(fields)} fields where the header names {self._width}"
            raise BadRow("", "", reason)
        have = len(fields)
        cells = _EMPTY.copy()
        for column, place in self._places.items():
            if place < have:
                cells[column] = fields[place].strip()
        return cells

    def _instrument(
        self, cell: Mapping[Column, str], fields: Sequence[str], when: dt.datetime
    ) -> Instrument | None:
        if not cell[Column.SYMBOL]:
            return None
        written = written_symbol(fields, self._header)
        symbol = self._customs.outline.meant(written, cell[Column.DESCRIPTION], when)
        return self._instruments.of(
            symbol,
            cell[Column.KIND] or None,
            underlying=cell[Column.UNDERLYING] or None,
            multiplier=number_in(cell[Column.MULTIPLIER], Column.MULTIPLIER) or None,
        )

    def _fees(self, cell: Mapping[Column, str], value: Decimal | None) -> Decimal | None:
        """Return fees and commission, signed; a total beside the value says best what they were."""
        total = number_in(cell[Column.TOTAL], Column.TOTAL)
        if total and value is not None:
            return difference(total, value)
        commission = number_in(cell[Column.COMMISSIONS], Column.COMMISSIONS)
        fees = number_in(cell[Column.FEES], Column.FEES)
        if commission is None and fees is None:
            return None
        outline, paid = self._customs.outline, Decimal(0)
        if commission is not None:
            paid += commission if outline.signs_commissions else -commission
        if fees is not None:
            paid += fees if outline.signs_fees else -fees
        return paid

    def _key(self, alike: str) -> str:
        content = hashlib.sha256(f"{self._customs.account}|{alike}".encode()).hexdigest()[:24]
        number = self._alike[content]
        self._alike[content] += 1
        return f"CT:{content}:{number}"

    def _beyond(self, fields: Sequence[str]) -> Mapping[str, str] | None:
        have = len(fields)
        said = {
            name: fields[place].strip()
            for name, place in self._unknown
            if place < have and fields[place].strip()
        }
        return said or None


def _taken_back(
    verb: Verb | None, value: Decimal | None, instrument: Instrument | None
) -> Verb | None:
    """Return what a row did: a sale that was paid for takes a sale back, which exports do not say.

    What moves when a future is traded is the day's settlement, which tells nothing of the side.
    """
    if verb is None or not value or (value > 0) is (verb.sign < 0) or type(instrument) is Future:
        return verb
    opposite = {OpenClose.OPEN: OpenClose.CLOSE, OpenClose.CLOSE: OpenClose.OPEN}
    return Verb(-verb.sign, None if verb.open_close is None else opposite.get(verb.open_close))


def _sub_type(kind: str, verb: entries.Verb | None, description: str) -> str:
    """Return a sub type that the file has no column for."""
    words = description.casefold()
    if kind == entries.RECEIVE_DELIVER:
        found = next((name for reason, name in _REASONS.items() if reason in words), None)
        if found is not None:
            return found
    if kind == entries.MONEY_MOVEMENT or verb is None:
        return ""
    return verb.word.capitalize()


def _price(
    cell: Mapping[Column, str],
    quantity: Decimal | None,
    value: Decimal | None,
    instrument: Instrument | None,
) -> Decimal | None:
    """Return the price per unit: as stated, else as described, else what the value makes of it."""
    stated = number_in(cell[Column.PRICE], Column.PRICE)
    if stated is not None or instrument is None or not quantity:
        return None if stated is None else abs(stated)
    average = number_in(cell[Column.AVERAGE_PRICE], Column.AVERAGE_PRICE)
    match = _AT.search(cell[Column.DESCRIPTION])
    described = None if match is None else Decimal(match[1].replace(",", ""))
    if type(instrument) is Future or not value:
        if described is not None or average is None or not average:
            return described
        by = instrument.multiplier if isinstance(instrument, Option) else Decimal(1)
        return without_noise(abs(average / by))
    units = abs(quantity) * instrument.multiplier
    if described is not None and abs(described * units - abs(value)) <= _HALF_A_CENT:
        return described
    return without_noise(abs(value) / units)


def _net(cell: Mapping[Column, str], value: Decimal | None, fees: Decimal | None) -> Decimal | None:
    total = number_in(cell[Column.TOTAL], Column.TOTAL)
    if total is not None or value is None:
        return total
    return value + (fees or 0)


def _day(when: dt.datetime, instrument: Instrument | None) -> dt.date:
    """Return the day in New York; of futures that of the session, begun the evening before."""
    if not isinstance(instrument, Future | FutureOption):
        return new_york_day(when)
    day = (when.astimezone(_NEW_YORK) + _SESSION).date()
    while day.weekday() >= _SATURDAY:
        day += dt.timedelta(days=1)
    return day


def _currency(instrument: Instrument | None) -> str:
    return (instrument.currency if instrument is not None else None) or "USD"
