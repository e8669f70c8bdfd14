"""Trades of which two sources speak that know no common id: perhaps told twice."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, TextClause, exists, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.store.schema.accounts import accounts, connections
from qm_tui.store.schema.activity import OF_THE_USER, trades
from qm_tui.store.schema.sync import coverage, sync_runs

_COUNTS = "+trades.state = 'booked'"
"""With a sign, so that no index is used for it: nearly all trades count, and few are asked for."""
_WITHOUT_ID = "CT:"
"""How keys begin that count what is alike in an export without ids."""
_OF_THE_DAY = (
    coverage.c.account_id == trades.c.account_id,
    coverage.c.from_date <= trades.c.trade_date,
)


async def warnings(connection: AsyncConnection, touched: Collection[int]) -> list[str]:
    """Return a sentence for each account in which the user and a statement speak of one day."""
    covered = exists().where(*_OF_THE_DAY, coverage.c.to_date >= trades.c.trade_date)
    own = await _count(connection, touched, [text(f"trades.{OF_THE_USER}"), covered])
    return [
        f"{_trades(count)} on days that a statement of the broker covers, in {number}: if both "
        "tell the same, it counts twice."
        for number, count in own
    ]


def _trades(count: int) -> str:
    if count == 1:
        return "1 trade from your own files is"
    return f"{count:,} trades from your own files are"


async def unmatched(connection: AsyncConnection, touched: Collection[int]) -> list[str]:
    """Return a sentence for each account with trades of exports that its history does not tell.

    The history is what a live connection told, with ids. What it tells of the same trade takes the
    row of the export over, so that what is left is none of its own. The last day that was asked
    for does not count: more may have happened on it since.
    """
    asked = exists().where(
        *_OF_THE_DAY,
        coverage.c.to_date > trades.c.trade_date,
        sync_runs.c.id == coverage.c.run_id,
        connections.c.id == sync_runs.c.connection_id,
        connections.c.live == 1,
    )
    left: list[ColumnElement[bool] | TextClause] = [
        # Written out, so that the index of such rows is used.
        text("trades.broker_transaction_id IS NULL"),
        trades.c.key.startswith(_WITHOUT_ID, autoescape=True),
        asked,
    ]
    return [
        f"{count:,} trades from exported files in {number} are not in the history that the broker "
        "itself gives for their days: if it tells them otherwise, they count twice."
        for number, count in await _count(connection, touched, left)
    ]


async def _count(
    connection: AsyncConnection,
    touched: Collection[int],
    which: Sequence[ColumnElement[bool] | TextClause],
) -> list[tuple[str, int]]:
    rows = await connection.execute(
        select(accounts.c.number, func.count())
        .join_from(trades, accounts, accounts.c.id == trades.c.account_id)
        .where(trades.c.account_id.in_(touched), text(_COUNTS), *which)
        .group_by(accounts.c.number)
        .order_by(accounts.c.number)
    )
    return [(number, count) for number, count in rows]
