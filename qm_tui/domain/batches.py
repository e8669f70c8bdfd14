"""How records travel: documents, and the batches of what one section or page of a pull brought."""

import datetime as dt
from dataclasses import dataclass

from qm_tui.domain.records import Record
from qm_tui.domain.words import Authority, Section

__all__ = [
    "Authority", "Batch", "Coverage", "Document", "Holds", "Novelty", "RawBlock", "RefusedRow",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a broker sent, as one piece: a file, or the body of an answer."""

    name: str
    kind: str
    """`flex-activity`, `flex-confirmation`, `ledger-csv` …"""
    sha256: str
    size: int
    """Bytes."""
    generated_at: dt.datetime | None = None
    """When the broker made it; of two versions of a fact the one made later holds."""
    authority: Authority = Authority.FINAL
    reader: str = ""
    """Name and version of what read it: a newer reader may find more in the same bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawBlock:
    """A compressed piece of a document that ends between two rows."""

    first_row: int
    offset: int
    """Of the first byte, in the document."""
    length: int
    """Uncompressed bytes."""
    row_offsets: bytes
    """Where each row begins in the block: unsigned 32-bit integers, little endian."""
    data: bytes
    """zlib."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """The batch (or an earlier one of the pull) holds all of a section of an account, as of a time.

    Only there does absence mean closed.
    """

    account: str
    section: Section
    as_of: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """A row that could not be read: it is named, and the others are kept."""

    section: str
    document_row: int
    field: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Novelty:
    """Something in a statement that this program did not know."""

    what: str
    """`section`, `row`, `attribute`, `value` or `currency`."""
    where: str
    """`Trades/Trade`, or `Trades/Trade@orderType`."""
    example: str
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """A statement says what happened in an account between two days, both included."""

    account: str
    from_date: dt.date
    to_date: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one section (or page) of a pull brought: saved together or not at all."""

    section: Section
    records: tuple[Record, ...] = ()
    holds: tuple[Holds, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    cursor: str | None = None
    document: Document | None = None
    """Of a live connection: the answer that the records came from, whole, with its `blocks`."""
    blocks: tuple[RawBlock, ...] = ()
    refused: tuple[RefusedRow, ...] = ()
    novelties: tuple[Novelty, ...] = ()
    warnings: tuple[str, ...] = ()
    """One clear sentence each, for the user."""
    incomplete: str | None = None
    """Why the section is not whole: one sentence for the user. What did come is kept, and nothing
    that is not named is taken for closed. A section without records and with this has failed."""
    amends: bool = False
    """Only what changed since the answer before: it does not put in doubt what it does not name."""
    bytes_read: int = 0
    """How far into the document the reader is, for a progress bar."""
