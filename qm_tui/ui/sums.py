"""What positions are worth together, by currency: nothing is converted, nothing unknown is zero."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from qm_tui.queries.views import PositionView


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionSum:
    """Positions in one currency."""

    currency: str | None
    market_value: Decimal | None
    """Of those whose value is known; None if it is known of none."""
    unrealized_pnl: Decimal | None
    without_value: int
    """How many are not in the sum of values."""
    without_gain: int
    """How many are not in the sum of gains: nobody knows what they cost."""


Worth = tuple[str | None, Decimal | None, Decimal | None]
"""The currency of a position, its market value and what is gained on it."""


def worth_stored(position: PositionView) -> Worth:
    """What a position was worth when it was stored."""
    return position.currency, position.market_value, position.unrealized_pnl


def position_sums(positions: Iterable[Worth]) -> list[PositionSum]:
    """One sum a currency, in the order of their names."""
    groups: dict[str | None, list[Worth]] = {}
    for position in positions:
        groups.setdefault(position[0], []).append(position)
    return [
        PositionSum(
            currency=currency,
            market_value=known_sum(value for _, value, _ in group),
            unrealized_pnl=known_sum(gain for _, _, gain in group),
            without_value=sum(value is None for _, value, _ in group),
            without_gain=sum(gain is None for _, _, gain in group),
        )
        for currency, group in sorted(groups.items(), key=lambda item: item[0] or "")
    ]


def known_sum(values: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of what is known; None if nothing is."""
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None
