"""How the syncs of connections went: for their health, and for who looks after them."""

import datetime as dt
from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from qm_tui.store.reading.holdings import says_something
from qm_tui.store.schema.accounts import connections
from qm_tui.store.schema.holdings import observation_sets
from qm_tui.store.schema.sync import sync_runs

_LAST = 20
_SYNC = "sync"


class LinkHistory(NamedTuple):
    """What is on record of a connection."""

    connection: str
    broker: str
    last_success: dt.datetime | None
    """When a sync last ended with everything whole."""
    states: tuple[str, ...]
    """How the last 20 syncs ended, the newest first."""
    newest_as_of: dt.datetime | None
    """Of what moment the newest observation is."""
    last_run_at: dt.datetime | None
    """When the newest sync began."""
    error: str | None
    """Why the newest sync was not whole."""
    lease_holder: str | None
    """`pid@host kind` of the program that syncs it, or did when it was last seen."""
    lease_since: dt.datetime | None
    lease_until: dt.datetime | None
    warnings: tuple[str, ...] = ()
    """Of the newest sync."""


def link_history(connection: Connection, names: Collection[str] | None = None) -> list[LinkHistory]:
    """Return one row a connection, by name; None: of all that were ever synced.

    One that is named and was never heard of has no row.
    """
    c, r = connections.c, sync_runs.c
    query = select(connections).order_by(c.name)
    if names is None:
        synced = select(r.connection_id).where(r.kind == _SYNC)
        query = query.where(c.id.in_(synced) | c.lease_holder.is_not(None))
    else:
        query = query.where(c.name.in_(names))
    return [_history(connection, row) for row in connection.execute(query).all()]


def _history(connection: Connection, link: Any) -> LinkHistory:
    r, s = sync_runs.c, observation_sets.c
    of_link = (r.connection_id == link.id, r.kind == _SYNC)
    last = connection.execute(
        select(r.state, r.started_at, r.error, r.details)
        .where(*of_link)
        .order_by(r.started_at.desc(), r.id.desc())
        .limit(_LAST)
    ).all()
    return LinkHistory(
        connection=link.name,
        broker=link.broker,
        last_success=connection.scalar(
            select(func.max(r.finished_at)).where(*of_link, r.state == "done")
        ),
        states=tuple(row.state for row in last),
        newest_as_of=connection.scalar(
            select(func.max(s.as_of)).where(s.connection_id == link.id, says_something())
        ),
        last_run_at=last[0].started_at if last else None,
        error=last[0].error if last else None,
        lease_holder=link.lease_holder,
        lease_since=link.lease_since,
        lease_until=link.lease_until,
        warnings=tuple((last[0].details or {}).get("warnings", ())) if last else (),
    )
