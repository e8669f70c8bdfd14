"""Accounts with what is known of them, and their net asset values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Row, func, select

from qm_tui.domain.selection import Scope
from qm_tui.domain.words import NavKind
from qm_tui.store.reading.holdings import current_balances, current_positions
from qm_tui.store.reading.narrowing import account_ids, among, end_of
from qm_tui.store.reading.rates import Rates, newest_rates
from qm_tui.store.schema.accounts import (
    account_connections,
    account_settings,
    accounts,
    connections,
)
from qm_tui.store.schema.reported import nav_summaries

V = TypeVar("V")


def every_account(connection: Connection, scope: Scope = Scope()) -> list[Row[Any]]:
    """Return the accounts; what the user's configuration says of one overrides the broker."""
    said = account_settings
    return list(
        connection.execute(
            select(
                accounts.c.id, accounts.c.number.label("account"), accounts.c.broker,
                func.coalesce(said.c.nickname, accounts.c.nickname).label("nickname"),
                accounts.c.account_type,
                func.coalesce(said.c.tax_treatment, accounts.c.tax_treatment, "taxable").label(
                    "tax_treatment"
                ),
                accounts.c.base_currency, accounts.c.closed,
            )
            .outerjoin(said, said.c.number == accounts.c.number)
            .where(*among(accounts.c.id, account_ids(connection, scope)))
            .order_by(accounts.c.number, accounts.c.broker)
        )
    )  # fmt: skip


def connection_names(connection: Connection) -> dict[int, list[str]]:
    """Return by account the names of the connections it was seen through."""
    names: dict[int, list[str]] = {}
    rows = connection.execute(
        select(account_connections.c.account_id, connections.c.name)
        .join(connections, connections.c.id == account_connections.c.connection_id)
        .order_by(connections.c.name)
    )
    for account_id, name in rows:
        names.setdefault(account_id, []).append(name)
    return names


def newest_values(connection: Connection, scope: Scope = Scope()) -> dict[int, Row[Any]]:
    """Return by account the newest net asset value by kind of asset."""
    nav = nav_summaries
    query = (
        select(nav)
        .where(
            nav.c.kind == NavKind.EQUITY_SUMMARY.value,
            *among(nav.c.account_id, account_ids(connection, scope)),
        )
        .order_by(nav.c.account_id, nav.c.as_of.desc())
    )
    if scope.as_of is not None:
        query = query.where(nav.c.as_of < end_of(scope.as_of))
    newest_at = query.with_only_columns(
        nav.c.account_id, func.max(nav.c.as_of).label("as_of")
    ).order_by(None).group_by(nav.c.account_id).subquery()  # fmt: skip
    rows = connection.execute(
        select(nav)
        .join(
            newest_at,
            (newest_at.c.account_id == nav.c.account_id) & (newest_at.c.as_of == nav.c.as_of),
        )
        .where(nav.c.kind == NavKind.EQUITY_SUMMARY.value)
    )
    return {row.account_id: row for row in rows}


@dataclass(frozen=True, slots=True)
class AccountFacts(Generic[V]):
    """All that the accounts screen is reckoned from, as of one moment."""

    accounts: Sequence[Row[Any]]
    connections: dict[int, list[str]]
    values: dict[int, Row[Any]]
    balances: Sequence[Row[Any]]
    positions: Sequence[V]
    rates: Rates


def account_facts(
    connection: Connection, make_position: Callable[..., V], scope: Scope = Scope()
) -> AccountFacts[V]:
    """Return the accounts with their newest values, balances and positions."""
    return AccountFacts(
        accounts=every_account(connection, scope),
        connections=connection_names(connection),
        values=newest_values(connection, scope),
        balances=current_balances(connection, scope),
        positions=current_positions(connection, make_position, scope),
        rates=newest_rates(connection, scope.as_of),
    )
