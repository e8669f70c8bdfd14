"""Who syncs a connection: one program at a time, for a minute that it renews."""

import datetime as dt
import os
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.store import runs
from qm_tui.store.schema.accounts import connections
from qm_tui.store.schema.sync import sync_runs

LEASE = dt.timedelta(seconds=60)
"""How long a lease holds that is not renewed."""
ENDED_EARLY = "It ended early: the program that ran it stopped. What had been stored stays."


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """Somebody else syncs a connection."""

    holder: str
    """`pid@host kind`, e.g. `4711@desk monitor`."""
    since: dt.datetime


async def acquire(
    connection: AsyncConnection, source: runs.Source, holder: str, now: dt.datetime
) -> Leased | None:
    """Take a lease; return who has it when it cannot be had.

    Whoever becomes the holder ends the runs that the former one left unfinished.
    """
    connected = await runs.connection_id(connection, source)
    c = connections.c
    known = (
        await connection.execute(
            select(c.lease_holder, c.lease_since, c.lease_until).where(c.id == connected)
        )
    ).one()
    holds = known.lease_until is not None and known.lease_until > now
    ours = known.lease_holder == holder and holds
    if known.lease_holder and holds and not ours and not _is_dead(known.lease_holder, holder):
        return Leased(holder=known.lease_holder, since=known.lease_since or now)
    await connection.execute(
        update(connections)
        .where(c.id == connected)
        .values(
            lease_holder=holder,
            lease_since=known.lease_since if ours else now,
            lease_until=now + LEASE,
        )
    )
    if not ours:
        await connection.execute(
            update(sync_runs)
            .where(sync_runs.c.connection_id == connected, sync_runs.c.state == "running")
            .values(state="failed", finished_at=now, error=ENDED_EARLY)
        )
    return None


async def renew(connection: AsyncConnection, name: str, holder: str, now: dt.datetime) -> bool:
    """Hold a lease for longer; False when it is somebody else's by now, or was given back."""
    c = connections.c
    done = await connection.execute(
        update(connections)
        .where(c.name == name, c.lease_holder == holder)
        .values(lease_until=now + LEASE)
    )
    return bool(done.rowcount)


async def release(connection: AsyncConnection, name: str, holder: str) -> None:
    """Give a lease back, if it is still the holder's."""
    c = connections.c
    await connection.execute(
        update(connections)
        .where(c.name == name, c.lease_holder == holder)
        .values(lease_holder=None, lease_since=None, lease_until=None)
    )


def _is_dead(holder: str, asker: str) -> bool:
    """Tell whether a holder is a process of the asker's own machine that is gone."""
    pid, host = _place(holder)
    if pid is None or host != _place(asker)[1]:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


def _place(holder: str) -> tuple[int | None, str]:
    who = holder.partition(" ")[0]
    pid, _, host = who.partition("@")
    return (int(pid) if pid.isascii() and pid.isdigit() and int(pid) > 0 else None), host
