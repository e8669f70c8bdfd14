"""Rows on their way into a table: where they come from, what they say, how they are compared."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from sqlalchemy import Dialect, Table, bindparam, column, insert
from sqlalchemy import table as table_clause

from qm_tui.domain.events import SectionCounts


def content_hash(values: Sequence[Any]) -> bytes:
    """Digest bound values: equal content is equal bytes, in any process."""
    return blake2b(repr(values).encode("utf-8", "surrogatepass"), digest_size=8).digest()


def driver_insert(table: Table, names: Sequence[str], dialect: Dialect) -> str:
    """Compile an INSERT for the driver that binds values in the order of `names`."""
    compiled = (
        insert(table_clause(table.name, *(column(name) for name in names)))
        .values({name: bindparam(name) for name in names})
        .compile(dialect=dialect)
    )
    return str(compiled)


_CORRECTION = re.compile(r"(.+)\.(\d\d)")


def execution(written: str) -> tuple[str, int]:
    """Split an execution's id into what stays and the number of its correction, -1 without one."""
    found = _CORRECTION.fullmatch(written)
    return (found[1], int(found[2])) if found else (written, -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """From where the rows of one transaction come."""

    run_id: int
    document_id: int | None
    authority: int
    source_at: dt.datetime
    """When the source was made."""
    recorded_at: dt.datetime
    live: bool = False
    """Whether the source speaks again and again of now."""


@dataclass(slots=True)
class Incoming:
    """A record on its way into its table."""

    account_id: int
    key: str
    values: tuple[Any, ...]
    """Bound values of `FactTable.columns`."""
    digest: bytes
    document_row: int | None
    instrument_id: int | None


@dataclass(slots=True)
class Existing:
    """What is stored of a fact, as far as needed to compare it."""

    id: int
    digest: bytes
    authority: int
    source_at: dt.datetime
    restated: bool
    key: str
    others: list["Existing"] = field(default_factory=list)
    """Rows that turned out to be the same fact, told under other ids."""


@dataclass(slots=True)
class Outcome:
    """What a batch of facts did."""

    counts: SectionCounts = field(default_factory=SectionCounts)
    touched: set[tuple[int, int]] = field(default_factory=set)
    """(account id, instrument id) of what was added or changed."""
