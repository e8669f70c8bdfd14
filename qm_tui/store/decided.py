"""Decisions of the user, each on record, and with the marks of what follows from it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.store.dirty import mark, mark_account
from qm_tui.store.schema.accounts import accounts
from qm_tui.store.schema.activity import trades
from qm_tui.store.schema.people import audit_log, decisions

THE_USER = 1


class NothingToDecide(Exception):  # noqa: N818 - told to the user
    """What a decision is about is not there, or not alone; or it was undone before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is decided, about what, and why."""

    kind: str
    subject: Mapping[str, Any]
    value: Mapping[str, Any]
    reason: str | None


async def account_named(
    connection: AsyncConnection, number: str, broker: str | None
) -> Mapping[str, Any]:
    """Return what a decision about an account is about.

    Raises:
        NothingToDecide: no account has the number, or several have.
    """
    a = accounts.c
    query = select(a.id, a.number, a.broker).where(a.number == number)
    if broker is not None:
        query = query.where(a.broker == broker)
    found = (await connection.execute(query)).all()
    if not found:
        raise NothingToDecide(f"There is no account {number}.")
    if len(found) > 1:
        brokers = ", ".join(sorted(row.broker for row in found))
        raise NothingToDecide(f"Several brokers have an account {number}: {brokers}. Name one.")
    return {"account": number, "account_id": found[0].id, "broker": found[0].broker}


async def trade_meant(connection: AsyncConnection, trade_id: int) -> Mapping[str, Any]:
    """Return what a decision about a trade is about.

    Raises:
        NothingToDecide: there is no such trade.
    """
    t, a = trades.c, accounts.c
    found = (
        await connection.execute(
            select(t.id, t.key, t.account_id, a.number)
            .join_from(trades, accounts, a.id == t.account_id)
            .where(t.id == trade_id)
        )
    ).one_or_none()
    if found is None:
        raise NothingToDecide(f"There is no trade {trade_id}.")
    return {
        "trade": trade_id, "key": found.key, "account": found.number,
        "account_id": found.account_id,
    }  # fmt: skip


async def decide(connection: AsyncConnection, decision: Decision, now: dt.datetime) -> int:
    """Write a decision down, and mark what follows from it; return its number."""
    made = await connection.execute(
        insert(decisions).values(
            kind=decision.kind, subject=decision.subject, value=decision.value,
            reason=decision.reason, user_id=THE_USER, decided_at=now,
        )
    )  # fmt: skip
    assert made.inserted_primary_key is not None
    number = int(made.inserted_primary_key[0])
    await _audit(connection, decision, number, "decide", now)
    await _mark(connection, decision.subject, now)
    return number


async def undo(connection: AsyncConnection, kind: str, number: int, now: dt.datetime) -> None:
    """Take a decision back; it stays on record.

    Raises:
        NothingToDecide: there is no such decision, or it was undone before.
    """
    d = decisions.c
    found = (
        await connection.execute(
            select(d.subject, d.value, d.reason).where(
                d.id == number, d.kind == kind, d.undone_at.is_(None)
            )
        )
    ).one_or_none()
    if found is None:
        raise NothingToDecide(f"There is no decision {number} that could be undone.")
    await connection.execute(update(decisions).where(d.id == number).values(undone_at=now))
    decision = Decision(kind=kind, subject=found.subject, value=found.value, reason=found.reason)
    await _audit(connection, decision, number, "undo", now)
    await _mark(connection, decision.subject, now)


async def _audit(
    connection: AsyncConnection, decision: Decision, number: int, what: str, now: dt.datetime
) -> None:
    told = {"decision": number, **decision.subject, **decision.value}
    await connection.execute(
        insert(audit_log).values(
            at=now, user_id=THE_USER, action=f"{what} {decision.kind}",
            subject=str(decision.subject["account"]), reason=decision.reason,
            before=told if what == "undo" else None, after=told if what == "decide" else None,
        )
    )  # fmt: skip


async def _mark(connection: AsyncConnection, subject: Mapping[str, Any], now: dt.datetime) -> None:
    """Mark a trade's instrument, or all that an account has facts of."""
    a, t = accounts.c, trades.c
    account_id = subject["account_id"]
    taxpayer = await connection.scalar(select(a.taxpayer).where(a.id == account_id))
    if taxpayer is None:
        return
    if "trade" not in subject:
        await mark_account(connection, account_id, {taxpayer}, now)
        return
    named = await connection.scalars(
        select(t.instrument_id).where(
            t.account_id == account_id, (t.id == subject["trade"]) | (t.key == subject["key"])
        )
    )
    await mark(connection, {(taxpayer, one) for one in named}, None, now)
