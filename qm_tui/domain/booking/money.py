"""Exact shares of amounts: what is taken and what is left always add up to what was there."""

from decimal import Context, Decimal
from fractions import Fraction

CONTEXT = Context(prec=60)
"""Wide enough that quantizing any amount of money to `PRECISION` cannot overflow."""
PRECISION = Decimal("1E-10")
FINEST = Decimal("1E-18")
"""What still counts as a decimal that ends; nobody books finer."""
ZERO = Decimal(0)


def share(total: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """Return total × part ÷ whole, to ten places; the caller keeps total − share.

    Unrounded division is not exact at any width: the shares would not add up (rules, section 10).
    """
    if part == whole:
        return total
    return (total * part / whole).quantize(PRECISION)


def spread(total: Decimal, weights: list[Decimal]) -> list[Decimal]:
    """Spread an amount by weight; the last takes the residue, so that the parts add up."""
    left, weight_left = total, sum(weights, ZERO)
    parts: list[Decimal] = []
    for weight in weights:
        part = share(left, weight, weight_left) if weight_left else ZERO
        parts.append(part)
        left -= part
        weight_left -= weight
    return parts


def converted(amount: Decimal, rate: Decimal) -> Decimal:
    """Return an amount in the tax currency, to ten places."""
    return (amount * rate).quantize(PRECISION)


def less(total: Decimal | None, part: Decimal | None) -> Decimal | None:
    """Return total − part; unknown when either is."""
    return None if total is None or part is None else total - part


def along(total: Decimal, part: Decimal | None, whole: Decimal | None) -> Decimal:
    """Return what of `total` goes along when `part` of `whole` does; nothing, if not known."""
    if not total or not part or not whole or part < 0:
        return ZERO
    return share(total, part, whole)


def as_decimal(value: Fraction) -> Decimal:
    """Return a fraction as a decimal: to the last digit where it has one, else to ten places."""
    quotient = Decimal(value.numerator) / Decimal(value.denominator)
    # Only what does not end fills the whole width of the context, and so goes beyond the finest.
    ends = quotient == quotient.quantize(FINEST)
    return quotient if ends else quotient.quantize(PRECISION)
