"""What the options of one account, underlying and expiry are together, where that is plain.

Brokers do not tell which legs were opened together, and nothing is guessed here: legs that fit no
well-known shape as a whole are `other`.
"""

from collections.abc import Sequence
from decimal import Decimal

from qm_tui.queries.position_views import OptionView

OTHER = "other"
_Leg = tuple[str, Decimal, Decimal]
"""Right, strike and quantity."""


def strategy_of(legs: Sequence[OptionView]) -> str:
    """Return the name of what legs of one expiry make together.

    Args:
        legs: of one account, underlying and expiry.
    """
    ordered = sorted(
        (
            (leg.right, leg.strike, leg.quantity)
            for leg in legs
            if leg.right in {"C", "P"} and leg.strike is not None
        ),
        key=lambda leg: (leg[1], leg[0]),
    )
    if len(ordered) != len(legs):
        return OTHER
    match len(ordered):
        case 1:
            return _single(ordered[0])
        case 2:
            return _pair(*ordered)
        case 3:
            return _butterfly(ordered)
        case 4:
            return _condor(ordered)
        case _:
            return OTHER


def _single(leg: _Leg) -> str:
    side = "long" if leg[2] > 0 else "short"
    return f"{side} {'call' if leg[0] == 'C' else 'put'}"


def _pair(low: _Leg, high: _Leg) -> str:
    same_right, together = low[0] == high[0], low[2] == high[2]
    if same_right and low[2] == -high[2] and low[1] != high[1]:
        return f"{'call' if low[0] == 'C' else 'put'} vertical"
    if same_right:
        return OTHER
    if together:
        side = "long" if low[2] > 0 else "short"
        return f"{side} {'straddle' if low[1] == high[1] else 'strangle'}"
    if low[2] == -high[2]:
        return "synthetic" if low[1] == high[1] else "risk reversal"
    return OTHER


def _butterfly(legs: Sequence[_Leg]) -> str:
    one_right = len({leg[0] for leg in legs}) == 1
    low, middle, high = legs
    wings = low[2] == high[2] and middle[2] == -2 * low[2]
    apart = middle[1] - low[1] == high[1] - middle[1] != 0
    return "butterfly" if one_right and wings and apart else OTHER


def _condor(legs: Sequence[_Leg]) -> str:
    outer, inner = (legs[0], legs[3]), (legs[1], legs[2])
    size = legs[0][2]
    opposed = all(leg[2] == size for leg in outer) and all(leg[2] == -size for leg in inner)
    if not opposed or legs[0][1] == legs[1][1] or legs[2][1] == legs[3][1]:
        return OTHER
    rights = "".join(leg[0] for leg in legs)
    middle = {leg[0] for leg in inner}
    if legs[0][0] == "P" and legs[3][0] == "C" and middle == {"C", "P"}:
        return "iron butterfly" if legs[1][1] == legs[2][1] else "iron condor"
    return "condor" if rights in {"CCCC", "PPPP"} and legs[1][1] != legs[2][1] else OTHER
