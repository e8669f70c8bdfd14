"""Conditions and orders in the store: exactly what the same conditions mean of rows in memory."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qm_tui.domain.conditions import (
    ANY,
    Comparison,
    Condition,
    Days,
    Kind,
    Moments,
    Value,
    compiled,
)
from qm_tui.domain.selection import Anchor, Order, Scope
from qm_tui.queries.activity_views import CashView, TradeView
from qm_tui.queries.listed import ListedPages
from qm_tui.store.reading import activity, conditions, listing
from qm_tui.store.runs import Source
from qm_tui.store.store import Store
from tests.builders import a_batch, a_cash_transaction, a_trade, an_account

IMPORT = Source(connection="import", broker="ibkr", kind="import")
PRICES = ("9", None, "10", "2.5", "-2.5", "2.50000000000000000001", "2.5", "1e20", "0", "100")
DAYS = [dt.date(2024, 2, 28) + dt.timedelta(days=day) for day in (0, 1, 2, 2, 3, 40, 40, 366, 1, 0)]
SYMBOLS = ("AAPL", "MSFT", "AAPL", "BRK B", "MSFT", "ÄRGER", "AAPL", "aapl", "VT", "VT")
TEXTS = (None, "Kauf", "ÄRGER über a%b", "a_b", "KAUF", "", "über", None, "x", "Über")
SIZE = 3


@pytest.fixture
async def filled(store: Store) -> Store:
    """Trades that are alike in some things and differ in others."""
    rows = zip(PRICES, DAYS, SYMBOLS, TEXTS, strict=True)
    trades = [
        a_trade(
            account=f"U{place % 3}",
            instrument=symbol,
            key=f"T{place}",
            trade_date=day,
            executed_at=None if place % 4 == 1 else dt.datetime(2024, 3, 1, place, tzinfo=dt.UTC),
            price=price,
            codes=text,
            quantity=place % 4 + 1,
        )
        for place, (price, day, symbol, text) in enumerate(rows)
    ]
    accounts = [an_account("U0", nickname="IRA"), an_account("U1", nickname=None)]
    await store.writer.save(IMPORT, a_batch(*accounts, *trades))
    return store


async def listed(
    store: Store, *wanted: Condition, order: Order = Order(field="price")
) -> list[TradeView]:
    return await store.reader.read(
        listing.page, activity.TRADES, TradeView, Scope(conditions=wanted), order, None, 10**6
    )


def in_memory(rows: Sequence[TradeView], *wanted: Condition) -> set[int]:
    """Which rows meet conditions, as they are."""
    tests = [(each.field, compiled(each)) for each in wanted]
    return {row.id for row in rows if all(test(getattr(row, name)) for name, test in tests)}


# --- what is shown -----------------------------------------------------------------------------

_ORDERED = (
    Comparison.EQUAL, Comparison.NOT_EQUAL, Comparison.LESS, Comparison.AT_MOST, Comparison.MORE,
    Comparison.AT_LEAST,
)  # fmt: skip
_OF_TEXTS = (Comparison.EQUAL, Comparison.NOT_EQUAL, Comparison.CONTAINS, Comparison.LACKS)
_NUMBERS = st.sampled_from(
    [Decimal(each) for each in PRICES if each] + [Decimal("2.49"), Decimal(3)]
)
_SPANS = st.tuples(st.sampled_from(DAYS), st.sampled_from([0, 1, 31, 366])).map(
    lambda pair: Days(pair[0], pair[0] + dt.timedelta(days=pair[1]))
)
_TIMES = st.tuples(st.integers(0, 11), st.integers(0, 3)).map(
    lambda pair: Moments(
        dt.datetime(2024, 3, 1, pair[0], tzinfo=dt.UTC),
        dt.datetime(2024, 3, 1, pair[0] + pair[1], tzinfo=dt.UTC),
    )
)
_TEXTS = st.sampled_from(
    ["kauf", "KAUF", "über", "ÜBER", "ärger", "%", "_", "a", "x", "aapl", "brk"]
)
_FIELDS: dict[str, tuple[Sequence[Comparison], st.SearchStrategy[Any]]] = {
    "price": (_ORDERED, _NUMBERS),
    "quantity": (_ORDERED, st.integers(0, 5).map(Decimal)),
    "trade_date": (_ORDERED, _SPANS),
    "executed_at": (_ORDERED, _TIMES),
    "codes": (_OF_TEXTS, _TEXTS),
    "symbol": ((Comparison.EQUAL, Comparison.NOT_EQUAL), _TEXTS),
    "broker_trade_id": (_OF_TEXTS, _TEXTS),
}
_KNOWN = (Comparison.KNOWN, Comparison.UNKNOWN)


@st.composite
def some_conditions(draw: st.DrawFn) -> Condition:
    field = draw(st.sampled_from(sorted(_FIELDS)))
    comparisons, values = _FIELDS[field]
    comparison = draw(st.sampled_from([*comparisons, *_KNOWN]))
    value = "" if comparison in _KNOWN else draw(values)
    return Condition(field=field, comparison=comparison, value=value)


async def test_the_store_and_memory_agree_on_what_meets_conditions(filled: Store) -> None:
    rows = await listed(filled)
    assert len(rows) == len(PRICES)
    met: list[list[Condition]] = []

    @settings(max_examples=120, deadline=None, database=None)
    @given(st.lists(some_conditions(), min_size=1, max_size=3))
    def gather(wanted: list[Condition]) -> None:
        met.append(wanted)

    gather()
    for wanted in met:
        found = await listed(filled, *wanted)
        assert {row.id for row in found} == in_memory(rows, *wanted), wanted
        scope = Scope(conditions=tuple(wanted))
        assert await filled.reader.read(listing.count, activity.TRADES, scope) == len(found)


def where(field: str, comparison: Comparison, value: Value = "") -> Condition:
    return Condition(field=field, comparison=comparison, value=value)


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        (where("account", Comparison.CONTAINS, "ira"), [0, 3, 6, 9]),
        (where("account", Comparison.EQUAL, "u0"), [0, 3, 6, 9]),
        (where("account", Comparison.LACKS, "ira"), [1, 2, 4, 5, 7, 8]),
        (where("symbol", Comparison.CONTAINS, "brk"), [3]),
        (where("symbol", Comparison.CONTAINS, "ärg"), [5]),
        (where("instrument_type", Comparison.CONTAINS, "option"), []),
        (where("broker", Comparison.EQUAL, "ibkr"), list(range(10))),
        (where("price", Comparison.EQUAL, Decimal("2.50")), [3, 6]),
        (where("price", Comparison.MORE, Decimal("1e19")), [7]),
        (where("nowhere", Comparison.EQUAL, "x"), []),
        (where("nowhere", Comparison.NOT_EQUAL, "x"), list(range(10))),
        (where(ANY, Comparison.CONTAINS, "msft"), [1, 4]),
        (where(ANY, Comparison.LACKS, "msft"), [0, 2, 3, 5, 6, 7, 8, 9]),
        (where(ANY, Comparison.CONTAINS, "2024-02-28"), [0, 9]),
        (where(ANY, Comparison.CONTAINS, "ärger Ü"), [2]),
    ],
)
async def test_a_field_is_looked_for_where_the_row_refers_to(
    filled: Store, wanted: Condition, places: list[int]
) -> None:
    found = await listed(filled, wanted, order=Order(field="quantity"))
    assert sorted(row.id - 1 for row in found) == places


async def test_what_has_no_instrument_lacks_every_symbol(store: Store) -> None:
    rows = [a_cash_transaction(key="1", instrument=None), a_cash_transaction(key="2")]
    await store.writer.save(IMPORT, a_batch(*rows))
    scope = Scope(conditions=(where("symbol", Comparison.NOT_EQUAL, "AAPL"),))
    order = Order(field="date")
    found = await store.reader.read(listing.page, activity.CASH, CashView, scope, order, None, 10)
    assert [row.symbol for row in found if row.symbol == "AAPL"] == []
    assert any(row.symbol is None for row in found)


def test_every_listing_says_what_it_can_be_narrowed_by() -> None:
    kinds = conditions.kinds(activity.TRADES)
    assert kinds["price"] is Kind.NUMBER
    assert kinds["trade_date"] is Kind.DAY
    assert kinds["executed_at"] is Kind.MOMENT
    assert kinds["account"] is kinds["symbol"] is kinds["right"] is Kind.TEXT
    assert not kinds.keys() & {"id", "document_id", "instrument_id"}
    assert "strike" not in conditions.kinds(activity.INTEREST)


# --- in which order ----------------------------------------------------------------------------


def in_order(rows: Sequence[TradeView], order: Order) -> list[int]:
    """Rows sorted in memory: unknown last, equal ones as the first key goes."""
    found = sorted(rows, key=lambda row: row.id, reverse=order.descending)
    for each in reversed((order, *order.then)):
        known = [row for row in found if getattr(row, each.field) is not None]
        known.sort(key=partial(_sortable, each.field), reverse=each.descending)
        found = known + [row for row in found if getattr(row, each.field) is None]
    return [row.id for row in found]


def _sortable(field: str, row: TradeView) -> Any:
    value = getattr(row, field)
    return float(value) if isinstance(value, Decimal) else value


_ORDERS = st.lists(
    st.tuples(
        st.sampled_from(["price", "quantity", "symbol", "codes", "account", "trade_date"]),
        st.booleans(),
    ),
    min_size=2,
    max_size=4,
    unique_by=lambda pair: pair[0],
)


async def test_pages_by_several_keys_join_to_the_list_sorted_in_memory(filled: Store) -> None:
    asked: list[tuple[Order, list[Condition]]] = []

    @settings(
        max_examples=40, deadline=None, database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )  # fmt: skip
    @given(_ORDERS, st.lists(some_conditions(), max_size=1))
    def gather(keys: list[tuple[str, bool]], wanted: list[Condition]) -> None:
        first, *then = (Order(field=name, descending=down) for name, down in keys)
        asked.append((replace(first, then=tuple(then)), wanted))

    gather()
    rows, read = await listed(filled), filled.reader.read
    for order, wanted in asked:
        scope = Scope(conditions=tuple(wanted))
        fills = ListedPages(filled.reader, activity.TRADES, TradeView, scope, order)
        met = in_memory(rows, *wanted)
        expected = in_order([row for row in rows if row.id in met], order)
        anchors: list[Anchor | None] = [None]
        anchors += await read(listing.anchors, activity.TRADES, scope, order, SIZE)
        pages = [await fills.page(after, SIZE) for after in anchors]
        assert [row.id for page in pages for row in page] == expected, order
        last = await fills.last_page(4)
        assert [row.id for row in last] == expected[-4:]
        walked: list[int] = []
        after: Anchor | None = None
        while True:
            part, after = await fills.onward(after, SIZE)
            walked += [row.id for row in part]
            if after is None:
                break
        assert walked == expected


async def test_what_a_listing_cannot_sort_by_is_left_out(filled: Store) -> None:
    order = Order(field="nowhere", then=(Order(field="price"), Order(field="elsewhere")))
    found = await listed(filled, order=order)
    assert [row.id for row in found] == [row.id for row in await listed(filled)]
