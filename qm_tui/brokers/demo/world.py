"""The invented past of the demo: trading days, and what everything cost at the end of each."""

import datetime as dt
import math
from bisect import bisect_right
from collections.abc import Iterable
from decimal import Decimal
from random import Random
from typing import NamedTuple

from qm_tui.brokers.demo.listed import ADJUSTED, FUTURE, SHORT_NAMES, listed
from qm_tui.brokers.demo.pricing import Terms, price
from qm_tui.domain.instruments import Derivative, FutureOption, Instrument, Option, Right

YEARS = 5
SPLITS = {"NVDA": (10, 800), "TSLA": (3, 520)}
"""Shares for one, and how many days ago."""
SPIN_OFF, SPUN_OFF, SPIN_OFF_AGO, SPIN_OFF_RATIO = "GE", "GEV", 600, Decimal("0.25")
MERGED, BUYER, MERGER_AGO, MERGER_RATIO = "XLNX", "AMD", 900, Decimal("1.5")

_HOLIDAYS = {(1, 1), (7, 4), (12, 25)}
_DAYS_A_YEAR = 252
_YEAR = dt.timedelta(days=365)
_CLOSING_BELL = dt.time(21, tzinfo=dt.UTC)
_RATE = 0.04
"""What riskless money earns a year."""
_TICKS = {FUTURE: 4, "EUR.USD": 10_000}
"""Ticks to one; the others are quoted in cents."""
_BASKETS = {ADJUSTED: ((SPIN_OFF, 1.0), (SPUN_OFF, float(SPIN_OFF_RATIO)))}


class Fall(NamedTuple):
    """Two days, of which the second has the lower price."""

    first: dt.date
    second: dt.date


class World:
    """Five years of an invented market, the same for the same seed and present."""

    def __init__(self, seed: int, now: dt.datetime, more: int = 0) -> None:
        """Open the market.

        Args:
            seed: any number.
            now: the present, with its zone; the books end with the trading day before.
            more: so many stocks more than usual.
        """
        self.now = now
        # The present day is left alone: the book is as of the close before.
        last = now.astimezone(dt.UTC).date() - dt.timedelta(days=1)
        days = (last - dt.timedelta(days=ago) for ago in range(YEARS * 365, -1, -1))
        self.days = tuple(
            day for day in days if day.weekday() < 5 and (day.month, day.day) not in _HOLIDAYS
        )
        self.last = self.days[-1]
        self.more = more
        self._seed = seed
        self._listed = listed(seed, more)
        self._since = {name: self.ago(ago) for name, (_, ago) in SPLITS.items()}
        self._since[SPIN_OFF] = self.ago(SPIN_OFF_AGO)
        self._walks: dict[str, list[float]] = {}

    def ago(self, days: int) -> dt.date:
        """The trading day that many calendar days before the last one, or the next before."""
        return self.on_or_before(self.last - dt.timedelta(days=days))

    def on_or_before(self, day: dt.date) -> dt.date:
        """A day of trading, not later than a day."""
        return self.days[max(bisect_right(self.days, day) - 1, 0)]

    def instrument(self, symbol: str) -> Instrument:
        """An instrument by its short name."""
        return self._listed[symbol].instrument

    def dividend_yield(self, symbol: str) -> float:
        """What a year's dividends are of the price."""
        return self._listed[symbol].dividend

    def volatility(self, symbol: str) -> float:
        """By how much an instrument moves in a year."""
        return self._listed[basket(symbol)[0][0]].volatility

    def quoted(self) -> Iterable[str]:
        """The short names of all that has a price of its own."""
        return self._listed.keys()

    def fall(self, symbol: str, from_ago: int, to_ago: int) -> Fall:
        """The two days, three months or so apart, between which a price fell most."""
        days = [day for day in self.days if self.ago(from_ago) <= day <= self.ago(to_ago)]
        pairs = [
            Fall(first, second)
            for number, first in enumerate(days)
            for second in days[number + 40 : number + 90]
        ]
        return min(pairs, key=lambda two: self._spot(symbol, two[1]) / self._spot(symbol, two[0]))

    # --- prices ----------------------------------------------------------------------------

    def price(self, instrument: Instrument, day: dt.date) -> Decimal:
        """What one unit was quoted at, at the close of a day."""
        if isinstance(instrument, Option):
            return self._option_price(instrument, day)
        return self.quote(self.source_of(instrument), day)

    def source_of(self, instrument: Instrument) -> str:
        """The short name of what moves the price of an instrument."""
        match instrument:
            case Derivative(underlying_symbol=str(underlying)):
                if instrument.symbol.startswith(f"{ADJUSTED} "):
                    return ADJUSTED
                return FUTURE if underlying.startswith(FUTURE) else underlying
            case _:
                return SHORT_NAMES.get(instrument.symbol, instrument.symbol)

    def close(self, symbol: str) -> float:
        """The close of the last trading day, by short name."""
        return self._spot(symbol, self.last)

    def terms(self, option: Option, spot: float, at: dt.datetime) -> Terms:
        """What the price of an option depends on at a moment."""
        assert option.expiry is not None
        assert option.strike is not None
        assert option.right is not None
        strike = float(option.strike)
        left = dt.datetime.combine(option.expiry, _CLOSING_BELL) - at
        # Who fears a fall pays more for low strikes.
        skew = 1 - 0.35 * math.log(strike / spot)
        return Terms(
            right=option.right,
            spot=spot,
            strike=strike,
            years=left / _YEAR,
            volatility=self.volatility(self.source_of(option)) * min(max(skew, 0.8), 1.5),
            carry=0.0 if isinstance(option, FutureOption) else _RATE,
            rate=_RATE,
        )

    def quote(self, symbol: str, day: dt.date) -> Decimal:
        """The close of an instrument by its short name, in ticks."""
        ticks = ticks_of(symbol)
        return Decimal(round(self._spot(symbol, day) * ticks)) / ticks

    def rate(self, currency: str, day: dt.date) -> Decimal:
        """US dollars for one unit of a currency."""
        return self.quote("EUR.USD", day) if currency == "EUR" else Decimal(1)

    def _spot(self, symbol: str, day: dt.date) -> float:
        if symbol in _BASKETS:
            return sum(part * self._spot(name, day) for name, part in _BASKETS[symbol])
        walk = self._walks.get(symbol)
        if walk is None:
            walk = self._walks[symbol] = self._walk(symbol)
        close = walk[max(bisect_right(self.days, day) - 1, 0)]
        if symbol in self._since and day < self._since[symbol]:
            return close * (SPLITS[symbol][0] if symbol in SPLITS else 1.25)
        return close

    def _walk(self, symbol: str) -> list[float]:
        """Walk from today's price back to the first day."""
        # A source of its own: what happens to one instrument does not depend on the others.
        random = Random(f"{self._seed}:{symbol}")  # noqa: S311 - an invented market, no secret
        known = self._listed[symbol]
        start = known.price * random.uniform(0.98, 1.02)
        step, spread = known.drift / _DAYS_A_YEAR, known.volatility / math.sqrt(_DAYS_A_YEAR)
        prices, astray = [], 0.0
        for back in range(len(self.days)):
            prices.append(start * math.exp(astray - step * back))
            # It strays from its trend, but not so far that one stock becomes the whole book.
            astray = 0.995 * astray + random.gauss(0, spread)
        return prices[::-1]

    def _option_price(self, option: Option, day: dt.date) -> Decimal:
        assert option.expiry is not None
        assert option.strike is not None
        spot = self._spot(self.source_of(option), day)
        if day >= option.expiry:
            worth = (spot - float(option.strike)) * (1 if option.right is Right.CALL else -1)
            return max(Decimal(round(worth * 100)) / 100, Decimal(0))
        worth = price(self.terms(option, spot, dt.datetime.combine(day, _CLOSING_BELL)))
        return max(Decimal(round(worth * 100)) / 100, Decimal("0.01"))


def basket(symbol: str) -> tuple[tuple[str, float], ...]:
    """Return what a price consists of: short names, and how much of each."""
    return _BASKETS.get(symbol, ((symbol, 1.0),))


def ticks_of(symbol: str) -> int:
    """How many ticks there are to one."""
    return _TICKS.get(symbol, 100)
