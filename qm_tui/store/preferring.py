"""Keeps how the user wants the monitor to be."""

from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.store.decided import THE_USER
from qm_tui.store.reading.preferences import as_kept, written
from qm_tui.store.schema.users import users


async def keep(connection: AsyncConnection, name: str, value: Any) -> None:
    """Keep a value under a name; None forgets it."""
    kept = as_kept(await connection.scalar(written()))
    if value is None:
        kept.pop(name, None)
    else:
        kept[name] = value
    mine = update(users).where(users.c.id == THE_USER)
    await connection.execute(mine.values(preferences=kept))
