"""Splits and stock dividends: more, or fewer, shares of the same stock for the same basis."""

from decimal import Decimal
from fractions import Fraction
from itertools import count

from qm_tui.domain.booking.apportionment import written
from qm_tui.domain.booking.events import Event, Split
from qm_tui.domain.booking.translate.desk import Desk
from qm_tui.domain.booking.translate.fractions_paid import Fractions, exactly
from qm_tui.domain.booking.translate.legs import Action
from qm_tui.domain.booking.translate.positions import Positions
from qm_tui.domain.booking.words import FindingKind
from qm_tui.domain.words import CorporateActionType

_PAIR = 2
_ROUNDED = Decimal("0.0001")
"""By so much a broker's credit may differ from what the ratio gives."""


def split(
    desk: Desk,
    action: Action,
    security: int,
    credited: Decimal | None,
    held: Positions,
    fractions: Fractions,
) -> list[Event] | None:
    """Return a split; the ratio is the text's where there is one, else that of the quantities.

    None: the stock got another name with it, and the leg of the other one is not there.
    """
    quantity = held.before(action.account, security, action.eve)
    if action.said.of_itself is False or (credited and credited == -quantity):
        return None
    ratio = _ratio(action, quantity, credited)
    if ratio is None:
        ratio = _told_by_legs(desk, action, security, quantity, paid=fractions.awaits(action))
    events: list[Event] = []
    shares = credited
    if credited is not None and quantity > 0:
        exact = exactly(quantity, ratio)
        gained = None if exact is None else exact - quantity
        shares, paid = fractions.paid(action, security, credited, gained)
        events += paid
        if ratio is not None and gained is not None and 0 < abs(gained - shares) < _ROUNDED:
            # The broker rounds what it credits, or the ratio it names.
            ratio = Fraction(quantity + shares) / Fraction(quantity)
    if ratio is None and shares is None:
        return None
    return [
        Split(
            day=action.day,
            account=action.account,
            security=security,
            at=action.at,
            source=action.source,
            sequence=action.sequence,
            key=action.key,
            ratio=ratio,
            shares=shares,
        ),
        *events,
    ]


def _ratio(action: Action, held: Decimal, credited: Decimal | None) -> Fraction | None:
    ratio = action.said.ratio
    if ratio is None:
        return None
    if action.type is CorporateActionType.STOCK_DIVIDEND:
        ratio += 1  # `1 FOR 20` brings one for twenty, which stay
    grows = credited is not None and held and (credited > 0) is (held > 0)
    if credited is not None and held and grows is not (ratio > 1):
        return 1 / ratio  # taken back
    return ratio


def _told_by_legs(
    desk: Desk, action: Action, security: int, held: Decimal, *, paid: bool
) -> Fraction | None:
    """Return the ratio that follows from a leg that closes all of it, and one that opens it again.

    Args:
        desk: The desk.
        action: The split.
        security: Of what.
        held: How much of it was there.
        paid: Whether a fraction was paid in cash, so that the leg that opens is of whole shares.
    """
    legs = [leg.quantity for leg in action.legs if leg.security == security and leg.quantity]
    if len(legs) != _PAIR or (legs[0] > 0) is (legs[1] > 0):
        return None
    smaller, larger = sorted(abs(Fraction(leg)) for leg in legs)
    reverse = action.type is CorporateActionType.REVERSE_SPLIT
    old, new = (larger, smaller) if reverse else (smaller, larger)
    if old != abs(Fraction(held)):
        return None
    plain = _plainest(new / old, (new + 1) / old) if new.denominator == 1 else new / old
    if plain == new / old or paid:
        return plain
    desk.find(
        FindingKind.FRACTION_UNKNOWN,
        action.source,
        action.account,
        security,
        action.day,
        f"{written(old)} shares became {written(new)}: what became of a fraction is not known. "
        "The split was booked as if there had been none.",
    )
    return new / old


def _plainest(low: Fraction, limit: Fraction) -> Fraction:
    """Return the fraction of the smallest denominator from `low` on, and below a limit."""
    return next(
        plain
        for denominator in count(1)
        if (plain := Fraction(-(-low * denominator // 1), denominator)) < limit
    )
