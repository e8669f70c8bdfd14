"""What an option is worth by Black and Scholes, and its Greeks: estimates, hence floats."""

import math
from typing import NamedTuple

from qm_tui.domain.instruments import Right

_ROOT_TWO, _ROOT_TWO_PI = math.sqrt(2), math.sqrt(2 * math.pi)
_SHORTEST = 1 / (365 * 24)
"""An hour, in years: nearer to its end an option is worth what it delivers, or hardly more."""


class Terms(NamedTuple):
    """What the price of an option depends on; rates, carry and volatility are a year."""

    right: Right
    spot: float
    strike: float
    years: float
    volatility: float
    rate: float = 0.04
    carry: float = 0.04
    """What it costs to hold the underlying; 0 for a future."""


class Sensitivities(NamedTuple):
    """Per unit as quoted: theta a calendar day, vega a volatility point, rho a percentage point."""

    price: float
    delta: float
    gamma: float
    theta: float
    vega: float
    rho: float


def price(terms: Terms) -> float:
    """Return the worth of one unit."""
    right, spot, strike, years, volatility, rate, carry = terms
    years = max(years, _SHORTEST)
    width = volatility * math.sqrt(years)
    d1 = (math.log(spot / strike) + carry * years) / width + width / 2
    sign = 1.0 if right is Right.CALL else -1.0
    forward = spot * math.exp((carry - rate) * years)
    present = strike * math.exp(-rate * years)
    return sign * (forward * _below(sign * d1) - present * _below(sign * (d1 - width)))


def sensitivities(terms: Terms) -> Sensitivities:
    """Return the worth of one unit with its Greeks.

    Source: Haug, The Complete Guide to Option Pricing Formulas, generalized Black-Scholes-Merton.
    """
    right, spot, strike, years, volatility, rate, carry = terms
    years = max(years, _SHORTEST)
    root = math.sqrt(years)
    width = volatility * root
    d1 = (math.log(spot / strike) + carry * years) / width + width / 2
    sign = 1.0 if right is Right.CALL else -1.0
    growth = math.exp((carry - rate) * years)
    present = strike * math.exp(-rate * years)
    inside, outside = _below(sign * d1), _below(sign * (d1 - width))
    density = math.exp(-d1 * d1 / 2) / _ROOT_TWO_PI
    forward = spot * growth
    worth = sign * (forward * inside - present * outside)
    decay = (
        -forward * density * volatility / (2 * root)
        - sign * (carry - rate) * forward * inside
        - sign * rate * present * outside
    )
    # On a future only the discount of the whole depends on the rate.
    slope = sign * years * present * outside if carry else -years * worth
    return Sensitivities(
        price=worth,
        delta=sign * growth * inside,
        gamma=growth * density / (spot * width),
        theta=decay / 365,
        vega=forward * density * root / 100,
        rho=slope / 100,
    )


def _below(value: float) -> float:
    """The part of a normal distribution that lies below a value."""
    return 0.5 * (1.0 + math.erf(value / _ROOT_TWO))
