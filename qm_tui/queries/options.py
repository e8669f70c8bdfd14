"""The positions that are options, with what they are worth to whoever holds them: their Greeks."""

import datetime as dt
from dataclasses import fields, replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from qm_tui.domain.greeks import position_greek
from qm_tui.domain.selection import Scope
from qm_tui.queries.live import is_another, names_of_view, position_now
from qm_tui.queries.position_views import OptionView
from qm_tui.store.reader import Reader
from qm_tui.store.reading import market

if TYPE_CHECKING:
    from qm_tui.domain.live import LiveBook
    from qm_tui.domain.records import Greeks, Quote

_GREEKS = ("delta", "gamma", "theta", "vega", "rho")
_BESIDE = ("implied_volatility", "underlying_price")
_QUOTED = (*_GREEKS, *_BESIDE, "greeks_source", "greeks_as_of", "bid", "ask")
_NAMES = tuple(field.name for field in fields(OptionView))


async def options(
    reader: Reader, scope: Scope = Scope(), *, today: dt.date, live: "LiveBook | None" = None
) -> list[OptionView]:
    """Return the open positions in options, what expires soonest first.

    Args:
        reader: of the store.
        scope: whose, and of when.
        today: in New York, from which days to expiry are counted.
        live: what was pushed since.
    """
    views: list[OptionView] = await reader.read(
        market.current_options, partial(option_view, scope.as_of, today), scope
    )
    if live is not None and scope.as_of is None:
        now = (option_now(view, live) for view in views)
        views = [view for view in now if view.quantity]
    return sorted(views, key=_soonest)


def option_view(as_of: dt.date | None, today: dt.date, /, **row: Any) -> OptionView:
    """Return the view of a row of `current_options`; Greeks that nobody knows are None.

    Args:
        as_of: what is quoted now says nothing of a former day; None is now.
        today: in New York.
        row: its columns.
    """
    known = {name: row[name] for name in _NAMES if name in row}
    if as_of is not None:
        known |= dict.fromkeys(_QUOTED)
    delayed = as_of is None and (row["greeks_delayed"] or row["quote_delayed"])
    expiry = row["expiry"]
    days = None if expiry is None else (expiry - (as_of or today)).days
    return _of_position(OptionView(**known, days_to_expiry=days, delayed=bool(delayed)))


def option_now(view: OptionView, live: "LiveBook") -> OptionView:
    """Return an option as it is now: what was pushed after it was stored holds."""
    names = names_of_view(view)
    quote, greeks = live.quote(names), live.greeks(names)
    found: list[Quote | Greeks] = []
    changes: dict[str, Any] = {}
    if quote is not None and not is_another(view, quote):
        found.append(quote)
        changes |= {"bid": quote.bid, "ask": quote.ask}
    is_newer = greeks is not None and (
        view.greeks_as_of is None or greeks.as_of > view.greeks_as_of
    )
    if greeks is not None and is_newer and not is_another(view, greeks):
        found.append(greeks)
        changes |= _of_unit(greeks)
    if found:
        changes["delayed"] = any(one.delayed for one in found)
    now = position_now(view, live)
    if now is view and not changes:
        return view
    return _of_position(replace(now, **changes))


def _of_unit(greeks: "Greeks") -> dict[str, Any]:
    return {name: getattr(greeks, name) for name in (*_GREEKS, *_BESIDE)} | {
        "greeks_source": greeks.source,
        "greeks_as_of": greeks.as_of,
    }


def _of_position(view: OptionView) -> OptionView:
    quantity, multiplier = view.quantity, view.multiplier
    return replace(
        view,
        position_delta=position_greek(view.delta, quantity, multiplier),
        position_gamma=position_greek(view.gamma, quantity, multiplier),
        position_theta=position_greek(view.theta, quantity, multiplier),
        position_vega=position_greek(view.vega, quantity, multiplier),
        position_rho=position_greek(view.rho, quantity, multiplier),
    )


def _soonest(view: OptionView) -> tuple[Any, ...]:
    return (
        view.expiry is None,
        view.expiry or dt.date.max,
        view.underlying or view.symbol,
        view.strike or Decimal(0),
        view.right or "",
        view.account,
    )
