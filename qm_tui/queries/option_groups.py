"""Options put together, with their Greeks summed: one row a group and currency."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from qm_tui.domain.greeks import delta_value
from qm_tui.queries.position_views import OptionView
from qm_tui.queries.profit_days import of_newest_day
from qm_tui.queries.strategies import strategy_of
from qm_tui.queries.weights import total


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionGroupView:
    """Options that have something in common; sums leave out what is unknown and say of how many."""

    group: str
    """What they have in common."""
    strategy: str | None
    """What they make together; None where they are not of one account, underlying and expiry."""
    currency: str | None
    accounts: tuple[str, ...]
    underlyings: tuple[str, ...]
    expiry: dt.date | None
    """The soonest."""
    days_to_expiry: int | None
    options: int
    """Positions."""
    quantity: Decimal
    """Contracts, those that are short subtracted."""
    market_value: Decimal | None
    unrealized_pnl: Decimal | None
    daily_pnl: Decimal | None
    position_delta: Decimal | None
    """None where they are on several underlyings, whose units do not add up."""
    delta_value: Decimal | None
    """What the underlyings cost that they stand for."""
    position_gamma: Decimal | None
    position_theta: Decimal | None
    position_vega: Decimal | None
    without_greeks: int
    """Positions that are not in one of the sums of Greeks, `delta_value` among them."""
    without_value: int
    without_gain: int
    without_day: int
    """Gains of a day that is over are not in `daily_pnl`, either."""
    as_of: dt.datetime
    """Of the oldest."""
    stale: bool


_Way = tuple[Callable[[OptionView], Hashable], Callable[[OptionView], str]]


def _underlying(view: OptionView) -> str:
    return view.underlying or view.symbol


def _expiry(view: OptionView) -> str:
    return view.expiry.isoformat() if view.expiry else ""


WAYS: dict[str, _Way] = {
    "underlying": (_underlying, _underlying),
    "expiry": (_expiry, _expiry),
    "account": (lambda view: (view.broker, view.account), lambda view: view.account),
    "strategy": (
        lambda view: (view.broker, view.account, _underlying(view), view.expiry),
        lambda view: f"{view.account} {_underlying(view)} {_expiry(view)}".strip(),
    ),
}
"""How options can be grouped: what those of a group have in common, and what it is called."""


def option_groups(views: Iterable[OptionView], way: str) -> list[OptionGroupView]:
    """Return the groups; what expires soonest first, and by name where that is the same.

    Args:
        views: options.
        way: one of `WAYS`.
    """
    key, title = WAYS[way]
    groups: defaultdict[tuple[Hashable, str | None], list[OptionView]] = defaultdict(list)
    for view in views:
        groups[key(view), view.currency].append(view)
    made = [_group(title(group[0]), group, way) for group in groups.values()]
    latest = dt.date.max
    return sorted(made, key=lambda one: (one.expiry or latest, one.group, one.currency or ""))


def _group(name: str, group: Sequence[OptionView], way: str) -> OptionGroupView:
    underlyings = tuple(sorted({_underlying(view) for view in group}))
    alone = group if len(underlyings) == 1 else ()
    days = of_newest_day((view.as_of, view.daily_pnl) for view in group)
    first = min(group, key=lambda view: view.expiry or dt.date.max)
    return OptionGroupView(
        group=name,
        strategy=strategy_of(group) if way == "strategy" else None,
        currency=group[0].currency,
        accounts=tuple(sorted({view.account for view in group})),
        underlyings=underlyings,
        expiry=first.expiry,
        days_to_expiry=first.days_to_expiry,
        options=len(group),
        quantity=sum((view.quantity for view in group), Decimal(0)),
        market_value=total(view.market_value for view in group),
        unrealized_pnl=total(view.unrealized_pnl for view in group),
        daily_pnl=total(days),
        position_delta=total(view.position_delta for view in alone),
        delta_value=total(_delta_value(view) for view in group),
        position_gamma=total(view.position_gamma for view in alone),
        position_theta=total(view.position_theta for view in group),
        position_vega=total(view.position_vega for view in group),
        without_greeks=sum(
            None in {view.position_theta, view.position_vega, _delta_value(view)} for view in group
        ),
        without_value=sum(view.market_value is None for view in group),
        without_gain=sum(view.unrealized_pnl is None for view in group),
        without_day=sum(day is None for day in days),
        as_of=min(view.as_of for view in group),
        stale=any(view.stale for view in group),
    )


def _delta_value(view: OptionView) -> Decimal | None:
    return delta_value(view.position_delta, view.underlying_price)
