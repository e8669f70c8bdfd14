"""What accounts were worth at the end of each day, by statement or by answer."""

import datetime as dt
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from qm_tui.domain.selection import Scope
from qm_tui.domain.words import NavKind
from qm_tui.store.reading.narrowing import account_ids, among, end_of
from qm_tui.store.schema.holdings import balances
from qm_tui.store.schema.market import fx_rates
from qm_tui.store.schema.reported import nav_summaries

_NEW_YORK = ZoneInfo("America/New_York")


class DayValue(NamedTuple):
    """What an account was worth when a day ended, or when it was last asked that day."""

    account_id: int
    day: dt.date
    value: Decimal
    currency: str | None
    """None where the source only says that it is the account's own."""
    as_of: dt.datetime


def value_history(
    connection: Connection,
    tags: Sequence[str],
    base: str,
    since: dt.date | None = None,
    scope: Scope = Scope(),
) -> list[DayValue]:
    """Return by account and day the last that was told of its worth, the oldest first.

    Args:
        connection: to the store.
        tags: under which brokers' answers give it.
        base: the currency under which they give what is in the account's own.
        since: the first day that matters; None is all there are.
        scope: whose.
    """
    ids = account_ids(connection, scope)
    nav, told = nav_summaries.c, balances.c
    days = [] if since is None else [nav.to_date >= since]
    moments = [] if since is None else [told.as_of >= end_of(since - dt.timedelta(days=1))]
    found: dict[tuple[int, dt.date], DayValue] = {}
    for row in connection.execute(
        select(nav.account_id, nav.to_date, nav.total, nav.currency, nav.as_of).where(
            nav.kind == NavKind.EQUITY_SUMMARY.value,
            nav.total.is_not(None),
            *among(nav.account_id, ids),
            *days,
        )
    ):
        _keep(found, DayValue(*row))
    for answer in connection.execute(
        select(told.account_id, told.as_of, told.value, told.currency).where(
            told.tag.in_(tags), *among(told.account_id, ids), *moments
        )
    ):
        currency = None if answer.currency in {base, ""} else answer.currency
        day = answer.as_of.astimezone(_NEW_YORK).date()
        _keep(found, DayValue(answer.account_id, day, answer.value, currency, answer.as_of))
    return sorted(found.values(), key=lambda one: (one.account_id, one.day))


def _keep(found: dict[tuple[int, dt.date], DayValue], value: DayValue) -> None:
    place = (value.account_id, value.day)
    if place not in found or found[place].as_of <= value.as_of:
        found[place] = value


def daily_rates(
    connection: Connection, among_these: Collection[str] | None = None
) -> dict[tuple[str, str], list[tuple[dt.date, Decimal]]]:
    """Return by (from, to) the exchange rates of days, the oldest first.

    Args:
        connection: to the store.
        among_these: the currencies that both have to be of; None is all there are.
    """
    rates = fx_rates.c
    query = select(rates.from_currency, rates.to_currency, rates.date, rates.rate)
    if among_these is not None:
        query = query.where(
            rates.from_currency.in_(among_these), rates.to_currency.in_(among_these)
        )
    found: dict[tuple[str, str], list[tuple[dt.date, Decimal]]] = {}
    for row in connection.execute(query.order_by(rates.date)):
        found.setdefault((row.from_currency, row.to_currency), []).append((row.date, row.rate))
    return found
