"""Exact shares of amounts: what is taken and what is left always add up to what was there."""

from decimal import Context, Decimal

CONTEXT = Context(prec=60)
"""Wide enough that quantizing any amount of money to `PRECISION` cannot overflow."""
PRECISION = Decimal("1E-10")
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
