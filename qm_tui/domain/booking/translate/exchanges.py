"""Exchanges: mergers, tenders, conversions, changes of symbol, and what is paid in cash for all."""

from decimal import Decimal

from qm_tui.domain.booking.events import ZERO, Event, Exchange, Fill, Received, RightsExercise
from qm_tui.domain.booking.translate.descriptions import said
from qm_tui.domain.booking.translate.desk import Desk
from qm_tui.domain.booking.translate.fractions_paid import Fractions, exactly
from qm_tui.domain.booking.translate.legs import Action, cash_of
from qm_tui.domain.booking.translate.positions import Positions
from qm_tui.domain.words import CorporateActionType


def exchange(
    desk: Desk, action: Action, held: Positions, fractions: Fractions
) -> list[Event] | None:
    """Return the events of what was given up for something else; None: the legs make no sense."""
    sides = _sides(action, held)
    if sides is None:
        return None
    old, given, taken, short = sides
    cash, rate = cash_of(desk, action, old)
    if cash is None:
        return None
    if short:
        cash = -cash
    if cash < 0:
        return None if short else _subscribed(desk, action, old, given, taken)
    lieu: list[Event] = []
    if len(taken) == 1:
        ((new, credited),) = taken.items()
        exact = exactly(given, action.said.ratio)
        whole, paid = fractions.paid(action, new, credited, exact)
        lieu += paid
        taken = {new: whole}
        if not action.said.money and any(event.source == action.source for event in paid):
            cash = ZERO
    received = tuple(
        Received(security, quantity, value=_value(desk, action, security, old))
        for security, quantity in sorted(taken.items())
    )
    return [
        Exchange(
            day=action.day,
            account=action.account,
            security=old,
            at=action.at,
            source=action.source,
            sequence=action.sequence,
            key=action.key,
            given=given,
            received=received,
            cash=cash,
            short=short,
            renamed=action.type is CorporateActionType.SYMBOL_CHANGE
            and not cash
            and [abs(quantity) for quantity in taken.values()] == [abs(given)],
            rate=rate,
        ),
        *lieu,
    ]


def _value(desk: Desk, action: Action, security: int, old: int) -> Decimal | None:
    """Return what the broker says the shares are worth, in the currency of those given up."""
    leg, value = action.leg(security), action.value(security)
    if value is None:
        return None
    worth, _ = desk.money(value, leg.currency, old, action.day, action.account, leg.fx_rate_to_base)
    return worth


def _sides(action: Action, held: Positions) -> tuple[int, Decimal, dict[int, Decimal], bool] | None:
    """Tell what was given up, how much of it, what came for it, and whether it was held short.

    Of a short position the old shares come and the new ones go; so they do where an exchange is
    taken back.
    """
    given, taken = action.given, action.taken
    short = [s for s in taken if _was_short(action, held, s)]
    if len(short) == 1 and len(taken) == 1:
        return short[0], taken[short[0]], given, True
    if len(given) != 1:
        return None
    ((old, quantity),) = given.items()
    return old, quantity, taken, False


def _was_short(action: Action, held: Positions, security: int) -> bool:
    closes = said(action.leg(security).description).closes
    if closes is not None:
        return closes
    there = _held(action, held, security)
    if there >= 0 or _is_old(action, security):
        return there < 0
    if any(_is_old(action, other) for other in action.given):
        return False
    # Nobody says what was there before; what was not held long cannot have been given up.
    given_up = any(_held(action, held, other) > 0 for other in action.given)
    return there <= -action.taken[security] and not given_up


def _held(action: Action, held: Positions, security: int) -> Decimal:
    return held.before(action.account, security, action.eve)


def _is_old(action: Action, security: int) -> bool:
    if not action.given:
        return True
    return said(action.leg(security).description).of_itself is True


def _subscribed(
    desk: Desk, action: Action, old: int, given: Decimal, taken: dict[int, Decimal]
) -> list[Event] | None:
    """Return what was subscribed to: rights and money went, shares came."""
    if len(taken) != 1:
        return None
    ((new, quantity),) = taken.items()
    return [subscription(action, old, given, purchase(desk, action, new, quantity))]


def subscription(action: Action, right: int, given: Decimal, shares: Fill) -> RightsExercise:
    """Return rights that were used, for shares."""
    return RightsExercise(
        day=action.day,
        account=action.account,
        security=right,
        at=action.at,
        source=action.source,
        sequence=action.sequence,
        key=action.key,
        quantity=given,
        shares=shares,
    )


def purchase(desk: Desk, action: Action, security: int, quantity: Decimal) -> Fill:
    """Return shares that an action brought for money."""
    paid, rate = cash_of(desk, action, security)
    return Fill(
        day=action.day,
        account=action.account,
        security=security,
        at=action.at,
        source=action.source,
        sequence=action.sequence,
        key=action.key,
        quantity=quantity,
        amount=abs(paid or ZERO),
        rate=rate,
    )
