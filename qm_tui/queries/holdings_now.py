"""What is held at this moment, in the base currency, and what moved most today."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from qm_tui.queries.accounts import AccountBasis
from qm_tui.queries.conversion import rate
from qm_tui.queries.live import newer_position, position_now
from qm_tui.queries.position_views import PositionView
from qm_tui.queries.profit_days import day_of, newest_day
from qm_tui.queries.pulse_views import Mover

if TYPE_CHECKING:
    from qm_tui.domain.live import LiveBook

_ZERO = Decimal(0)


class Holding(NamedTuple):
    """A position as it is now; money is in the base currency, None where it is not known."""

    view: PositionView
    value: Decimal | None
    cost: Decimal | None
    unrealized_pnl: Decimal | None
    daily_pnl: Decimal | None


def holdings_now(
    basis: AccountBasis,
    currency: str | None,
    factor: Decimal | None,
    live: "LiveBook | None" = None,
) -> Iterator[Holding]:
    """Yield what an account holds, each with the gain of the day on which it was seen.

    Args:
        basis: what is stored of it.
        currency: its own.
        factor: what turns its own into the base currency; None is not known.
        live: what was pushed since.
    """
    for stored in basis.positions:
        view = stored
        if live is not None and newer_position(stored, live) is not None:
            view = position_now(stored, live)
        if not view.quantity:
            continue
        own = view.fx_rate_to_base or rate(basis.rates, view.currency, currency)
        both = None if own is None or factor is None else own * factor
        yield Holding(
            view,
            _times(view.market_value, both),
            _times(view.cost_basis, both),
            _times(view.unrealized_pnl, both),
            _times(view.daily_pnl, both),
        )


def gained_on(held: Sequence[Holding], day: dt.date | None) -> list[Holding]:
    """Return the same with what was gained on a day (None: on the newest there is), no other."""
    if day is None:
        day = newest_day(one.view.as_of for one in held if one.daily_pnl is not None)
    return [one if day_of(one.view.as_of) == day else one._replace(daily_pnl=None) for one in held]


def _times(value: Decimal | None, factor: Decimal | None) -> Decimal | None:
    return None if value is None or factor is None else value * factor


def movers(held: Iterable[Holding]) -> tuple[Mover, ...]:
    """Return what each instrument brought on the day, the biggest gain or loss first."""
    gains: dict[str, Decimal] = defaultdict(Decimal)
    before: dict[str, Decimal | None] = {}
    for one in held:
        if one.daily_pnl is None:
            continue
        symbol = one.view.symbol
        gains[symbol] += one.daily_pnl
        known = before.get(symbol, _ZERO)
        before[symbol] = (
            None if known is None or one.value is None else known + one.value - one.daily_pnl
        )
    ranked = sorted(gains, key=lambda symbol: (-abs(gains[symbol]), symbol))
    return tuple(
        Mover(
            symbol=symbol,
            daily_pnl=gains[symbol],
            share=gains[symbol] / abs(was) if (was := before[symbol]) else None,
        )
        for symbol in ranked
        if gains[symbol]
    )
