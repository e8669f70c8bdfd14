"""A session of a client library with the double, and what the library made of it.

Runs with ib_insync and with ib_async, without anything else of the project: the same calls, so that
what two libraries made of the double can be laid side by side.
"""

import asyncio
import dataclasses
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from tests.simulators.tws import Book, Execution, Faults, Holding, Pnl, Ticker, TwsDouble

Told = dict[str, Any]
"""What a library says it was told, as plain values."""

_CONTRACT = (
    *("conId", "symbol", "secType", "lastTradeDateOrContractMonth", "strike", "right"),
    *("multiplier", "exchange", "primaryExchange", "currency", "localSymbol", "tradingClass"),
)
_DETAILS = (
    *("longName", "industry", "category", "subcategory", "stockType", "contractMonth"),
    *("validExchanges", "minTick"),
)
_EXECUTION = (
    *("execId", "acctNumber", "exchange", "side", "shares", "price"),
    *("permId", "clientId", "orderId"),
)


async def told(library: Any, *steps: "Step") -> Told:
    """What came of each step, by its name; of all where none is named."""
    logging.getLogger(library.__name__).setLevel(logging.CRITICAL)
    return {step.__name__: await step(library) for step in steps or STEPS}


Step = Callable[[Any], Awaitable[Told]]


async def _connected(library: Any, tws: TwsDouble, client_id: int = 17) -> Any:
    ib = library.IB()
    ib.said = []
    ib.errorEvent += lambda request, code, words, _contract: ib.said.append((code, words))
    await ib.connectAsync("127.0.0.1", tws.port, clientId=client_id, readonly=True)
    return ib


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - no library tells of all of it
            await asyncio.sleep(0.005)


def _contract(contract: Any) -> list[Any]:
    return [type(contract).__name__, *(getattr(contract, name) for name in _CONTRACT)]


def _plain(thing: Any) -> dict[str, Any]:
    """A record of the library without what only one of the two has."""
    fields = thing._asdict() if hasattr(thing, "_asdict") else dataclasses.asdict(thing)
    return {name: value for name, value in fields.items() if isinstance(value, float | int | str)}


def _portfolio(ib: Any) -> list[Any]:
    return sorted([p.account, *_contract(p.contract), *map(float, p[1:7])] for p in ib.portfolio())


def _positions(ib: Any) -> list[Any]:
    return sorted(
        [p.account, *_contract(p.contract), p.position, p.avgCost] for p in ib.positions()
    )


def _values(ib: Any) -> list[list[str]]:
    return sorted([v.account, v.tag, v.value, v.currency] for v in ib.accountValues())


def _fills(ib: Any) -> list[Any]:
    return [
        [
            *_contract(f.contract),
            f.execution.time.isoformat(),
            *(getattr(f.execution, name) for name in _EXECUTION),
            *(f.commissionReport.commission, f.commissionReport.currency),
        ]
        for f in ib.fills()
    ]


async def what_connecting_brings(library: Any) -> Told:
    """Accounts, portfolio, positions, values, fills, and the news of the farms."""
    async with TwsDouble(Book.example()) as tws:
        ib = await _connected(library, tws)
        found = {
            "accounts": ib.managedAccounts(),
            "portfolio": _portfolio(ib),
            "positions": _positions(ib),
            "values": _values(ib),
            "fills": _fills(ib),
            "news": ib.said,
            "asked": [a.ask.name if a.ask else a.number for a in tws.seen],
            "orders": tws.orders_seen,
            "unknown": tws.unknown,
        }
        ib.disconnect()
    return found


async def what_is_asked_for(library: Any) -> Told:
    """Summary, details, time, fills by filter, and the requests that bring nothing."""
    async with TwsDouble(Book.example()) as tws:
        ib = await _connected(library, tws)
        summary = await ib.accountSummaryAsync()
        details = [
            await ib.reqContractDetailsAsync(library.Contract(conId=p.contract.conId))
            for p in ib.positions()
        ]
        by_words = await ib.reqContractDetailsAsync(library.Stock("AAPL", "SMART", "USD"))
        by_isin = await ib.reqContractDetailsAsync(
            library.Contract(secIdType="ISIN", secId="DE0007164600", exchange="SMART")
        )
        sold = await ib.reqExecutionsAsync(library.ExecutionFilter(side="SELL"))
        found = {
            "summary": sorted([v.account, v.tag, v.value, v.currency] for v in summary),
            "details": [_details(row) for rows in details for row in rows],
            "by words": [_details(row) for row in by_words],
            "by isin": [_details(row) for row in by_isin],
            "nowhere": await ib.reqContractDetailsAsync(library.Stock("NOSUCH", "SMART", "USD")),
            "sold": [fill.execution.execId for fill in sold],
            "time": (await ib.reqCurrentTimeAsync()).tzinfo is not None,
            "open orders": await ib.reqAllOpenOrdersAsync(),
            "completed": await ib.reqCompletedOrdersAsync(False),
            "symbols": await ib.reqMatchingSymbolsAsync("AAPL"),
            "rule": [[r.lowEdge, r.increment] for r in await ib.reqMarketRuleAsync(26)],
            "chains": await ib.reqSecDefOptParamsAsync("AAPL", "", "STK", 265598),
            "unknown": tws.unknown,
        }
        ib.disconnect()
    return found


def _details(row: Any) -> list[Any]:
    identifiers = [[tag.tag, tag.value] for tag in row.secIdList]
    return [*_contract(row.contract), *(getattr(row, n) for n in _DETAILS), identifiers]


async def prices(library: Any) -> Told:
    """Live and delayed quotes, Greeks, refusals, the limit of lines, and what 1101 forgets."""
    async with TwsDouble(Book.example(), Faults(market_data_lines=6)) as tws:
        ib = await _connected(library, tws)
        ib.reqMarketDataType(4)
        contracts = [
            (await ib.reqContractDetailsAsync(library.Contract(conId=p.contract.conId)))[0].contract
            for p in ib.positions()
        ]
        tickers = [ib.reqMktData(contract, "", False, False) for contract in contracts]
        await _until(lambda: any(code == 101 for code, _ in ib.said))
        ib.cancelMktData(contracts[0])
        (snapshot,) = await ib.reqTickersAsync(contracts[-1])
        homeless = library.Contract(conId=contracts[1].conId)
        ib.reqMktData(homeless, "", False, False)
        await _until(lambda: any(code == 321 for code, _ in ib.said))
        spy = tickers[1]
        tws.set_ticker(spy.contract.conId, Ticker(bid="1.25", ask="1.5", last="1.4"))
        await _until(lambda: bool(spy.bid == 1.25))
        moved = _ticker(spy)
        tws.notify(1101)
        tws.set_ticker(spy.contract.conId, Ticker(bid="99.0"))
        await ib.reqCurrentTimeAsync()
        found = {
            "tickers": [_ticker(ticker) for ticker in tickers[2:]],
            "snapshot": _ticker(snapshot),
            "moved": moved,
            "after 1101": spy.bid,
            "said": ib.said,
            "unknown": tws.unknown,
        }
        ib.disconnect()
    return found


def _ticker(ticker: Any) -> list[Any]:
    greeks = ticker.modelGreeks
    numbers = [ticker.bid, ticker.ask, ticker.last, ticker.close, ticker.volume]
    return [
        ticker.contract.symbol,
        *(None if number != number else number for number in numbers),  # noqa: PLR0124 - NaN
        ticker.marketDataType,
        _plain(greeks) if greeks else None,
    ]


async def profit_and_loss(library: Any) -> Told:
    """Of an account, of a position, of an account that is not there."""
    async with TwsDouble(Book.example()) as tws:
        ib = await _connected(library, tws)
        of_account = ib.reqPnL("U1234567")
        of_position = ib.reqPnLSingle("U1234567", "", 265598)
        nowhere = ib.reqPnL("U0")
        await _until(lambda: any(code == 321 for code, _ in ib.said))
        first = [_plain(of_account), _plain(of_position)]
        tws.set_pnl("U1234567", Pnl(daily="-3.5"))
        tws.change(tws.book.holding("AAPL"), mark="200.0", value="30000.0", unrealized="2962.5")
        await _until(lambda: bool(of_position.value == 30000))
        found = {
            "first": first,
            "then": [_plain(of_account), _plain(of_position)],
            "nowhere": str(nowhere.dailyPnL),
        }
        ib.cancelPnL("U1234567")
        ib.cancelPnLSingle("U1234567", "", 265598)
        await ib.reqCurrentTimeAsync()
        tws.set_pnl("U1234567", Pnl(daily="7.0"))
        await ib.reqCurrentTimeAsync()
        found["after the end"] = of_account.dailyPnL
        ib.disconnect()
    return found


async def changes(library: Any) -> Told:
    """Positions moved, opened and closed; values; a fill by hand; a message."""
    async with TwsDouble(Book.example()) as tws:
        ib = await _connected(library, tws)
        aapl = tws.book.holding("AAPL")
        tws.hold(Holding.of(aapl.account, aapl.instrument, "160", "181.0", "191.0"))
        tws.close(tws.book.holding("TSLA"))
        tws.set_value(aapl.account, "NetLiquidation", "251111.11", "USD")
        tws.fill(
            Execution(
                exec_id="0000e0d9.00000001.01.01",
                account=aapl.account,
                instrument=aapl.instrument,
                shares="10",
                price="191.0",
                commission_known=False,
            )
        )
        tws.report_commission("0000e0d9.00000001.01.01")
        tws.notify(2103)
        await _until(lambda: any(code == 2103 for code, _ in ib.said))
        found = {
            "portfolio": _portfolio(ib),
            "positions": _positions(ib),
            "value": [v for v in _values(ib) if v[1] == "NetLiquidation"],
            "fills": _fills(ib),
        }
        ib.disconnect()
    return found


async def several_accounts(library: Any) -> Told:
    """Positions of all; portfolio of the one that is watched, the last that was asked for."""
    async with TwsDouble(Book.example("U1111111", "U2222222", base="EUR")) as tws:
        ib = await _connected(library, tws)
        at_first = len(ib.portfolio())
        for account in ib.managedAccounts():
            await ib.reqAccountUpdatesAsync(account)
        for account in ib.managedAccounts():
            tws.change(tws.book.holding("AAPL", account), mark="1.0")
        await ib.reqCurrentTimeAsync()
        found = {
            "accounts": ib.managedAccounts(),
            "positions": _positions(ib),
            "at first": at_first,
            "portfolio": _portfolio(ib),
            "values": _values(ib),
        }
        ib.disconnect()
    return found


async def troubles(library: Any) -> Told:
    """A used id, a drop, a restart on the same port, a hang, missing ends, damaged rows."""
    found: Told = {}
    async with TwsDouble(Book.example(), Faults(used_ids=1)) as tws:
        ib = library.IB()
        codes: list[int] = []
        ib.errorEvent += lambda _request, code, _words, _contract: codes.append(code)
        try:
            await ib.connectAsync("127.0.0.1", tws.port, clientId=17, timeout=0.2, readonly=True)
        except TimeoutError:
            found["used id"] = codes
        ib = await _connected(library, tws, client_id=18)
        ended: list[bool] = []
        ib.disconnectedEvent += lambda: ended.append(True)
        tws.go_down()
        await _until(lambda: bool(ended))
        try:
            await _connected(library, tws, client_id=18)
        except ConnectionRefusedError:
            found["down"] = "refused"
        await tws.come_back()
        ib = await _connected(library, tws, client_id=18)
        found["back"] = len(ib.positions())
        tws.freeze()
        tws.close(tws.book.holding("TSLA"))
        try:
            await asyncio.wait_for(ib.reqCurrentTimeAsync(), 0.1)
        except TimeoutError:
            found["hung"] = [ib.isConnected(), len(ib.positions())]
        tws.thaw()
        await _until(lambda: len(ib.positions()) == 6)
        ib.disconnect()
    return found


STEPS: tuple[Step, ...] = (
    what_connecting_brings,
    what_is_asked_for,
    prices,
    profit_and_loss,
    changes,
    several_accounts,
    troubles,
)
