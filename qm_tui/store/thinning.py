"""Observations of live connections thin out with age: all of the last day, then one a day."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.domain.selection import Scope
from qm_tui.domain.words import Section
from qm_tui.store.reading.holdings import current_sets
from qm_tui.store.reading.parts import parts
from qm_tui.store.schema.accounts import connections
from qm_tui.store.schema.holdings import observation_sets

KEPT_WHOLE = dt.timedelta(days=1)


async def thin(connection: AsyncConnection, name: str, now: dt.datetime) -> int:
    """Remove what a live connection saw more than a day ago, but for the last answer of each day.

    What still says what is held stays, however old, and so do everything from a document and the
    first balances of an account: cash is reckoned from them.
    """
    s, c = observation_sets.c, connections.c
    rows = (
        await connection.execute(
            select(s.id, s.account_id, s.section, s.as_of, s.complete)
            .join_from(observation_sets, connections, c.id == s.connection_id)
            .where(
                c.name == name, c.live == 1, s.document_id.is_(None), s.as_of <= now - KEPT_WHOLE
            )
            .order_by(s.as_of.desc(), s.generated_at.desc(), s.id.desc())
        )
    ).all()
    gone = await _without_current(connection, _beside_the_last(rows), rows)
    for part in parts(gone):
        await connection.execute(delete(observation_sets).where(s.id.in_(part)))
    return len(gone)


def _beside_the_last(rows: Sequence[Any]) -> set[int]:
    """Return the sets that are not the newest complete one of an account, section and day.

    Rows come newest first. The oldest balances of an account are not among them either.
    """
    kept: dict[tuple[int, str, dt.date], int] = {}
    for row in rows:
        if row.complete:
            kept.setdefault((row.account_id, row.section, row.as_of.date()), row.id)
    first = {row.account_id: row.id for row in rows if row.section == Section.BALANCES.value}
    return {row.id for row in rows} - set(kept.values()) - set(first.values())


async def _without_current(
    connection: AsyncConnection, ids: set[int], rows: Sequence[Any]
) -> set[int]:
    for section in sorted({row.section for row in rows if row.id in ids}):
        current = await connection.run_sync(current_sets, Section(section), Scope())
        ids -= {one.id for one in current}
    return ids
