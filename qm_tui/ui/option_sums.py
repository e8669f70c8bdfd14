"""What options react to together, by currency: nothing is converted, nothing unknown is zero."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from qm_tui.domain.greeks import delta_value
from qm_tui.queries.position_views import OptionView
from qm_tui.ui.sums import known_sum


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionSum:
    """Options in one currency; a sum is None if it is known of none."""

    currency: str | None
    market_value: Decimal | None
    delta_value: Decimal | None
    """What the underlyings are worth that the options stand for; deltas of different ones do not
    add up otherwise."""
    unrealized_pnl: Decimal | None
    theta: Decimal | None
    vega: Decimal | None
    without_value: int
    without_gain: int
    without_greeks: int
    """How many are not in the sums of Greeks."""
    delayed: int


def option_sums(options: Iterable[OptionView]) -> list[OptionSum]:
    """One sum a currency, in the order of their names."""
    groups: dict[str | None, list[OptionView]] = {}
    for option in options:
        groups.setdefault(option.currency, []).append(option)
    return [_sum(*group) for group in sorted(groups.items(), key=lambda item: item[0] or "")]


def _sum(currency: str | None, group: list[OptionView]) -> OptionSum:
    deltas = [delta_value(each.position_delta, each.underlying_price) for each in group]
    return OptionSum(
        currency=currency,
        market_value=known_sum(each.market_value for each in group),
        delta_value=known_sum(deltas),
        unrealized_pnl=known_sum(each.unrealized_pnl for each in group),
        theta=known_sum(each.position_theta for each in group),
        vega=known_sum(each.position_vega for each in group),
        without_value=sum(each.market_value is None for each in group),
        without_gain=sum(each.unrealized_pnl is None for each in group),
        without_greeks=sum(
            None in {delta, each.position_theta, each.position_vega}
            for each, delta in zip(group, deltas, strict=True)
        ),
        delayed=sum(each.delayed for each in group),
    )
