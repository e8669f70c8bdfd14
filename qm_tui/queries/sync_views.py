"""What is shown of syncs and imports: runs, sections, connections, changes, raw rows."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncView:
    """One section of one sync or import."""

    id: int
    run: int
    connection: str
    name: str | None
    """The file's name, for an import."""
    section: str
    state: str
    started_at: dt.datetime
    finished_at: dt.datetime | None
    received: int
    added: int
    changed: int
    unchanged: int
    refused: int
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """One sync or import as a whole."""

    run: int
    connection: str
    name: str | None
    kind: str
    state: str
    started_at: dt.datetime
    finished_at: dt.datetime | None
    received: int
    added: int
    changed: int
    unchanged: int
    refused: int
    accounts: tuple[str, ...]
    warnings: tuple[str, ...]
    error: str | None
    document_id: int | None
    doing: str | None = None
    """What a run that goes on is at, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """A connection: how it is doing, or how it did when last something was heard of it."""

    connection: str
    broker: str
    state: str
    """One of `LinkState`; `off` where nothing runs."""
    says: str
    """What is going on, with what to do: a sentence, or nothing."""
    since: dt.datetime | None
    accounts: tuple[str, ...]
    last_success: dt.datetime | None
    """When a sync last ended with every section whole."""
    data_as_of: dt.datetime | None
    next_try: dt.datetime | None = None
    next_sync: dt.datetime | None = None
    latency: dt.timedelta | None = None
    runs: int = 0
    """Of the last 20: how many are known."""
    failures: int = 0
    """Of those, how many were not whole."""
    delayed: bool = False
    lease: str | None = None
    """Who syncs it, or did when last seen: `4711@desk monitor`."""
    lease_since: dt.datetime | None = None
    lease_until: dt.datetime | None = None
    """Until when that holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """One row that a run added, changed or refused, or something new it met."""

    id: int
    run: int
    change: str
    """`added`, `changed`, `refused` or `new` (something the program did not know)."""
    section: str
    account: str | None
    symbol: str | None
    what: str
    """The row in a few words, or the field, text and reason of a refused one."""
    document_id: int | None
    document_row: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRowView:
    """The row as the broker wrote it."""

    document_id: int
    document: str
    kind: str
    row: int
    rows: int
    """How many rows the document has."""
    byte_offset: int
    text: str
    fields: tuple[tuple[str, str], ...]
    """Names and values in the broker's order, where the row could be taken apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusView:
    """What the status bar says."""

    accounts: int
    connections: tuple[str, ...]
    newest_as_of: dt.datetime | None
    last_run_at: dt.datetime | None
    open_breaks: int | None
    """Holdings, currencies and totals that do not add up; None while nothing is reconciled yet."""
    empty: bool
    connections_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Account → the connections through which it was seen."""
