"""Trades of the user's own files on days of which a statement speaks: perhaps told twice."""

from collections.abc import Collection

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.domain.batches import Authority
from qm_tui.store.schema.accounts import accounts
from qm_tui.store.schema.activity import trades
from qm_tui.store.schema.sync import coverage


async def warnings(connection: AsyncConnection, touched: Collection[int]) -> list[str]:
    """Return a sentence for each account in which both speak of the same days."""
    covered = exists().where(
        coverage.c.account_id == trades.c.account_id,
        coverage.c.from_date <= trades.c.trade_date,
        coverage.c.to_date >= trades.c.trade_date,
    )
    rows = await connection.execute(
        select(accounts.c.number, func.count())
        .join_from(trades, accounts, accounts.c.id == trades.c.account_id)
        .where(
            trades.c.account_id.in_(touched),
            trades.c.authority == int(Authority.USER),
            trades.c.state == "booked",
            covered,
        )
        .group_by(accounts.c.number)
        .order_by(accounts.c.number)
    )
    return [
        f"{count:,} trades from your own files in {number} are on days that a statement of the "
        "broker covers: if both tell the same trades, they count twice."
        for number, count in rows
    ]
