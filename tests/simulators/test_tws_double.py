"""The double as ib_insync meets it."""

import importlib
import logging
from typing import Any

import pytest

from tests.simulators import client_session as session
from tests.simulators.confirm_with_ib_async import differing
from tests.simulators.tws import Ask, Book, Faults, TwsDouble


@pytest.fixture
async def library() -> Any:
    """ib_insync, imported with a loop running: it asks for one while it is imported."""
    found = importlib.import_module("ib_insync")
    logging.getLogger("ib_insync").setLevel(logging.CRITICAL)
    return found


async def test_connecting_fills_what_a_monitor_needs(library: Any) -> None:
    told = await session.what_connecting_brings(library)
    book = Book.example()
    assert told["accounts"] == ["U1234567"]
    assert {row[2] for row in told["portfolio"]} == {h.instrument.con_id for h in book.held()}
    assert {row[2] for row in told["positions"]} == {h.instrument.con_id for h in book.held()}
    assert ["U1234567", "NetLiquidation", "250000.75", "USD"] in told["values"]
    assert len(told["values"]) == len(book.accounts["U1234567"].values)
    assert [fill[14] for fill in told["fills"]] == [done.exec_id for done in book.executions]
    assert [code for code, _ in told["news"]] == [2104, 2106, 2158]
    assert told["orders"] == told["unknown"] == []


async def test_a_portfolio_row_carries_every_number(library: Any) -> None:
    told = await session.what_connecting_brings(library)
    (call,) = (row for row in told["portfolio"] if row[2] == 700001)
    assert call[1:13] == [
        *("Option", 700001, "SPY", "OPT", "20261218", 600.0, "C", "100"),
        *("", "", "USD", "SPY   261218C00600000"),
    ]
    assert call[14:] == [-2.0, 13.5, -2700.0, 1234.56, -230.88, 0.0]


async def test_details_summary_and_the_empty_answers_arrive(library: Any) -> None:
    told = await session.what_is_asked_for(library)
    assert len(told["details"]) == 7
    assert told["by words"] == [row for row in told["details"] if row[1] == 265598]
    assert told["by words"][0][13:18] == [
        *("APPLE INC", "Technology", "Computers", "Computers", "COMMON")
    ]
    assert told["by words"][0][-1] == [["ISIN", "US0378331005"]]
    assert [row[2] for row in told["by isin"]] == ["SAP"]
    assert told["nowhere"] == told["open orders"] == told["completed"] == []
    assert ["All", "CashBalance", "50012.35", "BASE"] in told["summary"]
    assert told["sold"] == ["0000e0d6.00000000.01.01"]
    assert told["unknown"] == []


async def test_quotes_greeks_and_the_limit_of_lines_are_told(library: Any) -> None:
    told = await session.prices(library)
    by_symbol = {(row[0], row[4]): row for row in told["tickers"]}
    assert by_symbol["SPY", 12.9][-1]["delta"] == 0.55
    assert by_symbol["SAP", 227.9][6] == 3
    assert by_symbol["TSLA", 235.5][6] == 1
    assert told["moved"][:4] == ["SPY", 1.25, 1.5, 1.4]
    assert told["after 1101"] == 1.25
    assert {10167, 101, 321, 1101} <= {code for code, _ in told["said"]}


async def test_profit_and_loss_is_told_and_pushed(library: Any) -> None:
    told = await session.profit_and_loss(library)
    assert [pnl["unrealizedPnL"] for pnl in told["first"]] == [1800.25, 1537.5]
    assert [pnl["unrealizedPnL"] for pnl in told["then"]] == [1800.25, 2962.5]
    assert told["then"][0]["dailyPnL"] == told["after the end"] == -3.5


async def test_changes_reach_the_client(library: Any) -> None:
    told = await session.changes(library)
    quantities = {row[2]: row[14] for row in told["positions"]}
    assert quantities[265598] == 160
    assert 76792991 not in quantities
    assert told["value"] == [["U1234567", "NetLiquidation", "251111.11", "USD"]]
    assert len(told["fills"]) == 3


async def test_of_several_accounts_only_the_last_that_was_asked_for_is_live(library: Any) -> None:
    told = await session.several_accounts(library)
    assert told["at first"] == 0
    assert len(told["positions"]) == len(told["portfolio"]) == 14
    marks = {row[0]: row[15] for row in told["portfolio"] if row[2] == 265598}
    assert marks == {"U1111111": 190.5, "U2222222": 1.0}
    assert ["U2222222", "NetLiquidation", "250000.75", "EUR"] in told["values"]


async def test_troubles_look_as_they_do_with_a_gateway(library: Any) -> None:
    told = await session.troubles(library)
    assert told == {"used id": [326], "down": "refused", "back": 7, "hung": [True, 7]}


async def test_an_order_is_seen_and_refused_where_the_api_is_read_only(library: Any) -> None:
    async with TwsDouble(Book.example(), Faults(read_only=True)) as tws:
        ib = library.IB()
        codes: list[int] = []
        ib.errorEvent += lambda _request, code, _words, _contract: codes.append(code)
        await ib.connectAsync("127.0.0.1", tws.port, clientId=17, readonly=True)
        stock = library.Stock("AAPL", "SMART", "USD")
        ib.placeOrder(stock, library.LimitOrder("BUY", 1, 1.0))
        ib.reqGlobalCancel()
        await tws.until_asked(Ask.GLOBAL_CANCEL)
        await ib.reqCurrentTimeAsync()
        ib.disconnect()
    assert [order.ask for order in tws.orders_seen] == [Ask.PLACE_ORDER, Ask.GLOBAL_CANCEL]
    assert codes.count(321) == 2


async def test_five_thousand_positions_arrive(library: Any) -> None:
    async with TwsDouble(Book.large(5_000)) as tws:
        ib = library.IB()
        await ib.connectAsync("127.0.0.1", tws.port, clientId=17, readonly=True)
        assert len(ib.portfolio()) == len(ib.positions()) == 5_000
        ib.disconnect()


def test_two_accounts_of_the_same_session_are_laid_side_by_side() -> None:
    assert list(differing({"a": [1, 2]}, {"a": [1, 2]})) == []
    assert list(differing({"a": [1, 2]}, {"a": [1, 3], "b": 0})) == [
        "a / 1: ib_insync 2, ib_async 3",
        "b: ib_insync None, ib_async 0",
    ]
