"""What the law leaves open, and the user may decide: each a named switch with its default."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from qm_tui.domain.booking.words import LotMethod


class PreSale(StrEnum):
    """Which shares bought before a loss can replace the shares sold."""

    STILL_HELD = "still_held"
    """Those that are still held right after the sale: adjustments only ever flow forward."""
    LITERAL = "literal"
    """All, as section 1091 says word by word; the loss then goes into gains of the past."""


class CallAsReplacement(StrEnum):
    """What a call bought within the window of a stock loss is."""

    FLAG = "flag"
    """A possible wash sale, for the user to look at."""
    APPLY = "apply"
    """A replacement: section 1091(a) names options to acquire."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The switches of a booking run."""

    tax_currency: str = "USD"
    method: LotMethod | None = None
    """Instead of every account's own method, and of the lots that were named: what if.

    SPECIFIC keeps the lots that were named.
    """
    pre_sale: PreSale = PreSale.STILL_HELD
    call_as_replacement: CallAsReplacement = CallAsReplacement.FLAG
    name_lots: bool = True
    """Whether lots that the broker or the user named for a sale are taken before the method's."""
    spin_off_fractions: Mapping[str, Fraction] = field(default_factory=dict)
    """Symbol of what was spun off, in one way of writing → the part of the parent's basis."""


DEFAULT_POLICY = Policy()
