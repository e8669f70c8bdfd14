"""Lots and gains as they would be, or were: booked again under another method, or up to a day."""

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from qm_tui.book.replay import Replay, replayed_in_portions
from qm_tui.domain.booking.events import NOWHERE, Source
from qm_tui.domain.booking.facts import GroupFacts
from qm_tui.domain.booking.holding_period import term_of
from qm_tui.domain.booking.lots import Lot, Slice
from qm_tui.domain.booking.translate.group import events_of
from qm_tui.domain.booking.what_if import Outcome, Sale
from qm_tui.domain.booking.what_if import what_if as reckoned
from qm_tui.domain.booking.words import LotMethod, View
from qm_tui.domain.selection import Scope
from qm_tui.queries.lot_making import exact, gain_view, lot_view, minus
from qm_tui.queries.lot_views import GainView, LotView
from qm_tui.queries.lots import marks
from qm_tui.store.reader import Reader
from qm_tui.store.reading import booked
from qm_tui.store.reading.booked import Account


async def replays(
    reader: Reader,
    scope: Scope,
    *,
    view: View,
    method: LotMethod | None = None,
    explain: bool = False,
) -> list[Replay]:
    """Book the groups of a scope again, up to its day; nothing is written."""
    portions = replays_in_portions(reader, scope, view=view, method=method, explain=explain)
    async with aclosing(portions):
        return [replay async for portion in portions for replay in portion]


def replays_in_portions(
    reader: Reader,
    scope: Scope,
    *,
    view: View,
    method: LotMethod | None = None,
    explain: bool = False,
) -> AsyncGenerator[list[Replay], None]:
    """Book the same a portion at a time: the journals of a long history fill gigabytes."""
    return replayed_in_portions(
        reader,
        replace(scope, as_of=None, text=None),
        view=view,
        method=method,
        until=scope.as_of,
        explain=explain,
    )


async def lots_if(
    reader: Reader,
    scope: Scope = Scope(),
    *,
    view: View = View.TAXPAYER,
    today: dt.date,
    method: LotMethod | None = None,
) -> list[LotView]:
    """Return the lots that would be open, at the end of the scope's day where it has one."""
    return await lots_of(
        reader, await replays(reader, scope, view=view, method=method), scope, view, today
    )


async def gains_if(
    reader: Reader,
    scope: Scope = Scope(),
    *,
    view: View = View.TAXPAYER,
    today: dt.date,
    method: LotMethod | None = None,
) -> list[GainView]:
    """Return the gains there would be, up to the scope's day, the newest first."""
    return await gains_of(
        reader, await replays(reader, scope, view=view, method=method), scope, view, today
    )


async def lots_of(
    reader: Reader, found: Sequence[Replay], scope: Scope, view: View, today: dt.date
) -> list[LotView]:
    """Return the open lots of replays, narrowed to a scope."""
    meant = await _meant(reader, scope)
    held = await marks(reader, scope)
    rows = [
        row for replay in found for row in _lot_rows(replay, meant.accounts) if meant.includes(row)
    ]
    rows.sort(
        key=lambda row: (
            row["account"], row["symbol"], row["acquisition_date"] or dt.date.min, row["number"],
        )
    )  # fmt: skip
    places = await reader.read(booked.fact_places, {row["fact"] for row in rows})
    return [
        lot_view(
            row | {"id": number},
            view=view,
            today=scope.as_of or today,
            mark=held.get((row["broker"], row["account"], row["instrument_id"])),
            place=places.get(row["fact"]),
        )
        for number, row in enumerate(rows, start=1)
    ]


async def gains_of(
    reader: Reader, found: Sequence[Replay], scope: Scope, view: View, today: dt.date
) -> list[GainView]:
    """Return the gains of replays, narrowed to a scope."""
    meant = await _meant(reader, scope)
    rows = [
        row
        for replay in found
        for row in _gain_rows(replay, meant.accounts, view)
        if meant.includes(row) and scope.year in {None, row["disposition_date"].year}
    ]
    # As the listing has them: by the day, then as they were booked, both backwards.
    rows.sort(key=lambda row: (row["disposition_date"], row["number"]), reverse=True)
    places = await reader.read(booked.fact_places, {row["fact"] for row in rows})
    made = []
    for number, row in enumerate(rows, start=1):
        place = places.get(row.pop("fact"))
        row.pop("account_id")
        made.append(
            gain_view(
                **row,
                id=number,
                today=scope.as_of or today,
                document_id=None if place is None else place.document_id,
                document_row=None if place is None else place.document_row,
            )
        )
    return made


async def what_if(
    reader: Reader,
    account: str,
    instrument_id: int,
    quantity: Decimal,
    price: Decimal,
    fees: Decimal,
    today: dt.date,
    *,
    view: View = View.TAXPAYER,
) -> tuple[Outcome, ...]:
    """Return what selling today (or covering a short) would bring, one outcome a method.

    Args:
        reader: The store.
        account: Its number.
        instrument_id: What would be sold.
        quantity: Positive.
        price: Per unit, before the multiplier.
        fees: Of the whole sale.
        today: The day of the sale.
        view: Whose wash sales count.
    """
    scope = Scope(account=account, instrument_id=instrument_id)
    for replay in await replays(reader, scope, view=View.ECONOMIC):
        facts = replay.facts
        place = next(
            (rules.id for rules in facts.accounts.values() if rules.number == account), None
        )
        if place is None or instrument_id not in facts.securities:
            continue
        sale = Sale(
            account=place, security=instrument_id, quantity=quantity, price=price, fees=fees,
            day=today, rate=_newest_rate(facts, facts.securities[instrument_id].currency, today),
        )  # fmt: skip
        # A thread, so that keys come in between; a large group would have every key wait.
        return await asyncio.to_thread(
            partial(
                reckoned, events_of(facts, replay.policy).events, sale, securities=facts.securities,
                accounts=facts.accounts, policy=replay.policy, view=view,
            )
        )  # fmt: skip
    return ()


def _newest_rate(facts: GroupFacts, currency: str | None, today: dt.date) -> Decimal | None:
    days = [day for known, day in facts.rates if known == currency and day <= today]
    return facts.rates[currency, max(days)] if currency is not None and days else None


class _Meant:
    """Which of a group's rows a scope means."""

    def __init__(
        self,
        accounts: Mapping[int, Account],
        account_ids: Sequence[int] | None,
        instrument_ids: Sequence[int] | None,
        text: str | None,
    ) -> None:
        self.accounts = accounts
        self._accounts = None if account_ids is None else frozenset(account_ids)
        self._instruments = None if instrument_ids is None else frozenset(instrument_ids)
        self._words = (text or "").casefold().split()

    def includes(self, row: Mapping[str, Any]) -> bool:
        text = f"{row['account']} {row['symbol']}".casefold()
        return (
            (self._accounts is None or row["account_id"] in self._accounts)
            and (self._instruments is None or row["instrument_id"] in self._instruments)
            and all(word in text for word in self._words)
        )


async def _meant(reader: Reader, scope: Scope) -> _Meant:
    accounts = await reader.read(booked.accounts_by_id)
    return _Meant(accounts, *await reader.read(booked.scope_ids, scope), scope.text)


def _lot_rows(replay: Replay, accounts: Mapping[int, Account]) -> Iterator[dict[str, Any]]:
    for in_transit, lots in ((False, replay.booked.lots), (True, replay.booked.in_transit)):
        for lot in lots:
            yield _lot_row(replay, lot, accounts[lot.account]) | {"in_transit": in_transit}


def _lot_row(replay: Replay, lot: Lot, account: Account) -> dict[str, Any]:
    security = replay.facts.securities[lot.security]
    signed = minus if lot.short else exact
    return {
        "number": lot.number,
        "account_id": lot.account,
        "account": account.number,
        "broker": account.broker,
        "instrument_id": lot.security,
        "symbol": security.symbol,
        "multiplier": security.multiplier,
        "currency": security.currency,
        "quantity": signed(lot.quantity),
        "cost_basis": signed(lot.basis),
        "tax_cost_basis": signed(lot.tax_basis),
        "acquisition_date": lot.acquired if lot.acquired_known else None,
        "holding_start": lot.holding_start if lot.acquired_known else None,
        "basis_status": lot.status.value,
        "wash_adjustment": exact(lot.wash_added),
        "origin": lot.origin.value,
        "section_1256": security.section_1256,
        "fact": fact_of(lot.opened_by),
    }


def _gain_rows(
    replay: Replay, accounts: Mapping[int, Account], view: View
) -> Iterator[dict[str, Any]]:
    for closed in replay.booked.slices:
        yield _gain_row(replay, closed, accounts[closed.account], view)


def _gain_row(replay: Replay, closed: Slice, account: Account, view: View) -> dict[str, Any]:
    security = replay.facts.securities[closed.security]
    term = term_of(closed, security)
    return {
        "number": closed.number,
        "account_id": closed.account,
        "account": account.number,
        "tax_treatment": account.treatment,
        "instrument_id": closed.security,
        "instrument_type": security.kind.value,
        "symbol": security.symbol,
        "currency": security.currency,
        "quantity": (minus if closed.short else exact)(closed.quantity),
        "acquisition_date": closed.acquired,
        "holding_start": closed.holding_start,
        "disposition_date": closed.disposed,
        "proceeds": exact(closed.proceeds),
        "cost_basis": exact(closed.basis),
        "gain": exact(closed.gain),
        "proceeds_usd": exact(closed.tax_proceeds),
        "cost_basis_usd": exact(closed.tax_basis),
        "gain_usd": exact(closed.tax_gain),
        "wash_disallowed": exact(closed.disallowed),
        "wash_disallowed_usd": exact(closed.tax_disallowed),
        "wash_in_basis": closed.wash_in_basis,
        "basis_status": closed.status.value,
        "term": None if term is None else term.value,
        "closing": closed.how.value,
        "method": closed.method.value,
        "source": "derived",
        "view": view.value,
        "fact": fact_of(closed.closed_by),
    }


def fact_of(source: Source) -> booked.Fact:
    """Return the table and row of a source; None twice where there is none."""
    return (None, None) if source == NOWHERE else (source.table, source.id)
