"""What becomes of trades beside each other: the cancelled, their cancellations, superseded orders.

The states follow from the set of rows alone, so they are the same whatever order rows came in.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, and_, bindparam, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.domain.records import TradeKind, TradeLevel
from qm_tui.store.schema.activity import trades

_COLUMNS = (
    "id", "key", "state", "instrument_id", "quantity", "price", "trade_date", "ordered_at",
    "broker_trade_id", "broker_transaction_id", "broker_execution_id", "original_trade_id",
    "original_transaction_id",
)  # fmt: skip


async def settle(
    connection: AsyncConnection, accounts: Iterable[int], run_id: int
) -> set[tuple[int, int]]:
    """Give every trade of the accounts its state; return the (account, instrument) that changed."""
    changed: set[tuple[int, int]] = set()
    for account_id in accounts:
        new_states = await _states(connection, account_id)
        if not new_states:
            continue
        changed |= {(account_id, instrument_id) for _, instrument_id in new_states.values()}
        await connection.execute(
            update(trades)
            .where(trades.c.id == bindparam("b_id"))
            .values(state=bindparam("b_state"), changed_run_id=run_id),
            [{"b_id": trade_id, "b_state": state} for trade_id, (state, _) in new_states.items()],
        )
    return changed


async def _states(connection: AsyncConnection, account_id: int) -> dict[int, tuple[str, int]]:
    """Return {trade id: (state, instrument id)} of those whose state is not right."""
    c = trades.c
    cancels = (
        await connection.execute(
            select(*(c[name] for name in _COLUMNS))
            .where(c.account_id == account_id, c.kind == TradeKind.CANCEL.value)
            .order_by(c.ordered_at, c.key)
        )
    ).all()
    right: dict[int, str] = {row.id: "cancel" for row in cancels}
    before = {row.id: row for row in cancels}
    if cancels:
        fills = await _possibly_cancelled(connection, account_id, cancels)
        before |= {row.id: row for row in fills}
        right |= dict.fromkeys((row.id for row in fills), "booked")
        right |= dict.fromkeys(_match(cancels, fills), "cancelled")
    for row, superseded in await _orders(connection, account_id):
        before[row.id] = row
        right[row.id] = "superseded" if superseded else "booked"
    return {
        trade_id: (state, before[trade_id].instrument_id)
        for trade_id, state in right.items()
        if before[trade_id].state != state
    }


async def _possibly_cancelled(
    connection: AsyncConnection, account_id: int, cancels: Sequence[Row[Any]]
) -> list[Row[Any]]:
    c = trades.c
    instruments = {row.instrument_id for row in cancels}
    rows = await connection.execute(
        select(*(c[name] for name in _COLUMNS)).where(
            c.account_id == account_id,
            c.kind == TradeKind.FILL.value,
            c.level == TradeLevel.EXECUTION.value,
            c.instrument_id.in_(instruments),
        )
    )
    return sorted(rows.all(), key=_booking_order)


def _booking_order(row: Row[Any]) -> tuple[Any, ...]:
    """Order fills as the broker booked them: transaction ids grow, where there are any."""
    number = row.broker_transaction_id or ""
    return (row.ordered_at, len(number), number, row.key)


def _match(cancels: Iterable[Row[Any]], fills: list[Row[Any]]) -> set[int]:
    """Return the ids of the fills that the cancellations take back, one each at most."""
    taken: set[int] = set()
    by_quantity: dict[tuple[int, Decimal], list[Row[Any]]] = defaultdict(list)
    for fill in fills:
        by_quantity[fill.instrument_id, fill.quantity].append(fill)
    # Who names what it takes back is served first: nobody else may take it away meanwhile.
    for cancel in sorted(cancels, key=lambda row: not row.original_transaction_id):
        candidates = [
            fill
            for fill in by_quantity[cancel.instrument_id, -cancel.quantity]
            if fill.id not in taken
        ]
        original = _original(cancel, candidates)
        if original is not None:
            taken.add(original.id)
    return taken


def _original(cancel: Row[Any], candidates: list[Row[Any]]) -> Row[Any] | None:
    """Find what a cancellation takes back: by the id it names, else by the ids they share."""
    if cancel.original_transaction_id:
        named = [
            fill
            for fill in candidates
            if fill.broker_transaction_id == cancel.original_transaction_id
        ]
        if named or all(fill.broker_transaction_id for fill in candidates):
            return named[0] if named else None
    for ours, theirs in (
        ("original_trade_id", "broker_trade_id"),
        ("broker_execution_id", "broker_execution_id"),
        ("broker_trade_id", "broker_trade_id"),
    ):
        value = cancel._mapping[ours]
        if not value:
            continue
        for fill in candidates:
            if fill._mapping[theirs] == value:
                return fill
    alike = [
        fill
        for fill in candidates
        if fill.price == cancel.price and fill.trade_date == cancel.trade_date
    ]
    return alike[0] if alike else None


async def _orders(connection: AsyncConnection, account_id: int) -> list[tuple[Row[Any], bool]]:
    """Return the order-level rows, each with whether its fills are known by now."""
    order, fill = trades, trades.alias("fill")
    known = exists().where(
        and_(
            fill.c.account_id == order.c.account_id,
            fill.c.instrument_id == order.c.instrument_id,
            fill.c.level == TradeLevel.EXECUTION.value,
            fill.c.kind == TradeKind.FILL.value,
            or_(
                fill.c.trade_date == order.c.trade_date,
                fill.c.broker_order_id == order.c.broker_order_id,
            ),
        )
    )
    rows = await connection.execute(
        select(order.c.id, order.c.state, order.c.instrument_id, known.label("known")).where(
            order.c.account_id == account_id, order.c.level == TradeLevel.ORDER.value
        )
    )
    return [(row, bool(row.known)) for row in rows]
