"""The sides of an option's end."""

from dataclasses import dataclass
from enum import Enum, auto

from qm_tui.domain.booking.events import Fill
from qm_tui.domain.words import OptionEventType


class End(Enum):
    """What became of an option, or what a booking of shares has to do with it."""

    EXPIRY = auto()
    PAID = auto()
    """Settled in cash."""
    DELIVERY = auto()
    """Exercised or assigned."""
    UNKNOWN = auto()
    """Booked at no price, and nobody says why."""


ENDS = {
    OptionEventType.EXPIRATION: End.EXPIRY,
    OptionEventType.CASH_SETTLEMENT: End.PAID,
    OptionEventType.EXERCISE: End.DELIVERY,
    OptionEventType.ASSIGNMENT: End.DELIVERY,
    OptionEventType.DELIVERY: End.DELIVERY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One side of an end: an option that went, or the shares that came or went for it."""

    fill: Fill
    end: End | None
    """None: a booking that has nothing to do with an option's end."""
    stated: bool
    """Whether the broker says that it is of an exercise or assignment."""
