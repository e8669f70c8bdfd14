"""An answer as a document: its bytes in compressed blocks, so that each row can be opened again."""

import hashlib
import sys
import zlib
from array import array
from collections.abc import Iterator
from typing import NamedTuple

from qm_tui.brokers.tastytrade.answers import Answer
from qm_tui.domain.batches import Document, RawBlock

READER = "tastytrade/1"
_BLOCK = 256 * 1024
_QUICK = 1
"""How hard is compressed: JSON shrinks to a tenth already."""


class Kept(NamedTuple):
    """What is stored of an answer beside its records."""

    document: Document
    blocks: tuple[RawBlock, ...]


def kept(answer: Answer, name: str, kind: str) -> Kept:
    """Make a document of an answer; takes a few ms a megabyte, and may run in a thread.

    Args:
        answer: whole, with its rows.
        name: what it is called where it is shown.
        kind: `tastytrade-transactions` …
    """
    body = answer.body
    return Kept(
        Document(
            name=name,
            kind=kind,
            sha256=hashlib.sha256(body).hexdigest(),
            size=len(body),
            reader=READER,
        ),
        tuple(_blocks(answer)),
    )


def _blocks(answer: Answer) -> Iterator[RawBlock]:
    """Cut before the row with which a block is full; the first begins with the first byte."""
    begin, first_row, offsets = 0, 0, array("I")
    for row, item in enumerate(answer.items or ()):
        if offsets and item.begin - begin >= _BLOCK:
            yield _block(answer.body[begin : item.begin], begin, first_row, offsets)
            begin, first_row, offsets = item.begin, row, array("I")
        offsets.append(item.begin - begin)
    yield _block(answer.body[begin:], begin, first_row, offsets)


def _block(data: bytes, offset: int, first_row: int, offsets: "array[int]") -> RawBlock:
    if sys.byteorder == "big":
        offsets.byteswap()
    return RawBlock(
        first_row=first_row,
        offset=offset,
        length=len(data),
        row_offsets=offsets.tobytes(),
        data=zlib.compress(data, _QUICK),
    )
