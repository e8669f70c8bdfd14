"""Connections: how they are doing, or how they did when nothing runs now."""

from collections.abc import Collection

from qm_tui.domain.health import Health, LinkState
from qm_tui.queries.sync_views import LinkView
from qm_tui.store.reader import Reader
from qm_tui.store.reading.links import LinkHistory, link_history


async def links(reader: Reader, names: Collection[str] | None = None) -> list[LinkView]:
    """Return what the store knows of connections, by name; None: of all that were ever synced."""
    return [_link(row) for row in await reader.read(link_history, names)]


_NO_VERDICT = frozenset({"running", "cancelled"})
"""States of runs that say nothing of how a connection is doing."""


def link_of(health: Health) -> LinkView:
    """Return a connection that a worker of this program looks after."""
    return LinkView(
        connection=health.connection,
        broker=health.broker,
        state=health.state.value,
        says=health.says,
        since=health.since,
        accounts=health.accounts,
        last_success=health.last_success,
        data_as_of=health.data_as_of,
        next_try=health.next_try,
        next_sync=health.next_sync,
        latency=health.latency,
        runs=health.runs,
        failures=health.failures,
        delayed=health.delayed,
    )


def _link(row: LinkHistory) -> LinkView:
    ended = [state for state in row.states if state not in _NO_VERDICT]
    return LinkView(
        connection=row.connection,
        broker=row.broker,
        state=LinkState.OFF.value,
        says=" ".join(filter(None, (row.error, *row.warnings))),
        since=None,
        accounts=(),
        last_success=row.last_success,
        data_as_of=row.newest_as_of,
        runs=len(ended),
        failures=sum(state != "done" for state in ended),
        lease=row.lease_holder,
        lease_since=row.lease_since,
        lease_until=row.lease_until,
    )
