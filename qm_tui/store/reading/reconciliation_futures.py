"""What futures gained by the prices they were traded at, where nobody tells their settlements.

A future is not paid for: what it gains comes every day as cash. From a day on which none is held to
another one that is what its sales brought beyond its purchases; while one is held, together with
what it is worth by the statement's own price.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Connection, select

from qm_tui.domain.instruments import InstrumentType
from qm_tui.domain.words import Section
from qm_tui.store.reading.booking_rows import counted, plain_rows
from qm_tui.store.reading.reconciliation_moved import Moved, paid_in_full
from qm_tui.store.schema.holdings import balances, observation_sets, positions
from qm_tui.store.schema.instruments import instruments

_TRADES = f"""
    SELECT trades.id, trades.key, trades.account_id, trades.currency, trades.trade_date,
        trades.quantity, trades.proceeds, trades.commission, trades.taxes, trades.net_cash,
        trades.document_id, coalesce(instruments.same_as_id, instruments.id), instruments.symbol,
        instruments.multiplier
    FROM trades JOIN instruments ON instruments.id = trades.instrument_id
    WHERE instruments.instrument_type = ? {counted("trades")}
    ORDER BY trades.trade_date, trades.id
"""  # noqa: S608 - our own names
_ZERO = Decimal(0)

Purse = tuple[int, str]
"""(account, currency)."""


class Dealing(NamedTuple):
    """A trade in a future that is settled every day."""

    id: int
    key: str
    account: int
    currency: str
    day: dt.date
    quantity: Decimal
    proceeds: Decimal | None
    """By price, as if it were paid for."""
    document: int | None
    future: int
    symbol: str
    multiplier: Decimal


class Between(NamedTuple):
    """The time of which the gains are asked."""

    after: dt.date
    upto: dt.date
    balance: int | None
    """The row of the balance at the end."""


def dealings(connection: Connection) -> dict[Purse, list[Dealing]]:
    """Return all trades in futures by the cash they are settled in, oldest first.

    Where a broker counts every one of them as if it were paid for, that is no settlement.
    """
    found: defaultdict[Purse, list[Dealing]] = defaultdict(list)
    settled: set[Purse] = set()
    for row in plain_rows(connection, _TRADES, (InstrumentType.FUTURE.value,)):
        (
            number, key, account, currency, day, quantity, proceeds, commission, taxes, net,
            document, future, symbol, multiplier,
        ) = row  # fmt: skip
        purse = (account, currency)
        if not paid_in_full(net, proceeds, commission, taxes):
            settled.add(purse)
        found[purse].append(
            Dealing(
                number, key, *purse, dt.date.fromisoformat(day), Decimal(quantity),
                None if proceeds is None else Decimal(proceeds), document, future, symbol,
                Decimal(multiplier),
            )
        )  # fmt: skip
    return {purse: some for purse, some in found.items() if purse in settled}


def gains(
    connection: Connection, dealt: Sequence[Dealing], purse: Purse, between: Between
) -> list[Moved] | None:
    """Return what each future gained between two balances; None where that cannot be known."""
    by_future: defaultdict[int, list[Dealing]] = defaultdict(list)
    for one in dealt:
        if one.day <= between.upto:
            by_future[one.future].append(one)
    held = _held(connection, between.balance, {purse[0], *(one.account for one in dealt)})
    found: list[Moved] = []
    for future, some in by_future.items():
        gain = _gain(some, between, held, future)
        if gain is None:
            return None
        if gain:
            last = some[-1]
            found.append(
                Moved(
                    "trades", last.id, last.key, *purse, last.day, None, gain,
                    f"the gain of {last.symbol} from day to day", last.document, None,
                )
            )  # fmt: skip
    return found


_Held = Mapping[int, tuple[Decimal, Decimal | None]]
"""Instrument → so much of it, and its price."""


def _gain(
    dealt: Sequence[Dealing], between: Between, held: _Held | None, future: int
) -> Decimal | None:
    """Return what a future gained; None where its worth at the beginning or the end is unknown."""
    before = sum((one.quantity for one in dealt if one.day <= between.after), _ZERO)
    within = [one for one in dealt if one.day > between.after]
    if before or any(one.proceeds is None for one in within):
        return None
    left = sum((one.quantity for one in within), _ZERO)
    quantity, price = (left, None) if held is None else held.get(future, (_ZERO, None))
    if quantity != left or (left and price is None):
        return None
    gain = sum((one.proceeds for one in within if one.proceeds is not None), _ZERO)
    return gain if price is None else gain + left * price * within[-1].multiplier


def _held(connection: Connection, balance: int | None, accounts: Collection[int]) -> _Held | None:
    """Return what the statement of a balance says is held; None where it does not say."""
    b, p, i, s = balances.c, positions.c, instruments.c, observation_sets.c
    document = connection.scalar(select(b.document_id).where(b.id == (balance or 0)))
    if document is None:
        return None
    sets = connection.scalars(
        select(s.id).where(
            s.document_id == document, s.section == Section.POSITIONS.value,
            s.complete == 1, s.account_id.in_(accounts),
        )
    ).all()  # fmt: skip
    if not sets:
        return None
    rows = connection.execute(
        select(i.id, i.same_as_id, p.quantity, p.market_price)
        .join_from(positions, instruments, i.id == p.instrument_id)
        .where(p.set_id.in_(sets), i.instrument_type == InstrumentType.FUTURE.value)
        .order_by(p.id)
    )
    return {row.same_as_id or row.id: (row.quantity, row.market_price) for row in rows}
