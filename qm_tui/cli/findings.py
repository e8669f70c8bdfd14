"""What `doctor` prints: one thing that was looked at, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and what to do about it."""

    what: str
    says: str
    advice: str | None = None
    well: bool = True
    more: tuple[str, ...] = ()
    """Further lines, when there is more to know."""


def trouble(what: str, says: str, advice: str, more: Sequence[str] = ()) -> Finding:
    """Make a finding for which something has to be done."""
    return Finding(what, says, advice, well=False, more=tuple(more))
