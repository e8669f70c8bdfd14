"""What the status bar says."""

from qm_tui.queries.sync_views import StatusView
from qm_tui.store.reader import Reader
from qm_tui.store.reading.accounts import connection_names, every_account
from qm_tui.store.reading.discrepancies import open_breaks
from qm_tui.store.reading.runs import state


async def status(reader: Reader) -> StatusView:
    """Return how much there is, how old it is and where it comes from."""
    now = await reader.read(state)
    names = await reader.read(connection_names)
    accounts = await reader.read(every_account)
    breaks = await reader.read(open_breaks)
    return StatusView(
        accounts=now.accounts,
        connections=tuple(sorted({name for each in names.values() for name in each})),
        newest_as_of=now.newest_as_of,
        last_run_at=now.last_run_at,
        open_breaks=breaks.breaks,
        empty=now.last_run_at is None,
        connections_of={row.account: tuple(names.get(row.id, ())) for row in accounts},
    )
