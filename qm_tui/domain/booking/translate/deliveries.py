"""Options and the shares delivered for them are found together, in whatever pieces they came."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from qm_tui.domain.booking.events import Exercise, Fill, Pick
from qm_tui.domain.booking.money import ZERO, share
from qm_tui.domain.booking.securities import Security
from qm_tui.domain.booking.translate.adjusted import adjusted
from qm_tui.domain.booking.translate.desk import Desk
from qm_tui.domain.booking.translate.option_events import NEAR
from qm_tui.domain.booking.words import Origin
from qm_tui.domain.instruments import InstrumentType, Right

_ONE = Decimal(1)
_CENT = Decimal("0.01")


@dataclass(slots=True)
class Deliveries:
    """What was found together, and what is left over of each side."""

    exercises: list[Exercise] = field(default_factory=list)
    options: list[Fill] = field(default_factory=list)
    shares: list[Fill] = field(default_factory=list)


def deliveries(desk: Desk, options: Iterable[Fill], shares: Iterable[Fill]) -> Deliveries:
    """Pair options with shares: at the strike, in the right direction, of the right day.

    Equal quantities come first; what is left is pieced together, so that five contracts may
    deliver 300 shares and 200, and 500 shares may come of three contracts and two.
    """
    found = Deliveries()
    pool: _Pool = {}
    for fill in shares:
        pool.setdefault((fill.account, fill.security), []).append(fill)
    left = list(options)
    for look in _LOOKS:
        left = [rest for option in left if (rest := _pair(desk, found, option, pool, look))]
    found.options = left
    found.shares = [fill for fills in pool.values() for fill in fills]
    for option, delivery in adjusted(desk, found.options, found.shares):
        found.exercises.append(exercise(option, delivery))
        found.options.remove(option)
        found.shares.remove(delivery)
    return found


_Pool = dict[tuple[int, int], list[Fill]]
"""Shares that no option has been found for, by account and security."""


class _Look(NamedTuple):
    """How close a pair has to be."""

    days: int
    whole: bool = True
    """Whether the quantities must be equal."""
    at_strike: bool = True


_LOOKS = (
    _Look(0),
    _Look(NEAR),
    _Look(0, whole=False),
    _Look(NEAR, whole=False),
    # The strike of an adjusted contract is not what a share of what it delivers costs.
    _Look(0, at_strike=False),
)


def _pair(desk: Desk, found: Deliveries, option: Fill, pool: _Pool, look: _Look) -> Fill | None:
    """Find shares for an option; return what is left of it."""
    rest: Fill | None = option
    while rest is not None:
        match = _match(desk, rest, pool, look)
        if match is None:
            return rest
        rest = _take(desk, found, rest, pool[match.account, match.security], match)
    return None


def _match(desk: Desk, option: Fill, pool: _Pool, look: _Look) -> Fill | None:
    security = desk.facts.securities[option.security]
    units = abs(option.quantity) * delivered(security)
    candidates = [
        fill
        for fill in _there(security, option, pool)
        if abs((fill.day - option.day).days) <= look.days
        and (not look.whole or abs(fill.quantity) == units)
        and _belongs(desk, security, option, fill, at_strike=look.at_strike)
    ]
    return min(
        candidates,
        key=lambda fill: (fill.day < option.day, abs((fill.day - option.day).days), fill.key),
        default=None,
    )


def _there(security: Security, option: Fill, pool: _Pool) -> Iterable[Fill]:
    if security.underlying is not None:
        return pool.get((option.account, security.underlying), ())
    return (fill for place, fills in pool.items() if place[0] == option.account for fill in fills)


def _belongs(
    desk: Desk, security: Security, option: Fill, shares: Fill, *, at_strike: bool
) -> bool:
    if not at_strike and security.underlying is None:
        return False
    # A call's holder gets shares for the contracts that leave him; a put's gives them.
    opposite = (option.quantity > 0) is not (shares.quantity > 0)
    if security.right is not None and opposite is not (security.right is Right.CALL):
        return False
    if not at_strike:
        return True
    multiplier = desk.facts.securities[shares.security].multiplier
    if security.strike is None:
        return False
    return abs(shares.amount - abs(shares.quantity) * security.strike * multiplier) <= _CENT


def delivered(security: Security) -> Decimal:
    """Return the units that one contract delivers."""
    if security.deliverable is not None:
        return security.deliverable
    # An option on a future delivers one future.
    return _ONE if security.kind is InstrumentType.FUTURE_OPTION else security.multiplier


def _take(
    desk: Desk, found: Deliveries, option: Fill, shares: list[Fill], match: Fill
) -> Fill | None:
    """Make an exercise of as much as both sides have; return what is left of the option."""
    per_contract = delivered(desk.facts.securities[option.security])
    place = shares.index(match)
    units = min(abs(match.quantity), abs(option.quantity) * per_contract)
    contracts = units / per_contract
    part, option_left = _split(option, contracts)
    delivery, shares_left = _split(match, units)
    found.exercises.append(exercise(part, delivery))
    if shares_left is None:
        del shares[place]
    else:
        shares[place] = shares_left
    return option_left


def _split(fill: Fill, quantity: Decimal) -> tuple[Fill, Fill | None]:
    """Take a part of a fill, with its part of the money; and what is left."""
    whole = abs(fill.quantity)
    if quantity >= whole:
        return fill, None
    amount, fees = share(fill.amount, quantity, whole), share(fill.fees, quantity, whole)
    named, rest = _divided(fill.picks, quantity)
    part = replace(
        fill,
        quantity=quantity.copy_sign(fill.quantity), amount=amount, fees=fees, picks=named,
    )  # fmt: skip
    left = replace(
        fill,
        quantity=fill.quantity - part.quantity, amount=fill.amount - amount,
        fees=fill.fees - fees, picks=rest, sequence=fill.sequence + 1,
    )  # fmt: skip
    return part, left


def _divided(
    picks: tuple[Pick, ...], quantity: Decimal
) -> tuple[tuple[Pick, ...], tuple[Pick, ...]]:
    first: list[Pick] = []
    rest: list[Pick] = []
    for pick in picks:
        part = min(pick.quantity, quantity)
        quantity -= part
        for some, where in ((part, first), (pick.quantity - part, rest)):
            if some > ZERO:
                basis = None if pick.basis is None else share(pick.basis, some, pick.quantity)
                where.append(pick._replace(quantity=some, basis=basis))
    return tuple(first), tuple(rest)


def exercise(option: Fill, shares: Fill | None) -> Exercise:
    """Return the event of contracts that went, and of the shares that came or went for them."""
    return Exercise(
        day=option.day,
        account=option.account,
        security=option.security,
        at=option.at,
        source=option.source,
        sequence=option.sequence,
        key=option.key,
        quantity=option.quantity,
        shares=None if shares is None else replace(shares, origin=Origin.EXERCISE),
        picks=option.picks,
        fees=option.fees,
        rate=option.rate,
    )
