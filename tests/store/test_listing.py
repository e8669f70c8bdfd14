"""Rows by the page: in every order all of them once, and those without a value last."""

import datetime as dt
from decimal import Decimal

import pytest

from qm_tui.domain.selection import Order, Scope
from qm_tui.queries.activity_views import CashView, TradeView
from qm_tui.store.reading import activity, listing
from qm_tui.store.runs import Source
from qm_tui.store.store import Store
from tests.builders import a_batch, a_cash_transaction, a_trade

IMPORT = Source(connection="import", broker="ibkr", kind="import")
DAYS = [dt.date(2024, 3, day) for day in range(1, 12)]
PRICES = (9, None, 10, 2, None, 2, None, 100, 10, None, 3)
SIZE = 3


async def save_trades(store: Store) -> None:
    trades = [
        a_trade(key=f"T{place}", trade_date=day, price=price)
        for place, (day, price) in enumerate(zip(DAYS, PRICES, strict=True))
    ]
    await store.writer.save(IMPORT, a_batch(*trades))


async def walked(store: Store, order: Order) -> list[TradeView]:
    """All trades, read a page after the other."""
    read, rows = store.reader.read, activity.TRADES
    found = await read(listing.page, rows, TradeView, Scope(), order, None, SIZE)
    for after in await read(listing.anchors, rows, Scope(), order, SIZE):
        found += await read(listing.page, rows, TradeView, Scope(), order, after, SIZE)
    return found


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("field", ["price", "trade_date", "symbol", "broker_trade_id"])
async def test_pages_in_any_order_have_every_row_once(
    store: Store, field: str, *, descending: bool
) -> None:
    await save_trades(store)
    order = Order(field=field, descending=descending)
    every = await store.reader.read(
        listing.page, activity.TRADES, TradeView, Scope(), order, None, 10**6
    )
    assert len(every) == len(PRICES)
    assert await walked(store, order) == every


async def test_rows_without_a_value_come_last_upward(store: Store) -> None:
    await save_trades(store)
    found = [row.price for row in await walked(store, Order(field="price"))]
    assert found == [*map(Decimal, (2, 2, 3, 9, 10, 10, 100)), None, None, None, None]


async def test_rows_without_a_value_come_last_downward(store: Store) -> None:
    await save_trades(store)
    found = [row.price for row in await walked(store, Order(field="price", descending=True))]
    assert found == [*map(Decimal, (100, 10, 10, 9, 3, 2, 2)), None, None, None, None]


@pytest.mark.parametrize("size", [1, 4, 6, 50])
@pytest.mark.parametrize("descending", [False, True])
async def test_the_last_page_is_the_end_of_all_pages(
    store: Store, size: int, *, descending: bool
) -> None:
    await save_trades(store)
    order = Order(field="price", descending=descending)
    read = store.reader.read
    last = await read(listing.last_page, activity.TRADES, TradeView, Scope(), order, size)
    assert last == (await walked(store, order))[-size:]


async def test_a_page_may_begin_among_rows_with_a_value_and_end_among_others(store: Store) -> None:
    await save_trades(store)
    order = Order(field="price")
    page = await store.reader.read(
        listing.page, activity.TRADES, TradeView, Scope(), order, None, len(PRICES) - 2
    )
    assert [row.price is None for row in page] == [False] * 7 + [True] * 2


async def test_a_listing_in_which_no_row_has_the_value_is_still_listed(store: Store) -> None:
    movements = [a_cash_transaction(key=f"C{number}", description=None) for number in range(4)]
    await store.writer.save(IMPORT, a_batch(*movements))
    order = Order(field="description", descending=True)
    page = await store.reader.read(listing.page, activity.CASH, CashView, Scope(), order, None, 9)
    assert [row.id for row in page] == [4, 3, 2, 1]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("aapl", ["1", "3"]),
        ("U2", ["3"]),
        ("aapl u1", ["1"]),
        ("2024-03-02", ["2"]),
        ("a%l", []),
    ],
)
async def test_every_word_is_looked_for_in_the_row_its_account_and_its_instrument(
    store: Store, text: str, keys: list[str]
) -> None:
    trades = [
        a_trade(account="U1", instrument="AAPL", broker_trade_id="1"),
        a_trade(account="U1", instrument="MSFT", broker_trade_id="2", trade_date="2024-03-02"),
        a_trade(account="U2", instrument="AAPL", broker_trade_id="3"),
    ]
    await store.writer.save(IMPORT, a_batch(*trades))
    order = Order(field="broker_trade_id")
    scope = Scope(text=text)
    rows = await store.reader.read(
        listing.page, activity.TRADES, TradeView, scope, order, None, 10**6
    )
    assert [row.broker_trade_id for row in rows] == keys
    assert await store.reader.read(listing.count, activity.TRADES, scope) == len(keys)
