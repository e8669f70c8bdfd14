"""What the Greeks of a unit mean for a position: times quantity and multiplier, with its sign."""

from decimal import ROUND_HALF_EVEN, Context, Decimal

_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
"""Wide enough that a product of what brokers send is not rounded."""


def position_greek(
    per_unit: Decimal | None, quantity: Decimal, multiplier: Decimal
) -> Decimal | None:
    """Return a Greek of a whole position; a short one has the opposite sign of its unit.

    Delta is in units of the underlying, gamma in the same per point; theta, vega and rho are in
    the currency of the option: per calendar day, volatility point and percentage point.

    Args:
        per_unit: as quoted, of one unit of the underlying; None is unknown.
        quantity: contracts; negative is short.
        multiplier: units of the underlying per contract.
    """
    if per_unit is None:
        return None
    return _EXACT.multiply(_EXACT.multiply(per_unit, quantity), multiplier)


def delta_value(position_delta: Decimal | None, underlying_price: Decimal | None) -> Decimal | None:
    """Return what the underlying that a position stands for is worth; None where one is unknown."""
    if position_delta is None or underlying_price is None:
        return None
    return _EXACT.multiply(position_delta, underlying_price)
