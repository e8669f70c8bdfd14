"""Splits and stock dividends: more, or fewer, shares of the same stock for the same basis."""

from decimal import Decimal
from fractions import Fraction

from qm_tui.domain.booking.events import Event, Split
from qm_tui.domain.booking.translate.fractions_paid import Fractions, exactly
from qm_tui.domain.booking.translate.legs import Action
from qm_tui.domain.booking.translate.positions import Positions
from qm_tui.domain.words import CorporateActionType

_ROUNDED = Decimal("0.0001")
"""By so much a broker's credit may differ from what the ratio gives."""


def split(
    action: Action, security: int, credited: Decimal | None, held: Positions, fractions: Fractions
) -> list[Event] | None:
    """Return a split; the ratio is the text's where there is one, else that of the quantities.

    None: the stock got another name with it, and the leg of the other one is not there.
    """
    quantity = held.before(action.account, security, action.eve)
    if action.said.of_itself is False or (credited and credited == -quantity):
        return None
    ratio = _ratio(action, quantity, credited)
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
