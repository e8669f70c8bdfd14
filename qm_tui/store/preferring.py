"""Keeps how the user wants the monitor to be."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.store.decided import THE_USER
from qm_tui.store.schema.users import users


async def keep(connection: AsyncConnection, name: str, value: Any) -> None:
    """Keep a value under a name; None forgets it."""
    me = users.c.id == THE_USER
    kept = dict(await connection.scalar(select(users.c.preferences).where(me)) or {})
    if value is None:
        kept.pop(name, None)
    else:
        kept[name] = value
    await connection.execute(update(users).where(me).values(preferences=kept))
