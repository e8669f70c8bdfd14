"""What does not add up, as it was found last, and how much was compared."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, select

from qm_tui.domain.reconciliation.words import DiscrepancyStatus, Severity, Verdict
from qm_tui.domain.selection import Scope
from qm_tui.store.reading.narrowing import account_ids, among, containing, instrument_ids
from qm_tui.store.reading.parts import parts
from qm_tui.store.schema.accounts import accounts
from qm_tui.store.schema.activity import FACT_TABLES
from qm_tui.store.schema.discrepancies import discrepancies, discrepancy_events, reconciliations
from qm_tui.store.schema.holdings import balances, broker_lots, positions
from qm_tui.store.schema.instruments import instruments
from qm_tui.store.schema.sync import raw_documents

_SHOWN = (DiscrepancyStatus.OPEN.value, DiscrepancyStatus.ACKNOWLEDGED.value)
"""What is shown, and counted, unless all is asked for: nobody has settled it."""
_ALARMS = (Severity.MINOR.value, Severity.MAJOR.value)
_WITH_ROWS = {
    **FACT_TABLES,
    **{table.name: table for table in (positions, broker_lots, balances)},
}
"""Tables whose rows say in which document they stand."""


class Breaks(NamedTuple):
    """How many holdings, currencies and totals do not add up."""

    breaks: int | None
    """None while nothing was compared yet."""
    major: int
    holdings: int
    """That were compared."""
    reconciled_at: dt.datetime | None


class Place(NamedTuple):
    """Where a fact stands in what the broker sent."""

    document_id: int | None
    row: int | None
    document: str | None


class Found(NamedTuple):
    """Rows of discrepancies, and in which documents their evidence stands."""

    rows: Sequence[Row[Any]]
    documents: Mapping[tuple[str, int], Place]
    """(table, row) → where it stands."""


def found(connection: Connection, scope: Scope, *, every: bool) -> Found:
    """Return discrepancies in no order: what is open, or all there ever were."""
    d, i = discrepancies.c, instruments.c
    searched = (accounts.c.number, i.symbol, i.underlying_symbol, d.verdict, d.cause, d.currency)
    rows = connection.execute(
        select(
            discrepancies, accounts.c.number.label("account"), accounts.c.broker, i.symbol,
            i.underlying_symbol.label("underlying"),
        )
        .join(accounts, accounts.c.id == d.account_id)
        .outerjoin(instruments, i.id == d.instrument_id)
        .where(
            *([] if every else [d.status.in_(_SHOWN)]),
            *among(d.account_id, account_ids(connection, scope)),
            *among(d.instrument_id, instrument_ids(connection, scope)),
            *containing(scope.text, searched),
        )
    ).all()  # fmt: skip
    return Found(rows, _documents(connection, rows))


def _documents(connection: Connection, rows: Sequence[Row[Any]]) -> dict[tuple[str, int], Place]:
    named: defaultdict[str, set[int]] = defaultdict(set)
    for row in rows:
        for _, table, fact in shown(row):
            if table in _WITH_ROWS and fact is not None:
                named[table].add(fact)
    places: dict[tuple[str, int], Place] = {}
    for name, ids in named.items():
        c = _WITH_ROWS[name].c
        for part in parts(ids):
            query = (
                select(c.id, c.document_id, c.document_row, raw_documents.c.name)
                .outerjoin(raw_documents, raw_documents.c.id == c.document_id)
                .where(c.id.in_(part))
            )
            places |= {(name, row[0]): Place(*row[1:]) for row in connection.execute(query)}
    return places


def shown(row: Row[Any]) -> list[tuple[str, str | None, int | None]]:
    """Return the evidence of a discrepancy: what it says, table and row."""
    return [(says, table, fact) for says, table, fact in (row.evidence or {}).get("shown", ())]


def _alarming() -> ColumnElement[bool]:
    d = discrepancies.c
    return and_(
        d.status == DiscrepancyStatus.OPEN.value,
        d.severity.in_(_ALARMS),
        d.verdict != Verdict.NOT_KNOWN.value,
    )


def open_breaks(connection: Connection, scope: Scope = Scope()) -> Breaks:
    """Count what does not add up: a holding, a currency or a total once, whatever is wrong."""
    d, r = discrepancies.c, reconciliations.c
    ours = account_ids(connection, scope)
    currency = case((d.instrument_id.is_(None), d.currency))
    places = (
        select(func.max(case((d.severity == Severity.MAJOR.value, 1), else_=0)).label("major"))
        .where(_alarming(), *among(d.account_id, ours))
        .group_by(d.account_id, d.instrument_id, currency, d.tag)
        .subquery()
    )
    counted = connection.execute(
        select(func.count(), func.sum(places.c.major)).select_from(places)
    ).one()
    holdings, last = connection.execute(
        select(func.sum(r.holdings), func.max(r.reconciled_at)).where(*among(r.account_id, ours))
    ).one()
    return Breaks(
        breaks=None if last is None else counted[0],
        major=counted[1] or 0,
        holdings=holdings or 0,
        reconciled_at=last,
    )


def broken(connection: Connection) -> dict[tuple[str, int], str]:
    """Return (account, instrument) → the worst severity of what is open there."""
    d = discrepancies.c
    rows = connection.execute(
        select(accounts.c.number, d.instrument_id, d.severity)
        .join(accounts, accounts.c.id == d.account_id)
        .where(_alarming(), d.instrument_id.is_not(None))
    )
    worst: dict[tuple[str, int], str] = {}
    for number, instrument_id, severity in rows:
        place = (number, instrument_id)
        if worst.get(place) != Severity.MAJOR.value:
            worst[place] = severity
    return worst


def life_of(connection: Connection, discrepancy_id: int) -> Sequence[Row[Any]]:
    """Return what became of a discrepancy, oldest first."""
    e = discrepancy_events.c
    query = select(discrepancy_events).where(e.discrepancy_id == discrepancy_id).order_by(e.id)
    return connection.execute(query).all()
