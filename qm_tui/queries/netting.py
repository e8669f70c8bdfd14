"""What several accounts hold of the same, taken together: by instrument, and by underlying."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from qm_tui.domain.greeks import delta_value
from qm_tui.domain.selection import Scope
from qm_tui.queries.grouping import is_option, underlying_of
from qm_tui.queries.options import options
from qm_tui.queries.position_views import ExposureView, MergedView, OptionView, PositionView
from qm_tui.queries.positions import positions
from qm_tui.queries.profit_days import of_newest_day
from qm_tui.queries.weights import total
from qm_tui.store.reader import Reader

if TYPE_CHECKING:
    from qm_tui.domain.live import LiveBook

V = TypeVar("V", bound=PositionView)

_ZERO = Decimal(0)


async def holdings(
    reader: Reader, scope: Scope = Scope(), *, today: dt.date, live: "LiveBook | None" = None
) -> list[PositionView]:
    """Return the open positions; those in options with their Greeks.

    Args:
        reader: of the store.
        scope: whose, and of when.
        today: in New York, from which days to expiry are counted.
        live: what was pushed since.
    """
    with_greeks = {
        (view.broker, view.account, view.instrument_id): view
        for view in await options(reader, scope, today=today, live=live)
    }
    return [
        with_greeks.get((view.broker, view.account, view.instrument_id), view)
        for view in await positions(reader, scope, live)
    ]


# --- by instrument ---------------------------------------------------------------------------


def merged(held: Iterable[PositionView]) -> list[MergedView]:
    """Return one row an instrument, by symbol."""
    groups: defaultdict[tuple[int, str | None], list[PositionView]] = defaultdict(list)
    for view in held:
        groups[view.instrument_id, view.currency].append(view)
    return sorted(map(_merged, groups.values()), key=lambda row: (row.symbol, row.currency or ""))


def _merged(group: Sequence[PositionView]) -> MergedView:
    first = group[0]
    quantities = [view.quantity for view in group]
    long = _total(quantity for quantity in quantities if quantity > 0)
    short = _total(quantity for quantity in quantities if quantity < 0)
    quantity = long + short
    cost = _whole(group, lambda view: view.cost_basis)
    return MergedView(
        instrument_id=first.instrument_id,
        symbol=first.symbol,
        description=first.description,
        instrument_type=first.instrument_type,
        underlying=first.underlying,
        currency=first.currency,
        accounts=_accounts(group),
        quantity=quantity,
        long_quantity=long,
        short_quantity=short,
        average_cost=None if long and short else _average(cost, quantity, first.multiplier),
        cost_basis=cost,
        market_price=_newest_price(group),
        market_value=_whole(group, lambda view: view.market_value),
        unrealized_pnl=_whole(group, lambda view: view.unrealized_pnl),
        realized_pnl=_whole(group, lambda view: view.realized_pnl),
        daily_pnl=_all_of(_daily(group)),
        multiplier=first.multiplier,
        as_of=min(view.as_of for view in group),
        stale=any(view.stale for view in group),
    )


def _total(values: Iterable[Decimal]) -> Decimal:
    return sum(values, _ZERO)


def _average(cost: Decimal | None, quantity: Decimal, multiplier: Decimal) -> Decimal | None:
    if cost is None or not quantity or not multiplier:
        return None
    return cost / quantity / multiplier


def _whole(group: Iterable[V], value: Callable[[V], Decimal | None]) -> Decimal | None:
    """Return the sum of a group; None where one of it is unknown."""
    return _all_of([value(view) for view in group])


def _all_of(found: Sequence[Decimal | None]) -> Decimal | None:
    known = [one for one in found if one is not None]
    return _total(known) if len(known) == len(found) else None


def _daily(group: Iterable[PositionView]) -> list[Decimal | None]:
    """Return what each brought on the newest day of them; where a broker is away, not known."""
    return of_newest_day((view.as_of, view.daily_pnl) for view in group)


def _newest_price(group: Iterable[PositionView]) -> Decimal | None:
    priced = [view for view in group if view.market_price is not None]
    newest = max(priced, key=lambda view: view.as_of, default=None)
    return None if newest is None else newest.market_price


def _accounts(group: Iterable[PositionView]) -> tuple[str, ...]:
    return tuple(sorted({view.account for view in group}))


# --- by underlying ---------------------------------------------------------------------------


def exposures(held: Iterable[PositionView]) -> list[ExposureView]:
    """Return one row an underlying and currency, by underlying.

    Args:
        held: positions; those in options as `OptionView`, else their Greeks are unknown.
    """
    groups: defaultdict[tuple[str, str | None], list[PositionView]] = defaultdict(list)
    for view in held:
        groups[underlying_of(view), view.currency].append(view)
    made = (_exposure(*place, group) for place, group in groups.items())
    return sorted(made, key=lambda row: (row.underlying, row.currency or ""))


def _exposure(underlying: str, currency: str | None, group: Sequence[PositionView]) -> ExposureView:
    itself = [view for view in group if not is_option(view)]
    contracts = [view for view in group if is_option(view)]
    units = _total(view.quantity * view.multiplier for view in itself)
    price = _newest_price(itself) or _told_by(contracts)
    deltas = [_delta(view) for view in contracts]
    known = [delta for delta in deltas if delta is not None]
    delta = _total([units, *known]) if itself or known else None
    days = _daily(group)
    return ExposureView(
        underlying=underlying,
        currency=currency,
        accounts=_accounts(group),
        positions=len(group),
        units=units,
        options=len(contracts),
        price=price,
        delta=delta,
        delta_value=delta_value(delta, price),
        gamma=_greek(contracts, lambda view: view.position_gamma),
        theta=_greek(contracts, lambda view: view.position_theta),
        vega=_greek(contracts, lambda view: view.position_vega),
        market_value=total(view.market_value for view in group),
        unrealized_pnl=total(view.unrealized_pnl for view in group),
        daily_pnl=total(days),
        without_greeks=sum(delta is None for delta in deltas),
        without_value=sum(view.market_value is None for view in group),
        without_gain=sum(view.unrealized_pnl is None for view in group),
        without_day=sum(day is None for day in days),
        as_of=min(view.as_of for view in group),
        stale=any(view.stale for view in group),
    )


def _delta(view: PositionView) -> Decimal | None:
    return view.position_delta if isinstance(view, OptionView) else None


def _greek(
    contracts: Iterable[PositionView], value: Callable[[OptionView], Decimal | None]
) -> Decimal | None:
    return total(value(view) for view in contracts if isinstance(view, OptionView))


def _told_by(contracts: Iterable[PositionView]) -> Decimal | None:
    """Return the underlying's price that came with the newest Greeks."""
    told = [
        view
        for view in contracts
        if isinstance(view, OptionView) and view.underlying_price is not None
    ]
    newest = max(told, key=lambda view: view.greeks_as_of or view.as_of, default=None)
    return None if newest is None else newest.underlying_price
