"""Marks on what has to be derived again."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.store.schema.activity import cash_transactions, corporate_actions, trades, transfers
from qm_tui.store.schema.booking import dirty_marks
from qm_tui.store.upsert import upsert

_BOOKED = (trades, transfers, corporate_actions, cash_transactions)


async def mark(
    connection: AsyncConnection,
    pairs: Iterable[tuple[str, int]],
    run_id: int | None,
    now: dt.datetime,
) -> None:
    """Mark (taxpayer, instrument id) pairs."""
    rows = [
        {"taxpayer": taxpayer, "instrument_id": instrument_id, "run_id": run_id, "marked_at": now}
        for taxpayer, instrument_id in sorted(set(pairs))
    ]
    if rows:
        statement = upsert(
            dirty_marks,
            connection.dialect,
            key=("taxpayer", "instrument_id"),
            replace=("run_id", "marked_at"),
        )
        await connection.execute(statement, rows)


async def mark_account(
    connection: AsyncConnection, account_id: int, taxpayers: Iterable[str], now: dt.datetime
) -> None:
    """Mark everything an account ever held, for some taxpayers."""
    instruments: set[int] = set()
    for table in _BOOKED:
        found = await connection.scalars(
            select(table.c.instrument_id).where(table.c.account_id == account_id).distinct()
        )
        instruments |= {instrument_id for instrument_id in found if instrument_id is not None}
    pairs = ((taxpayer, instrument_id) for taxpayer in taxpayers for instrument_id in instruments)
    await mark(connection, pairs, None, now)
