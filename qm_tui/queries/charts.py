"""What charts are drawn from: values over time, shares of what there is, and what it brought."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from qm_tui.domain.selection import Scope
from qm_tui.queries.account_views import AccountView
from qm_tui.queries.accounts import AccountBasis, account_bases, account_view
from qm_tui.queries.conversion import common_base, rate
from qm_tui.queries.grouping import underlying_of
from qm_tui.queries.holdings_now import Holding, gained_on, holdings_now
from qm_tui.queries.net_liquidation import NetLiquidationView, net_liquidation
from qm_tui.queries.profit_days import newest_day
from qm_tui.store.reader import Reader

if TYPE_CHECKING:
    from qm_tui.domain.live import LiveBook

CASH = "cash"
_ZERO = Decimal(0)


class By(StrEnum):
    """By what is allocated."""

    TYPE = "type"
    ACCOUNT = "account"
    UNDERLYING = "underlying"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A part of what there is, in the base currency."""

    name: str
    value: Decimal
    """Negative where it is owed."""
    share: Decimal | None
    """Of the net liquidation, as a fraction; None where that is not wholly known, or not more
    than nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """What there is, and apart from it what is owed; the most first."""

    long: tuple[Slice, ...]
    short: tuple[Slice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartsView:
    """All that is drawn, in the base currency."""

    base_currency: str | None
    history: NetLiquidationView
    net: Decimal | None
    """What is 100 %: net liquidation, as far as it is known."""
    allocations: Mapping[By, Allocation]
    unrealized: tuple[tuple[str, Decimal], ...]
    """By underlying, the biggest gain first."""
    daily: tuple[tuple[str, Decimal], ...]
    """The same of today."""
    without_value: int
    """Positions that are not in the allocation: nobody knows their value in the base currency."""
    without_gain: int
    without_day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartsBasis:
    """What is stored of it."""

    accounts: Sequence[AccountBasis]
    history: NetLiquidationView


async def charts(
    reader: Reader, scope: Scope = Scope(), live: "LiveBook | None" = None
) -> ChartsView:
    """Return what is drawn.

    Args:
        reader: of the store.
        scope: which accounts.
        live: what was pushed since.
    """
    return charts_view(await charts_basis(reader, scope), live)


async def charts_basis(reader: Reader, scope: Scope = Scope()) -> ChartsBasis:
    """Return what the view is reckoned from."""
    accounts = await account_bases(reader, scope)
    base = common_base(account_view(each).base_currency for each in accounts)
    return ChartsBasis(accounts=accounts, history=await net_liquidation(reader, scope, base=base))


def charts_view(basis: ChartsBasis, live: "LiveBook | None" = None) -> ChartsView:
    """Return what is drawn now: what was pushed after it was stored holds."""
    views = [account_view(each, live) for each in basis.accounts]
    base = common_base(view.base_currency for view in views)
    held: list[Holding] = []
    cash: list[tuple[AccountView, Decimal]] = []
    net: list[Decimal] = []
    is_whole = True
    for view, each in zip(views, basis.accounts, strict=True):
        factor = rate(each.rates, view.base_currency, base)
        held += holdings_now(each, view.base_currency, factor, live)
        if factor is not None and view.total_cash:
            cash.append((view, view.total_cash * factor))
        if factor is not None and view.net_liquidation is not None:
            net.append(view.net_liquidation * factor)
        elif view.positions or view.total_cash:
            is_whole = False
    whole = sum(net, _ZERO) if net else None
    held = gained_on(held, newest_day(view.daily_pnl_as_of for view in views))
    return ChartsView(
        base_currency=base,
        history=basis.history,
        net=whole,
        # What nobody valued is among the parts: they are no shares of what is known.
        allocations={by: _allocation(held, cash, whole if is_whole else None, by) for by in By},
        unrealized=_gains(held, lambda one: one.unrealized_pnl),
        daily=_gains(held, lambda one: one.daily_pnl),
        without_value=sum(one.value is None for one in held),
        without_gain=sum(one.unrealized_pnl is None for one in held),
        without_day=sum(one.daily_pnl is None for one in held),
    )


_NAMES: Mapping[By, Callable[[Holding], str]] = {
    By.TYPE: lambda one: one.view.instrument_type.replace("_", " "),
    By.ACCOUNT: lambda one: one.view.account,
    By.UNDERLYING: lambda one: underlying_of(one.view),
}


def _allocation(
    held: Iterable[Holding],
    cash: Iterable[tuple[AccountView, Decimal]],
    whole: Decimal | None,
    by: By,
) -> Allocation:
    """Return the parts: what is long of a name and what is short of it are never netted."""
    long: dict[str, Decimal] = defaultdict(Decimal)
    short: dict[str, Decimal] = defaultdict(Decimal)
    parts = [(_NAMES[by](one), one.value) for one in held if one.value is not None]
    parts += [(view.account if by is By.ACCOUNT else CASH, value) for view, value in cash]
    for name, value in parts:
        (long if value > 0 else short)[name] += value
    return Allocation(long=_slices(long, whole), short=_slices(short, whole))


def _slices(parts: Mapping[str, Decimal], whole: Decimal | None) -> tuple[Slice, ...]:
    return tuple(
        Slice(
            name=name,
            value=parts[name],
            share=parts[name] / whole if whole is not None and whole > 0 else None,
        )
        for name in sorted(parts, key=lambda name: (-abs(parts[name]), name))
        if parts[name]
    )


def _gains(
    held: Iterable[Holding], gain: Callable[[Holding], Decimal | None]
) -> tuple[tuple[str, Decimal], ...]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for one in held:
        if (value := gain(one)) is not None:
            found[underlying_of(one.view)] += value
    return tuple(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def first_day(history: NetLiquidationView, today: dt.date) -> dt.date:
    """Return the first day of which anything is known."""
    days = [each.points[0][0] for each in history.accounts if each.points]
    return min(days, default=today)
