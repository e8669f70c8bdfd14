"""How the whole portfolio is doing, in one look: read once, reckoned again as news come."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from qm_tui.domain.selection import Scope
from qm_tui.queries.account_views import AccountView, CurrencyAmount
from qm_tui.queries.accounts import AccountBasis, account_bases, account_view, of_one_day
from qm_tui.queries.conversion import common_base, rate
from qm_tui.queries.expiring import expiring, underlying_prices
from qm_tui.queries.holdings_now import Holding, gained_on, holdings_now, movers
from qm_tui.queries.margin_use import margin_uses
from qm_tui.queries.net_liquidation import NetLiquidationView, ValueSeries, net_liquidation
from qm_tui.queries.profit_days import newest_day
from qm_tui.queries.pulse_views import Breaks, Figure, PulseAccount, PulseView
from qm_tui.store.reader import Reader

if TYPE_CHECKING:
    from qm_tui.domain.live import LiveBook

YEAR = dt.timedelta(days=366)
"""So much of the past is in it."""
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PulseBasis:
    """What is stored of it."""

    accounts: Sequence[AccountBasis]
    history: NetLiquidationView
    prices: Mapping[int, Decimal]
    """Option's instrument → what its underlying cost when Greeks were last told."""
    base_currency: str | None
    breaks: Breaks | None = None


async def pulse(reader: Reader, *, today: dt.date, live: "LiveBook | None" = None) -> PulseView:
    """Return how everything is doing.

    Args:
        reader: of the store.
        today: in New York.
        live: what was pushed since.
    """
    basis = await with_breaks(reader, await pulse_basis(reader, today=today))
    return pulse_view(basis, today=today, live=live)


async def with_breaks(reader: Reader, basis: PulseBasis) -> PulseBasis:
    """Return the same with what does not add up."""
    # Late: the first rows do not wait for it.
    from qm_tui.queries.breaks import open_breaks  # noqa: PLC0415

    return replace(basis, breaks=await open_breaks(reader))


async def pulse_basis(reader: Reader, *, today: dt.date) -> PulseBasis:
    """Return what the view is reckoned from, but for breaks."""
    bases = await account_bases(reader, Scope())
    history = await net_liquidation(reader, since=today - YEAR)
    base = common_base(account_view(basis).base_currency for basis in bases)
    if history.base_currency not in {base, None}:
        history = await net_liquidation(reader, since=today - YEAR, base=base)
    held = [position for basis in bases for position in basis.positions]
    return PulseBasis(
        accounts=bases,
        history=history,
        prices=await underlying_prices(reader, held, today),
        base_currency=base,
    )


def pulse_view(basis: PulseBasis, *, today: dt.date, live: "LiveBook | None" = None) -> PulseView:
    """Return how everything is doing now: what was pushed after it was stored holds."""
    base = basis.base_currency
    views = of_one_day([account_view(each, live) for each in basis.accounts])
    day = newest_day(view.daily_pnl_as_of for view in views)
    rates = {
        (view.broker, view.account): rate(each.rates, view.base_currency, base)
        for view, each in zip(views, basis.accounts, strict=True)
    }
    sums = _Sums(views, rates)
    held = [
        one
        for view, each in zip(views, basis.accounts, strict=True)
        for one in holdings_now(each, view.base_currency, rates[view.broker, view.account], live)
    ]
    held = gained_on(held, day)
    net = sums.figure("net_liquidation")
    moments = [view.as_of for view in views if view.as_of is not None]
    margin, margins = margin_uses(views, rates)
    return PulseView(
        base_currency=base,
        net_liquidation=net,
        daily_pnl=_with_share(sums.figure("daily_pnl"), _before(views, rates)),
        day=day,
        unrealized_pnl=_with_share(
            sums.figure("unrealized_pnl", held_only=True), _known_cost(held)
        ),
        total_cash=sums.figure("total_cash"),
        cash=_cash(views, base),
        history=_with_now(basis.history.total, net, today),
        begun=basis.history.begun,
        accounts=_accounts(basis, views, rates),
        margin=margin,
        margins=margins,
        expiring=expiring(held, basis.prices, today, live),
        movers=movers(held),
        breaks=basis.breaks,
        positions=len(held),
        stale=sum(one.view.stale for one in held),
        without_day=sum(one.daily_pnl is None for one in held),
        unconverted={
            view.account: view.base_currency or ""
            for view in views
            if rates[view.broker, view.account] is None and _matters(view)
        },
        as_of=max(moments, default=None),
    )


_Rates = Mapping[tuple[str, str], Decimal | None]


class _Sums:
    """Sums over accounts in the base currency."""

    def __init__(self, views: Sequence[AccountView], rates: _Rates) -> None:
        self._views = views
        self._rates = rates

    def figure(self, name: str, *, held_only: bool = False) -> Figure:
        """Sum one of their values; who is not in it is named."""
        parts: list[Decimal] = []
        missing: list[str] = []
        for view in self._views:
            value, factor = getattr(view, name), self._rates[view.broker, view.account]
            if value is not None and factor is not None:
                parts.append(value * factor)
            elif value or (_matters(view) and (view.positions or not held_only)):
                missing.append(view.account)
        return Figure(value=sum(parts, _ZERO) if parts else None, missing=tuple(missing))


def _matters(view: AccountView) -> bool:
    """Tell whether it is missed where nothing is known of it."""
    return bool(view.positions) or view.closed is None


def _with_share(figure: Figure, of: Decimal | None) -> Figure:
    if figure.value is None or not of:
        return figure
    return replace(figure, share=figure.value / abs(of))


def _before(views: Sequence[AccountView], rates: _Rates) -> Decimal | None:
    """Return what those were worth before the day whose gain of the day is known.

    None where that is not known of one of them: its gain would be compared with others' worth.
    """
    before = _ZERO
    for view in views:
        factor = rates[view.broker, view.account]
        if view.daily_pnl is None or factor is None:
            continue
        if view.net_liquidation is None:
            return None
        before += (view.net_liquidation - view.daily_pnl) * factor
    return before


def _known_cost(held: Iterable[Holding]) -> Decimal | None:
    """Return what was put in; None where that of one position is not known."""
    costs = [one.cost for one in held]
    known = [abs(cost) for cost in costs if cost is not None]
    return sum(known, _ZERO) if costs and len(known) == len(costs) else None


def _cash(views: Sequence[AccountView], base: str | None) -> tuple[CurrencyAmount, ...]:
    amounts: dict[str, Decimal | None] = {}
    for view in views:
        told = view.cash
        if not told and view.total_cash is not None and view.base_currency:
            told = (CurrencyAmount(currency=view.base_currency, value=view.total_cash),)
        for one in told:
            before = amounts.get(one.currency, _ZERO)
            amounts[one.currency] = (
                None if before is None or one.value is None else before + one.value
            )
    named = sorted(amounts, key=lambda name: (name != base, name))
    return tuple(
        CurrencyAmount(currency=name, value=amounts[name])
        for name in named
        if amounts[name] or name == base
    )


def _with_now(series: ValueSeries, net: Figure, today: dt.date) -> ValueSeries:
    """Return the series with what holds now in the place of today's point."""
    if net.value is None or net.missing:
        return series
    before = tuple(point for point in series.points if point[0] < today)
    return replace(series, points=(*before, (today, net.value)))


def _accounts(
    basis: PulseBasis, views: Sequence[AccountView], rates: _Rates
) -> tuple[PulseAccount, ...]:
    series = {(each.broker, each.account): each for each in basis.history.accounts}
    found = []
    for view in views:
        place = (view.broker, view.account)
        points = series[place].points if place in series else ()
        found.append(PulseAccount(view=view, points=points, is_converted=rates[place] is not None))
    return tuple(found)
