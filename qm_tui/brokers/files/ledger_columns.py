"""Which column of a ledger means what: the header, however it is written."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from qm_tui.brokers.csv_rows import TextShape, split_fields

_DELIMITERS = (",", ";", "\t", "|")
_HEADER_WITHIN = 20
"""Rows: a title or two may stand above the header."""


class Column(StrEnum):
    """What a ledger can say of a trade, in the words of a message."""

    DATE = "Date"
    SYMBOL = "Symbol"
    QUANTITY = "Quantity"
    PRICE = "Price"
    TYPE = "Type"
    COMMISSION = "Commission"
    FEES = "Fees"
    TIME = "Time"
    ACCOUNT = "Account"
    CURRENCY = "Currency"
    ID = "Id"


# Written without spaces and signs; where two columns would do, the one named first here is taken.
_NAMES = {
    Column.DATE: "tradedate date transactiondate executiondate executedat datetime tradedatetime "
    "tradetimestamp timestamp rundate activitydate dateoftrade",
    Column.SYMBOL: "symbol ticker tickersymbol stocksymbol instrument security stock asset",
    Column.QUANTITY: "quantity qty shares units contracts noofshares numberofshares sharesqty",
    Column.PRICE: "price unitprice tradeprice pricepershare shareprice executionprice fillprice "
    "tprice costpershare averageprice avgprice priceshare",
    Column.TYPE: "side action buysell bs direction transactiontype tradetype operation "
    "transaction type",
    Column.COMMISSION: "commission commissions comm commissionfees commissionsfees commissionfee "
    "feescommission feescommissions feescomm commfee commfees ibcommission brokerage",
    Column.FEES: "fees fee otherfees exchangefees regulatoryfees regfees tradingfees",
    Column.TIME: "time tradetime executiontime timeoftrade",
    Column.ACCOUNT: "account accountnumber accountno accountid acct acctnumber accountname",
    Column.CURRENCY: "currency ccy curr cur currencycode pricecurrency tradecurrency",
    Column.ID: "tradeid transactionid executionid execid id txid tradenumber tradeno "
    "transactionnumber transactionno referencenumber reference ref",
}
_MEANINGS = {
    name: (column, rank)
    for column, names in _NAMES.items()
    for rank, name in enumerate(names.split())
}
_SIGNS = (Column.DATE, Column.SYMBOL, Column.QUANTITY, Column.PRICE, Column.TYPE)
_NEEDED = (Column.DATE, Column.SYMBOL, Column.QUANTITY, Column.PRICE)

# Exports of brokers that have readers of their own: as ledgers they would be read wrong.
_FOREIGN = (
    {"subtype", "action"},
    {"instrumenttype", "averageprice"},
    {"transactionsubcode"},
    {"clientaccountid"},
    {"levelofdetail"},
    {"datadiscriminator"},
)
_ASIDE = re.compile(r"\([^)]{2,}\)|\[[^\]]*\]")
_NOISE = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Where the header stands and what its columns mean."""

    row: int
    delimiter: str
    names: tuple[str, ...]
    positions: dict[Column, int]

    @property
    def missing(self) -> tuple[Column, ...]:
        """The columns without which no row can be read."""
        return tuple(column for column in _NEEDED if column not in self.positions)

    def name(self, column: Column) -> str:
        """What the file calls a column."""
        position = self.positions.get(column)
        return column.value if position is None else self.names[position]


def find_header(head: bytes, shape: TextShape) -> Header | None:
    """Find the row that names the columns; None when the file is not a ledger."""
    lines = shape.text(head).split(shape.newline)[:_HEADER_WITHIN]
    if lines[0].startswith(("Statement,Header,", '"Statement","Header"')):
        return None
    for row, line in enumerate(lines):
        headers = [_header(row, delimiter, line) for delimiter in _DELIMITERS]
        best = max(headers, key=lambda header: len(header.positions))
        if any(foreign <= {_plain(name) for name in best.names} for foreign in _FOREIGN):
            return None
        if sum(column in best.positions for column in _SIGNS) >= 3:
            return best
    return None


def _header(row: int, delimiter: str, line: str) -> Header:
    names = tuple(name.strip() for name in split_fields(line, delimiter) or ())
    return Header(row=row, delimiter=delimiter, names=names, positions=_positions(names))


def _positions(names: Sequence[str]) -> dict[Column, int]:
    chosen: dict[Column, tuple[int, int]] = {}
    for position, name in enumerate(names):
        meaning = _MEANINGS.get(_plain(name))
        if meaning is None:
            continue
        column, rank = meaning
        chosen[column] = min(chosen.get(column, (rank, position)), (rank, position))
    return {column: position for column, (_, position) in chosen.items()}


def _plain(name: str) -> str:
    """`Trade Date`, `trade_date` and `TradeDate` are one; so are `Price` and `Price (USD)`."""
    return _NOISE.sub("", _ASIDE.sub("", name)).casefold()
