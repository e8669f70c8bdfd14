"""A difference that is looked into, and what may have led to it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from qm_tui.domain.booking.sentences import count
from qm_tui.domain.reconciliation.discrepancy import Evidence
from qm_tui.domain.reconciliation.replay import Replay, window
from qm_tui.domain.reconciliation.sides import Holding, Movement, MovementKind, ToldPosition
from qm_tui.domain.reconciliation.words import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """What may have led to a difference, and how probable that is."""

    cause: Cause
    confidence: Decimal
    """0 to 1."""
    says: str
    """One sentence in the user's words, with its numbers."""
    evidence: Sequence[Evidence] = ()


def suspicion(cause: Cause, confidence: str, says: str, *shown: Evidence) -> Suspicion:
    """Say what may have led to it."""
    return Suspicion(cause=cause, confidence=Decimal(confidence), says=says, evidence=shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A quantity that differs, with what is known of when it began to."""

    holding: Holding
    position: ToldPosition
    replay: Replay
    expected: Decimal
    agreed: ToldPosition | None
    """The last of the broker's positions with which our facts still agree."""
    differed: ToldPosition
    """The first one after it; without it, the first of all."""
    steady: bool
    """The difference was the same in all positions since `differed`, and there were several."""
    bases_agree: bool | None = None
    """Whether the broker's cost of all is what our lots cost; None: one is not known."""

    @property
    def difference(self) -> Decimal:
        """What the broker has more than we."""
        return self.position.quantity - self.expected

    @property
    def as_of(self) -> dt.datetime:
        """When the broker counted."""
        return self.position.as_of

    @property
    def symbol(self) -> str:
        """What the instrument is called."""
        return self.holding.instrument.symbol

    @property
    def began(self) -> str:
        """Say between which days it must have happened; empty where that is not known."""
        if self.agreed is None:
            return ""
        return f"between {self.agreed.as_of.date()} and {self.differed.as_of.date()}"

    @property
    def counted(self) -> Sequence[Movement]:
        """The movements that we count and the broker could have counted, oldest first."""
        return [each for each in self.replay.movements if window(each)[0] <= self.as_of]

    def may_be(self, movement: Movement) -> bool:
        """Whether it happened when the difference began."""
        early, late = window(movement)
        if self.agreed is not None and late <= self.agreed.as_of:
            return False
        return early <= self.differed.as_of

    def may_have_begun_on(self, day: dt.date) -> bool:
        """Whether the difference may have begun on a day, or on one of the next three."""
        if self.agreed is not None and day + dt.timedelta(days=4) < self.agreed.as_of.date():
            return False
        return day <= self.differed.as_of.date() + dt.timedelta(days=1)


_DEEDS = {
    MovementKind.TRANSFER: "transfer",
    MovementKind.CORPORATE_ACTION: "corporate action",
    MovementKind.OPTION_EVENT: "option event",
}


def told(movement: Movement, symbol: str) -> str:
    """Say what a movement is: `the purchase of 100 AAA on 2024-03-15`."""
    quantity = movement.quantity
    if quantity is None:
        return f"the {_DEEDS.get(movement.kind, 'trade')} of {symbol} on {movement.day}"
    if movement.kind is MovementKind.TRADE:
        deed = "purchase" if quantity > 0 else "sale"
        return f"the {deed} of {count(abs(quantity))} {symbol} on {movement.day}"
    return f"the {_DEEDS[movement.kind]} of {signed(quantity)} {symbol} on {movement.day}"


def on_days(days: Iterable[dt.date]) -> str:
    """Say on which day, or from which to which."""
    ordered = sorted({*days})
    first, last = ordered[0], ordered[-1]
    return f"on {first}" if first == last else f"from {first} to {last}"


def signed(quantity: Decimal) -> str:
    """Write a quantity with its sign."""
    return f"+{count(quantity)}" if quantity > 0 else f"−{count(-quantity)}"


def held(quantity: Decimal, symbol: str) -> str:
    """Write what is held, `no AAA`, `100 AAA`, `100 AAA short`."""
    if not quantity:
        return f"no {symbol}"
    return f"{count(abs(quantity))} {symbol}" + (" short" if quantity < 0 else "")


def were(quantity: Decimal) -> str:
    """Return the verb of a quantity in the past."""
    return "was" if abs(quantity) == 1 else "were"


def begun(words: str) -> str:
    """Begin a sentence with these words; symbols in it stay as they are."""
    return words[:1].upper() + words[1:]
