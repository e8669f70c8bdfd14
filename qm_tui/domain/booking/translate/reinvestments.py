"""Shares bought with a dividend: what they cost is what they say, or what the dividend paid."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from qm_tui.domain.booking.events import ZERO, Event
from qm_tui.domain.booking.facts import CashFact
from qm_tui.domain.booking.money import spread
from qm_tui.domain.booking.translate.codes import REINVESTED, TASTYTRADE_TRADE, codes_of
from qm_tui.domain.booking.translate.desk import Desk
from qm_tui.domain.booking.translate.exchanges import purchase
from qm_tui.domain.booking.translate.legs import Action, cash_of
from qm_tui.domain.booking.words import Origin
from qm_tui.domain.words import CashType, CorporateActionType

_NEAR = dt.timedelta(days=7)
"""By so much a reinvestment may differ from its trade, and from its dividend."""
_PAID_OUT = frozenset({CashType.DIVIDEND, CashType.WITHHOLDING_TAX, CashType.PAYMENT_IN_LIEU})
"""What is withheld of a dividend is not reinvested."""

_Place = tuple[int, int, dt.date]
"""Account, security and day of a dividend."""
_Money = tuple[Decimal, Decimal | None]
"""An amount, and the rate into the tax currency."""


def reinvestments(desk: Desk, actions: Iterable[Action]) -> Mapping[str, list[Event] | None]:
    """Return the purchases of shares that came for dividends, by the key of their action.

    None of one: nobody says what the shares cost, and no dividend was paid for them. No purchase
    of one: a trade tells the same.
    """
    wanted = [
        action
        for action in actions
        if action.type is CorporateActionType.DIVIDEND_REINVESTMENT and len(action.taken) == 1
    ]
    events: dict[str, list[Event] | None] = {}
    unpaid: list[Action] = []
    for action in wanted:
        if _told_by_trade(desk, action):
            events[action.key] = []
        elif (money := _stated(desk, action)) is not None:
            events[action.key] = [_bought(desk, action, *money)]
        else:
            events[action.key] = None
            unpaid.append(action)
    for action, money in _dividends(desk, unpaid):
        events[action.key] = [_bought(desk, action, *money)]
    return events


def _bought(desk: Desk, action: Action, amount: Decimal, rate: Decimal | None) -> Event:
    ((security, quantity),) = action.taken.items()
    bought = purchase(desk, action, security, quantity)
    return replace(bought, amount=amount, rate=rate, origin=Origin.REINVESTMENT)


def _told_by_trade(desk: Desk, action: Action) -> bool:
    ((security, quantity),) = action.taken.items()
    return any(
        (trade.account, trade.security, trade.quantity) == (action.account, security, quantity)
        and abs(trade.trade_date - action.day) <= _NEAR
        and (
            REINVESTED in codes_of(trade)
            or (trade.broker_execution_id is None and trade.transaction_type != TASTYTRADE_TRADE)
        )
        for trade in desk.facts.trades
    )


def _stated(desk: Desk, action: Action) -> _Money | None:
    """Return what the action itself says that the shares cost."""
    (security,) = action.taken
    cash, rate = cash_of(desk, action, security)
    if not cash:
        leg = action.leg(security)
        cash, rate = desk.money(
            leg.value or leg.cost_basis or ZERO, leg.currency, security, action.day,
            action.account, leg.fx_rate_to_base,
        )  # fmt: skip
    return (abs(cash), rate) if cash else None


def _dividends(desk: Desk, unpaid: Sequence[Action]) -> Iterable[tuple[Action, _Money]]:
    """Yield what was paid for shares whose cost nobody states: the dividend of about that day.

    Shares of several purchases share it by their number.
    """
    if not unpaid:
        return
    paid = _paid_out(desk, {(action.account, *action.taken) for action in unpaid})
    sharing: defaultdict[_Place, list[Action]] = defaultdict(list)
    for action in unpaid:
        place = _nearest(paid, action)
        if place is not None:
            sharing[place].append(action)
    for place, together in sharing.items():
        amount, rate = paid[place]
        quantities = [next(iter(action.taken.values())) for action in together]
        for action, part in zip(together, spread(amount, quantities), strict=True):
            yield action, (part, rate)


def _paid_out(desk: Desk, places: set[tuple[int, ...]]) -> dict[_Place, _Money]:
    """Return what was paid out, net of what was withheld, by place and day."""
    found: dict[_Place, _Money] = {}
    for cash in desk.facts.cash:
        if (cash.account, cash.security) not in places or cash.type not in _PAID_OUT:
            continue
        assert cash.security is not None
        amount, rate = _converted(desk, cash, cash.security)
        if amount is not None:
            place = (cash.account, cash.security, cash.date)
            found[place] = (amount + found.get(place, (ZERO, None))[0], rate)
    return {place: money for place, money in found.items() if money[0] > 0}


def _converted(desk: Desk, cash: CashFact, security: int) -> tuple[Decimal | None, Decimal | None]:
    return desk.money(
        cash.amount, cash.currency, security, cash.date, cash.account, cash.fx_rate_to_base
    )


def _nearest(paid: Iterable[_Place], action: Action) -> _Place | None:
    near = [
        place
        for place in paid
        if place[:2] == (action.account, *action.taken) and abs(place[2] - action.day) <= _NEAR
    ]
    return min(near, key=lambda place: (abs(place[2] - action.day), place[2]), default=None)
