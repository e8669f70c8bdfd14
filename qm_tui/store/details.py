"""What a live source tells of instruments when it is asked for everything it knows of them."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.domain.instruments import Instrument
from qm_tui.store.reading.parts import parts
from qm_tui.store.schema.instruments import instruments


async def take_over(
    connection: AsyncConnection, told: Mapping[int, Instrument], at: dt.datetime
) -> set[int]:
    """Note that instruments were described, and what goes beyond our fields; return the changed.

    Details are merged into those there are: what is not said stays.
    """
    c = instruments.c
    changed: set[int] = set()
    for part in parts(told):
        rows = []
        for row in await connection.execute(
            select(c.id, c.details_at, c.broker_specific).where(c.id.in_(part))
        ):
            known = row.broker_specific or {}
            said = told[row.id].broker_specific or {}
            is_older = row.details_at is not None and row.details_at > at
            merged = {**said, **known} if is_older else {**known, **said}
            if merged != known:
                changed.add(row.id)
            rows.append(
                {
                    "b_id": row.id, "b_specific": merged,
                    "b_at": row.details_at if is_older else at,
                }
            )  # fmt: skip
        await connection.execute(
            update(instruments)
            .where(c.id == bindparam("b_id"))
            .values(broker_specific=bindparam("b_specific"), details_at=bindparam("b_at")),
            rows,
        )
    return changed
