"""Marks on what has to be derived again."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    Select,
    Table,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.store.reading.booking_rates import RATE_HOLDS, TAX_CURRENCY
from qm_tui.store.reading.parts import AT_ONCE, parts
from qm_tui.store.schema.accounts import accounts
from qm_tui.store.schema.activity import (
    cash_transactions,
    corporate_actions,
    option_events,
    trades,
    transfer_lots,
    transfers,
)
from qm_tui.store.schema.booking import booking_state, dirty_marks
from qm_tui.store.schema.instruments import instruments
from qm_tui.store.schema.reported import SETTLEMENTS, closed_lots, statement_lines
from qm_tui.store.upsert import upsert
from qm_tui.store.year_ends import last_business_day

BOOKED = (
    trades, transfers, transfer_lots, corporate_actions, cash_transactions, option_events,
    closed_lots,
)  # fmt: skip
"""The tables of facts from which lots and gains follow."""
Pair = tuple[int, int]
"""(account id, instrument id)."""


async def mark(
    connection: AsyncConnection,
    pairs: Iterable[tuple[str, int]],
    run_id: int | None,
    now: dt.datetime,
) -> None:
    """Mark (taxpayer, instrument id) pairs with a generation of their own."""
    marked = sorted(set(pairs))
    if not marked:
        return
    state = booking_state.c
    await connection.execute(update(booking_state).values(generation=state.generation + 1))
    generation = await connection.scalar(select(state.generation))
    statement = upsert(
        dirty_marks,
        connection.dialect,
        key=("taxpayer", "instrument_id"),
        replace=("run_id", "marked_at", "generation"),
    )
    await connection.execute(
        statement,
        [
            {
                "taxpayer": taxpayer, "instrument_id": instrument_id, "run_id": run_id,
                "marked_at": now, "generation": generation,
            }
            for taxpayer, instrument_id in marked
        ],
    )  # fmt: skip


async def mark_account(
    connection: AsyncConnection,
    account_id: int,
    taxpayers: Iterable[str],
    now: dt.datetime,
    run_id: int | None = None,
) -> None:
    """Mark everything an account ever had facts of, for some taxpayers."""
    found: set[int] = set()
    for table in BOOKED:
        c = table.c
        found |= set(
            await connection.scalars(
                select(c.instrument_id)
                .where(c.account_id == account_id, c.instrument_id.is_not(None))
                .distinct()
            )
        )
    await mark(
        connection,
        ((taxpayer, instrument_id) for taxpayer in taxpayers for instrument_id in found),
        run_id,
        now,
    )


async def facts_of(connection: AsyncConnection, named: Iterable[int]) -> set[Pair]:
    """Return which accounts have facts of some instruments."""
    found: set[Pair] = set()
    for part in parts(named):
        for table in BOOKED:
            c = table.c
            found |= await _pairs(
                connection,
                select(c.account_id, c.instrument_id).where(c.instrument_id.in_(part)).distinct(),
            )
    return found


async def with_facts(connection: AsyncConnection, named: set[int]) -> set[int]:
    """Return those of some instruments of which there are facts, under whatever name."""
    if not named:
        return set()
    i = instruments.c
    told = or_(*(exists().where(table.c.instrument_id == i.id) for table in BOOKED))
    query = select(func.coalesce(i.same_as_id, i.id)).where(told)
    if len(named) <= AT_ONCE:
        query = query.where(or_(i.id.in_(named), i.same_as_id.in_(named)))
    return named & set(await connection.scalars(query))


async def belonging_to(connection: AsyncConnection, run_id: int) -> set[Pair]:
    """Return what facts belong to that a run told of and that name no instrument themselves."""
    return {
        *await _beside(
            connection, run_id, cash_transactions, "broker_trade_id", trades, "broker_trade_id"
        ),
        *await _beside(connection, run_id, transfer_lots, "transfer_key", transfers, "key"),
        *await _beside(
            connection, run_id, corporate_actions, "action_id", corporate_actions, "action_id"
        ),
        *await _settled(connection, run_id),
        *await _taken_back(connection, run_id),
    }


async def _settled(connection: AsyncConnection, run_id: int) -> set[Pair]:
    """Return the options for whose end a run told what was paid."""
    c = statement_lines.c
    return await _pairs(
        connection,
        select(c.account_id, c.instrument_id)
        .where(
            or_(c.run_id == run_id, c.changed_run_id == run_id),
            c.instrument_id.is_not(None),
            SETTLEMENTS,
        )
        .distinct(),
    )


async def _taken_back(connection: AsyncConnection, run_id: int) -> set[Pair]:
    """Return what a run told is not to count, and what counts again as nothing takes it back."""
    named: dict[str, set[tuple[int, str]]] = defaultdict(set)
    for name, account_id, key in await connection.execute(_REVERSALS, {"run": run_id}):
        named[name].add((account_id, key))
    found: set[Pair] = set()
    for name, places in named.items():
        meant = await _told_under(connection, _REVERSIBLE[name], places)
        again = {(account_id, key) for account_id, _, key in meant if key is not None}
        meant += await _told_under(connection, _REVERSIBLE[name], again)
        found |= {(account_id, one) for account_id, one, _ in meant if one is not None}
    return found


async def _told_under(
    connection: AsyncConnection, table: Table, places: set[tuple[int, str]]
) -> list[Any]:
    """Return (account id, instrument id, key of what it takes back) of facts under some keys."""
    c = table.c
    found: list[Any] = []
    for part in parts(places):
        found += await connection.execute(
            select(c.account_id, c.instrument_id, c.reverses).where(
                tuple_(c.account_id, c.key).in_(part)
            )
        )
    return found


_REVERSIBLE = {
    table.name: table for table in (cash_transactions, transfers, corporate_actions, option_events)
}
_REVERSALS = union_all(
    *(
        select(literal(name), table.c.account_id, table.c.reverses).where(
            or_(table.c.run_id == bindparam("run"), table.c.changed_run_id == bindparam("run")),
            table.c.reverses.is_not(None),
        )
        for name, table in _REVERSIBLE.items()
    )
)


async def _beside(
    connection: AsyncConnection, run_id: int, table: Table, name: str, other: Table, named: str
) -> set[Pair]:
    c, o = table.c, other.c
    told = await connection.execute(
        select(c.account_id, c[name]).where(
            or_(c.run_id == run_id, c.changed_run_id == run_id),
            c.instrument_id.is_(None),
            c[name].is_not(None),
        )
    )
    names = {tuple(row) for row in told}
    found: set[Pair] = set()
    for part in parts(names):
        rows = await connection.execute(
            select(o.account_id, o.instrument_id, o[named])
            .where(
                o.account_id.in_({account_id for account_id, _ in part}),
                o[named].in_({text for _, text in part}),
                o.instrument_id.is_not(None),
            )
            .distinct()
        )
        found |= {(row[0], row[1]) for row in rows if (row[0], row[2]) in names}
    return found


async def converted_on(connection: AsyncConnection, days: Iterable[dt.date]) -> set[Pair]:
    """Return what has facts in a foreign currency for which the rates of some days may stand."""
    rated = set(days)
    if not rated:
        return set()
    first, last = min(rated), max(rated) + RATE_HOLDS
    held = {day + dt.timedelta(days=later) for day in rated for later in range(RATE_HOLDS.days + 1)}
    i, a = instruments.c, accounts.c
    foreign = or_(i.currency != TAX_CURRENCY, a.base_currency != TAX_CURRENCY)
    found: set[Pair] = set()
    for table, day in _DAYS.items():
        c = table.c
        rows = await connection.execute(
            select(c.account_id, c.instrument_id, c[day])
            .join_from(table, instruments, i.id == c.instrument_id)
            .join(accounts, a.id == c.account_id)
            .where(c[day].between(first, last), foreign)
            .distinct()
        )
        found |= {(row[0], row[1]) for row in rows if row[2] in held}
    if any(day == last_business_day(day.year) for day in held):
        # What is marked to market then needs no fact of that day.
        found |= await _pairs(
            connection,
            select(trades.c.account_id, trades.c.instrument_id)
            .join_from(trades, instruments, i.id == trades.c.instrument_id)
            .join(accounts, a.id == trades.c.account_id)
            .where(i.instrument_type.in_(DERIVATIVES), foreign)
            .distinct(),
        )
    return found


DERIVATIVES = ("future", "future_option", "equity_option", "other")
"""What may be marked to market at the end of a year."""
_DAYS = {
    trades: "trade_date", transfers: "date", corporate_actions: "date", cash_transactions: "date",
    option_events: "date", transfer_lots: "acquisition_date",
}  # fmt: skip


async def _pairs(connection: AsyncConnection, query: Select[Any]) -> set[Pair]:
    return {(row[0], row[1]) for row in await connection.execute(query)}
