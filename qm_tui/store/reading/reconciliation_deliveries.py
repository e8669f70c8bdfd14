"""Exercises and assignments of the options on what does not add up: which shares they delivered."""

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from qm_tui.domain.booking.translate.codes import BOOK_TRADES, DELIVERED
from qm_tui.domain.instruments import InstrumentType, Right
from qm_tui.domain.reconciliation.discrepancy import FactRef
from qm_tui.domain.reconciliation.sides import Delivery
from qm_tui.domain.words import OptionEventType
from qm_tui.store.reading.parts import parts
from qm_tui.store.reading.reconciliation import Place
from qm_tui.store.schema.activity import option_events, trades
from qm_tui.store.schema.instruments import instruments

_OPTIONS = (InstrumentType.EQUITY_OPTION.value, InstrumentType.FUTURE_OPTION.value)
_ENDS = (OptionEventType.EXERCISE.value, OptionEventType.ASSIGNMENT.value)


class _Option(NamedTuple):
    symbol: str
    multiplier: Decimal
    right: str
    root: int
    """What it is on."""


def deliveries(connection: Connection, places: Collection[Place]) -> dict[Place, list[Delivery]]:
    """Read by holding what options on it delivered, or took, as the options' own facts say."""
    on = _options(connection, {instrument for _, instrument in places})
    found: defaultdict[Place, list[Delivery]] = defaultdict(list)
    seen: set[tuple[Any, ...]] = set()
    for table, row in _ended(connection, on):
        option = on[row.instrument_id]
        place = (row.account_id, option.root)
        ending = (row.account_id, row.instrument_id, row.day)
        if place not in places or not row.quantity or (table != "trades" and ending in seen):
            continue
        if table == "trades":
            seen.add(ending)
        sign = 1 if option.right == Right.PUT.value else -1
        found[place].append(
            Delivery(
                day=row.day, shares=sign * row.quantity * option.multiplier,
                contracts=row.quantity, symbol=option.symbol, fact=FactRef(table, row.id),
            )
        )  # fmt: skip
    return dict(found)


def _options(connection: Connection, roots: Collection[int]) -> dict[int, _Option]:
    """Return the options on instruments."""
    i = instruments.c
    conids: dict[str, int] = {}
    symbols: dict[str, int] = {}
    for part in parts(roots):
        query = select(i.id, i.conid, i.symbol, i.instrument_type).where(i.id.in_(part))
        for row in connection.execute(query):
            if row.instrument_type not in _OPTIONS:
                symbols[row.symbol] = row.id
                if row.conid is not None:
                    conids[row.conid] = row.id
    found: dict[int, _Option] = {}
    columns = (i.id, i.symbol, i.multiplier, i.right, i.underlying_conid, i.underlying_symbol)
    options = select(*columns).where(i.instrument_type.in_(_OPTIONS), i.right.is_not(None))
    for part in parts(symbols):
        named = i.underlying_symbol.in_(part) & i.underlying_conid.is_(None)
        for one in connection.execute(options.where(named)):
            root = symbols[one.underlying_symbol]
            found[one.id] = _Option(one.symbol, one.multiplier, one.right, root)
    for part in parts(conids):
        for one in connection.execute(options.where(i.underlying_conid.in_(part))):
            root = conids[one.underlying_conid]
            found[one.id] = _Option(one.symbol, one.multiplier, one.right, root)
    return found


def _delivers(codes: str | None) -> bool:
    return not DELIVERED.isdisjoint(code.strip() for code in (codes or "").split(";"))


def _ended(connection: Connection, options: Collection[int]) -> list[tuple[str, Any]]:
    t, e = trades.c, option_events.c
    found: list[tuple[str, Any]] = []
    for part in parts(options):
        booked = select(
            t.id, t.account_id, t.instrument_id, t.trade_date.label("day"), t.quantity, t.codes
        ).where(t.instrument_id.in_(part), t.transaction_type.in_(BOOK_TRADES), t.state == "booked")
        found += [("trades", row) for row in connection.execute(booked) if _delivers(row.codes)]
        told = select(e.id, e.account_id, e.instrument_id, e.date.label("day"), e.quantity).where(
            e.instrument_id.in_(part), e.type.in_(_ENDS), e.reverses.is_(None)
        )
        found += [("option_events", row) for row in connection.execute(told)]
    return found
