"""What becomes of trades beside each other: the cancelled, their cancellations, superseded orders.

The states follow from the set of rows alone, so they are the same whatever order rows came in.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.domain.batches import Authority
from qm_tui.domain.words import TradeKind, TradeLevel
from qm_tui.store.incoming import execution
from qm_tui.store.schema.activity import trades
from qm_tui.store.schema.instruments import instruments

_COLUMNS = (
    "id", "key", "state", "instrument_id", "quantity", "price", "trade_date", "ordered_at",
    "authority", "run_id", "changed_run_id", "broker_trade_id", "broker_transaction_id",
    "broker_execution_id", "broker_order_id", "original_trade_id", "original_transaction_id",
)  # fmt: skip
_MEANT = func.coalesce(instruments.c.same_as_id, instruments.c.id)
"""What stands for the instrument of a row: sources name one by its contract or its ticker."""
_TRADES: Select[Any] = select(
    *(trades.c[name] for name in _COLUMNS), _MEANT.label("meant")
).join_from(trades, instruments, instruments.c.id == trades.c.instrument_id)


@dataclass(slots=True)
class Settled:
    """What became of the trades of some accounts."""

    changed: set[tuple[int, int]] = field(default_factory=set)
    """(account id, instrument id) of those that got another state or mean something else now."""
    waiting: int = 0
    """Cancellations that this run told of and that found nothing to take back."""

    @property
    def warnings(self) -> list[str]:
        """Say what the user should know."""
        if not self.waiting:
            return []
        return [
            f"Cancellations of trades that are not known, or not with such a quantity: "
            f"{self.waiting}. They take nothing back until a statement brings the trades."
        ]


async def settle(
    connection: AsyncConnection, accounts: Iterable[int], judged: Iterable[int], run_id: int
) -> Settled:
    """Give every trade of the accounts its state.

    Args:
        connection: of the transaction.
        accounts: whose trades changed.
        judged: instruments that are another one by now; accounts that traded them count, too.
        run_id: the run that asks.
    """
    settled = Settled(changed=await _traded(connection, judged))
    for account_id in sorted({*accounts, *(account_id for account_id, _ in settled.changed)}):
        new_states = await _states(connection, account_id, run_id, settled)
        if not new_states:
            continue
        settled.changed |= {(account_id, instrument) for _, instrument in new_states.values()}
        await connection.execute(
            update(trades)
            .where(trades.c.id == bindparam("b_id"))
            .values(state=bindparam("b_state"), changed_run_id=run_id),
            [{"b_id": trade_id, "b_state": state} for trade_id, (state, _) in new_states.items()],
        )
    return settled


async def _traded(connection: AsyncConnection, judged: Iterable[int]) -> set[tuple[int, int]]:
    c = trades.c
    found: set[tuple[int, int]] = set()
    for part in _parts(judged):
        rows = await connection.execute(
            select(c.account_id, c.instrument_id).distinct().where(c.instrument_id.in_(part))
        )
        found |= {(row.account_id, row.instrument_id) for row in rows}
    return found


async def _states(
    connection: AsyncConnection, account_id: int, run_id: int, settled: Settled
) -> dict[int, tuple[str, int]]:
    """Return {trade id: (state, instrument id)} of those whose state is not right."""
    c = trades.c
    cancels: Sequence[Row[Any]] = (
        await connection.execute(
            _TRADES.where(c.account_id == account_id, c.kind == TradeKind.CANCEL.value).order_by(
                c.ordered_at, c.key
            )
        )
    ).all()
    orders: Sequence[Row[Any]] = (
        await connection.execute(
            _TRADES.where(
                c.account_id == account_id,
                c.kind != TradeKind.CANCEL.value,
                c.level == TradeLevel.ORDER.value,
            )
        )
    ).all()
    if not cancels and not orders:
        return {}
    fills = await _fills(connection, account_id, [*cancels, *orders])
    right: dict[int, str] = {row.id: "cancel" for row in cancels}
    right |= dict.fromkeys((row.id for row in fills), "booked")
    standing_cancels = _standing(cancels, fills)
    taken = _match(standing_cancels, fills)
    right |= dict.fromkeys(taken.values(), "cancelled")
    settled.waiting += sum(
        run_id in (row.run_id, row.changed_run_id)
        for row in standing_cancels
        if row.id not in taken
    )
    standing = [row for row in fills if right[row.id] == "booked"]
    right |= {row.id: "superseded" if _is_superseded(row, standing) else "booked" for row in orders}
    before = {row.id: row for row in (*cancels, *fills, *orders)}
    return {
        trade_id: (state, before[trade_id].instrument_id)
        for trade_id, state in right.items()
        if before[trade_id].state != state
    }


async def _fills(
    connection: AsyncConnection, account_id: int, rows: Sequence[Row[Any]]
) -> list[Row[Any]]:
    """Return the fills of all instruments that rows mean, and those that rows name by their id."""
    c = trades.c
    found: dict[int, Row[Any]] = {}
    fills = _TRADES.where(
        c.account_id == account_id,
        c.kind == TradeKind.FILL.value,
        c.level == TradeLevel.EXECUTION.value,
    )
    of = instruments.c
    for part in _parts({row.meant for row in rows}):
        meant = select(of.id).where(or_(of.id.in_(part), of.same_as_id.in_(part)))
        query = fills.where(c.instrument_id.in_(meant))
        found |= {row.id: row for row in await connection.execute(query)}
    keys = {row.original_transaction_id for row in rows if row.original_transaction_id}
    for names in _parts(f"TX:{number}" for number in keys):
        found |= {row.id: row for row in await connection.execute(fills.where(c.key.in_(names)))}
    return sorted(found.values(), key=_booking_order)


def _parts(values: Iterable[Any]) -> Iterable[list[Any]]:
    ordered = sorted(values)
    return (ordered[start : start + 500] for start in range(0, len(ordered), 500))


def _booking_order(row: Row[Any]) -> tuple[Any, ...]:
    """Order fills as the broker booked them: transaction ids grow, where there are any."""
    number = row.broker_transaction_id or ""
    return (row.ordered_at, len(number), number, row.key)


def _standing(cancels: Iterable[Row[Any]], fills: Iterable[Row[Any]]) -> list[Row[Any]]:
    """Return the cancellations that take a fill back.

    Not those of executions that a correction has replaced already: that is another word on the
    same fill, which is not taken back, but as corrected. Nor those that are taken back themselves,
    nor what takes back a cancellation.
    """
    cancels = _last_words(list(cancels))
    newest: dict[tuple[int, str], int] = {}
    for fill in fills:
        if fill.broker_execution_id:
            stem, number = execution(fill.broker_execution_id)
            place = (fill.meant, stem)
            newest[place] = max(number, newest.get(place, number))
    left = []
    for cancel in cancels:
        stem, number = execution(cancel.broker_execution_id or "")
        booked = cancel.broker_transaction_id or cancel.original_transaction_id
        if booked or number >= newest.get((cancel.meant, stem), -1):
            left.append(cancel)
    return left


def _last_words(cancels: Sequence[Row[Any]]) -> list[Row[Any]]:
    """Leave out what takes back a cancellation, and what stays taken back by it."""
    by_id = {row.broker_transaction_id: row for row in cancels if row.broker_transaction_id}
    takers: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in cancels:
        if row.original_transaction_id in by_id:
            takers[row.original_transaction_id].append(row)

    def stands(row: Row[Any], seen: frozenset[int]) -> bool:
        if row.id in seen:
            return False  # they take each other back: nobody can mean that
        return not any(
            stands(taker, seen | {row.id}) for taker in takers.get(row.broker_transaction_id, ())
        )

    return [
        row
        for row in cancels
        if row.original_transaction_id not in by_id and stands(row, frozenset())
    ]


def _match(cancels: Iterable[Row[Any]], fills: list[Row[Any]]) -> dict[int, int]:
    """Return {cancellation's id: id of the fill that it takes back}, one each at most."""
    taken: dict[int, int] = {}
    gone: set[int] = set()
    by_quantity: dict[tuple[int, Decimal], list[Row[Any]]] = defaultdict(list)
    by_id: dict[str, list[Row[Any]]] = defaultdict(list)
    for fill in fills:
        by_quantity[fill.meant, fill.quantity].append(fill)
        if fill.broker_transaction_id:
            by_id[fill.broker_transaction_id].append(fill)
    # Who names what it takes back is served first: nobody else may take it away meanwhile.
    for cancel in sorted(cancels, key=lambda row: not row.original_transaction_id):
        # Whoever names it need not say the sign: some sources write cancellations without.
        named = [
            fill
            for fill in by_id.get(cancel.original_transaction_id or "", ())
            if fill.id not in gone and abs(fill.quantity) == abs(cancel.quantity)
        ]
        candidates = [
            fill for fill in by_quantity[cancel.meant, -cancel.quantity] if fill.id not in gone
        ]
        original = named[0] if named else _original(cancel, candidates)
        if original is not None:
            taken[cancel.id] = original.id
            gone.add(original.id)
    return taken


def _original(cancel: Row[Any], candidates: list[Row[Any]]) -> Row[Any] | None:
    """Find what a cancellation takes back that names nothing known: by the ids they share."""
    if cancel.original_transaction_id and all(fill.broker_transaction_id for fill in candidates):
        return None
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


def _is_superseded(order: Row[Any], fills: Iterable[Row[Any]]) -> bool:
    """Tell whether fills of an order are known: they count then, and the order does not.

    What the user keeps himself may be any part of anything, so it does not stand for an order.
    """
    return any(
        fill.authority > Authority.USER
        and fill.meant == order.meant
        and (
            fill.broker_order_id == order.broker_order_id
            if fill.broker_order_id and order.broker_order_id
            else fill.trade_date == order.trade_date
        )
        for fill in fills
    )
