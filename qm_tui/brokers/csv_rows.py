"""A delimited text file as rows that know where in its bytes they stand, and as raw blocks."""

import array
import csv
import sys
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

from qm_tui.domain.batches import RawBlock

_CHUNK = 256 * 1024
_BLOCK = 256 * 1024
_LONGEST_ROW = 64 * 1024
"""A quotation mark that is not closed within so many bytes was never meant as one."""
_MOST_LINES = 50
_BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


class RawRow(NamedTuple):
    """One row. `fields` is None when a quotation mark was opened and never closed."""

    offset: int
    data: bytes
    fields: list[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextShape:
    """How bytes become lines: the encoding and what ends a line."""

    encoding: str
    newline: str

    @property
    def mark(self) -> bytes:
        """The bytes that end a line."""
        return self.newline.encode(self.encoding)

    @property
    def width(self) -> int:
        """Bytes to a code unit: a line can end only at a multiple of it."""
        return 2 if self.encoding.startswith("utf-16") else 1

    def text(self, data: bytes) -> str:
        """Decode; a byte that means nothing becomes a replacement character."""
        return data.decode(self.encoding, "replace").removeprefix("\ufeff")


def text_shape(head: bytes, *, is_utf8: bool = True) -> TextShape | None:
    """Tell the encoding and the line ends from the beginning of a file; None when it is no text.

    Args:
        head: The first bytes; it may end within a character.
        is_utf8: False when the whole file is known not to be UTF-8: it is then Windows-1252.
    """
    encoding = _BYTE_ORDER_MARKS.get(head[:2], "utf-8" if is_utf8 else "cp1252")
    if b"\0" in head and not encoding.startswith("utf-16"):
        return None
    text = head.decode(encoding, "ignore")
    # Excel on a Macintosh still ends its lines with a bare carriage return.
    return TextShape(encoding=encoding, newline="\r" if "\r" in text and "\n" not in text else "\n")


def split_fields(text: str, delimiter: str) -> list[str] | None:
    """Split one row; None when it ends inside quotation marks: the next line belongs to it."""
    line = text.rstrip("\r\n")
    if '"' not in line:
        return line.split(delimiter)
    # The second line comes out as a row of its own only when the first one is complete.
    try:
        rows = list(csv.reader([text, "-"], delimiter=delimiter, skipinitialspace=True))
    except csv.Error:  # a field of more than 128 KiB, or a line end that is none here
        return None
    return rows[0] if len(rows) == 2 else None


def read_rows(file: BinaryIO, shape: TextShape, delimiter: str) -> Iterator[RawRow]:
    """Yield every row of a file, blank ones too: their bytes, put together, are the file."""
    lines = _Lines(file, shape)
    offset = 0
    while data := lines.next():
        fields = split_fields(shape.text(data), delimiter)
        if fields is None:
            data, fields = _continued(data, lines, shape, delimiter)
        yield RawRow(offset, data, fields)
        offset += len(data)


def _continued(
    first: bytes, lines: "_Lines", shape: TextShape, delimiter: str
) -> tuple[bytes, list[str] | None]:
    """Add the following lines until the quotation marks close; else give them back."""
    quote = '"'.encode(shape.encoding)
    more: list[bytes] = []
    size = len(first)
    while size < _LONGEST_ROW and len(more) < _MOST_LINES and (line := lines.next()):
        more.append(line)
        size += len(line)
        if quote in line:
            data = first + b"".join(more)
            fields = split_fields(shape.text(data), delimiter)
            if fields is not None:
                return data, fields
    lines.give_back(more)
    return first, None


class _Lines:
    """The lines of a file with their line ends; a few can be given back."""

    def __init__(self, file: BinaryIO, shape: TextShape) -> None:
        self._file = file
        self._shape = shape
        self._ready: deque[bytes] = deque()
        self._rest = b""

    def next(self) -> bytes:
        """The next line, or nothing at the end of the file."""
        while not self._ready:
            chunk = self._file.read(_CHUNK)
            if not chunk:
                last, self._rest = self._rest, b""
                return last
            *whole, self._rest = _split(self._rest + chunk, self._shape)
            self._ready.extend(whole)
        return self._ready.popleft()

    def give_back(self, lines: list[bytes]) -> None:
        self._ready.extendleft(reversed(lines))


def _split(data: bytes, shape: TextShape) -> list[bytes]:
    """Cut after each line end; the last piece is what has no end yet."""
    if shape.width == 1 and shape.newline == "\n":
        *whole, rest = data.split(b"\n")
        return [line + b"\n" for line in whole] + [rest]
    mark, pieces, begin, found = shape.mark, [], 0, data.find(shape.mark)
    while found >= 0:
        if found % shape.width:  # the halves of two characters that look like a line end
            found = data.find(mark, found + 1)
            continue
        pieces.append(data[begin : found + len(mark)])
        begin = found + len(mark)
        found = data.find(mark, begin)
    return [*pieces, data[begin:]]


@dataclass(slots=True)
class BlockWriter:
    """Gathers rows into compressed blocks that begin and end with a row."""

    first_row: int = 0
    offset: int = 0
    _rows: list[bytes] = field(default_factory=list)
    _starts: "array.array[int]" = field(default_factory=lambda: array.array("I"))
    _size: int = 0

    def add(self, data: bytes) -> RawBlock | None:
        """Take one row; return the block that it filled."""
        self._starts.append(self._size)
        self._rows.append(data)
        self._size += len(data)
        return self.finish() if self._size >= _BLOCK else None

    def finish(self) -> RawBlock | None:
        """Return what is left as a block; None when there is nothing."""
        if not self._rows:
            return None
        if sys.byteorder == "big":
            self._starts.byteswap()
        block = RawBlock(
            first_row=self.first_row,
            offset=self.offset,
            length=self._size,
            row_offsets=self._starts.tobytes(),
            data=zlib.compress(b"".join(self._rows)),
        )
        self.first_row += len(self._rows)
        self.offset += self._size
        self._rows, self._starts, self._size = [], array.array("I"), 0
        return block
