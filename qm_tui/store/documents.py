"""What brokers sent, kept in compressed blocks so that any row opens at once."""

import array
import sys
import zlib
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.domain.batches import RawBlock
from qm_tui.store.schema.sync import raw_blocks, raw_documents


async def add_blocks(
    connection: AsyncConnection, document_id: int, blocks: tuple[RawBlock, ...]
) -> None:
    """Store pieces of a document."""
    if blocks:
        await connection.execute(
            insert(raw_blocks),
            [
                {
                    "document_id": document_id, "first_row": block.first_row,
                    "offset": block.offset, "length": block.length,
                    "row_offsets": block.row_offsets, "data": block.data,
                }
                for block in blocks
            ],
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRow:
    """A row's place in its document, and the bytes from there to the next row."""

    document: str
    kind: str
    rows: int
    byte_offset: int
    data: bytes


def raw_row(connection: Connection, document_id: int, row: int) -> RawRow | None:
    """Open one row of a document; None when there is no such row."""
    c = raw_blocks.c
    block = connection.execute(
        select(c.first_row, c.offset, c.row_offsets, c.data)
        .where(c.document_id == document_id, c.first_row <= row)
        .order_by(c.first_row.desc(), c.offset.desc())
        .limit(1)
    ).one_or_none()
    about = connection.execute(
        select(raw_documents.c.name, raw_documents.c.kind, raw_documents.c.row_count).where(
            raw_documents.c.id == document_id
        )
    ).one_or_none()
    if block is None or about is None:
        return None
    offsets = array.array("I", block.row_offsets)
    if sys.byteorder == "big":
        offsets.byteswap()
    place = row - block.first_row
    if place >= len(offsets):
        return None
    text = zlib.decompress(block.data)
    end = offsets[place + 1] if place + 1 < len(offsets) else len(text)
    return RawRow(
        document=about.name,
        kind=about.kind,
        rows=about.row_count,
        byte_offset=block.offset + offsets[place],
        data=text[offsets[place] : end],
    )


def whole(connection: Connection, document_id: int) -> bytes:
    """Return a document byte for byte as it came."""
    rows = connection.execute(
        select(raw_blocks.c.data)
        .where(raw_blocks.c.document_id == document_id)
        .order_by(raw_blocks.c.offset)
    )
    return b"".join(zlib.decompress(data) for (data,) in rows)
