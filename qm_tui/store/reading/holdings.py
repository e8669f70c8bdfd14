"""What is held: the newest answer of each account, and what it did not confirm."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select

from qm_tui.domain.selection import Scope
from qm_tui.domain.words import Section
from qm_tui.store.reading.narrowing import account_ids, among, containing, end_of, instrument_ids
from qm_tui.store.schema.accounts import accounts, connections
from qm_tui.store.schema.holdings import (
    balances,
    broker_lots,
    margin_requirements,
    observation_sets,
    positions,
)
from qm_tui.store.schema.instruments import instruments

V = TypeVar("V")

_named = instruments.alias("named")
_shown = instruments.alias("shown")


class SeenSet(NamedTuple):
    """A set of observations that has a say in what is held."""

    id: int
    account_id: int
    as_of: dt.datetime
    overruled: bool
    """Another answer of the same moment holds; this one may know fields that the other left out."""
    amends: bool
    """It names only what changed, and puts nothing else in doubt."""


def current_sets(connection: Connection, section: Section, scope: Scope) -> list[SeenSet]:
    """Return the sets that say what is held, the newest of each account first.

    Per account the newest complete answer and the others that came after it; then, as overruled,
    other answers of that moment. At equal times the live source holds, then what amends, then what
    was made later.
    """
    s = observation_sets
    meant = [
        s.c.section == section.value,
        *among(s.c.account_id, account_ids(connection, scope)),
        *([] if scope.as_of is None else [s.c.as_of < end_of(scope.as_of)]),
    ]
    # Of a live source there are thousands of answers; all but the last are history.
    whole = (
        select(s.c.account_id, func.max(s.c.as_of).label("as_of"))
        .where(*meant, s.c.complete == 1)
        .group_by(s.c.account_id)
        .subquery()
    )
    query = (
        select(s.c.id, s.c.account_id, s.c.as_of, s.c.complete, s.c.amends)
        .join_from(s, connections, connections.c.id == s.c.connection_id)
        .outerjoin(whole, whole.c.account_id == s.c.account_id)
        .where(*meant, or_(whole.c.as_of.is_(None), s.c.as_of >= whole.c.as_of))
        .order_by(
            s.c.account_id, s.c.as_of.desc(), connections.c.live.desc(), s.c.amends.desc(),
            s.c.generated_at.desc(), connections.c.name,
        )
    )  # fmt: skip
    kept: list[SeenSet] = []
    answered: set[int] = set()
    for row in connection.execute(query):
        kept.append(
            SeenSet(row.id, row.account_id, row.as_of, row.account_id in answered, bool(row.amends))
        )
        if row.complete:
            answered.add(row.account_id)
    return kept


def says_something() -> ColumnElement[bool]:
    """Ask that a set is more than the note that no answer came."""
    s = observation_sets.c
    tables = (positions, balances, broker_lots, margin_requirements)
    rows = (exists().where(of.c.set_id == s.id) for of in tables)
    return or_(s.complete == 1, s.amends == 1, *rows)


def last_answers(sets: Sequence[SeenSet]) -> dict[int, dt.datetime]:
    """Return when each account last answered: what was not confirmed then is stale."""
    newest: dict[int, dt.datetime] = {}
    for row in sets:
        if not row.amends:
            newest[row.account_id] = max(row.as_of, newest.get(row.account_id, row.as_of))
    return newest


def current_positions(
    connection: Connection, make: Callable[..., V], scope: Scope = Scope()
) -> list[V]:
    """Return the open positions, one a (account, instrument), with `stale` where unconfirmed."""
    sets = current_sets(connection, Section.POSITIONS, scope)
    newest = last_answers(sets)
    p = positions
    query = _held(
        select(
            p.c.id, p.c.account_id, p.c.set_id, p.c.as_of, p.c.quantity, p.c.average_cost,
            p.c.cost_basis, p.c.market_price, p.c.market_value, p.c.unrealized_pnl,
            p.c.realized_pnl, p.c.daily_pnl, p.c.fx_rate_to_base, p.c.document_row,
            func.coalesce(p.c.currency, _shown.c.currency).label("currency"),
            _shown.c.id.label("instrument_id"), _shown.c.symbol, _shown.c.description,
            _shown.c.instrument_type, _shown.c.underlying_symbol.label("underlying"),
            _shown.c.conid, _shown.c.osi_symbol, _shown.c.isin, _shown.c.multiplier,
            _shown.c.right, _shown.c.strike, _shown.c.expiry,
        ),
        p, [row.id for row in sets], connection, scope,
    )  # fmt: skip
    overruled = {row.id for row in sets if row.overruled}
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for row in _newest_first(connection.execute(query.order_by(p.c.instrument_id)), sets):
        values = dict(row._mapping)
        account_id = values.pop("account_id")
        set_id = values.pop("set_id")
        values["stale"] = row.as_of < newest.get(account_id, row.as_of)
        known = found.get((account_id, row.instrument_id))
        if known is not None:
            _fill_in(known, values)
        elif set_id not in overruled:
            found[account_id, row.instrument_id] = values
    ordered = sorted(found.values(), key=lambda row: (row["account"], row["symbol"], row["id"]))
    return [make(**row) for row in ordered if row["quantity"]]


def current_broker_lots(
    connection: Connection, make: Callable[..., V], scope: Scope = Scope()
) -> list[V]:
    """Return the open lots as the brokers reported them, oldest acquisition first."""
    sets = [
        row for row in current_sets(connection, Section.BROKER_LOTS, scope) if not row.overruled
    ]
    lots = broker_lots
    query = _held(
        select(
            lots.c.id, lots.c.account_id, lots.c.set_id, lots.c.as_of, lots.c.quantity,
            lots.c.cost_basis, lots.c.acquisition_date, lots.c.holding_start, lots.c.market_price,
            lots.c.market_value, lots.c.unrealized_pnl, lots.c.document_row,
            func.coalesce(lots.c.currency, _shown.c.currency).label("currency"),
            _shown.c.id.label("instrument_id"), _shown.c.symbol,
        ),
        lots, [row.id for row in sets], connection, scope,
    )  # fmt: skip
    # Lots of one instrument hold together: the newest answer that names it replaces the others.
    by_holding: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    newest: dict[tuple[int, int], int] = {}
    for row in reversed(_newest_first(connection.execute(query.order_by(lots.c.id.desc())), sets)):
        values = dict(row._mapping)
        place = (values.pop("account_id"), row.instrument_id)
        if newest.get(place) != row.set_id:
            newest[place] = row.set_id
            by_holding[place].clear()
        values.pop("broker")
        values.pop("set_id")
        by_holding[place].append(values)
    rows = [row for holding in by_holding.values() for row in holding]
    rows.sort(
        key=lambda row: (row["account"], row["symbol"], str(row["acquisition_date"]), row["id"])
    )
    return [make(**row) for row in rows if row["quantity"]]


def _newest_first(rows: Iterable[Any], sets: Sequence[SeenSet]) -> list[Any]:
    """Sort rows so that those of a newer set come before those of an older one."""
    rank = {row.id: place for place, row in enumerate(sets)}
    return sorted(rows, key=lambda row: rank[row.set_id])


def _fill_in(known: dict[str, Any], other: Mapping[str, Any]) -> None:
    """Take fields that an answer left out from another of the same moment, if they agree so far.

    Two queries of one statement tick different fields; neither unsays what the other says.
    """
    if known["as_of"] == other["as_of"] and known["quantity"] == other["quantity"]:
        known |= {name: value for name, value in other.items() if known[name] is None}


def _held(
    query: Select[Any], table: Any, sets: Sequence[int], connection: Connection, scope: Scope
) -> Select[Any]:
    searched = (
        accounts.c.number,
        _shown.c.symbol,
        _shown.c.description,
        _shown.c.underlying_symbol,
    )
    return (
        query.add_columns(
            accounts.c.number.label("account"),
            accounts.c.broker,
            table.c.document_id,
        )
        .select_from(table)
        .join(accounts, accounts.c.id == table.c.account_id)
        .join(_named, _named.c.id == table.c.instrument_id)
        .join(_shown, _shown.c.id == func.coalesce(_named.c.same_as_id, _named.c.id))
        .where(
            table.c.set_id.in_(sets),
            *among(table.c.instrument_id, instrument_ids(connection, scope)),
            *containing(scope.text, searched),
        )
    )


def current_balances(connection: Connection, scope: Scope = Scope()) -> list[Any]:
    """Return (account id, account, currency, tag, value, as_of) of each newest account value."""
    sets = current_sets(connection, Section.BALANCES, scope)
    b = balances
    rows: Iterable[Any] = connection.execute(
        select(
            b.c.account_id, accounts.c.number.label("account"), b.c.currency, b.c.tag, b.c.value,
            b.c.as_of, b.c.set_id,
        )
        .join(accounts, accounts.c.id == b.c.account_id)
        .where(and_(b.c.set_id.in_([row.id for row in sets])))
    )  # fmt: skip
    newest: dict[tuple[int, str, str], Any] = {}
    for row in _newest_first(rows, sets):
        newest.setdefault((row.account_id, row.currency, row.tag), row)
    return sorted(newest.values(), key=lambda row: (row.account, row.currency, row.tag))
