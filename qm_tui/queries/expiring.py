"""Options that expire this week, and whether they are in the money."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from qm_tui.queries.grouping import is_option
from qm_tui.queries.holdings_now import Holding
from qm_tui.queries.live import names_of_view
from qm_tui.queries.position_views import PositionView
from qm_tui.queries.pulse_views import Expiring
from qm_tui.store.reader import Reader
from qm_tui.store.reading.market import latest_greeks

if TYPE_CHECKING:
    from qm_tui.domain.live import LiveBook

DAYS = 7
"""Calendar days that are a week ahead."""


async def underlying_prices(
    reader: Reader, held: Iterable[PositionView], today: dt.date
) -> Mapping[int, Decimal]:
    """Return by option that expires soon what its underlying cost when Greeks were last told."""
    named = {one.instrument_id for one in held if _is_soon(one, today)}
    if not named:
        return {}
    told = await reader.read(latest_greeks, named)
    return {
        number: row.underlying_price
        for number, row in told.items()
        if row.underlying_price is not None
    }


def expiring(
    held: Sequence[Holding],
    prices: Mapping[int, Decimal],
    today: dt.date,
    live: "LiveBook | None" = None,
) -> tuple[Expiring, ...]:
    """Return the options that expire within a week or have expired, the soonest first."""
    soon = [one.view for one in held if _is_soon(one.view, today)]
    if not soon:
        return ()
    beside = {
        (one.view.symbol, one.view.currency): one.view.market_price
        for one in held
        if not is_option(one.view) and one.view.market_price is not None
    }
    found = [_expiring(view, _price(view, prices, beside, live), today) for view in soon]
    return tuple(sorted(found, key=lambda one: (one.expiry, one.symbol, one.account)))


def _is_soon(view: PositionView, today: dt.date) -> bool:
    return is_option(view) and view.expiry is not None and (view.expiry - today).days <= DAYS


def _price(
    view: PositionView,
    prices: Mapping[int, Decimal],
    beside: Mapping[tuple[str, str | None], Decimal | None],
    live: "LiveBook | None",
) -> Decimal | None:
    """Return what the underlying costs: as pushed with Greeks, as held, or as last told."""
    greeks = None if live is None else live.greeks(names_of_view(view))
    if greeks is not None and greeks.underlying_price is not None:
        return greeks.underlying_price
    # What goes by the same ticker elsewhere has another price, in another currency.
    held = beside.get((view.underlying or "", view.currency))
    return held if held is not None else prices.get(view.instrument_id)


def _expiring(view: PositionView, price: Decimal | None, today: dt.date) -> Expiring:
    assert view.expiry is not None
    inside = None
    if price is not None and view.strike is not None and view.right is not None:
        is_call = view.right.upper().startswith("C")
        inside = price > view.strike if is_call else price < view.strike
    return Expiring(
        account=view.account,
        symbol=view.symbol,
        underlying=view.underlying or view.symbol,
        right=view.right,
        strike=view.strike,
        expiry=view.expiry,
        days=(view.expiry - today).days,
        quantity=view.quantity,
        underlying_price=price,
        in_the_money=inside,
    )
