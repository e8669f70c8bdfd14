"""Closed lots as the broker reports them, and the user's own choice, become picks of a sale."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from qm_tui.domain.booking.events import ZERO, Pick, Source
from qm_tui.domain.booking.facts import ClosedLotFact, TradeFact
from qm_tui.domain.booking.translate.desk import Desk
from qm_tui.domain.booking.words import FindingKind, LotMethod

_Moment = tuple[int, int, dt.datetime | dt.date, bool]
"""Account, security, when, and whether a short was closed."""


def picks_by_trade(desk: Desk) -> dict[int, tuple[Pick, ...]]:
    """Return the lots named for each trade, by the trade's id; the user overrules the broker."""
    facts = desk.facts
    if not facts.closed_lots:
        return dict(facts.chosen_lots)
    return _named_by_broker(desk) | dict(facts.chosen_lots)


def _named_by_broker(desk: Desk) -> dict[int, tuple[Pick, ...]]:
    by_key = {(trade.account, trade.key): trade for trade in desk.facts.trades}
    tied: defaultdict[int, list[ClosedLotFact]] = defaultdict(list)
    loose: list[ClosedLotFact] = []
    for lot in desk.facts.closed_lots:
        trade = by_key.get((lot.account, lot.closing_trade_key or ""))
        if trade is not None and _closes(trade, lot):
            tied[trade.id].append(lot)
        else:
            loose.append(lot)
    if loose:
        _tie(desk, tied, loose)
    trades = {trade.id: trade for trade in desk.facts.trades if trade.id in tied}
    return {
        number: tuple(map(_pick, sorted(lots, key=_order) if len(lots) > 1 else lots))
        for number, lots in tied.items()
        if _fits(desk, trades[number], lots)
    }


def _closes(trade: TradeFact, lot: ClosedLotFact) -> bool:
    return trade.security == lot.security and (trade.quantity < 0) is (lot.quantity > 0)


def _tie(
    desk: Desk, tied: defaultdict[int, list[ClosedLotFact]], loose: Iterable[ClosedLotFact]
) -> None:
    """Tie lots to trades of their moment, where the quantities leave no doubt."""
    lots_at: defaultdict[_Moment, list[ClosedLotFact]] = defaultdict(list)
    for lot in loose:
        when = lot.closed_at or lot.disposition_date
        if when is not None and lot.quantity:
            lots_at[lot.account, lot.security, when, lot.quantity < 0].append(lot)
    trades_at: defaultdict[_Moment, list[TradeFact]] = defaultdict(list)
    for trade in desk.facts.trades:
        if trade.id in tied:
            continue
        for when in (trade.executed_at, trade.trade_date):
            if when is not None:
                place = (trade.account, trade.security, when, trade.quantity > 0)
                if place in lots_at:
                    trades_at[place].append(trade)
    for place, lots in lots_at.items():
        trades = sorted(trades_at[place], key=lambda trade: desk.key(trade.key, trade.account))
        for trade, part in zip(trades, _shares(trades, sorted(lots, key=_order)), strict=False):
            tied[trade.id].extend(part)


def _shares(
    trades: Sequence[TradeFact], lots: Sequence[ClosedLotFact]
) -> list[list[ClosedLotFact]]:
    """Hand the lots of a moment to its trades in turn; to nobody where the sums disagree."""
    if sum((abs(t.quantity) for t in trades), ZERO) != sum((abs(k.quantity) for k in lots), ZERO):
        return [list(lots)] if len(trades) == 1 else []
    left = list(lots)
    parts: list[list[ClosedLotFact]] = []
    for trade in trades:
        wanted, part = abs(trade.quantity), []
        while wanted > 0:
            lot = left.pop(0)
            if abs(lot.quantity) > wanted:
                part.append(_part(lot, wanted))
                left.insert(0, _part(lot, abs(lot.quantity) - wanted))
                break
            part.append(lot)
            wanted -= abs(lot.quantity)
        parts.append(part)
    return parts


def _part(lot: ClosedLotFact, quantity: Decimal) -> ClosedLotFact:
    whole = abs(lot.quantity)
    cost = None if lot.cost_basis is None else lot.cost_basis * quantity / whole
    return lot._replace(quantity=quantity.copy_sign(lot.quantity), cost_basis=cost)


def _fits(desk: Desk, trade: TradeFact, lots: Sequence[ClosedLotFact]) -> bool:
    """Whether the lots can be what a trade closed; more than it sold are no selection."""
    named = sum((abs(lot.quantity) for lot in lots), ZERO)
    if named <= abs(trade.quantity):
        return True
    if desk.facts.accounts[trade.account].method(trade.trade_date) is LotMethod.SPECIFIC:
        desk.find(
            FindingKind.SELECTION_MISSING,
            Source("trades", trade.id),
            trade.account,
            trade.security,
            trade.trade_date,
            f"The closed lots reported for this sale are of {named:f}, more than was sold: "
            "they are not used.",
            abs(trade.quantity),
        )
    return False


def _order(lot: ClosedLotFact) -> tuple[object, ...]:
    return (
        lot.opened_at is None,
        str(lot.opened_at or lot.acquisition_date or ""),
        lot.opening_transaction_id or "",
        abs(lot.quantity),
        lot.cost_basis is None,
        lot.cost_basis or ZERO,
    )


def _pick(lot: ClosedLotFact) -> Pick:
    return Pick(
        quantity=abs(lot.quantity),
        opening_id=lot.opening_transaction_id,
        acquired=lot.acquisition_date,
        acquired_at=lot.opened_at,
        basis=None if lot.cost_basis is None else abs(lot.cost_basis),
    )
