"""Which column of an export means what: of three generations, and those in between."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from qm_tui.brokers.csv_rows import TextShape, split_fields

_DELIMITERS = (",", ";", "\t")
_HEADER_WITHIN = 5
"""Rows: a title may stand above the header."""


class Column(StrEnum):
    """What an export can say of a transaction, under its present name."""

    DATE = "Date"
    TYPE = "Type"
    SUB_TYPE = "Sub Type"
    ACTION = "Action"
    SIDE = "Buy/Sell"
    EFFECT = "Open/Close"
    SYMBOL = "Symbol"
    KIND = "Instrument Type"
    DESCRIPTION = "Description"
    VALUE = "Value"
    QUANTITY = "Quantity"
    AVERAGE_PRICE = "Average Price"
    """Of a contract, multiplier included; paid is negative."""
    PRICE = "Price"
    """Per unit."""
    COMMISSIONS = "Commissions"
    FEES = "Fees"
    MULTIPLIER = "Multiplier"
    ROOT = "Root Symbol"
    UNDERLYING = "Underlying Symbol"
    EXPIRATION = "Expiration Date"
    STRIKE = "Strike Price"
    RIGHT = "Call or Put"
    ORDER = "Order #"
    TOTAL = "Total"
    CURRENCY = "Currency"
    ACCOUNT = "Account Reference"


_OLD_NAMES = {
    "date time": Column.DATE,
    "transaction code": Column.TYPE,
    "transaction subcode": Column.SUB_TYPE,
    "strike": Column.STRIKE,
    "call put": Column.RIGHT,
    "amount": Column.VALUE,
    "order": Column.ORDER,
}
_NOISE = re.compile(r"[\W_]+")


def _plain(name: str) -> str:
    return _NOISE.sub(" ", name).strip().casefold()


_MEANINGS: Mapping[str, Column] = {_plain(column): column for column in Column} | _OLD_NAMES
_NEW = frozenset(
    {
        Column.DATE, Column.TYPE, Column.ACTION, Column.SYMBOL, Column.KIND, Column.DESCRIPTION,
        Column.VALUE, Column.QUANTITY,
    }
)  # fmt: skip
_OLD = frozenset(
    {
        Column.DATE, Column.TYPE, Column.SUB_TYPE, Column.SYMBOL, Column.SIDE, Column.EFFECT,
        Column.QUANTITY, Column.VALUE, Column.DESCRIPTION,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Where the header stands and what its columns mean."""

    row: int
    delimiter: str
    names: tuple[str, ...]
    positions: Mapping[Column, int]

    @property
    def unknown(self) -> Mapping[str, int]:
        """Columns that this program does not know, by name."""
        known = set(self.positions.values())
        return {
            name: position
            for position, name in enumerate(self.names)
            if name and position not in known
        }

    @property
    def is_old(self) -> bool:
        """Whether it is the first generation: no instrument types, options in four columns."""
        return Column.KIND not in self.positions

    def name(self, column: Column) -> str:
        """What the file calls a column."""
        position = self.positions.get(column)
        return column.value if position is None else self.names[position]

    def repeats(self, fields: Sequence[str]) -> bool:
        """Tell whether a row is the header again, of files that were put together."""
        return tuple(map(str.strip, fields)) == self.names


def find_header(head: bytes, shape: TextShape) -> Header | None:
    """Find the row that names the columns; None when the file is no export of Tastytrade."""
    lines = shape.text(head).split(shape.newline)[:_HEADER_WITHIN]
    for row, line in enumerate(lines):
        for delimiter in _DELIMITERS:
            header = _header(row, delimiter, line)
            if header.positions.keys() >= _NEW or header.positions.keys() >= _OLD:
                return header
    return None


def _header(row: int, delimiter: str, line: str) -> Header:
    names = tuple(name.strip() for name in split_fields(line, delimiter) or ())
    positions: dict[Column, int] = {}
    for position, name in enumerate(names):
        meaning = _MEANINGS.get(_plain(name))
        if meaning is not None:
            positions.setdefault(meaning, position)
    return Header(row=row, delimiter=delimiter, names=names, positions=positions)
