"""How options end: they expire, are paid out, or deliver; each end is told twice and booked once.

Brokers book the end of an option as trades (`BookTrade`, codes A, Ex, Ep) and tell it again as an
event. The trades win; an event tells what kind of end a trade is, and stands alone without one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from qm_tui.domain.booking.events import ZERO, Event, Fill, Source
from qm_tui.domain.booking.facts import GroupFacts, TradeFact
from qm_tui.domain.booking.securities import Security
from qm_tui.domain.booking.translate.codes import (
    BOOK_TRADES,
    DELIVERED,
    EXCHANGE_TRADES,
    EXPIRED,
    PAID,
    RECEIVE_DELIVER,
    codes_of,
)
from qm_tui.domain.booking.translate.deliveries import deliveries, exercise
from qm_tui.domain.booking.translate.desk import Desk
from qm_tui.domain.booking.translate.ends import ENDS, End, Leg
from qm_tui.domain.booking.translate.option_events import Told, standing_alone
from qm_tui.domain.booking.translate.settlements import Paid, reckoned, settled
from qm_tui.domain.booking.translate.sides import Sides
from qm_tui.domain.booking.translate.trades import Fills
from qm_tui.domain.booking.words import Closing, FindingKind
from qm_tui.domain.words import OpenClose, OptionEventType

_OF_ENDS = EXPIRED | DELIVERED | PAID


Strikes = frozenset[tuple[int, Decimal]]
"""Underlying and strike of every option of a group."""


def strikes_of(facts: GroupFacts) -> Strikes:
    """Return at which prices shares may be delivered."""
    return frozenset(
        (security.underlying, security.strike)
        for security in facts.securities.values()
        if security.underlying is not None and security.strike is not None
    )


def may_end(trade: TradeFact, security: Security, strikes: Strikes) -> bool:
    """Whether a trade may be the end of an option, or the shares delivered for one."""
    if trade.transaction_type in EXCHANGE_TRADES:
        return False
    if trade.transaction_type in BOOK_TRADES:
        return True
    if security.is_option and trade.price == 0:
        return True
    if trade.codes and not codes_of(trade).isdisjoint(_OF_ENDS):
        return True
    # A statement may tell neither type nor code; what the exchange executed has an id of its own.
    return (
        trade.transaction_type is None
        and trade.broker_execution_id is None
        and not trade.commission
        and (trade.security, trade.price) in strikes
    )


def endings(desk: Desk, fills: Fills, trades: Sequence[TradeFact], told: Told) -> list[Event]:
    """Translate the trades that may be ends of options, and the events that no trade tells."""
    legs: list[Leg] = []
    events: list[Event] = []
    for trade in sorted(trades, key=lambda trade: desk.key(trade.key, trade.account)):
        fill = fills.of(trade) if trade.quantity else None
        if fill is not None:
            legs.append(_leg(desk, trade, fill, told.types.get(trade.id)))
        elif (plain := fills.event(trade)) is not None:
            events.append(plain)
    sides = Sides(desk)
    for event in sorted(told.alone, key=lambda event: event.date):
        leg = standing_alone(desk, event, sides)
        if leg is not None:
            legs.append(leg)
    return events + _ended(desk, legs, settled(desk, legs, told.payments))


def _leg(desk: Desk, trade: TradeFact, fill: Fill, said: OptionEventType | None) -> Leg:
    security = desk.facts.securities[trade.security]
    codes = codes_of(trade)
    stated = not codes.isdisjoint(DELIVERED) or (said and ENDS.get(said)) is End.DELIVERY
    # Tastytrade's way to say so, of shares and futures that have no other reason.
    stated = stated or (trade.transaction_type == RECEIVE_DELIVER and not codes)
    if security.is_option:
        return Leg(fill=fill, end=_end_of(trade, security, fill, said), stated=stated)
    # Shares of which nobody states the side may well open a short position.
    shares = replace(fill, opens=None) if stated and trade.open_close is None else fill
    return Leg(fill=shares, end=End.DELIVERY if stated or not codes else None, stated=stated)


def _end_of(
    trade: TradeFact, security: Security, fill: Fill, said: OptionEventType | None
) -> End | None:
    codes = codes_of(trade)
    end = ENDS.get(said) if said else None
    if end is None:
        for of_end, known in ((EXPIRED, End.EXPIRY), (DELIVERED, End.DELIVERY), (PAID, End.PAID)):
            if not codes.isdisjoint(of_end):
                end = known
                break
    if fill.amount:
        # What is paid when it ends is settled in cash, whatever the end is called.
        at_expiry = security.expiry is not None and trade.trade_date >= security.expiry
        return End.PAID if end or at_expiry else None
    if end is None:
        return None if trade.open_close is OpenClose.OPEN else End.UNKNOWN
    return end


def _ended(desk: Desk, legs: Iterable[Leg], settlements: Mapping[Source, Paid]) -> list[Event]:
    events: list[Event] = []
    options: dict[Source, Leg] = {}
    shares: dict[Source, Leg] = {}
    for leg in legs:
        fill = leg.fill
        if leg.end is None:
            events.append(fill)
        elif not desk.facts.securities[fill.security].is_option:
            if leg.end is End.PAID:
                events.append(_settled(fill, fill.amount))
            else:
                shares[fill.source] = leg
        elif fill.amount:
            events.append(_settled(fill, abs(fill.amount)))
        elif fill.source in settlements:
            paid = settlements[fill.source]
            events.append(_settled(fill, abs(paid.amount), paid.fees))
        elif leg.end is End.EXPIRY:
            events.append(_expiry(fill))
        else:
            options[fill.source] = leg
    found = deliveries(
        desk, [leg.fill for leg in options.values()], [leg.fill for leg in shares.values()]
    )
    events += found.exercises
    events += [_without_shares(desk, options[fill.source], fill) for fill in found.options]
    events += [_without_option(desk, shares[fill.source], fill) for fill in found.shares]
    return events


def _without_shares(desk: Desk, leg: Leg, option: Fill) -> Event:
    paid = reckoned(desk, option)
    if paid:
        return _settled(option, paid)
    if leg.end is not End.UNKNOWN:
        return exercise(option, None)
    expiry = desk.facts.securities[option.security].expiry
    return option if expiry is None or option.day < expiry else _expiry(option)


def _without_option(desk: Desk, leg: Leg, shares: Fill) -> Event:
    if leg.stated:
        desk.find(
            FindingKind.PREMIUM_UNKNOWN,
            shares.source,
            shares.account,
            shares.security,
            shares.day,
            "Shares of an exercise or assignment whose option was not found: they are booked "
            "without its premium.",
            abs(shares.quantity),
        )
    return shares


def _expiry(fill: Fill) -> Fill:
    return replace(fill, how=Closing.EXPIRY, opens=False, order=None)


def _settled(fill: Fill, amount: Decimal, fees: Decimal = ZERO) -> Fill:
    return replace(
        fill,
        how=Closing.CASH_SETTLEMENT, opens=False, amount=amount, fees=fill.fees + fees, order=None,
    )  # fmt: skip
