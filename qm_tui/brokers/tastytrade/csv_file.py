"""The transaction history as Tastytrade exports it (CSV), of whatever generation."""

import codecs
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from qm_tui.brokers.client import BrokerRefused, ReadOptions
from qm_tui.brokers.csv_rows import BlockWriter, RawRow, TextShape, read_rows, text_shape
from qm_tui.brokers.quoting import quoted
from qm_tui.brokers.tastytrade.answers import BadRow
from qm_tui.brokers.tastytrade.csv_header import Column, Header, find_header
from qm_tui.brokers.tastytrade.csv_outline import Outline, outline_of
from qm_tui.brokers.tastytrade.csv_transactions import CsvRows, Customs
from qm_tui.brokers.tastytrade.transactions import SECTION, records_of_entry
from qm_tui.domain.batches import Authority, Batch, Document, Novelty, RawBlock, RefusedRow
from qm_tui.domain.records import Record
from qm_tui.domain.words import Section

_HEAD = 64 * 1024
_ROWS_A_BATCH = 500
_BROKER = "tastytrade"
_KIND, _READER = "tastytrade-csv", "tastytrade-csv/1"
_UNCLOSED = "a quotation mark is opened and not closed"
_LONGEST_TEXT = 2000
_COLUMNS: Mapping[str, Column] = {column: column for column in Column} | {
    "action": Column.ACTION,
    "net-value": Column.VALUE,
    "quantity": Column.QUANTITY,
    "symbol": Column.SYMBOL,
}
"""Names of fields, also as the API calls them."""


class TastytradeCsvReader:
    """Reads exports of the transaction history."""

    def recognizes(self, head: bytes, name: str) -> bool:
        """Tell whether a row near the top names the columns of an export."""
        shape = text_shape(head)
        return shape is not None and find_header(head, shape) is not None

    def open(self, path: Path, options: ReadOptions) -> "TastytradeCsvStatement":
        """Look once over the file: its hash, and what only all of it tells.

        Raises:
            BrokerRefused: nobody says whose transactions these are, or they are of several
                accounts.
        """
        digest, size, is_utf8 = _measure(path)
        with path.open("rb") as file:
            head = file.read(_HEAD)
        shape = text_shape(head, is_utf8=is_utf8)
        header = None if shape is None else find_header(head, shape)
        name = quoted(path.name)
        if shape is None or header is None:
            raise BrokerRefused(f"{name} is not a transaction history of Tastytrade.")
        if not options.account:
            raise BrokerRefused(
                f"{name} does not say whose transactions these are. "
                "Name the account's number with --account."
            )
        timezone = options.timezone_of(_BROKER)
        with path.open("rb") as file:
            rows = read_rows(file, shape, header.delimiter)
            outline = outline_of(_data_rows(rows, header), header, timezone)
        _check(outline, name)
        return TastytradeCsvStatement(
            path=path,
            document=Document(
                name=path.name,
                kind=_KIND,
                sha256=digest,
                size=size,
                authority=Authority.PROVISIONAL,
                reader=_READER,
            ),
            shape=shape,
            customs=Customs(header, outline, options.account, timezone),
        )


def _measure(path: Path) -> tuple[str, int, bool]:
    """Look over the bytes: their hash, how many they are, whether all of them are UTF-8."""
    digest, size, decoder = hashlib.sha256(), 0, codecs.getincrementaldecoder("utf-8")()
    is_utf8 = True
    with path.open("rb") as file:
        while True:
            chunk = file.read(_HEAD)
            digest.update(chunk)
            size += len(chunk)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError:
                is_utf8 = False
                decoder.reset()
            if not chunk:
                return digest.hexdigest(), size, is_utf8


def _check(outline: Outline, name: str) -> None:
    if len(outline.accounts) > 1:
        accounts = ", ".join(quoted(account) for account in sorted(outline.accounts)[:5])
        raise BrokerRefused(
            f"{name} holds the transactions of {len(outline.accounts)} accounts ({accounts}). "
            "Export each account by itself, and import it with --account."
        )


def _data_rows(rows: Iterator[RawRow], header: Header) -> Iterator[list[str]]:
    for number, row in enumerate(rows):
        if number > header.row and row.fields is not None:
            yield row.fields


@dataclass(frozen=True, slots=True, kw_only=True)
class TastytradeCsvStatement:
    """An export that was looked over and can be read."""

    path: Path
    document: Document
    shape: TextShape
    customs: Customs
    broker: str = _BROKER

    def batches(self) -> Iterator[Batch]:
        """Yield what the rows became in the order of the file, a few hundred at a time.

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
            raise BrokerRefused(
                f"{quoted(self.document.name)} changed while it was read: import it again."
            )
        yield gathered.batch(blocks.finish(), end)


def _warnings(customs: Customs) -> tuple[str, ...]:
    if not customs.outline.lacks_zones:
        return ()
    return (
        f"Times in this export say no zone; they are taken for those of {customs.timezone.key}. "
        "Where the export was made elsewhere, its rows are not recognized in those that a sync "
        "brings, and count twice: say so with `timezone` under the [[connection]] of Tastytrade, "
        "before such files are imported.",
    )


class _Gathered:
    """Records and refused rows until they are a batch."""

    def __init__(self, customs: Customs) -> None:
        self._header = customs.header
        self._warnings = _warnings(customs)
        self._rows = CsvRows(customs)
        self._records: list[Record] = []
        self._refused: list[RefusedRow] = []
        self._novelties: Counter[tuple[str, str, str]] = Counter(
            ("attribute", f"{_KIND}@{quoted(name)}", "") for name in customs.header.unknown
        )

    @property
    def count(self) -> int:
        return len(self._records) + len(self._refused)

    def take(self, row: RawRow, number: int) -> None:
        """Read one row; those above the data, blank ones and repeated headers say nothing."""
        if number <= self._header.row:
            return
        if row.fields is None:
            self._refuse(number, "", row.data[:_LONGEST_TEXT].decode("latin-1").strip(), _UNCLOSED)
            return
        if not any(map(str.strip, row.fields)) or self._header.repeats(row.fields):
            return
        try:
            told = records_of_entry(self._rows.entry(row.fields, number))
        except BadRow as fault:
            self._refuse(number, self._name(fault.field), fault.text, fault.reason)
            return
        self._records += told.records
        for novelty in told.novelties:
            self._novelties[novelty.what, novelty.where, novelty.example] += novelty.count

    def batch(self, block: RawBlock | None, bytes_read: int) -> Batch:
        """Hand over what was gathered, and begin anew."""
        batch = Batch(
            section=Section.TRANSACTIONS,
            records=tuple(self._records),
            refused=tuple(self._refused),
            novelties=tuple(
                Novelty(what=what, where=where, example=example, count=count)
                for (what, where, example), count in self._novelties.items()
            ),
            blocks=() if block is None else (block,),
            warnings=self._warnings,
            bytes_read=bytes_read,
        )
        self._records, self._refused, self._warnings = [], [], ()
        self._novelties.clear()
        return batch

    def _name(self, field: str) -> str:
        """Return what the file calls a field."""
        column = _COLUMNS.get(field)
        return field if column is None else self._header.name(column)

    def _refuse(self, number: int, field: str, text: str, reason: str) -> None:
        self._refused.append(
            RefusedRow(
                section=SECTION,
                document_row=number,
                field=field,
                text=text[:_LONGEST_TEXT],
                reason=reason,
            )
        )
