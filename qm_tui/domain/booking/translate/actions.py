"""Corporate actions become events, by their kind and by what their legs did to the holding."""

from decimal import Decimal

from qm_tui.domain.booking.events import ZERO, Event, Fill, ReturnOfCapital, TransferIn
from qm_tui.domain.booking.translate.contracts import parted
from qm_tui.domain.booking.translate.desk import Desk
from qm_tui.domain.booking.translate.distributions import rights, spin_off
from qm_tui.domain.booking.translate.exchanges import exchange, purchase, subscription
from qm_tui.domain.booking.translate.fractions_paid import Fractions
from qm_tui.domain.booking.translate.legs import Action, actions_of, cash_of
from qm_tui.domain.booking.translate.loose_ends import tied
from qm_tui.domain.booking.translate.positions import Positions
from qm_tui.domain.booking.translate.reinvestments import reinvestments
from qm_tui.domain.booking.translate.splits import split
from qm_tui.domain.booking.words import Closing, FindingKind
from qm_tui.domain.words import CorporateActionType

_Type = CorporateActionType
_SPLITS = frozenset({_Type.SPLIT, _Type.REVERSE_SPLIT})
_DISTRIBUTIONS = frozenset({_Type.SPIN_OFF, _Type.STOCK_DIVIDEND, _Type.RIGHTS})
_FOR_NOTHING_GIVEN = _DISTRIBUTIONS | {_Type.DIVIDEND_REINVESTMENT}


def actions(desk: Desk, held: Positions) -> list[Event]:
    """Translate the corporate actions of a group, and the cash paid for fractions."""
    fractions = Fractions(desk)
    events: list[Event] = []
    told = tied(parted(desk, actions_of(desk)))
    reinvested = reinvestments(desk, told)
    for action in told:
        if action.type is _Type.DIVIDEND_REINVESTMENT and action.taken and not action.given:
            made = reinvested.get(action.key)
        else:
            made = None if _incomplete(action) else _events(desk, action, held, fractions)
        if made is None:
            _unknown(desk, action)
            made = _without_basis(action, held)
            if not made:
                continue
        events += made
        for security, quantity in action.moves.items():
            held.move(action.account, security, action.day, quantity)
    return events + list(fractions.rest())


def _incomplete(action: Action) -> bool:
    return any(leg.security is None and leg.quantity for leg in action.legs)


def _unknown(desk: Desk, action: Action) -> None:
    securities = action.securities
    if not securities:
        return
    text = next((leg.description for leg in action.legs if leg.description), None)
    desk.find(
        FindingKind.ACTION_UNKNOWN,
        action.source,
        action.account,
        securities[0],
        action.day,
        text
        or f"A corporate action ({action.type.value.replace('_', ' ')}) without a description.",
        action.moves.get(securities[0]),
    )


def _without_basis(action: Action, held: Positions) -> list[Event]:
    """Return shares that came for nobody knows what: they are there, and their basis is unknown.

    Only of what was distributed, or bought with a dividend: it takes nothing away.
    """
    if len(action.moves) != 1 or action.given or action.type not in _FOR_NOTHING_GIVEN:
        return []
    ((security, quantity),) = action.moves.items()
    if held.before(action.account, security, action.eve) < 0:
        return []
    return [
        TransferIn(
            day=action.day,
            account=action.account,
            security=security,
            at=action.at,
            source=action.source,
            sequence=action.sequence,
            key=action.key,
            quantity=quantity,
        )
    ]


def _events(
    desk: Desk, action: Action, held: Positions, fractions: Fractions
) -> list[Event] | None:
    """Return an action's events, perhaps none; None where nobody can tell what it did."""
    given, taken = action.given, action.taken
    if given and taken:
        return _swap(desk, action, held, fractions)
    if len(action.moves) > 1:
        return None
    if not action.moves:
        return _nothing_moved(desk, action, held, fractions)
    if action.type in _SPLITS or _in_same_stock(action):
        ((security, credited),) = action.moves.items()
        return split(desk, action, security, credited, held, fractions)
    return _gone(desk, action, held, fractions) if given else _came(desk, action, held, fractions)


def _in_same_stock(action: Action) -> bool:
    return action.type is _Type.STOCK_DIVIDEND and action.said.of_itself is not False


def _swap(desk: Desk, action: Action, held: Positions, fractions: Fractions) -> list[Event] | None:
    given, taken = action.given, action.taken
    if action.type is _Type.RIGHTS and len(given) == len(taken) == 1:
        ((right, used),) = given.items()
        ((stock, shares),) = taken.items()
        return [subscription(action, right, used, purchase(desk, action, stock, shares))]
    return exchange(desk, action, held, fractions)


def _nothing_moved(
    desk: Desk, action: Action, held: Positions, fractions: Fractions
) -> list[Event] | None:
    securities = action.securities
    if not securities:
        return []
    security = securities[0]
    if action.type in _SPLITS and all(leg.quantity is None for leg in action.legs):
        return split(desk, action, security, None, held, fractions)
    cash, rate = cash_of(desk, action, security)
    if action.type is not _Type.RETURN_OF_CAPITAL or not cash:
        return []
    return [
        ReturnOfCapital(
            day=action.day,
            account=action.account,
            security=security,
            at=action.at,
            source=action.source,
            sequence=action.sequence,
            key=action.key,
            amount=cash,
            rate=rate,
        )
    ]


def _gone(desk: Desk, action: Action, held: Positions, fractions: Fractions) -> list[Event] | None:
    """Shares went, and none came."""
    ((security, quantity),) = action.given.items()
    cash, _ = cash_of(desk, action, security)
    if cash is None or cash < 0:
        return None
    if cash > 0:
        return exchange(desk, action, held, fractions)
    if action.type is _Type.DELISTING:
        return [_for_nothing(desk, action, security, -quantity, Closing.WORTHLESS)]
    had = held.before(action.account, security, action.eve) > 0
    if " EXPIRE" in action.said.head or (action.type is _Type.RIGHTS and had):
        return [_for_nothing(desk, action, security, -quantity, Closing.EXPIRY)]
    # What a short position owes besides.
    return _distributed(desk, action, security, -quantity, held, fractions)


def _came(desk: Desk, action: Action, held: Positions, fractions: Fractions) -> list[Event] | None:
    """Shares came, and none went."""
    ((security, quantity),) = action.taken.items()
    if action.type in _DISTRIBUTIONS:
        return _distributed(desk, action, security, quantity, held, fractions)
    was_short = held.before(action.account, security, action.eve) < 0
    if was_short and action.type is _Type.DELISTING:
        return [_for_nothing(desk, action, security, quantity, Closing.WORTHLESS)]
    cash, _ = cash_of(desk, action, security)
    if cash is None or cash >= 0:
        return None
    if was_short:
        return exchange(desk, action, held, fractions)
    return [purchase(desk, action, security, quantity)]


def _distributed(
    desk: Desk,
    action: Action,
    security: int,
    shares: Decimal,
    held: Positions,
    fractions: Fractions,
) -> list[Event] | None:
    match action.type:
        case _Type.SPIN_OFF | _Type.STOCK_DIVIDEND:
            return spin_off(desk, action, security, shares, held, fractions)
        case _Type.RIGHTS:
            return rights(desk, action, security, shares, held)
        case _:
            return None


def _for_nothing(
    desk: Desk, action: Action, security: int, quantity: Decimal, how: Closing
) -> Fill:
    _, rate = cash_of(desk, action, security)
    return Fill(
        day=action.day,
        account=action.account,
        security=security,
        at=action.at,
        source=action.source,
        sequence=action.sequence,
        key=action.key,
        quantity=quantity,
        amount=ZERO,
        opens=False,
        rate=rate,
        how=how,
    )
