"""Option events beside trades: they say what a trade is, or stand for it where there is none."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from qm_tui.domain.booking.events import ZERO, Fill, Source
from qm_tui.domain.booking.facts import OptionEventFact, TradeFact
from qm_tui.domain.booking.money import PRECISION
from qm_tui.domain.booking.securities import Security
from qm_tui.domain.booking.translate.codes import BOOK_TRADES
from qm_tui.domain.booking.translate.desk import Desk
from qm_tui.domain.booking.translate.ends import ENDS, End, Leg
from qm_tui.domain.booking.translate.sides import SIDES, Sides
from qm_tui.domain.booking.words import FindingKind
from qm_tui.domain.instruments import InstrumentType
from qm_tui.domain.words import OptionEventType

NEAR = 4
"""Days by which two reports of one end may differ: a weekend, and a holiday."""
_PAID = OptionEventType.CASH_SETTLEMENT


class Told(NamedTuple):
    """What option events say."""

    types: dict[int, OptionEventType]
    """Trade id → what kind of end the trade is."""
    alone: list[OptionEventFact]
    """Events that no trade tells."""
    payments: list[OptionEventFact]
    """Cash settlements of contracts whose end is told beside them, by a trade or another event."""


def told(desk: Desk) -> Told:
    """Find the trade that tells the same as each option event."""
    events = sorted(
        desk.facts.option_events,
        # What is paid is told beside an exercise or assignment, often as one of no contracts.
        key=lambda event: (event.type is _PAID, desk.key(event.key, event.account)),
    )
    if not events:
        return Told({}, [], [])
    payments = [event for event in events if event.type is _PAID and not event.quantity]
    others = [event for event in events if event.type is not _PAID]
    events = [event for event in events if event.quantity or event.type is not _PAID]
    trades = _Trades(desk, {(event.account, event.security) for event in events})
    types: dict[int, OptionEventType] = {}
    for find in (trades.with_id, trades.of_quantity, trades.in_parts):
        left: list[OptionEventFact] = []
        for event in events:
            found = find(event)
            if not found:
                left.append(event)
            elif event.type is _PAID:
                payments.append(event)
            for trade in found:
                types[trade.id] = event.type
                trades.take(trade)
        events = left
    payments += [event for event in events if event.type is _PAID and _is_beside(event, others)]
    alone = [event for event in events if event not in payments]
    return Told(types, alone, payments)


def _is_beside(event: OptionEventFact, others: list[OptionEventFact]) -> bool:
    return any(
        (other.account, other.security) == (event.account, event.security)
        and abs((other.date - event.date).days) <= NEAR
        for other in others
    )


class _Trades:
    """Trades that no event has been found to tell again."""

    def __init__(self, desk: Desk, places: set[tuple[int, int]]) -> None:
        self._by_day: defaultdict[_Day, list[TradeFact]] = defaultdict(list)
        self._by_id: dict[tuple[int, int, str], TradeFact] = {}
        for trade in sorted(
            (t for t in desk.facts.trades if (t.account, t.security) in places),
            key=lambda trade: desk.key(trade.key, trade.account),
        ):
            place = (trade.account, trade.security)
            self._by_day[*place, trade.trade_date].append(trade)
            if trade.broker_trade_id is not None:
                self._by_id.setdefault((*place, trade.broker_trade_id), trade)

    def take(self, trade: TradeFact) -> None:
        """Leave a trade to the event that it belongs to."""
        self._by_day[trade.account, trade.security, trade.trade_date].remove(trade)
        if trade.broker_trade_id is not None:
            self._by_id.pop((trade.account, trade.security, trade.broker_trade_id), None)

    def with_id(self, event: OptionEventFact) -> list[TradeFact]:
        """Return the trade that has the event's id."""
        if event.broker_trade_id is None:
            return []
        found = self._by_id.get((event.account, event.security, event.broker_trade_id))
        return [] if found is None else [found]

    def of_quantity(self, event: OptionEventFact) -> list[TradeFact]:
        """Return the nearest booking of the event's quantity."""
        wanted = event.quantity
        for trade in self._near(event):
            if wanted is None or abs(trade.quantity) == abs(wanted):
                return [trade]
        return []

    def in_parts(self, event: OptionEventFact) -> list[TradeFact]:
        """Return bookings of one day that add up to no more than the event."""
        claimed: list[TradeFact] = []
        room = abs(event.quantity or ZERO)
        near = self._near(event)
        for trade in near:
            if abs(trade.quantity) <= room and trade.trade_date == near[0].trade_date:
                claimed.append(trade)
                room -= abs(trade.quantity)
        return claimed

    def _near(self, event: OptionEventFact) -> list[TradeFact]:
        """Return the bookings around the event's day, the nearest first."""
        days = sorted(range(-NEAR, NEAR + 1), key=abs)
        return [
            trade
            for apart in days
            for trade in self._by_day.get(
                (event.account, event.security, event.date + dt.timedelta(days=apart)), ()
            )
            if _may_be(trade, event)
        ]


_Day = tuple[int, int, dt.date]


def _may_be(trade: TradeFact, event: OptionEventFact) -> bool:
    if trade.transaction_type in BOOK_TRADES:
        return True
    # Of a trade that nobody calls a booking only the price tells it from one on the exchange.
    if trade.transaction_type is not None or trade.broker_execution_id is not None:
        return False
    return trade.price == (event.price or ZERO)


def standing_alone(desk: Desk, event: OptionEventFact, sides: Sides) -> Leg | None:
    """Return an event's own leg; None where it does not say enough to be booked."""
    end = ENDS.get(event.type)
    security = desk.facts.securities[event.security]
    if end is None or not event.quantity or _has_no_price(event, security):
        desk.find(
            FindingKind.NOT_BOOKED, Source("option_events", event.id), event.account,
            event.security, event.date,
            "The end of an option that does not say what became of it."
            if end is None or not event.quantity
            else "The end of a future that does not say at which price it was settled.",
        )  # fmt: skip
        return None
    amount = paid_at_end(event, security)
    if end is End.PAID and not amount and event.proceeds is not None and security.is_option:
        end = End.EXPIRY  # settled for nothing
    money, rate = desk.money(
        amount, event.currency, event.security, event.date, event.account, None
    )
    fill = Fill(
        day=event.date,
        account=event.account,
        security=event.security,
        source=Source("option_events", event.id),
        key=desk.key(event.key, event.account),
        quantity=sides.signed(event),
        amount=amount if money is None else money,
        fees=-event.commission if event.commission else ZERO,
        opens=False if security.is_option else None,
        rate=rate,
    )
    return Leg(fill=fill, end=end, stated=True)


def _has_no_price(event: OptionEventFact, security: Security) -> bool:
    """Whether a future was settled at nobody knows what."""
    settled = event.type is _PAID and security.kind is InstrumentType.FUTURE
    return settled and event.price is None


def paid_at_end(event: OptionEventFact, security: Security) -> Decimal:
    """Return what an event says was paid, whoever paid it.

    What a future is settled for is its price; the money that moves is the last day's change alone.
    """
    if security.kind is InstrumentType.FUTURE and event.price is not None:
        worth = abs(event.quantity or ZERO) * event.price * security.multiplier
        return worth.quantize(PRECISION)
    if event.proceeds:
        return abs(event.proceeds)
    if event.quantity is None or event.type in SIDES or event.type is OptionEventType.EXPIRATION:
        return ZERO
    if event.price is None or event.price == security.strike:
        return ZERO  # some sources state the strike there
    return abs(event.quantity) * event.price * security.multiplier
