"""What was closed today: held yesterday or bought today, and not held any more."""

import datetime as dt
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from qm_tui.domain.instruments import parse_osi
from qm_tui.domain.selection import Scope
from qm_tui.queries.activity import trades
from qm_tui.queries.activity_views import TradeView
from qm_tui.queries.live import newer_position
from qm_tui.queries.lot_views import GainView
from qm_tui.queries.lots import gains
from qm_tui.queries.position_views import PositionView
from qm_tui.queries.positions import positions
from qm_tui.queries.profit_days import day_of
from qm_tui.queries.weights import total
from qm_tui.store.reader import Reader

if TYPE_CHECKING:
    from qm_tui.domain.live import LiveBook

Place = tuple[str, int]
"""An account's number and an instrument."""

_ZERO = Decimal(0)


@dataclass(slots=True)
class _Day:
    """What happened to one holding today."""

    trades: list[TradeView] = field(default_factory=list)
    gains: list[GainView] = field(default_factory=list)

    @property
    def realized(self) -> Decimal | None:
        """What was gained: as lots say, else as the broker said with the trades."""
        booked = [gain.gain if gain.net_gain is None else gain.net_gain for gain in self.gains]
        # A sum that lacks one of them would look whole.
        if booked and None not in booked:
            return total(booked)
        return total(trade.realized_pnl for trade in self.trades)

    @property
    def last(self) -> dt.datetime | None:
        """When it was traded last."""
        times = [trade.executed_at for trade in self.trades if trade.executed_at is not None]
        return max(times, default=None)


async def closed_today(
    reader: Reader,
    scope: Scope,
    held: Iterable[PositionView],
    *,
    today: dt.date,
    live: "LiveBook | None" = None,
) -> list[PositionView]:
    """Return positions of quantity 0 for what was closed today, with what was realized today.

    Args:
        reader: of the store.
        scope: whose; `as_of` makes its day today.
        held: what is open, of the same scope.
        today: in New York.
        live: what was pushed since; it closes what is stored as open.
    """
    day = scope.as_of or today
    open_now = {_place(view): view for view in held}
    before = await positions(reader, replace(scope, as_of=day - dt.timedelta(days=1)))
    done = await _of_day(reader, replace(scope, as_of=day), day)
    found = {
        place: view
        for view in before
        if (place := _place(view)) not in open_now
        # What nobody has looked at for days was closed on one of them.
        and (place in done or day_of(view.as_of) >= _day_of_trading_before(day))
    }
    for place, each in done.items():
        if place not in open_now and place not in found and each.trades:
            found[place] = _seen_in(each.trades[0])
    closed = [_closed(view, done.get(place), None) for place, view in found.items()]
    if live is not None and scope.as_of is None:
        closed += closed_now(open_now.values(), live)
    return sorted(closed, key=lambda view: (view.account, view.symbol))


def _day_of_trading_before(day: dt.date) -> dt.date:
    """Return the weekday before a day: holidays only make it look further back than it has to."""
    return day - dt.timedelta(days={0: 3, 6: 2}.get(day.weekday(), 1))


def closed_now(held: Iterable[PositionView], live: "LiveBook") -> list[PositionView]:
    """Return what is stored as open and was pushed as closed."""
    pushed = ((view, newer_position(view, live)) for view in held)
    return [
        _closed(view, None, record.realized_pnl)
        for view, record in pushed
        if record is not None and not record.quantity
    ]


def _place(view: PositionView) -> Place:
    return view.account, view.instrument_id


async def _of_day(reader: Reader, scope: Scope, day: dt.date) -> Mapping[Place, _Day]:
    """Return what was traded and realized on a day."""
    found: defaultdict[Place, _Day] = defaultdict(_Day)
    async for trade in _newest_trades(reader, scope, day):
        found[trade.account, trade.instrument_id].trades.append(trade)
    if found:
        async for gain in _newest_gains(reader, scope, day):
            if gain.instrument_id is not None:
                found[gain.account, gain.instrument_id].gains.append(gain)
    return found


async def _newest_trades(reader: Reader, scope: Scope, day: dt.date) -> AsyncIterator[TradeView]:
    listed, after = trades(reader, scope), None
    while True:
        rows, after = await listed.onward(after)
        for row in rows:
            if row.trade_date < day:
                return
            yield row
        if after is None:
            return


async def _newest_gains(reader: Reader, scope: Scope, day: dt.date) -> AsyncIterator[GainView]:
    listed, after = gains(reader, scope, today=day), None
    while True:
        rows, after = await listed.onward(after)
        for row in rows:
            if row.disposition_date is not None and row.disposition_date < day:
                return
            if row.disposition_date == day:
                yield row
        if after is None:
            return


def _closed(view: PositionView, day: _Day | None, pushed: Decimal | None) -> PositionView:
    """Return nothing any more of what was held."""
    booked = None if day is None else day.realized
    realized = pushed if booked is None else booked
    return replace(
        view,
        quantity=_ZERO,
        average_cost=None,
        cost_basis=_ZERO,
        market_value=_ZERO,
        unrealized_pnl=_ZERO,
        realized_pnl=realized,
        daily_pnl=None,
        as_of=(day and day.last) or view.as_of,
        stale=False,
    )


def _seen_in(trade: TradeView) -> PositionView:
    """Return what was bought and sold between two looks at what is held; a trade tells of it."""
    option = parse_osi(trade.symbol)
    return PositionView(
        id=trade.id,
        instrument_id=trade.instrument_id,
        account=trade.account,
        broker="",
        symbol=trade.symbol,
        description=trade.description,
        instrument_type="other" if option is None else "equity_option",
        underlying=None if option is None else option.root,
        conid=None,
        osi_symbol=trade.symbol if option else None,
        isin=None,
        currency=trade.currency,
        quantity=_ZERO,
        average_cost=None,
        cost_basis=None,
        market_price=trade.price,
        market_value=None,
        unrealized_pnl=None,
        realized_pnl=None,
        daily_pnl=None,
        multiplier=Decimal(1),
        fx_rate_to_base=None,
        as_of=trade.executed_at or dt.datetime.combine(trade.trade_date, dt.time(), tzinfo=dt.UTC),
        stale=False,
        right=None if option is None else option.right,
        strike=None if option is None else option.strike,
        expiry=None if option is None else option.expiry,
        document_id=trade.document_id,
        document_row=trade.document_row,
    )
