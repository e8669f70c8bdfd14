"""The legs of a corporate action belong together, and take effect on one day."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from operator import itemgetter

from qm_tui.domain.booking.events import ZERO, Source
from qm_tui.domain.booking.facts import ActionFact
from qm_tui.domain.booking.translate.descriptions import Said, said
from qm_tui.domain.booking.translate.desk import Desk
from qm_tui.domain.words import CorporateActionType

ACTIONS = "corporate_actions"
_EVENING = dt.timedelta(hours=20)
"""In UTC, of the day in New York: 16:00 in summer, 15:00 in winter."""
_HOLIDAYS = dt.timedelta(days=5)
"""The longest that exchanges are closed: what is reported later than that is reported late."""
_SATURDAY = 5


@dataclass(slots=True, kw_only=True)
class Action:
    """A corporate action as it hits one account."""

    account: int
    day: dt.date
    """From its open on the action is in effect."""
    at: dt.datetime | None
    """Only where it takes effect after the day's close."""
    type: CorporateActionType
    said: Said
    legs: list[ActionFact]
    moves: dict[int, Decimal] = field(default_factory=dict)
    """Security → change of the holding, where there is any."""
    source: Source
    key: str
    sequence: int = 0

    @property
    def eve(self) -> dt.date:
        """The first day whose trades come behind the action."""
        return self.day if self.at is None else self.day + dt.timedelta(days=1)

    @property
    def given(self) -> dict[int, Decimal]:
        """What went, positive."""
        return {security: -move for security, move in self.moves.items() if move < 0}

    @property
    def taken(self) -> dict[int, Decimal]:
        """What came."""
        return {security: move for security, move in self.moves.items() if move > 0}

    @property
    def securities(self) -> list[int]:
        """All securities that a leg names, those with changes first."""
        named = dict.fromkeys(leg.security for leg in self.legs if leg.security is not None)
        return [*self.moves, *(security for security in named if security not in self.moves)]

    def leg(self, security: int) -> ActionFact:
        """Return the leg of a security."""
        return next(leg for leg in self.legs if leg.security == security)

    def value(self, security: int) -> Decimal | None:
        """Return the market value that the broker states for what came or went."""
        values = [leg.value for leg in self.legs if leg.security == security and leg.value]
        return abs(sum(values, ZERO)) if values else None


def actions_of(desk: Desk) -> list[Action]:
    """Group the legs: by the action's id, else by what happens to what, and when."""
    groups: dict[tuple[object, ...], list[ActionFact]] = {}
    for leg in sorted(desk.facts.actions, key=lambda leg: desk.key(leg.key, leg.account)):
        group = (leg.account, _by_stamp(leg), leg.action_id or said(leg.description).head)
        groups.setdefault(group, []).append(leg)
    return in_turn(_action(desk, legs) for legs in groups.values())


def in_turn(actions: Iterable[Action]) -> list[Action]:
    """Sort actions by their days, and what gives a security behind what brings it that day."""
    left = sorted(actions, key=lambda action: (action.day, action.at is not None, action.key))
    done: list[Action] = []
    while left:
        today = [action for action in left if _together(action, left[0])]
        free = [
            action
            for action in today
            if not any(other.taken.keys() & action.given.keys() for other in today)
        ]
        following = (free or today)[0]
        following.sequence = len(done)
        done.append(following)
        left.remove(following)
    return done


def _together(one: Action, other: Action) -> bool:
    return (one.account, one.day, one.at is None) == (other.account, other.day, other.at is None)


def _action(desk: Desk, legs: list[ActionFact]) -> Action:
    first = legs[0]
    # The legs of one action may be reported on several days.
    day, at = min((effective(leg) for leg in legs), key=itemgetter(0))
    open_day, _ = _by_stamp(first)
    if day > open_day and _traded(desk, legs, open_day, day):
        day = open_day
    return Action(
        account=first.account,
        day=day,
        at=at,
        type=_type(legs),
        said=said(first.description),
        legs=legs,
        moves=_moves(legs),
        source=Source(ACTIONS, first.id),
        key=desk.key(first.key, first.account),
    )


def _type(legs: Iterable[ActionFact]) -> CorporateActionType:
    types = [leg.type for leg in legs if leg.type is not CorporateActionType.OTHER]
    return types[0] if types else CorporateActionType.OTHER


def _moves(legs: Iterable[ActionFact]) -> dict[int, Decimal]:
    """Sum by security: a leg that was taken back, and booked again, counts once."""
    moves: dict[int, Decimal] = {}
    for leg in legs:
        if leg.security is not None and leg.quantity:
            moves[leg.security] = moves.get(leg.security, ZERO) + leg.quantity
    return {security: move for security, move in moves.items() if move}


def effective(leg: ActionFact) -> tuple[dt.date, dt.datetime | None]:
    """Return the day from whose open on a leg is in effect, or the evening of a day.

    Brokers stamp an action at 20:25 of the evening before, and report it the next business day,
    which knows of holidays; what is reported late is in effect on the next weekday all the same.
    """
    day, at = _by_stamp(leg)
    reported = leg.report_date
    if day == leg.date or reported is None or reported.weekday() >= _SATURDAY:
        return day, at
    return (reported if day < reported <= leg.date + _HOLIDAYS else day), at


def _traded(desk: Desk, legs: Iterable[ActionFact], first: dt.date, until: dt.date) -> bool:
    """Whether something of an action was traded from a day on, so that it was no holiday."""
    named = {leg.security for leg in legs}
    return any(
        trade.security in named and first <= trade.trade_date < until for trade in desk.facts.trades
    )


def _by_stamp(leg: ActionFact) -> tuple[dt.date, dt.datetime | None]:
    """Return when a leg is in effect by its stamp, as if weekdays had no holidays."""
    reported, stamped = leg.report_date, leg.effective_at
    if stamped is None:
        # Of a day alone nobody knows whether the evening is meant, unless the report says so.
        late = reported is not None and reported > leg.date
        return (_next_weekday(leg.date), None) if late else (leg.date, None)
    midnight = dt.datetime.combine(leg.date, dt.time(), dt.UTC)
    if stamped - midnight < _EVENING:
        return leg.date, None
    if reported is not None and reported <= leg.date:
        return leg.date, stamped
    return _next_weekday(leg.date), None


def _next_weekday(day: dt.date) -> dt.date:
    following = day + dt.timedelta(days=1)
    while following.weekday() >= _SATURDAY:
        following += dt.timedelta(days=1)
    return following


def cash_of(desk: Desk, action: Action, security: int) -> tuple[Decimal | None, Decimal | None]:
    """Return the cash of all legs in a security's currency (received is positive), and its rate.

    None where the cash cannot be converted.
    """
    total: Decimal = ZERO
    known: Decimal | None = None
    rate: Decimal | None = None
    for leg in action.legs:
        paid = leg.proceeds if leg.proceeds is not None else -(leg.amount or ZERO)
        amount, found = desk.money(
            paid, leg.currency, security, action.day, action.account, leg.fx_rate_to_base
        )
        if amount is None:
            if paid:
                return None, None
            continue
        known = total = total + amount
        if leg.security == security or rate is None:
            rate = found
    return known or ZERO, rate
