"""The ledger CSV people keep themselves: Date, Symbol, Quantity, Price, Commission, Type."""

import codecs
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qm_tui.brokers.client import BrokerRefused, ReadOptions
from qm_tui.brokers.csv_rows import BlockWriter, RawRow, TextShape, read_rows, text_shape
from qm_tui.brokers.files.ledger_columns import Column, Header, find_header
from qm_tui.brokers.files.ledger_outline import Outline
from qm_tui.brokers.files.ledger_rows import Customs, RowFault, RowReader
from qm_tui.domain.batches import Authority, Batch, Document, RawBlock, RefusedRow
from qm_tui.domain.records import Trade
from qm_tui.domain.words import Section

_HEAD = 64 * 1024
_ROWS_A_BATCH = 500
_KIND, _READER = "ledger-csv", "ledger/1"
_UNCLOSED = "a quotation mark is opened and not closed"
_ASSUMED_CURRENCY = (
    "Rows that name no currency are taken to be in US dollars; a column Currency says otherwise."
)


class LedgerReader:
    """Reads ledgers, whatever program wrote them."""

    def recognizes(self, head: bytes, name: str) -> bool:
        """Tell whether a row near the top names at least three of a ledger's columns."""
        shape = text_shape(head)
        return shape is not None and find_header(head, shape) is not None

    def open(self, path: Path, options: ReadOptions) -> "LedgerStatement":
        """Look once over the file: its hash, and how it writes days and numbers.

        Raises:
            BrokerRefused: columns are missing, nobody says whose trades these are, or days or
                numbers can be read in two ways.
        """
        with path.open("rb") as file:
            head = file.read(_HEAD)
        digest, size, is_utf8 = _measure(path)
        shape = text_shape(head, is_utf8=is_utf8)
        header = None if shape is None else find_header(head, shape)
        if shape is None or header is None:
            raise BrokerRefused(
                f"{path.name} is not a ledger: no row in it names the columns Date, Symbol, "
                "Quantity, Price and Type. Save the table as CSV with such a header."
            )
        _check(header, path.name, options)
        outline = Outline(header)
        with path.open("rb") as file:
            for row in _data_rows(read_rows(file, shape, header.delimiter), header):
                outline.see(row)
        return LedgerStatement(
            path=path,
            document=Document(
                name=path.name,
                kind=_KIND,
                sha256=digest,
                size=size,
                authority=Authority.USER,
                reader=_READER,
            ),
            shape=shape,
            customs=Customs(
                header=header,
                account=options.account,
                timezone=options.timezone,
                day_order=outline.day_order(path.name),
                decimal_comma=outline.decimal_comma(path.name),
                has_times=outline.has_times,
            ),
        )


def _measure(path: Path) -> tuple[str, int, bool]:
    """Look over the bytes: their hash, how many they are, whether all of them are UTF-8."""
    digest, size, decoder = hashlib.sha256(), 0, codecs.getincrementaldecoder("utf-8")()
    is_utf8 = True
    with path.open("rb") as file:
        while chunk := file.read(_HEAD):
            digest.update(chunk)
            size += len(chunk)
            is_utf8 = is_utf8 and _decodes(decoder, chunk)
    return digest.hexdigest(), size, is_utf8 and _decodes(decoder, b"", final=True)


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _check(header: Header, name: str, options: ReadOptions) -> None:
    if header.missing:
        missing = " and ".join(header.missing)
        there = ", ".join(filter(None, header.names))
        raise BrokerRefused(
            f"{name} has no column for {missing} (it has: {there}). "
            "A ledger needs Date, Symbol, Quantity, Price and Type (BUY or SELL)."
        )
    if Column.ACCOUNT not in header.positions and not options.account:
        raise BrokerRefused(
            f"{name} does not say whose trades these are. Name the account with --account, "
            "or add a column Account."
        )


def _data_rows(rows: Iterator[RawRow], header: Header) -> Iterator[list[str]]:
    for number, row in enumerate(rows):
        if number > header.row and row.fields is not None:
            yield row.fields


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerStatement:
    """A ledger that was looked over and can be read."""

    path: Path
    document: Document
    shape: TextShape
    customs: Customs
    broker: str = "files"

    def batches(self) -> Iterator[Batch]:
        """Yield the trades in the order of the file, a few hundred at a time.

        Raises:
            BrokerRefused: the file is no longer the one that was opened.
        """
        gathered, blocks = _Gathered(self.customs), BlockWriter()
        digest, end = hashlib.sha256(), 0
        with self.path.open("rb") as file:
            rows = read_rows(file, self.shape, self.customs.header.delimiter)
            for number, row in enumerate(rows):
                digest.update(row.data)
                end += len(row.data)
                block = blocks.add(row.data)
                gathered.take(row, number)
                if block is not None or gathered.count >= _ROWS_A_BATCH:
                    yield gathered.batch(block, end)
        if digest.hexdigest() != self.document.sha256:
            raise BrokerRefused(f"{self.document.name} changed while it was read: import it again.")
        yield gathered.batch(blocks.finish(), end)


class _Gathered:
    """Trades and refused rows until they are a batch."""

    def __init__(self, customs: Customs) -> None:
        self._header = customs.header
        self._reader = RowReader(customs)
        self._trades: list[Trade] = []
        self._refused: list[RefusedRow] = []
        self._said_currency = False

    @property
    def count(self) -> int:
        return len(self._trades) + len(self._refused)

    def take(self, row: RawRow, number: int) -> None:
        """Read one row; those above the data and blank ones say nothing."""
        if number <= self._header.row:
            return
        if row.fields is None:
            self._refuse(number, "", row.data[:80].decode("latin-1").strip(), _UNCLOSED)
            return
        if not any(map(str.strip, row.fields)):
            return
        try:
            trade = self._reader.read(row.fields, number)
        except RowFault as fault:
            field = "" if fault.column is None else self._header.name(fault.column)
            self._refuse(number, field, fault.text, fault.reason)
        else:
            if trade is not None:
                self._trades.append(trade)

    def batch(self, block: RawBlock | None, bytes_read: int) -> Batch:
        """Hand over what was gathered, and begin anew."""
        batch = Batch(
            section=Section.TRADES,
            records=tuple(self._trades),
            refused=tuple(self._refused),
            blocks=() if block is None else (block,),
            warnings=self._warnings(),
            bytes_read=bytes_read,
        )
        self._trades, self._refused = [], []
        return batch

    def _refuse(self, number: int, field: str, text: str, reason: str) -> None:
        self._refused.append(
            RefusedRow(section="ledger", document_row=number, field=field, text=text, reason=reason)
        )

    def _warnings(self) -> tuple[str, ...]:
        if self._said_currency or not self._reader.assumed_currency:
            return ()
        self._said_currency = True
        return (_ASSUMED_CURRENCY,)
