"""All that is known of some booking groups, read in one moment."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, select

from qm_tui.domain.booking.events import Pick
from qm_tui.domain.booking.facts import YearEndPrice
from qm_tui.domain.booking.plain import KINDS, Place, PlainGroup
from qm_tui.domain.booking.section_1256 import is_section_1256
from qm_tui.domain.booking.securities import Alias, Security
from qm_tui.domain.instruments import InstrumentType, Right
from qm_tui.store.reading.agreed_sales import agreed_of
from qm_tui.store.reading.booking_accounts import (
    LOT_CHOICE,
    Household,
    household,
    overrides,
    picks_of,
    standing,
)
from qm_tui.store.reading.booking_actions import aliases_of
from qm_tui.store.reading.booking_rates import (
    RATE_HOLDS,
    TAX_CURRENCY,
    DailyRates,
    rates_into_tax,
)
from qm_tui.store.reading.booking_rows import FactRows, Rows, column
from qm_tui.store.reading.booking_ties import Ties
from qm_tui.store.reading.parts import parts
from qm_tui.store.reading.reported import reported_quantities
from qm_tui.store.reading.settings import tax_settings
from qm_tui.store.reading.year_end_prices import year_end_prices
from qm_tui.store.schema.instruments import instruments

_DESCRIBED = (
    "id", "same_as_id", "instrument_type", "symbol", "currency", "multiplier", "underlying_symbol",
    "right", "strike", "expiry",
)  # fmt: skip
_DAYS = {
    table: column(table, "trade_date" if table == "trades" else "date")
    for table in KINDS
    if table != "closed_lots"
}
"""Table → the place of the day on which its rows happened."""
_ACQUIRED = column("transfer_lots", "acquisition_date")
_CURRENCIES = tuple(
    (table, place)
    for table, kind in KINDS.items()
    for place, name in enumerate(kind._fields)
    if name in {"currency", "commission_currency"}
)


Span = tuple[dt.date, dt.date]


@dataclass(frozen=True, slots=True)
class _Known:
    """The instruments of some groups."""

    same: Mapping[int, int]
    """Instrument → the one that stands for it, where that is another one."""
    securities: Mapping[int, Security]
    """By the one that stands for all names."""
    named: Sequence[int]
    """All that can be booked, under all names."""


def plain_groups(
    connection: Connection, taxpayer: str, ties: Ties, groups: Iterable[Sequence[int]]
) -> list[PlainGroup]:
    """Read the facts of groups, each given by its members; the first of them is the root."""
    members = {group[0]: tuple(group) for group in groups}
    root_of = {one: root for root, group in members.items() for one in group}
    known = _instruments(connection, ties, root_of)
    people = household(connection, taxpayer)
    rows = FactRows(connection, people.numbers(), {one: root_of[one] for one in known.named}).read()
    securities = _by_root(
        _with_aliases(connection, known, rows, root_of), lambda security: root_of[security.id]
    )
    prices = _by_root(_prices(connection, known, people), lambda price: root_of[price.security])
    spans = {root: _span(tables, prices.get(root, ())) for root, tables in rows.items()}
    rates = _rates(connection, people, securities, rows, spans)
    chosen = _chosen(connection, rows, people)
    reported = _reported(connection, known, people, root_of)
    agreed = agreed_of(connection, rows, known.same)
    policy = tax_settings(connection).policy
    return [
        PlainGroup(
            place=Place(taxpayer, root),
            members=group,
            same={one: known.same[one] for one in group if one in known.same},
            securities=tuple(securities.get(root, ())),
            accounts=people.rules,
            base_currencies=people.base_currencies,
            rows=rows.get(root, {}),
            year_end_prices=tuple(prices.get(root, ())),
            rates=rates.get(root, {}),
            chosen_lots=chosen.get(root, {}),
            reported=reported.get(root, {}),
            agreed=agreed.get(root, {}),
            policy=policy,
        )
        for root, group in members.items()
    ]


def _with_aliases(
    connection: Connection, known: _Known, rows: Mapping[int, Rows], root_of: Mapping[int, int]
) -> Iterable[Security]:
    """Add its names to whatever may be called by them: where there are corporate actions."""
    named = [one for one in known.named if rows[root_of[one]]["corporate_actions"]]
    if not named:
        return known.securities.values()
    found: dict[int, list[Alias]] = defaultdict(list)
    for one, aliases in sorted(aliases_of(connection, instrument_ids=named).items()):
        found[known.same.get(one, one)] += aliases
    return [
        replace(security, aliases=tuple(found[number])) if number in found else security
        for number, security in known.securities.items()
    ]


def _by_root(values: Iterable[Any], root: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for value in values:
        found[root(value)].append(value)
    return found


def _instruments(connection: Connection, ties: Ties, ids: Iterable[int]) -> _Known:
    c = instruments.c
    rows: list[Row[Any]] = []
    for part in parts(ids):
        rows += connection.execute(select(*(c[name] for name in _DESCRIBED)).where(c.id.in_(part)))
    booked = [row for row in rows if row.instrument_type != InstrumentType.FOREX.value]
    same = {row.id: row.same_as_id for row in booked if row.same_as_id is not None}
    identities = {same.get(one, one): number for one, number in ties.identities.items()}
    said = {**tax_settings(connection).section_1256, **overrides(connection)}
    underlyings = {
        same.get(row.id, row.id): ties.underlyings[row.id]
        for row in booked
        if row.id in ties.underlyings
    }
    securities = {
        row.id: _security(row, underlyings, same, identities, said)
        for row in booked
        if row.same_as_id is None
    }
    return _Known(same, securities, [row.id for row in booked])


def _security(
    row: Row[Any],
    underlyings: Mapping[int, int],
    same: Mapping[int, int],
    identities: Mapping[int, int],
    said: Mapping[str, bool],
) -> Security:
    kind = InstrumentType(row.instrument_type)
    underlying = underlyings.get(row.id)
    return Security(
        id=row.id,
        symbol=row.symbol,
        kind=kind,
        currency=row.currency,
        multiplier=row.multiplier,
        underlying=None if underlying is None else same.get(underlying, underlying),
        right=None if row.right is None else Right(row.right),
        strike=row.strike,
        expiry=row.expiry,
        identity=identities.get(row.id),
        section_1256=is_section_1256(kind, row.underlying_symbol or row.symbol, said),
    )


def _rates(
    connection: Connection,
    people: Household,
    securities: Mapping[int, Sequence[Security]],
    rows: Mapping[int, Rows],
    spans: Mapping[int, Span | None],
) -> dict[int, DailyRates]:
    """Read the rates that groups with foreign money need."""
    bases = set(people.base_currencies.values())
    needed: dict[int, tuple[set[str], dt.date, dt.date]] = {}
    for root, tables in rows.items():
        currencies = bases | {security.currency for security in securities.get(root, ())}
        for table, place in _CURRENCIES:
            currencies |= {row[place] for row in tables[table]}
        foreign = {one for one in currencies if one is not None and one != TAX_CURRENCY}
        span = spans[root]
        if foreign and span is not None:
            needed[root] = (foreign, *span)
    if not needed:
        return {}
    rates = rates_into_tax(
        connection,
        {one for foreign, _, _ in needed.values() for one in foreign},
        min(first for _, first, _ in needed.values()),
        max(last for _, _, last in needed.values()),
    )
    return {
        root: {
            (one, day): rate
            for (one, day), rate in rates.items()
            if one in foreign and first - RATE_HOLDS <= day <= last
        }
        for root, (foreign, first, last) in needed.items()
    }


def _span(tables: Rows, prices: Iterable[YearEndPrice]) -> Span | None:
    """Return the first and the last day of a group's facts and prices.

    Rates of other days are left out: they would come and go without the group being marked.
    """
    days = [row[place] for table, place in _DAYS.items() for row in tables[table]]
    if not days:
        return None
    days += [row[_ACQUIRED] for row in tables["transfer_lots"] if row[_ACQUIRED] is not None]
    last = max([dt.date.fromisoformat(max(days)), *(price.day for price in prices)])
    return dt.date.fromisoformat(min(days)), last


def _prices(connection: Connection, known: _Known, people: Household) -> list[YearEndPrice]:
    marked = {one.id for one in known.securities.values() if one.section_1256}
    names = [one for one in known.named if known.same.get(one, one) in marked]
    return [
        price._replace(security=known.same.get(price.security, price.security))
        for price in (year_end_prices(connection, names, people.numbers()) if names else ())
    ]


def _chosen(
    connection: Connection, rows: Mapping[int, Rows], people: Household
) -> dict[int, dict[int, tuple[Pick, ...]]]:
    """Return by root the lots that the user named for trades; of two decisions the last holds."""
    chosen = standing(connection, LOT_CHOICE)
    if not chosen:
        return {}
    account = column("trades", "account_id")
    numbers = people.numbers()
    trades = {
        (numbers[row[account]], row[1]): (root, row[0])
        for root, tables in rows.items()
        for row in tables["trades"]
    }
    by_id = {trade: (root, trade) for root, trade in trades.values()}
    found: dict[int, dict[int, tuple[Pick, ...]]] = defaultdict(dict)
    for decision in chosen:
        subject = decision.subject
        # A trade may have got a stronger key since, or a row of its own in another store.
        known = by_id.get(subject["trade"]) or trades.get((subject["account"], subject["key"]))
        if known is not None:
            found[known[0]][known[1]] = picks_of(decision.value)
    return found


def _reported(
    connection: Connection, known: _Known, people: Household, root_of: Mapping[int, int]
) -> dict[int, dict[tuple[int, int], Decimal]]:
    ours = people.numbers()
    found: dict[int, dict[tuple[int, int], Decimal]] = defaultdict(dict)
    for place, quantity in reported_quantities(connection, named=known.named).items():
        if place[0] in ours and place[1] in root_of:
            found[root_of[place[1]]][place] = quantity
    return found
