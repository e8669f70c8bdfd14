"""What is listed in the invented market of the demo: what it is called, costs, pays and risks."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import NamedTuple

from qm_tui.domain.instruments import (
    Bond,
    Crypto,
    Equity,
    EquityOption,
    Forex,
    Fund,
    Future,
    FutureOption,
    Identifiers,
    Instrument,
    Right,
    osi_symbol,
)

FUTURE = "MES"
ADJUSTED = "GE1"
"""The root of options on GE that deliver what was spun off as well."""
_MONTHS = "FGHJKMNQUVXZ"


class Known(NamedTuple):
    """An instrument, its price of today, its drift, volatility and dividend a year as parts."""

    instrument: Instrument
    price: float
    drift: float
    volatility: float
    dividend: float


_EQUITIES: Mapping[str, tuple[str, float, float, float, float]] = {
    "AAPL": ("Apple Inc", 214, 0.16, 0.26, 0.005),
    "MSFT": ("Microsoft Corp", 428, 0.15, 0.24, 0.007),
    "NVDA": ("NVIDIA Corp", 126, 0.45, 0.48, 0.0),
    "AMZN": ("Amazon.com Inc", 186, 0.10, 0.32, 0.0),
    "GOOGL": ("Alphabet Inc Class A", 171, 0.14, 0.28, 0.004),
    "BRK B": ("Berkshire Hathaway Inc Class B", 441, 0.12, 0.17, 0.0),
    "JNJ": ("Johnson & Johnson", 158, 0.02, 0.16, 0.031),
    "KO": ("Coca-Cola Co", 64, 0.05, 0.15, 0.030),
    "JPM": ("JPMorgan Chase & Co", 203, 0.10, 0.24, 0.024),
    "XOM": ("Exxon Mobil Corp", 114, 0.12, 0.28, 0.034),
    "GE": ("GE Aerospace", 168, 0.22, 0.30, 0.006),
    "GEV": ("GE Vernova Inc", 181, 0.30, 0.40, 0.0),
    "TSM": ("Taiwan Semiconductor ADR", 172, 0.16, 0.34, 0.015),
    "ASML": ("ASML Holding NV", 852, 0.12, 0.36, 0.008),
    "DIS": ("Walt Disney Co", 97, -0.04, 0.31, 0.009),
    "INTC": ("Intel Corp", 31, -0.10, 0.42, 0.0),
    "AMD": ("Advanced Micro Devices Inc", 147, 0.18, 0.46, 0.0),
    "XLNX": ("Xilinx Inc", 220, 0.18, 0.40, 0.0),
    "TSLA": ("Tesla Inc", 248, 0.12, 0.55, 0.0),
    "PLTR": ("Palantir Technologies Inc", 42, 0.30, 0.58, 0.0),
    "SPY": ("SPDR S&P 500 ETF Trust", 548, 0.10, 0.16, 0.013),
    "VTI": ("Vanguard Total Stock Market ETF", 271, 0.09, 0.16, 0.014),
    "QQQ": ("Invesco QQQ Trust", 478, 0.13, 0.22, 0.006),
    "SCHD": ("Schwab US Dividend Equity ETF", 79, 0.04, 0.14, 0.034),
    "TLT": ("iShares 20+ Year Treasury Bond ETF", 93, -0.09, 0.15, 0.037),
    "GLD": ("SPDR Gold Shares", 221, 0.08, 0.14, 0.0),
    "IEFA": ("iShares Core MSCI EAFE ETF", 74, 0.03, 0.16, 0.028),
    "IWM": ("iShares Russell 2000 ETF", 208, 0.03, 0.22, 0.012),
    "XSP": ("Mini-SPX Index", 548, 0.10, 0.16, 0.0),
}
_EUROPEAN = {"ASML": "AEB"}


def listed(seed: int, more: int = 0) -> dict[str, Known]:
    """Return what is listed, by short name.

    Args:
        seed: of the prices of what is beyond the usual.
        more: so many stocks more, without a history worth telling.
    """
    known = {
        symbol: Known(_equity(symbol, about[0], number), *about[1:])
        for number, (symbol, about) in enumerate(_EQUITIES.items())
    }
    known |= _others()
    random = Random(f"{seed}:listed")  # noqa: S311 - an invented market, no secret
    for number in range(more):
        symbol = f"Q{number:03}"
        stock = _equity(symbol, f"Made Up Industries No {number}", 500 + number)
        price, volatility = random.uniform(8, 240), random.uniform(0.15, 0.5)
        known[symbol] = Known(stock, price, random.uniform(-0.05, 0.15), volatility, 0.0)
    return known


def _equity(symbol: str, name: str, number: int) -> Equity:
    return Equity(
        symbol=symbol,
        currency="EUR" if symbol in _EUROPEAN else "USD",
        description=name,
        identifiers=Identifiers(conid=str(9_000_001 + number)),
        listing_exchange=_EUROPEAN.get(symbol, "NYSE"),
    )


def _others() -> dict[str, Known]:
    bond = Bond(
        symbol="T 4 1/4 11/15/34",
        currency="USD",
        description="UNITED STATES TREASURY 4 1/4 11/15/34",
        identifiers=Identifiers(conid="9000101", cusip="91282CLW9"),
        multiplier=Decimal("0.01"),  # the quantity is the face, the price percent of it
        maturity=dt.date(2034, 11, 15),
    )
    fund = Fund(
        symbol="VTSAX",
        currency="USD",
        description="Vanguard Total Stock Market Index Admiral",
        identifiers=Identifiers(conid="9000102", cusip="922908728"),
    )
    euro = Forex(symbol="EUR.USD", currency="USD", identifiers=Identifiers(conid="9000103"))
    coin = Crypto(symbol="BTC/USD", currency="USD", description="Bitcoin")
    return {
        "T 4.25 34": Known(bond, 98.4, 0.0, 0.05, 0.0425),
        "VTSAX": Known(fund, 131.2, 0.09, 0.16, 0.014),
        "EUR.USD": Known(euro, 1.0871, -0.01, 0.07, 0.0),
        "BTC": Known(coin, 64250.0, 0.25, 0.42, 0.0),
        FUTURE: Known(Future(symbol=FUTURE, currency="USD"), 5512.0, 0.10, 0.16, 0.0),
    }


SHORT_NAMES = {known.instrument.symbol: short for short, known in _others().items()}
"""What goes by another name than its symbol."""


# --- what derives from something ---------------------------------------------------------------


def option_on(
    stock: Instrument, expiry: dt.date, right: Right, strike: Decimal, *, root: str = ""
) -> EquityOption:
    """An option on a stock, a fund or an index.

    Args:
        stock: the underlying.
        expiry: the last day.
        right: call or put.
        strike: in whole thousandths.
        root: of its symbol, where that is not the underlying's.
    """
    root = root or stock.symbol.replace(" ", "")
    symbol = osi_symbol(root, expiry, right, strike)
    assert symbol is not None, "strikes of the demo are whole thousandths"
    return EquityOption(
        symbol=symbol,
        currency="USD",
        description=f"{root} {expiry:%d%b%y} {strike:f} {right.value}".upper(),
        identifiers=Identifiers(conid=_number(symbol), osi_symbol=symbol),
        multiplier=Decimal(100),
        underlying_symbol=stock.symbol,
        underlying_conid=stock.identifiers.conid,
        expiry=expiry,
        right=right,
        strike=strike,
    )


def future(expiry: dt.date) -> Future:
    """The micro future on the index."""
    return Future(
        symbol=_future_symbol(expiry),
        currency="USD",
        description=f"{FUTURE} {expiry:%d%b%y}".upper(),
        identifiers=Identifiers(conid=f"7{expiry:%y%m%d}1"),
        multiplier=Decimal(5),
        underlying_symbol=FUTURE,
        expiry=expiry,
    )


def future_option(expiry: dt.date, right: Right, strike: Decimal) -> FutureOption:
    """An option on the micro future of the same month."""
    symbol = f"{_future_symbol(expiry)} {right.value}{strike:f}"
    return FutureOption(
        symbol=symbol,
        currency="USD",
        description=f"{FUTURE} {expiry:%d%b%y} {strike:f} {right.value}".upper(),
        identifiers=Identifiers(conid=_number(symbol)),
        multiplier=Decimal(5),
        underlying_symbol=_future_symbol(expiry),
        expiry=expiry,
        right=right,
        strike=strike,
    )


def _future_symbol(expiry: dt.date) -> str:
    return f"{FUTURE}{_MONTHS[expiry.month - 1]}{expiry.year % 10}"


def _number(symbol: str) -> str:
    # Not hash(): it differs from run to run.
    return str(int.from_bytes(symbol.encode(), "big") % 89_999_999 + 10_000_000)


def third_friday(year: int, month: int) -> dt.date:
    """When the options of a month expire."""
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=(4 - first.weekday()) % 7 + 14)


def without_conid(instrument: Instrument) -> Instrument:
    """The same instrument as a broker names it that knows only tickers and OSI symbols."""
    identifiers = Identifiers(osi_symbol=instrument.identifiers.osi_symbol)
    return replace(instrument, identifiers=identifiers, listing_exchange=None)
