"""From a scope to conditions on rows: names become ids first, so that an index can be used."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, String, and_, cast, or_, select

from qm_tui.domain.instruments import canonical_ticker, osi_symbol, parse_osi
from qm_tui.domain.selection import Scope
from qm_tui.store.columns import lowered
from qm_tui.store.schema.accounts import accounts
from qm_tui.store.schema.instruments import instruments

_NEW_YORK = ZoneInfo("America/New_York")


def account_ids(connection: Connection, scope: Scope) -> list[int] | None:
    """Return the ids of the accounts meant; None when all are."""
    if scope.account is None and scope.broker is None:
        return None
    query = select(accounts.c.id)
    if scope.account is not None:
        query = query.where(accounts.c.number == scope.account)
    if scope.broker is not None:
        query = query.where(accounts.c.broker == scope.broker)
    return list(connection.scalars(query))


def instrument_ids(connection: Connection, scope: Scope) -> list[int] | None:
    """Return the ids of the instruments meant, with those that are the same; None when all are."""
    c = instruments.c
    wanted: list[ColumnElement[bool]] = []
    if scope.instrument_id is not None:
        wanted.append(c.id == scope.instrument_id)
    if scope.symbol is not None:
        name = symbol_of(scope.symbol)
        wanted.append(or_(c.symbol == name, c.underlying_symbol == name))
    if not wanted:
        return None
    found = set(connection.scalars(select(c.id).where(and_(*wanted))))
    same = connection.execute(
        select(c.id, c.same_as_id).where(
            or_(c.same_as_id.in_(found), and_(c.id.in_(found), c.same_as_id.is_not(None)))
        )
    )
    for one, other in same:
        found |= {one, other}
    return sorted(found)


def symbol_of(text: str) -> str:
    """Write what the user typed as symbols are stored."""
    option = parse_osi(text)
    if option is not None:
        return osi_symbol(option.root, option.expiry, option.right, option.strike) or text
    return canonical_ticker(text)


def among(column: ColumnElement[Any], ids: Sequence[int] | None) -> list[ColumnElement[bool]]:
    """Narrow a column to some ids; one id as an equation, which keeps an index's order usable."""
    if ids is None:
        return []
    return [column == ids[0]] if len(ids) == 1 else [column.in_(ids)]


def containing(
    text: str | None, columns: Sequence[ColumnElement[Any]]
) -> list[ColumnElement[bool]]:
    """Ask that every word occurs in one of the columns, in any case."""
    if not text:
        return []
    return [or_(*(occurs(word, column) for column in columns)) for word in text.split()]


def occurs(word: str, column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Ask that a word occurs in a column, in any case."""
    as_text = column if isinstance(column.type, String) else cast(column, String)
    if word.isascii():
        return as_text.icontains(word, autoescape=True)
    return lowered(as_text).contains(word.lower(), autoescape=True)


def in_year(column: ColumnElement[Any], year: int | None) -> list[ColumnElement[bool]]:
    """Ask that a day is in a calendar year; None does not narrow."""
    if year is None:
        return []
    return [column.between(dt.date(year, 1, 1), dt.date(year, 12, 31))]


_LAST_DAY = dt.date(9999, 1, 1)
"""Later ones cannot be told in every time zone."""


def end_of(day: dt.date) -> dt.datetime:
    """Return the moment at which a day ends in New York, where the books of a day are closed."""
    after = min(day, _LAST_DAY) + dt.timedelta(days=1)
    return dt.datetime.combine(after, dt.time(), tzinfo=_NEW_YORK)
