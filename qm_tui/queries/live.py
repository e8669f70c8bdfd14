"""What is stored, overlaid with what brokers have pushed since."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from qm_tui.queries.position_views import PositionView
from qm_tui.queries.profit_days import day_of

if TYPE_CHECKING:
    # Records are many, and the first screen's rows need none of them.
    from qm_tui.domain.live import LiveBook
    from qm_tui.domain.records import Greeks, Position, Quote

V = TypeVar("V", bound=PositionView)


def names_of_view(view: PositionView) -> tuple[str, ...]:
    """Return under which names a live book may know a holding, the surest first."""
    ticker = "coin" if view.instrument_type == "crypto" else "symbol"
    named = (("conid", view.conid), ("osi", view.osi_symbol), (ticker, view.symbol))
    return tuple(f"{scheme}:{name}" for scheme, name in named if name)


def newer_position(view: PositionView, live: "LiveBook") -> "Position | None":
    """Return what was pushed of a holding after it was stored."""
    record = live.position(view.account, names_of_view(view))
    if record is None or record.as_of <= view.as_of or is_another(view, record):
        return None
    return record


def is_another(view: PositionView, record: "Position | Quote | Greeks") -> bool:
    """Tell whether a record found under a ticker is of something else that goes by the same."""
    instrument = record.instrument
    known = instrument.identifiers
    pairs = (
        (view.conid, known.conid),
        (view.osi_symbol, known.osi_symbol),
        (view.currency, instrument.currency),
    )
    return any(one and other and one != other for one, other in pairs)


def position_now(view: V, live: "LiveBook") -> V:
    """Return a position as it is now; one that was closed has a quantity of 0."""
    record = newer_position(view, live)
    if record is None:
        return view
    as_before = record.quantity == view.quantity
    values = values_now(view, record)
    # A holding whose price nobody pushes is confirmed, but its price is as old as it was.
    has_price = not as_before or not _has_no_price(record)
    return replace(
        view,
        quantity=record.quantity,
        currency=record.currency or view.currency,
        average_cost=_kept(record.average_cost, view.average_cost, as_before),
        cost_basis=_kept(record.cost_basis, view.cost_basis, as_before),
        market_price=values.market_price,
        market_value=values.market_value,
        unrealized_pnl=values.unrealized_pnl,
        realized_pnl=_of_day(record.realized_pnl, view.realized_pnl, record, view),
        daily_pnl=_of_day(record.daily_pnl, view.daily_pnl, record, view),
        fx_rate_to_base=record.fx_rate_to_base or view.fx_rate_to_base,
        as_of=record.as_of if has_price else view.as_of,
        stale=view.stale and live.is_doubted(record),
    )


class Values(NamedTuple):
    """What a position is worth; each may be unknown."""

    market_price: Decimal | None
    market_value: Decimal | None
    unrealized_pnl: Decimal | None


def values_now(view: PositionView, record: "Position | None") -> Values:
    """Return what a position is worth now: for sums, which need nothing else.

    Args:
        view: as stored.
        record: what `newer_position` found.
    """
    if record is None or (record.quantity == view.quantity and _has_no_price(record)):
        return Values(view.market_price, view.market_value, view.unrealized_pnl)
    if not record.quantity:
        zero = Decimal(0)
        return Values(record.market_price, zero, zero)
    return Values(record.market_price, record.market_value, record.unrealized_pnl)


class Worth(NamedTuple):
    """What sums need of a position; each may be unknown."""

    market_value: Decimal | None
    unrealized_pnl: Decimal | None
    daily_pnl: Decimal | None
    as_of: dt.datetime
    """When all that was so: the gain of the day is that day's."""


def worth_now(live: "LiveBook", view: PositionView) -> Worth:
    """Return what a position is worth and what is gained on it, in all and today, as of now."""
    record = newer_position(view, live)
    values = values_now(view, record)
    daily, as_of = view.daily_pnl, view.as_of
    if record is not None:
        daily, as_of = _of_day(record.daily_pnl, daily, record, view), record.as_of
    return Worth(values.market_value, values.unrealized_pnl, daily, as_of)


def _has_no_price(record: "Position") -> bool:
    return record.market_price is None and record.market_value is None


def _kept(
    pushed: Decimal | None,
    stored: Decimal | None,
    as_before: bool,  # noqa: FBT001
) -> Decimal | None:
    """Return what was pushed; what does not change with the price stays where nothing was."""
    return stored if pushed is None and as_before else pushed


def _of_day(
    pushed: Decimal | None, stored: Decimal | None, record: "Position", view: PositionView
) -> Decimal | None:
    """Return a profit of the day: one of an earlier day says nothing of today."""
    if pushed is not None or stored is None:
        return pushed
    return stored if day_of(record.as_of) == day_of(view.as_of) else None
