"""The double, as the broker's own clients and a plain one see it."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from tastytrade import Account, AlertStreamer, DXLinkStreamer, Session
from tastytrade.account import AccountBalance, CurrentPosition
from tastytrade.dxfeed import Greeks, Quote, Summary, Trade
from tastytrade.instruments import (
    Cryptocurrency,
    Equity,
    Future,
    FutureOption,
    FutureProduct,
    Option,
)
from tastytrade.order import PlacedOrder
from tastytrade.utils import TastytradeError

from tests.simulators.tastytrade import TastytradeDouble, only_reads
from tests.simulators.tastytrade_acts import ACTS, GRANT_REFUSED, right, then
from tests.simulators.tastytrade_example import (
    AAPL_CALL,
    BTC,
    CLOSED,
    ES,
    ES_PUT,
    MARGIN,
    ROTH,
    SPY_CALL,
    UNG1_PUT,
    example_book,
)
from tests.simulators.tastytrade_faults_history import add_early_row
from tests.simulators.tastytrade_large import large_book
from tests.simulators.tastytrade_ledger import holdings, signed

HISTORY = f"/accounts/{MARGIN}/transactions"
SPY_STREAM = ".SPY261218C600"


@pytest.fixture(autouse=True)
async def nothing_breaks_in_the_double(
    caplog: pytest.LogCaptureFixture,
) -> AsyncIterator[None]:
    """Whatever is raised where nobody waits for it fails the test."""
    caplog.set_level(logging.INFO, logger="tastytrade")  # it logs every event
    raised: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: raised.append(context))
    yield
    assert raised == []


@pytest.fixture
async def double() -> AsyncIterator[TastytradeDouble]:
    async with TastytradeDouble() as served:
        yield served


@pytest.fixture
async def session(double: TastytradeDouble) -> AsyncIterator[Session]:
    async with Session("secret", "refresh", trust_env=False) as opened:
        opened._client.base_url = double.base_url
        yield opened


@pytest.fixture
async def plain(double: TastytradeDouble) -> AsyncIterator[httpx2.AsyncClient]:
    """A client that knows nothing but HTTP."""
    async with httpx2.AsyncClient(
        base_url=double.base_url, trust_env=False, headers={"User-Agent": "tests/1"}
    ) as client:
        await _log_in(client)
        yield client


@asynccontextmanager
async def dxlink(session: Session) -> AsyncIterator[DXLinkStreamer]:
    """The SDK's streamer; it leaves its queues open, which is complained of when it goes."""
    streamer = DXLinkStreamer(session)
    try:
        async with streamer as feed:
            yield feed
    finally:
        for queue in (*streamer._send.values(), *streamer._recv.values()):
            await queue.aclose()


@asynccontextmanager
async def alerts(session: Session, url: str) -> AsyncIterator[AlertStreamer]:
    """The SDK's streamer of accounts, its queues closed likewise."""
    streamer = AlertStreamer(session)
    streamer.base_url = url
    try:
        async with streamer as stream:
            yield stream
    finally:
        for queue in streamer._queues.values():
            await queue.aclose()


async def _log_in(client: httpx2.AsyncClient) -> None:
    said = {"grant_type": "refresh_token", "client_secret": "s", "refresh_token": "r"}
    token = (await client.post("/oauth/token", json=said)).json()["access_token"]
    client.headers["Authorization"] = f"Bearer {token}"


async def _page(client: httpx2.AsyncClient, **params: object) -> Any:
    said = {name.replace("_", "-"): str(value) for name, value in params.items()}
    return (await client.get(HISTORY, params=said)).json()


# --- what its own client makes of it --------------------------------------------------------------


async def test_the_sdk_reads_accounts_balances_and_positions(
    double: TastytradeDouble, session: Session
) -> None:
    accounts = await Account.get(session, include_closed=True)
    assert [each.account_number for each in accounts] == [MARGIN, ROTH, CLOSED]
    assert [each.is_closed for each in accounts] == [False, False, True]
    margin = accounts[0]
    balance = await margin.get_balances(session)
    assert balance.cash_balance == Decimal(double.book.only.balance["cash-balance"])
    positions = await margin.get_positions(session, include_marks=True)
    held = {p.symbol: p for p in positions}
    assert {SPY_CALL, AAPL_CALL, UNG1_PUT, ES, ES_PUT, BTC} < set(held)
    assert held["TSLA"].quantity_direction == "Short"
    assert held[SPY_CALL].mark_price == Decimal("13.2")
    assert (await margin.get_positions(session))[0].mark_price is None
    only_reads(double.asked)


async def test_the_sdk_reads_the_whole_history_page_by_page(
    double: TastytradeDouble, session: Session
) -> None:
    margin = (await Account.get(session))[0]
    rows = await margin.get_history(session, per_page=10, page_offset=None, sort="Asc")
    assert [row.id for row in rows] == [row["id"] for row in double.book.only.rows]
    assert len(double.requests(HISTORY)) == -(-len(rows) // 10)
    assert sum(row.net_value for row in rows) == Decimal(double.book.only.balance["cash-balance"])
    assert {row.transaction_sub_type for row in rows} > {
        "Expiration",
        "Assignment",
        "Exercise",
        "Cash Settled Assignment",
        "ACAT",
        "Forward Split",
        "Symbol Change",
        "Mark to Market",
    }


async def test_the_sdk_reads_everything_else(session: Session) -> None:
    margin = (await Account.get(session))[0]
    assert (await margin.get_trading_status(session)).is_closed is False
    report = await margin.get_margin_requirements(session)
    assert report.margin_requirement < 0
    assert len(await margin.get_balance_snapshots(session)) == 5
    assert len(await margin.get_net_liquidating_value_history(session, time_back="1m")) == 10
    assert len(await margin.get_net_liquidating_value_history(session, time_back="1d")) == 1
    assert await margin.get_order_history(session) == []
    newest = (await margin.get_history(session))[0]
    assert (await margin.get_transaction(session, newest.id)).id == newest.id
    assert (await margin.get_total_fees(session)).total_fees == 0


async def test_the_sdk_reads_instruments_of_every_kind(session: Session) -> None:
    equities = await Equity.get(session, ["SPY", "AAPL", "NOBODY"])
    assert {each.symbol for each in equities} == {"SPY", "AAPL"}
    assert (await Option.get(session, SPY_CALL)).streamer_symbol == SPY_STREAM
    assert Option.occ_to_streamer_symbol(SPY_CALL) == SPY_STREAM
    future = await Future.get(session, ES)
    assert future.streamer_symbol == "/ESZ26:XCME"
    assert future.notional_multiplier == 50
    assert [each.symbol for each in await Future.get(session, [ES])] == [ES]
    assert (await FutureOption.get(session, ES_PUT)).strike_price == 5800
    assert (await FutureProduct.get(session))[0].code == "ES"
    assert (await Cryptocurrency.get(session, BTC)).streamer_symbol == "BTC/USD:CXTALP"
    assert (await Cryptocurrency.get(session, [BTC]))[0].symbol == BTC


async def test_a_chain_says_what_adjusted_options_deliver(plain: httpx2.AsyncClient) -> None:
    chain = (await plain.get("/option-chains/UNG/compact")).json()["data"]["items"]
    assert [each["root-symbol"] for each in chain] == ["UNG1"]
    assert chain[0]["deliverables"][0]["amount"] == "25"
    assert (await plain.get("/option-chains/NOBODY/compact")).status_code == 404


async def test_the_sdk_gets_events_from_dxlink(double: TastytradeDouble, session: Session) -> None:
    async with dxlink(session) as feed:
        await feed.subscribe(Quote, ["SPY"])
        await feed.subscribe(Greeks, [SPY_STREAM])
        await feed.subscribe(Trade, ["SPY"])
        await feed.subscribe(Summary, ["SPY"])
        assert (await feed.get_event(Quote)).bid_price == Decimal("599.99")
        assert (await feed.get_event(Greeks)).delta == Decimal("0.5")
        assert (await feed.get_event(Trade)).price == 600
        assert (await feed.get_event(Summary)).prev_day_close_price == 594
        double.tick("SPY", bid=601.5)
        assert (await feed.get_event(Quote)).bid_price == Decimal("601.5")
        await feed.unsubscribe(Quote, ["SPY"])
        await double.until(lambda: ("Quote", "SPY") not in double.subscribed())
        double.greeks(SPY_STREAM, delta=None)
        double.greeks(SPY_STREAM, delta=0.7)
        assert (await feed.get_event(Greeks)).delta == Decimal("0.7")
    await double.until(lambda: not double.feeds)


async def test_the_sdk_is_told_of_a_fill(double: TastytradeDouble, session: Session) -> None:
    accounts = await Account.get(session)
    before = len(double.book.only.rows)
    async with alerts(session, double.account_streamer_url) as stream:
        await stream.subscribe_accounts(accounts)
        double.desk.fill(MARGIN, "MSFT", "Buy to Open", "10", "421.5")
        double.desk.fill(MARGIN, "AMD", "Buy to Open", "5", "150")
        order = await anext(aiter(stream.listen(PlacedOrder)))
        held = stream.listen(CurrentPosition)
        msft, amd = await anext(held), await anext(held)
        balance = await anext(aiter(stream.listen(AccountBalance)))
    assert order.legs[0].fills is not None
    assert order.legs[0].fills[0].fill_price == Decimal("421.5")
    assert [msft.symbol, amd.symbol] == ["MSFT", "AMD"]
    assert [msft.quantity, amd.quantity, amd.average_open_price] == [60, 5, 150]
    assert balance.cash_balance < Decimal(example_book().only.balance["cash-balance"])
    assert len(double.book.only.rows) == before + 2


async def test_the_sdk_meets_the_errors_it_is_known_for(
    double: TastytradeDouble, session: Session
) -> None:
    margin = (await Account.get(session))[0]
    for name, error in (
        ("unauthorized", TastytradeError),
        ("crowded", TastytradeError),
        ("error-html", TastytradeError),
        ("cut", json.JSONDecodeError),
        ("html", json.JSONDecodeError),
        ("items-null", TypeError),
        ("items-missing", TastytradeError),
        ("reset", httpx2.ReadError),
        ("reset-inside", httpx2.ReadError),
        ("short", httpx2.RemoteProtocolError),
        ("hang-up", httpx2.RemoteProtocolError),
    ):
        double.act(f"/accounts/{MARGIN}/positions", ACTS[name])
        with pytest.raises(error):
            await margin.get_positions(session)
        assert await margin.get_positions(session), name


@pytest.mark.parametrize("form", GRANT_REFUSED)
async def test_a_grant_is_refused_in_every_form(double: TastytradeDouble, form: str) -> None:
    double.act("/oauth/token", GRANT_REFUSED[form])
    async with Session("secret", "refresh", trust_env=False) as opened:
        opened._client.base_url = double.base_url
        with pytest.raises((TastytradeError, AttributeError)):
            await Account.get(opened)
        assert await Account.get(opened)


# --- tokens and requests --------------------------------------------------------------------------


async def test_who_has_no_good_token_or_no_name_is_turned_away(
    double: TastytradeDouble, plain: httpx2.AsyncClient
) -> None:
    assert (await plain.get("/customers/me/accounts")).status_code == 200
    nameless = await plain.get("/customers/me/accounts", headers={"User-Agent": "x"})
    assert nameless.status_code == 403
    double.revoke_tokens()
    denied = await plain.get("/customers/me/accounts")
    assert (denied.status_code, denied.json()["error"]["code"]) == (401, "token_expired")
    await _log_in(plain)
    assert (await plain.get("/customers/me/accounts")).status_code == 200


async def test_only_the_right_secrets_get_a_token(
    double: TastytradeDouble, plain: httpx2.AsyncClient
) -> None:
    double.oauth.client_secret, double.oauth.refresh_token = "right", "token"
    for secret, refresh, word in (("x", "token", "client"), ("right", "x", "grant")):
        said = {"grant_type": "refresh_token", "client_secret": secret, "refresh_token": refresh}
        answer = await plain.post("/oauth/token", json=said)
        assert (answer.status_code, answer.json()["error_code"]) == (400, f"invalid_{word}")


async def test_whatever_is_no_read_is_noticed(
    double: TastytradeDouble, plain: httpx2.AsyncClient
) -> None:
    only_reads(double.asked)
    answer = await plain.post(f"/accounts/{MARGIN}/orders", json={})
    assert answer.status_code == 405
    with pytest.raises(AssertionError, match=f"POST /accounts/{MARGIN}/orders"):
        only_reads(double.asked)


async def test_acts_answer_the_next_requests_in_turn(
    double: TastytradeDouble, plain: httpx2.AsyncClient
) -> None:
    double.act(HISTORY, right, ACTS["error"], ACTS["crowded-an-hour"])
    answers = [await plain.get(HISTORY) for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 500, 429, 200]
    assert answers[2].headers["Retry-After"] == "3600"
    assert double.paths("/accounts/*/transactions") == [HISTORY] * 4


async def test_a_double_that_hangs_goes_on_when_it_is_thawed(
    double: TastytradeDouble, plain: httpx2.AsyncClient
) -> None:
    double.freeze()
    asking = asyncio.create_task(plain.get(HISTORY))
    await double.until(lambda: bool(double.requests(HISTORY)))
    assert not asking.done()
    double.thaw()
    assert (await asking).status_code == 200


# --- the history ----------------------------------------------------------------------------------


async def test_pages_are_filtered_ordered_and_limited(plain: httpx2.AsyncClient) -> None:
    page = await _page(plain, sort="Asc", start_date="2024-04-01", end_date="2024-04-19")
    days = [row["transaction-date"] for row in page["data"]["items"]]
    assert days == sorted(days)
    assert (days[0], days[-1], page["pagination"]["total-items"]) == (
        "2024-04-01",
        "2024-04-19",
        3,
    )
    at = "2024-04-19T21:00:00Z"
    assert (await _page(plain, start_at=at, end_at=at))["pagination"]["total-items"] == 2
    assert (await _page(plain, symbol="NVDA"))["pagination"]["total-items"] == 3
    typed = await plain.get(HISTORY, params={"types[]": ["Trade", "Money Movement"]})
    kinds = {row["transaction-type"] for row in typed.json()["data"]["items"]}
    assert kinds == {"Trade", "Money Movement"}
    refused = await plain.get(HISTORY, params={"per-page": "2001"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "validation_error")


async def test_a_row_may_come_while_the_pages_are_read(
    double: TastytradeDouble, plain: httpx2.AsyncClient
) -> None:
    double.act(HISTORY, then(add_early_row))
    pages = [await _page(plain, sort="Asc", per_page=20, page_offset=i) for i in range(2)]
    assert pages[0]["data"]["items"][-1] == pages[1]["data"]["items"][0]
    totals = [page["pagination"]["total-items"] for page in pages]
    assert totals[1] == totals[0] + 1


def test_positions_and_cash_follow_from_the_transactions() -> None:
    book = example_book()
    for account in book.accounts.values():
        held = holdings(account.rows, book.now.date())
        told = {
            row["symbol"]: Decimal(str(row["quantity"]))
            * (-1 if row["quantity-direction"] == "Short" else 1)
            for row in account.positions
        }
        assert told == {symbol: h.quantity for symbol, h in held.items() if h.quantity}
        cash = sum((signed(row, "net-value") for row in account.rows), Decimal(0))
        assert cash == Decimal(account.balance["cash-balance"]) >= 0
        ids = [row["id"] for row in account.rows]
        assert ids == sorted(set(ids))


# --- many events ----------------------------------------------------------------------------------


async def test_a_flood_leaves_in_the_book_what_was_said_last() -> None:
    async with (
        TastytradeDouble(large_book(20, options=5)) as double,
        Session("secret", "refresh", trust_env=False) as session,
    ):
        session._client.base_url = double.base_url
        symbols = list(double.book.market)
        async with dxlink(session) as feed:
            await feed.subscribe(Quote, symbols)
            await feed.subscribe(Greeks, [s for s in symbols if s.startswith(".")])
            await double.until(lambda: len(double.subscribed()) == len(symbols) + 5)
            async with double.flood() as flood:
                await double.until(lambda: flood.events > 2000)
            last: dict[str, float | None] = {}
            told = {symbol: market.bid for symbol, market in double.book.market.items()}
            async with asyncio.timeout(30):
                while last != told:
                    event = await feed.get_event(Quote)
                    last[event.event_symbol] = float(event.bid_price)
