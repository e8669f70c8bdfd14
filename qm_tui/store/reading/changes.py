"""Row by row, what one run refused, met for the first time, changed and added."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, select

from qm_tui.domain.selection import Anchor
from qm_tui.store.schema.accounts import accounts
from qm_tui.store.schema.activity import FACT_TABLES
from qm_tui.store.schema.holdings import (
    balances,
    broker_lots,
    margin_requirements,
    observation_sets,
    positions,
)
from qm_tui.store.schema.instruments import instruments
from qm_tui.store.schema.sync import novelties, raw_documents, refused_rows, sync_runs


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a run's changes that lie in one table."""

    change: str
    table: Table
    where: ColumnElement[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One changed row, with the columns of its table."""

    change: str
    section: str
    id: int
    account: str | None
    symbol: str | None
    document_id: int | None
    document_row: int | None
    row: Mapping[str, Any]


def _segments(run: int) -> list[Segment]:
    facts = FACT_TABLES.values()
    of_run = select(observation_sets.c.id).where(observation_sets.c.run_id == run)
    return [
        Segment("refused", refused_rows, refused_rows.c.run_id == run),
        Segment("new", novelties, novelties.c.run_id == run),
        *(Segment("changed", table, table.c.changed_run_id == run) for table in facts),
        *(Segment("added", table, table.c.run_id == run) for table in facts),
        *(
            Segment("seen", table, table.c.set_id.in_(of_run))
            for table in (positions, broker_lots, balances, margin_requirements)
        ),
    ]


def count_changes(connection: Connection, run: int) -> int:
    """Count the rows a run refused, met, changed, added and saw."""
    return sum(_count(connection, segment) for segment in _segments(run))


def _count(connection: Connection, segment: Segment) -> int:
    query = select(func.count()).select_from(segment.table).where(segment.where)
    return int(connection.scalar(query) or 0)


def change_anchors(connection: Connection, run: int, size: int) -> list[Anchor]:
    """Return the keys after which pages begin: (segment, id)."""
    found: list[Anchor] = []
    before = 0
    for number, segment in enumerate(_segments(run)):
        ids = connection.scalars(
            select(segment.table.c.id).where(segment.where).order_by(segment.table.c.id)
        ).all()
        first = (size - before % size) - 1
        found += [(number, row_id) for row_id in ids[first::size]]
        before += len(ids)
    return found


def changes_after(
    connection: Connection, run: int, after: Anchor | None, size: int
) -> list[Change]:
    """Return the changes behind an anchor, the gravest kind first."""
    found, _ = changes_onward(connection, run, after, size)
    return found


def changes_onward(
    connection: Connection, run: int, after: Anchor | None, size: int
) -> tuple[list[Change], Anchor | None]:
    """Return the changes behind an anchor, and the anchor behind the last; None at the end."""
    start, last_id = (0, 0) if after is None else (_whole(after[0]), _whole(after[1]))
    document = _document_of(connection, run)
    found: list[Change] = []
    for number, segment in list(enumerate(_segments(run)))[start:]:
        beyond = last_id if number == start else 0
        found += _read(connection, segment, document, beyond, size - len(found))
        if len(found) >= size:
            return found, (number, found[-1].id)
    return found, None


def last_changes(connection: Connection, run: int, size: int) -> list[Change]:
    """Return the last of a run's changes."""
    total = count_changes(connection, run)
    anchors = change_anchors(connection, run, size)
    tail: list[Change] = []
    for anchor in ([None, *anchors])[-2:]:
        tail += changes_after(connection, run, anchor, size)
    return tail[-min(size, total) :] if total else []


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value


def _document_of(connection: Connection, run: int) -> int | None:
    return connection.scalar(
        select(raw_documents.c.id)
        .join(sync_runs, sync_runs.c.document_id == raw_documents.c.id)
        .where(sync_runs.c.id == run)
    )


def _read(
    connection: Connection, segment: Segment, document: int | None, beyond: int, size: int
) -> list[Change]:
    table = segment.table
    columns: list[ColumnElement[Any]] = [*table.c]
    source: Any = table
    if "account_id" in table.c:
        columns.append(accounts.c.number.label("account_number"))
        source = source.outerjoin(accounts, accounts.c.id == table.c.account_id)
    if "instrument_id" in table.c:
        columns.append(instruments.c.symbol.label("instrument_symbol"))
        source = source.outerjoin(instruments, instruments.c.id == table.c.instrument_id)
    rows = connection.execute(
        select(*columns)
        .select_from(source)
        .where(segment.where, table.c.id > beyond)
        .order_by(table.c.id)
        .limit(size)
    )
    return [_change(segment, document, row._mapping) for row in rows]


def _change(segment: Segment, document: int | None, row: Mapping[Any, Any]) -> Change:
    has_row = row.get("document_row") is not None
    return Change(
        change=segment.change,
        section=segment.table.name,
        id=row["id"],
        account=row.get("account_number"),
        symbol=row.get("instrument_symbol"),
        document_id=row.get("document_id", document) if has_row else None,
        document_row=row.get("document_row"),
        row=row,
    )
