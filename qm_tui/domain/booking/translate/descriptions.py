"""What the text of a corporate action says.

`LVGO(US5391831030) CASH and STOCK MERGER (Acquisition) US87918A1051 592 FOR 1000 AND USD 4.24
(TDOC, TELADOC HEALTH INC, US87918A1051)`: what it happens to, what happens, and the leg's own name.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

# The company's name in the last parentheses may have parentheses of its own.
_WHOLE = re.compile(
    r"^(?P<head>.*?) \((?P<symbol>[^,()]+), (?P<name>.*?)(?:, (?P<id>[A-Z0-9]*))?\)$"
)
_OF = re.compile(r"^\s*(?P<symbol>[^()]*?)\s*\((?P<id>[A-Z0-9]+)\)")
_RATIO = re.compile(r"(\d+(?:\.\d+)?) FOR (\d+(?:\.\d+)?)\b")
_TARGET = re.compile(r"\b(?:TO|WITH) \(?(?=[A-Z0-9]*\d)(?P<id>[A-Z0-9]{6,12})\b")
_MONEY = re.compile(r"\b(?:FOR|AND) [A-Z]{3} \d+(?:\.\d+)?\b(?! FOR)")
# `Reverse split: Close 6 USO   200717P00003500`
_SIDE = re.compile(r"\b(CLOSE|OPEN) [\d.,]+ ")
_EXACT = 100_000
"""Beyond this a ratio is a decimal number that was rounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The parts of a description, in capitals; None where it does not say."""

    head: str
    """The action, the same on all of its legs."""
    of_symbol: str | None
    """What it happens to."""
    of_id: str | None
    own_symbol: str | None
    """What this leg is of."""
    own_id: str | None
    target_id: str | None
    """What comes for it."""
    ratios: tuple[Fraction, ...]
    """`4 FOR 1` is 4."""
    closes: bool | None
    """Whether the leg closes the old position, or opens the one that stands for it."""
    money: bool
    """Whether an amount of money is named: cash is part of the bargain."""

    @property
    def ratio(self) -> Fraction | None:
        """The ratio, where there is just one."""
        return self.ratios[0] if len(self.ratios) == 1 else None

    @property
    def rounded(self) -> bool:
        """Whether the ratio is a rounded decimal number, as those of stock dividends are."""
        ratio = self.ratio
        return ratio is not None and max(ratio.numerator, ratio.denominator) > _EXACT

    @property
    def of_itself(self) -> bool | None:
        """Whether the leg is of the security that the action happens to; None: it says nothing."""
        if self.of_id and self.own_id:
            return self.of_id == self.own_id
        if self.of_symbol and self.own_symbol:
            return self.of_symbol == self.own_symbol
        return None


@lru_cache(4096)
def said(description: str | None) -> Said:
    """Read a description."""
    text = " ".join((description or "").upper().split())
    whole = _WHOLE.match(text)
    head = whole["head"] if whole else text
    of = _OF.match(head)
    target = _TARGET.search(head)
    side = _SIDE.search(text)
    return Said(
        head=head,
        of_symbol=(of["symbol"] or None) if of else _first_word(head),
        of_id=of["id"] if of else None,
        own_symbol=whole["symbol"] if whole else None,
        own_id=(whole["id"] or None) if whole else None,
        target_id=target["id"] if target else None,
        ratios=tuple(
            Fraction(new) / Fraction(old) for new, old in _RATIO.findall(head) if Fraction(old)
        ),
        closes=None if side is None else side[1] == "CLOSE",
        money=_MONEY.search(head) is not None,
    )


_WORDS = re.compile(r"^(?P<symbol>.+?) (?:SPLIT|SPINOFF|STOCK DIVIDEND|MERGED|TENDERED)\b")


def _first_word(head: str) -> str | None:
    """`GE SPINOFF 1 FOR 4` says it happens to GE, too."""
    found = _WORDS.match(head)
    return found["symbol"] if found else None
