"""Shares given and received, spread over lots: exact where decimals can be, and in sum always."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from qm_tui.domain.booking.money import FINEST, ZERO, as_decimal


def scaled(quantity: Decimal, ratio: Fraction) -> Decimal:
    """Return quantity × ratio: to the last digit where it has one, else to ten places."""
    return as_decimal(Fraction(quantity) * ratio)


def scaled_lots(quantities: Sequence[Decimal], ratio: Fraction) -> list[Decimal]:
    """Return every quantity × ratio, so that they add up to what their sum gives.

    It is the running sum that is rounded: no part is off by more than a unit of the last place,
    however many lots there are, and the residue does not pile up in the last one.
    """
    parts: list[Decimal] = []
    so_far = reached = ZERO
    for quantity in quantities:
        so_far += quantity
        part = scaled(so_far, ratio) - reached
        reached += part
        parts.append(part)
    return _without_nothing(parts)


def _without_nothing(parts: list[Decimal]) -> list[Decimal]:
    """Give a part that was rounded away the least there is, out of the largest one.

    A lot never vanishes: its basis would have nothing to stand on.
    """
    for place, part in enumerate(parts):
        if not part:
            largest = max(range(len(parts)), key=parts.__getitem__)
            parts[largest] -= FINEST
            parts[place] = FINEST
    return parts


def apportioned(total: Decimal, quantities: Sequence[Decimal]) -> list[Decimal]:
    """Spread a number of shares over lots by their quantities; the parts add up to it."""
    whole = sum(quantities, ZERO)
    return scaled_lots(quantities, Fraction(Fraction(total), Fraction(whole))) if total else []


def as_exact(stated: Decimal, exact: Decimal) -> Decimal:
    """Return the exact quantity where the stated one is it, cut or rounded by the broker.

    Brokers state fractions of shares to four places or more; what has fewer is meant as it is.
    """
    places = stated.as_tuple().exponent
    assert isinstance(places, int)
    near = places <= -4 and abs(stated - exact) < Decimal(1).scaleb(places)
    return exact if near else stated


def written(value: Fraction) -> str:
    """Write a fraction as a decimal of at most four places."""
    return f"{as_decimal(round(value, 4)):f}"


def percent(fraction: Fraction) -> str:
    """Write a fraction as a percentage of at most four places."""
    return f"{written(fraction * 100)} %"
