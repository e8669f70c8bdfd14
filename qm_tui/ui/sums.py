"""What positions are worth together: nothing unknown is zero, and what is left out is named."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from qm_tui.queries.grouping import WeightOf
from qm_tui.queries.position_views import PositionView
from qm_tui.queries.profit_days import beginning_of, newest_day

if TYPE_CHECKING:
    from qm_tui.queries.weights import Weighing


class Weighed(NamedTuple):
    """A position and what sums need of it, as it is now."""

    view: PositionView
    """As stored: its money may be older."""
    market_value: Decimal | None
    unrealized_pnl: Decimal | None
    daily_pnl: Decimal | None
    as_of: dt.datetime
    is_past: bool = False
    """Whether its gain of the day is of a day that is over, and therefore not told here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A sum of what is known; None if nothing is."""

    value: Decimal | None
    covers: Decimal | None = None
    """The share of the value that is in it, where some is not; None where that cannot be told."""
    without: tuple[str, ...] = ()
    """What is not in it."""
    past: tuple[str, ...] = ()
    """Accounts that are not in it because theirs is of a day that is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionSum:
    """Positions in one currency, or all of them in the base currency."""

    currency: str | None
    market_value: Part
    unrealized_pnl: Part
    daily_pnl: Part
    weight: Part | None = None
    """Of what is 100 %; None where that is not asked for."""
    converted: bool = False


def as_stored(view: PositionView) -> Weighed:
    """What a position was worth when it was stored."""
    return Weighed(view, view.market_value, view.unrealized_pnl, view.daily_pnl, view.as_of)


def of_one_day(weighed: Sequence[Weighed]) -> list[Weighed]:
    """Return the same without gains of days that are over: those of the newest day add up."""
    newest = newest_day(each.as_of for each in weighed if each.daily_pnl is not None)
    if newest is None:
        return list(weighed)
    begun = beginning_of(newest)
    return [
        each
        if each.daily_pnl is None or each.as_of >= begun
        else each._replace(daily_pnl=None, is_past=True)
        for each in weighed
    ]


def position_sums(weighed: Iterable[Weighed]) -> list[PositionSum]:
    """One sum a currency, in the order of their names."""
    groups: dict[str | None, list[Weighed]] = {}
    for each in weighed:
        groups.setdefault(each.view.currency, []).append(each)
    return [
        _sum(currency, group, lambda each, money: money)
        for currency, group in sorted(groups.items(), key=lambda item: item[0] or "")
    ]


def base_sum(weighed: Sequence[Weighed], weighing: "Weighing") -> PositionSum:
    """All of them in the base currency, as far as rates are known."""
    return _sum(
        weighing.base,
        weighed,
        lambda each, money: weighing.in_base(each.view, money),
        converted=True,
    )


def weight_part(
    weighed: Sequence[Weighed], weighing: "Weighing", of: WeightOf, *, apart: bool
) -> Part:
    """Sum shares.

    Args:
        weighed: positions.
        weighing: what they are weighed by.
        of: what is 100 %.
        apart: whether they are of several accounts: shares of different ones do not add up.
    """
    found = [(each, weighing.weight_of(each.view, each.market_value, of)) for each in weighed]
    if apart:
        return Part(value=None)
    return _part([(each, each.market_value, weight) for each, weight in found])


def known_sum(values: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of what is known; None if nothing is."""
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None


_Money = Callable[[Weighed, Decimal | None], Decimal | None]


def _sum(
    currency: str | None, group: Sequence[Weighed], money: _Money, *, converted: bool = False
) -> PositionSum:
    values = [money(each, each.market_value) for each in group]
    gains = [money(each, each.unrealized_pnl) for each in group]
    days = [money(each, each.daily_pnl) for each in group]
    return PositionSum(
        currency=currency,
        market_value=Part(
            value=known_sum(values),
            without=_named(
                each for each, value in zip(group, values, strict=True) if value is None
            ),
        ),
        unrealized_pnl=_part(list(zip(group, values, gains, strict=True))),
        daily_pnl=_of_day(list(zip(group, values, days, strict=True))),
        converted=converted,
    )


def _part(found: Sequence[tuple[Weighed, Decimal | None, Decimal | None]]) -> Part:
    """Sum the last of each; the value before it says how much is covered."""
    missing = [(each, value) for each, value, one in found if one is None]
    if not missing:
        return Part(value=known_sum(one for _, _, one in found))
    covers = None
    if all(value is not None for _, value in missing):
        whole = sum((abs(value) for _, value, _ in found if value is not None), Decimal(0))
        lacks = sum((abs(value) for _, value in missing if value is not None), Decimal(0))
        covers = (whole - lacks) / whole if whole else None
    return Part(
        value=known_sum(one for _, _, one in found),
        covers=covers,
        without=_named(each for each, _ in missing),
    )


def _of_day(found: Sequence[tuple[Weighed, Decimal | None, Decimal | None]]) -> Part:
    """Sum gains of the day; whose are of another one is told by the account."""
    part = _part(found)
    lacking = [each for each, _, day in found if day is None]
    past = dict.fromkeys(each.view.account for each in lacking if each.is_past)
    without = _named(each for each in lacking if not each.is_past)
    return replace(part, without=without, past=tuple(past))


def _named(group: Iterable[Weighed]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.view.symbol for each in group if each.view.quantity))
