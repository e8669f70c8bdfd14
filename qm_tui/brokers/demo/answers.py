"""What a broker of the demo sent, byte for byte: each row of an answer can be looked up in it."""

import datetime as dt
import hashlib
import json
import sys
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import fields, replace
from decimal import Decimal
from enum import Enum

from qm_tui.domain.batches import Authority, Batch, Document, RawBlock
from qm_tui.domain.instruments import Instrument
from qm_tui.domain.records import Record

KIND = "demo-json"


def with_answer(batch: Batch, name: str, at: dt.datetime) -> Batch:
    """Return a batch with the answer it was read from; its records know their rows.

    Args:
        batch: a section, or a page of one.
        name: what the answer is called where it is shown.
        at: when it was made.
    """
    if not batch.records:
        return batch
    rows = [_row(record) for record in batch.records]
    body, offsets = _body(rows)
    document = Document(
        name=name,
        kind=KIND,
        sha256=hashlib.sha256(body).hexdigest(),
        size=len(body),
        generated_at=at,
        authority=Authority.FINAL,
        reader="demo 1",
    )
    block = RawBlock(
        first_row=0,
        offset=0,
        length=len(body),
        row_offsets=_little(offsets),
        data=zlib.compress(body, 1),
    )
    records = tuple(replace(one, document_row=row) for row, one in enumerate(batch.records))
    return replace(batch, records=records, document=document, blocks=(block,))


def _body(rows: Sequence[bytes]) -> tuple[bytes, "array[int]"]:
    offsets, end = array("I"), 0
    for row in rows:
        offsets.append(end)
        end += len(row)
    return b"".join(rows), offsets


def _little(offsets: "array[int]") -> bytes:
    if sys.byteorder == "big":
        offsets.byteswap()
    return offsets.tobytes()


def _row(record: Record) -> bytes:
    said = {
        field.name.replace("_", "-"): _said(value)
        for field in fields(record)
        if (value := getattr(record, field.name)) is not None
    }
    return json.dumps(said).encode() + b"\n"


def _said(value: object) -> object:
    match value:
        case Instrument():
            return value.identifiers.osi_symbol or value.symbol
        case Enum():
            return value.value
        case Decimal():
            return f"{value:f}"
        case dt.datetime() | dt.date():
            return value.isoformat()
        case _:
            return value
