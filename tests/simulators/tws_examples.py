"""Books to begin with: a few positions of every kind, thousands of one kind, nothing at all."""

from collections.abc import Sequence
from decimal import Decimal

from tests.simulators.tws_book import (
    Account,
    Book,
    Execution,
    Greeks,
    Holding,
    Instrument,
    Ticker,
)
from tests.simulators.tws_wire import Field

AAPL = Instrument(
    con_id=265598,
    symbol="AAPL",
    local_symbol="AAPL",
    trading_class="NMS",
    long_name="APPLE INC",
    industry="Technology",
    category="Computers",
    subcategory="Computers",
    stock_type="COMMON",
    identifiers={"ISIN": "US0378331005"},
)
SPY = Instrument(
    con_id=756733,
    symbol="SPY",
    exchange="ARCA",
    local_symbol="SPY",
    trading_class="SPY",
    valid_exchanges="SMART,ARCA,AMEX",
    long_name="SS SPDR S&P 500 ETF TRUST-US",
    stock_type="ETF",
    identifiers={"ISIN": "US78462F1030"},
)
TSLA = Instrument(
    con_id=76792991,
    symbol="TSLA",
    local_symbol="TSLA",
    trading_class="NMS",
    long_name="TESLA INC",
    industry="Consumer, Cyclical",
    category="Auto Manufacturers",
    subcategory="Auto-Cars/Light Trucks",
    stock_type="COMMON",
    identifiers={"ISIN": "US88160R1014"},
)
SAP = Instrument(
    con_id=14204,
    symbol="SAP",
    exchange="IBIS",
    currency="EUR",
    local_symbol="SAP",
    trading_class="XETRA",
    long_name="SAP SE",
    industry="Technology",
    category="Software",
    subcategory="Enterprise Software/Serv",
    stock_type="COMMON",
    identifiers={"ISIN": "DE0007164600"},
    valid_exchanges="SMART,IBIS",
    time_zone="MET",
)
SPY_CALL = Instrument(
    con_id=700001,
    symbol="SPY",
    kind="OPT",
    expiry="20261218",
    strike="600.0",
    right="C",
    multiplier="100",
    exchange="",
    local_symbol="SPY   261218C00600000",
    trading_class="SPY",
    long_name=SPY.long_name,
    underlying_con_id=SPY.con_id,
    underlying_symbol="SPY",
    underlying_kind="STK",
    valid_exchanges="SMART,CBOE,AMEX",
)
AAPL_PUT = Instrument(
    con_id=700002,
    symbol="AAPL",
    kind="OPT",
    expiry="20260918",
    strike="177.5",
    right="P",
    multiplier="100",
    exchange="",
    local_symbol="AAPL  260918P00177500",
    trading_class="AAPL",
    long_name=AAPL.long_name,
    underlying_con_id=AAPL.con_id,
    underlying_symbol="AAPL",
    underlying_kind="STK",
    valid_exchanges="SMART,CBOE,AMEX",
)
ES = Instrument(
    con_id=800001,
    symbol="ES",
    kind="FUT",
    expiry="20261218",
    multiplier="50",
    exchange="",
    local_symbol="ESZ6",
    trading_class="ES",
    long_name="E-mini S&P 500",
    underlying_con_id=11004968,
    underlying_symbol="ES",
    underlying_kind="IND",
    valid_exchanges="CME",
    min_tick="0.25",
)
BOND = Instrument(
    con_id=900001,
    symbol="IBCID900001",
    kind="BOND",
    exchange="",
    local_symbol="IBCID900001",
    trading_class="US-T",
    long_name="United States Treasury Note",
    coupon="4.25",
    maturity="20351115",
    identifiers={"CUSIP": "91282CAB1"},
)
"""Not in the example: a coupon with a fraction makes both client libraries lose its details."""

_HELD: tuple[tuple[Instrument, str, str, str], ...] = (
    (AAPL, "150", "180.25", "190.5"),
    (SPY, "40", "512.1", "601.5"),
    (TSLA, "-25", "240.4", "231.75"),
    (SAP, "100", "141.02", "228.4"),
    (SPY_CALL, "-2", "1234.56", "13.5"),
    (AAPL_PUT, "3", "410.0", "5.85"),
    (ES, "1", "300125.0", "6015.25"),
)

TICKERS: dict[int, Ticker] = {
    AAPL.con_id: Ticker(bid="190.49", ask="190.51", last="190.5", close="188.2"),
    SPY.con_id: Ticker(bid="601.49", ask="601.51", last="601.5", close="599.02"),
    TSLA.con_id: Ticker(bid="231.7", ask="231.8", last="231.75", close="235.5"),
    SAP.con_id: Ticker(bid="228.35", ask="228.45", last="228.4", close="227.9", live=False),
    SPY_CALL.con_id: Ticker(bid="13.4", ask="13.6", last="13.45", close="12.9", greeks=Greeks()),
    AAPL_PUT.con_id: Ticker(
        bid="5.8",
        ask="5.9",
        close="6.1",
        greeks=Greeks(delta="-0.32", price="5.85", vega="0.41", theta="-0.03", underlying="190.5"),
    ),
    ES.con_id: Ticker(bid="6015.0", ask="6015.25", last="6015.25", close="5998.5"),
}


def values(
    name: str, base: str, net: Decimal = Decimal("250000.75")
) -> dict[tuple[str, str], Field]:
    """Everything TWS says of a margin account, in its words and about its number of tags."""
    plain: dict[tuple[str, str], Field] = {
        ("AccountCode", ""): name,
        ("AccountOrGroup", base): name,
        ("AccountReady", ""): "true",
        ("AccountType", ""): "INDIVIDUAL",
        ("Currency", base): base,
        ("DayTradesRemaining", ""): "-1",
        ("DayTradesRemainingT+1", ""): "-1",
        ("HighestSeverity", ""): "0",
        ("Cushion", ""): "0.732",
        ("LookAheadNextChange", ""): "0",
        ("Leverage-S", ""): "0.61",
        ("TradingType-S", ""): "STKMRGN",
        ("SegmentTitle-C", ""): "US Commodities",
        ("WhatIfPMEnabled", ""): "true",
    }
    amounts: dict[str, Field] = {
        "AccruedCash": "112.40",
        "AvailableFunds": _share(net, "0.6"),
        "BuyingPower": net * 4,
        "EquityWithLoanValue": net,
        "ExcessLiquidity": _share(net, "0.75"),
        "FullAvailableFunds": _share(net, "0.6"),
        "FullExcessLiquidity": _share(net, "0.75"),
        "FullInitMarginReq": _share(net, "0.4"),
        "FullMaintMarginReq": _share(net, "0.25"),
        "GrossPositionValue": _share(net, "0.61"),
        "InitMarginReq": _share(net, "0.4"),
        "LookAheadAvailableFunds": _share(net, "0.59"),
        "LookAheadExcessLiquidity": _share(net, "0.74"),
        "LookAheadInitMarginReq": _share(net, "0.41"),
        "LookAheadMaintMarginReq": _share(net, "0.26"),
        "MaintMarginReq": _share(net, "0.25"),
        "NetLiquidation": net,
        "NetLiquidation-C": "0.00",
        "NetLiquidation-S": net,
        "PreviousDayEquityWithLoanValue": net - 900,
        "RegTEquity": net,
        "RegTMargin": _share(net, "0.5"),
        "SMA": _share(net, "0.7"),
        "SettledCash": "50000.10",
        "TotalCashValue": "50012.35",
    }
    plain |= {(tag, base): amount for tag, amount in amounts.items()}
    return plain | _ledger(base)


def _share(net: Decimal, part: str) -> Decimal:
    """A part of it, to the cent."""
    return (net * Decimal(part)).quantize(Decimal("0.01"))


def _ledger(base: str) -> dict[tuple[str, str], Field]:
    """What is repeated for each currency and once more for "BASE"."""
    other = "EUR" if base == "USD" else "USD"
    found: dict[tuple[str, str], Field] = {}
    for currency, cash, rate in (
        ("BASE", "50012.35", "1.00"),
        (base, "48000.10", "1.00"),
        (other, "1850.00", "1.0877"),
    ):
        found |= {
            ("CashBalance", currency): cash,
            ("TotalCashBalance", currency): cash,
            ("ExchangeRate", currency): rate,
            ("NetLiquidationByCurrency", currency): cash,
            ("StockMarketValue", currency): "75000.00",
            ("OptionMarketValue", currency): "-945.00",
            ("FutureOptionValue", currency): "0.00",
            ("FuturesPNL", currency): "637.50",
            ("UnrealizedPnL", currency): "1800.25",
            ("RealizedPnL", currency): "-40.00",
            ("AccruedDividend", currency): "0.00",
        }
    return found


def empty_book(accounts: Sequence[str], base: str) -> Book:
    """Accounts with values and no positions."""
    return Book(accounts={a: Account(a, base, values(a, base)) for a in accounts})


def example_book(accounts: Sequence[str], base: str) -> Book:
    """Seven positions and two fills in each account."""
    book = empty_book(accounts, base)
    book.instruments = {i.con_id: i for i in (*(row[0] for row in _HELD), BOND)}
    book.tickers = dict(TICKERS)
    for number, account in enumerate(accounts):
        for instrument, quantity, cost, mark in _HELD:
            book.hold(Holding.of(account, instrument, quantity, cost, mark))
        book.executions += [
            Execution(
                exec_id=f"0000e0d5.{number:08x}.01.01",
                account=account,
                instrument=AAPL,
                shares="10",
                price="189.75",
            ),
            Execution(
                exec_id=f"0000e0d6.{number:08x}.01.01",
                account=account,
                instrument=SPY_CALL,
                side="SLD",
                shares="1",
                price="13.2",
                exchange="CBOE",
                perm_id=1_000_002,
                time="20260302 11:02:44 US/Eastern",
                commission="0.65",
            ),
        ]
    return book


def large_book(positions: int, accounts: Sequence[str], base: str) -> Book:
    """Stocks S00000, S00001 … of which each has its price."""
    book = empty_book(accounts, base)
    for number in range(positions):
        instrument = Instrument(
            con_id=5_000_000 + number,
            symbol=f"S{number:05}",
            local_symbol=f"S{number:05}",
            trading_class="NMS",
            long_name=f"STOCK {number:05} INC",
            industry="Industrial",
            category="Machinery",
            subcategory="Machinery-General",
            stock_type="COMMON",
            identifiers={"ISIN": f"US{number:010}"},
        )
        mark = Decimal(10 + number % 400) + Decimal("0.25")
        account = accounts[number % len(accounts)]
        book.hold(Holding.of(account, instrument, f"{1 + number % 900}", f"{mark - 1}", f"{mark}"))
        book.tickers[instrument.con_id] = Ticker(
            bid=mark - Decimal("0.01"), ask=mark + Decimal("0.01"), last=mark, close=mark - 1
        )
    return book
