"""The invented market of today: every price moves a little, many times a minute."""

import datetime as dt
import math
from decimal import Decimal
from random import Random

from qm_tui.brokers.demo.listed import ADJUSTED
from qm_tui.brokers.demo.pricing import Sensitivities, price, sensitivities
from qm_tui.brokers.demo.settings import DemoSettings
from qm_tui.brokers.demo.world import World, basket, ticks_of
from qm_tui.domain.instruments import Instrument, Option

_NIGHT = 0.6
"""What happens before the bell, as a share of what happens in a day."""
_DAY = 6.5 * 3600
"""Seconds of trading."""
_LIVELY = 6.0
"""Prices of a demo move so much more than those of a market: somebody is looking on."""
_PULL = 0.002
"""How strongly a price is drawn back to where the day began: an evening later it is still near."""
_CATCH_UP = 100
"""Steps that are made up for at most, after the machine slept."""


class Market:
    """The prices of now, shared by all who quote them; a step moves some of them."""

    def __init__(self, world: World, settings: DemoSettings) -> None:
        self.world = world
        self.step = 0
        self._settings = settings
        self._random = Random(f"{settings.seed}:today")  # noqa: S311 - an invented market
        self._names = list(world.quoted())
        self._openings = {name: self._opening(name) for name in self._names}
        self._astray = dict.fromkeys(self._names, 0.0)
        self._moved = dict.fromkeys(self._names, 0)
        per_step = 1 / (settings.ticks_per_second * settings.moving)
        self._spread = {
            name: _LIVELY * world.volatility(name) * math.sqrt(per_step / (_DAY * 252))
            for name in self._names
        }

    def _opening(self, name: str) -> float:
        random = Random(f"{self._settings.seed}:{name}:night")  # noqa: S311 - see above
        gap = random.gauss(0, _NIGHT * self.world.volatility(name) / math.sqrt(252))
        return self.world.close(name) * math.exp(gap)

    def advance(self, step: int) -> None:
        """Move on to a step; those who share the market may ask in any order."""
        self.step = max(self.step, step - _CATCH_UP)
        while self.step < step:
            self.step += 1
            self._move()

    def _move(self) -> None:
        gauss, chance, moving = self._random.gauss, self._random.random, self._settings.moving
        for name in self._names:
            if chance() < moving:
                self._astray[name] = (1 - _PULL) * self._astray[name] + gauss(0, self._spread[name])
                self._moved[name] = self.step

    def moved_since(self, step: int) -> set[str]:
        """Return the short names of what moved after a step."""
        moved = {name for name, moved in self._moved.items() if moved > step}
        if not moved.isdisjoint(name for name, _ in basket(ADJUSTED)):
            moved.add(ADJUSTED)
        return moved

    def spot(self, name: str) -> float:
        """Return the price of now, by its short name."""
        return sum(
            part * self._openings[one] * math.exp(self._astray[one]) for one, part in basket(name)
        )

    def rate(self, currency: str) -> Decimal:
        """US dollars for one unit of a currency."""
        return self._rounded("EUR.USD", self.spot("EUR.USD")) if currency == "EUR" else Decimal(1)

    def price(self, instrument: Instrument, at: dt.datetime) -> Decimal:
        """What one unit is quoted at now."""
        name = self.world.source_of(instrument)
        if isinstance(instrument, Option):
            worth = price(self.world.terms(instrument, self.spot(name), at))
            return max(self._rounded(name, worth, ticks=100), Decimal("0.01"))
        return self._rounded(name, self.spot(name))

    def greeks(self, option: Option, at: dt.datetime) -> tuple[Sensitivities, float]:
        """Return what an option is worth with its Greeks, and the volatility it is priced at."""
        name = self.world.source_of(option)
        terms = self.world.terms(option, self.spot(name), at)
        return sensitivities(terms), terms.volatility

    def _rounded(self, name: str, value: float, ticks: int | None = None) -> Decimal:
        ticks = ticks_of(name) if ticks is None else ticks
        return Decimal(round(value * ticks)) / ticks
