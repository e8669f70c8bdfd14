"""The invented market of the demo: instruments, trading days, and what everything cost on each."""

import datetime as dt
import math
from bisect import bisect_right
from dataclasses import replace
from decimal import Decimal
from random import Random

from qm_tui.domain.instruments import (
    Bond,
    Crypto,
    Equity,
    EquityOption,
    Forex,
    Fund,
    Future,
    Identifiers,
    Instrument,
    Option,
    Right,
    osi_symbol,
)

YEARS = 5
SPLIT, SPLIT_RATIO, SPLIT_AGO = "NVDA", 10, 800
SPIN_OFF, SPUN_OFF, SPIN_OFF_AGO = "GE", "GEV", 600

# Price today, drift and volatility a year, dividend a year as a part of the price; all invented.
_EQUITIES = {
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
_OTHERS: dict[str, tuple[Instrument, float, float, float, float]] = {
    "T 4.25 34": (
        Bond(
            symbol="T 4 1/4 11/15/34",
            currency="USD",
            description="UNITED STATES TREASURY 4 1/4 11/15/34",
            identifiers=Identifiers(conid="9000101", cusip="91282CLW9"),
            multiplier=Decimal("0.01"),  # the quantity is the face, the price percent of it
            maturity=dt.date(2034, 11, 15),
        ),
        98.4, 0.0, 0.05, 0.0425,
    ),
    "VTSAX": (
        Fund(
            symbol="VTSAX",
            currency="USD",
            description="Vanguard Total Stock Market Index Admiral",
            identifiers=Identifiers(conid="9000102", cusip="922908728"),
        ),
        131.2, 0.09, 0.16, 0.014,
    ),
    "EUR.USD": (
        Forex(symbol="EUR.USD", currency="USD", identifiers=Identifiers(conid="9000103")),
        1.0871, -0.01, 0.07, 0.0,
    ),
    "BTC": (Crypto(symbol="BTC/USD", currency="USD", description="Bitcoin"),
        64250.0, 0.25, 0.42, 0.0,
    ),
    "MES": (Future(symbol="MES", currency="USD"), 5512.0, 0.10, 0.16, 0.0),
}  # fmt: skip
_EUROPEAN = {"ASML": "AEB"}
_HOLIDAYS = {(1, 1), (7, 4), (12, 25)}
_DAYS_A_YEAR = 252
_TICKS = {"MES": 4, "EUR.USD": 10_000}
"""Ticks to one; the others are quoted in cents."""


class World:
    """Five years of an invented market, the same for the same seed and present."""

    def __init__(self, seed: int, now: dt.datetime) -> None:
        self.now = now
        # The present day is left alone: the book is as of the close before.
        last = now.astimezone(dt.UTC).date() - dt.timedelta(days=1)
        days = (last - dt.timedelta(days=ago) for ago in range(YEARS * 365, -1, -1))
        self.days = tuple(
            day for day in days if day.weekday() < 5 and (day.month, day.day) not in _HOLIDAYS
        )
        self.last = self.days[-1]
        self.split_day = self.ago(SPLIT_AGO)
        self.spin_off_day = self.ago(SPIN_OFF_AGO)
        self._seed = seed
        self._instruments = _instruments()
        self._walks: dict[str, list[float]] = {}

    def ago(self, days: int) -> dt.date:
        """The trading day that many calendar days before the last one, or the next before."""
        return self.on_or_before(self.last - dt.timedelta(days=days))

    def on_or_before(self, day: dt.date) -> dt.date:
        """A day of trading, not later than a day."""
        return self.days[max(bisect_right(self.days, day) - 1, 0)]

    def instrument(self, symbol: str) -> Instrument:
        """An instrument by its short name."""
        return self._instruments[symbol]

    def dividend_yield(self, symbol: str) -> float:
        """What a year's dividends are of the price."""
        return _EQUITIES[symbol][4] if symbol in _EQUITIES else _OTHERS[symbol][4]

    def option(
        self, underlying: str, expiry: dt.date, right: Right, strike: Decimal
    ) -> EquityOption:
        """An option on one of the equities."""
        symbol = osi_symbol(underlying.replace(" ", ""), expiry, right, strike)
        assert symbol is not None, "strikes of the demo are whole thousandths"
        stock = self._instruments[underlying]
        # Not hash(): it differs from run to run.
        number = int.from_bytes(symbol.encode(), "big") % 89_999_999 + 10_000_000
        return EquityOption(
            symbol=symbol,
            currency="USD",
            description=f"{underlying} {expiry:%d%b%y} {strike:f} {right.value}".upper(),
            identifiers=Identifiers(conid=str(number), osi_symbol=symbol),
            multiplier=Decimal(100),
            underlying_symbol=underlying,
            underlying_conid=stock.identifiers.conid,
            expiry=expiry,
            right=right,
            strike=strike,
        )

    def future(self, expiry: dt.date) -> Future:
        """The micro future on the index."""
        return Future(
            symbol=f"MES{'FGHJKMNQUVXZ'[expiry.month - 1]}{expiry.year % 10}",
            currency="USD",
            description=f"MES {expiry:%d%b%y}".upper(),
            identifiers=Identifiers(conid=f"7{expiry:%y%m%d}1"),
            multiplier=Decimal(5),
            underlying_symbol="MES",
            expiry=expiry,
        )

    def price(self, instrument: Instrument, day: dt.date) -> Decimal:
        """What one unit was quoted at, at the close of a day."""
        match instrument:
            case Option():
                return self._option_price(instrument, day)
            case Future():
                return self.quote("MES", day)
            case _:
                return self.quote(_SHORT.get(instrument.symbol, instrument.symbol), day)

    def quote(self, symbol: str, day: dt.date) -> Decimal:
        """The close of an instrument by its short name, in ticks."""
        ticks = _TICKS.get(symbol, 100)
        return Decimal(round(self._spot(symbol, day) * ticks)) / ticks

    def rate(self, currency: str, day: dt.date) -> Decimal:
        """US dollars for one unit of a currency."""
        return self.quote("EUR.USD", day) if currency == "EUR" else Decimal(1)

    def _spot(self, symbol: str, day: dt.date) -> float:
        walk = self._walks.get(symbol)
        if walk is None:
            walk = self._walks[symbol] = self._walk(symbol)
        price = walk[max(bisect_right(self.days, day) - 1, 0)]
        if symbol == SPLIT and day < self.split_day:
            return price * SPLIT_RATIO
        if symbol == SPIN_OFF and day < self.spin_off_day:
            return price * 1.25
        return price

    def _walk(self, symbol: str) -> list[float]:
        """Walk from today's price back to the first day."""
        # A source of its own: what happens to one instrument does not depend on the others.
        random = Random(f"{self._seed}:{symbol}")  # noqa: S311 - an invented market, no secret
        known = _EQUITIES.get(symbol) or _OTHERS[symbol]
        drift, volatility = known[2], known[3]
        price = float(known[1]) * random.uniform(0.98, 1.02)
        step, spread = drift / _DAYS_A_YEAR, volatility / math.sqrt(_DAYS_A_YEAR)
        prices, astray = [], 0.0
        for back in range(len(self.days)):
            prices.append(price * math.exp(astray - step * back))
            # It strays from its trend, but not so far that one stock becomes the whole book.
            astray = 0.995 * astray + random.gauss(0, spread)
        return prices[::-1]

    def _option_price(self, option: Option, day: dt.date) -> Decimal:
        """Intrinsic value, and a time value that decays: plausible, not a model."""
        assert option.expiry is not None
        assert option.strike is not None
        assert option.underlying_symbol is not None
        spot, strike = self._spot(option.underlying_symbol, day), float(option.strike)
        intrinsic = max(spot - strike if option.right is Right.CALL else strike - spot, 0.0)
        years = max((option.expiry - day).days, 0) / 365
        volatility = _EQUITIES[option.underlying_symbol][3]
        width = spot * volatility * math.sqrt(years)
        time_value = 0.4 * width * math.exp(-1.5 * abs(spot - strike) / width) if width else 0.0
        if day >= option.expiry:
            return Decimal(round(intrinsic * 100)) / 100
        return max(Decimal(round((intrinsic + time_value) * 100)) / 100, Decimal("0.01"))


_SHORT = {known[0].symbol: short for short, known in _OTHERS.items()}


def _instruments() -> dict[str, Instrument]:
    equities: dict[str, Instrument] = {
        symbol: Equity(
            symbol=symbol,
            currency="EUR" if symbol in _EUROPEAN else "USD",
            description=known[0],
            identifiers=Identifiers(conid=str(9_000_001 + number)),
            listing_exchange=_EUROPEAN.get(symbol, "NYSE"),
        )
        for number, (symbol, known) in enumerate(_EQUITIES.items())
    }
    return equities | {short: known[0] for short, known in _OTHERS.items()}


def third_friday(year: int, month: int) -> dt.date:
    """When the options of a month expire."""
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=(4 - first.weekday()) % 7 + 14)


def without_conid(instrument: Instrument) -> Instrument:
    """The same instrument as a broker names it that knows only tickers and OSI symbols."""
    identifiers = Identifiers(osi_symbol=instrument.identifiers.osi_symbol)
    return replace(instrument, identifiers=identifiers, listing_exchange=None)
