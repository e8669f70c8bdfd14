"""What a connection need not ask its broker again."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from qm_tui.domain.batches import Coverage
from qm_tui.domain.instruments import Instrument
from qm_tui.domain.selection import Scope
from qm_tui.domain.words import Section
from qm_tui.store.reading.holdings import current_positions
from qm_tui.store.reading.instruments import instrument_of
from qm_tui.store.reading.parts import parts
from qm_tui.store.schema.accounts import account_connections, accounts, connections
from qm_tui.store.schema.instruments import instruments
from qm_tui.store.schema.sync import coverage, cursors, sync_runs


class KnownRows(NamedTuple):
    """What `qm_tui.brokers.client.Known` is made of."""

    cursors: dict[Section, str]
    described: frozenset[str]
    """Contract ids of the instruments whose details were fetched."""
    held: tuple[Instrument, ...]
    """What the accounts of the connection held when last seen."""


def known(connection: Connection, name: str) -> KnownRows:
    """Return what is known through a connection; nothing for one that is new."""
    return KnownRows(_cursors(connection, name), _described(connection), _held(connection, name))


def covered(connection: Connection, name: str) -> list[Coverage]:
    """Return the days of which the statements of a connection speak, by account."""
    c = coverage.c
    rows = connection.execute(
        select(accounts.c.number, c.from_date, c.to_date)
        .distinct()
        .join_from(coverage, accounts, accounts.c.id == c.account_id)
        .join(sync_runs, sync_runs.c.id == c.run_id)
        .join(connections, connections.c.id == sync_runs.c.connection_id)
        .where(connections.c.name == name)
        .order_by(accounts.c.number, c.from_date, c.to_date)
    )
    return [Coverage(account=number, from_date=first, to_date=last) for number, first, last in rows]


def _cursors(connection: Connection, name: str) -> dict[Section, str]:
    rows = connection.execute(
        select(cursors.c.section, cursors.c.cursor)
        .join(connections, connections.c.id == cursors.c.connection_id)
        .where(connections.c.name == name)
    )
    return {Section(section): cursor for section, cursor in rows}


def _described(connection: Connection) -> frozenset[str]:
    c = instruments.c
    found = connection.scalars(
        select(c.conid).where(c.conid.is_not(None), c.details_at.is_not(None))
    )
    return frozenset(conid for conid in found if conid is not None)


def _held(connection: Connection, name: str) -> tuple[Instrument, ...]:
    seen = account_connections.c
    ours = set(
        connection.scalars(
            select(accounts.c.number)
            .join(account_connections, seen.account_id == accounts.c.id)
            .join(connections, connections.c.id == seen.connection_id)
            .where(connections.c.name == name)
        )
    )
    held: dict[int, None] = {}
    for number in sorted(ours):
        rows = current_positions(connection, dict[str, Any], Scope(account=number))
        held |= dict.fromkeys(row["instrument_id"] for row in rows)
    found: dict[int, Instrument] = {}
    for part in parts(held):
        rows_of = connection.execute(select(instruments).where(instruments.c.id.in_(part)))
        found |= {row.id: instrument_of(row) for row in rows_of}
    return tuple(found[one] for one in held)
