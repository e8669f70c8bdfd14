"""Positions that have just arrived and are not stored yet: shown at once, stored next."""

import asyncio
from collections.abc import Sequence, Set

from qm_tui.domain.instruments import Derivative, Option, instrument_type
from qm_tui.domain.live import Holding, LiveBook, names_of
from qm_tui.domain.records import Position
from qm_tui.domain.selection import Scope
from qm_tui.queries.live import names_of_view
from qm_tui.queries.position_views import PositionView

_AT_ONCE = 500
"""Positions that are looked at before a key has its turn."""


async def arrivals(
    stored: Sequence[PositionView], live: LiveBook, scope: Scope
) -> list[PositionView]:
    """Return what was answered or pushed and is in no stored row, with a pause now and then.

    Args:
        stored: all rows of the scope.
        live: what was answered and pushed.
        scope: of accounts at most; of a narrower one nothing can be said before it is stored.
    """
    if scope != Scope(account=scope.account):
        return []
    known: set[Holding] = set()
    for start in range(0, len(stored), _AT_ONCE):
        for view in stored[start : start + _AT_ONCE]:
            known.update((view.account, name) for name in names_of_view(view))
        await asyncio.sleep(0)
    held = [one for one in live.held() if scope.account in {None, one.account}]
    found: list[PositionView] = []
    for number, record in enumerate(held, 1):
        if number % _AT_ONCE == 0:
            await asyncio.sleep(0)
        if not known or not _is_known(record, known):
            found.append(_view(record, number))
    return found


def _is_known(record: Position, known: Set[Holding]) -> bool:
    return any((record.account, name) in known for name in names_of(record.instrument))


def _view(record: Position, number: int) -> PositionView:
    instrument = record.instrument
    known = instrument.identifiers
    derived = instrument if isinstance(instrument, Derivative) else None
    option = instrument if isinstance(instrument, Option) else None
    return PositionView(
        id=-number,
        instrument_id=-number,
        account=record.account,
        broker="",
        symbol=instrument.symbol,
        description=instrument.description,
        instrument_type=instrument_type(instrument),
        underlying=None if derived is None else derived.underlying_symbol,
        conid=known.conid,
        osi_symbol=known.osi_symbol,
        isin=known.isin,
        currency=record.currency,
        quantity=record.quantity,
        average_cost=record.average_cost,
        cost_basis=record.cost_basis,
        market_price=record.market_price,
        market_value=record.market_value,
        unrealized_pnl=record.unrealized_pnl,
        realized_pnl=record.realized_pnl,
        daily_pnl=record.daily_pnl,
        multiplier=instrument.multiplier,
        fx_rate_to_base=record.fx_rate_to_base,
        as_of=record.as_of,
        stale=False,
        right=None if option is None else option.right,
        strike=None if option is None else option.strike,
        expiry=None if derived is None else derived.expiry,
    )
