"""How far two numbers may be apart and still be the same."""

from decimal import Decimal

from qm_tui.domain.instruments import InstrumentType

CENT = Decimal("0.01")
_PLACES = {InstrumentType.CRYPTO: 8}
_USUAL_PLACES = 4
_SINGLE_PRECISION = Decimal("2E-6")
"""TWS keeps prices and values in single precision: seven digits, and not all of them right."""
_MOST_PLACES = 8


def places(value: Decimal) -> int:
    """Count the decimal places a number needs."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def same_quantity(expected: Decimal, actual: Decimal, kind: InstrumentType) -> bool:
    """Whether two quantities are the same.

    Whole ones must be equal. Brokers round or cut fractions: what is beyond the last place that the
    broker writes does not count. Trailing zeros are lost on the way, so that a fraction may have
    been written with the usual number of places.
    """
    if expected == actual:
        return True
    if not places(expected):
        return False
    precision = max(places(actual), _PLACES.get(kind, _USUAL_PLACES))
    return abs(actual - expected) < Decimal(1).scaleb(-precision)


def sum_tolerance(count: int) -> Decimal:
    """Return how much a sum of so many rounded amounts may be off: a cent for each, and its own."""
    return CENT * (count + 1)


def value_tolerance(value: Decimal, price: Decimal, units: Decimal) -> Decimal:
    """Return how much `price × units` may be off: by the rounding of the price, and of floats."""
    half = Decimal(5).scaleb(-places(price) - 1) if places(price) else Decimal(0)
    return CENT + half * abs(units) + abs(value) * _SINGLE_PRECISION


def average_tolerance(cost: Decimal, units: Decimal, lots: int) -> Decimal:
    """Return how much a cost may be off that was reckoned as rounded average cost × quantity.

    Where cost ÷ units comes out even, it may be such a product: with cents at least, as no broker
    rounds an average more coarsely.
    """
    tolerance = sum_tolerance(lots)
    if not units:
        return tolerance
    average = cost / units
    precision = max(2, places(average))
    if precision <= _MOST_PLACES:
        tolerance += Decimal(5).scaleb(-precision - 1) * abs(units)
    return tolerance
