"""What a table draws in one field: a text, its tone, and how text from outside is made harmless."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Literal

from rich.cells import cell_len, set_cell_size

Align = Literal["left", "right"]

ELLIPSIS = "…"
OVERFLOW = "#"
"""Fills a right-aligned field that is too narrow: a number cut short would be another number."""
STAND_IN = "\ufffd"
"""Drawn where the text has a control character, a lone surrogate or an unassigned code point."""

_NUMBER_AT_END = re.compile(r"(?<![\w.,])[-+−]?\d[\d.,]*$")
_IN_NUMBERS = frozenset("0123456789.,")

_CODES_PER_CELL = 4
"""Code points looked at for one cell; more are combining marks piled up by a hostile sender."""


class Tone(StrEnum):
    """What a text means; the stylesheet decides how that looks (`record-table--<tone>`)."""

    PLAIN = "plain"
    POSITIVE = "positive"
    NEGATIVE = "negative"
    MUTED = "muted"
    STALE = "stale"
    WARNING = "warning"
    ERROR = "error"
    ACCENT = "accent"


@dataclass(frozen=True, slots=True)
class Cell:
    """A finished text and its tone; signs and arrows are in the text, never in the color alone."""

    text: str
    tone: Tone = Tone.PLAIN
    strength: int = 0
    """How much it stands out among those of its tone: 1 more, -1 less; no meaning by itself."""


class _StandIns:
    """A table for `str.translate` that knows every code point."""

    def __getitem__(self, code: int) -> str:
        return _stand_in(code)


_STAND_INS = _StandIns()


def plain(text: str) -> str:
    """The text without anything a terminal could obey or that has no width of its own.

    White space of any kind becomes a blank; marks that change direction, join or select a glyph
    vanish; control characters, lone surrogates, private and unassigned code points become `�`.
    """
    if text.isascii() and text.isprintable():
        return text
    return text.translate(_STAND_INS)


def fit(text: str, width: int, align: Align) -> str:
    """The text made harmless, in exactly `width` terminal cells.

    Left-aligned text that is too long ends in `…`; right-aligned text (a number) becomes `####`.
    """
    if not (text.isascii() and text.isprintable()):
        enough = width * _CODES_PER_CELL + 1
        return _fit_wide(text[:enough], width, align, cut=len(text) > enough)
    if len(text) > width:
        if align == "right":
            return OVERFLOW * width
        return _cut(text[: max(width - 1, 0)], text[max(width - 1, 0) :], width)
    return text.rjust(width) if align == "right" else text.ljust(width)


def width_of(text: str) -> int:
    """How many terminal cells the text takes once it is plain."""
    return cell_len(plain(text))


@lru_cache(maxsize=1024)
def _fit_wide(text: str, width: int, align: Align, *, cut: bool) -> str:
    safe = text.translate(_STAND_INS)
    size = cell_len(safe)
    if cut or size > width:
        if align == "right":
            return OVERFLOW * width
        kept = set_cell_size(safe, max(width - 1, 0))
        return _cut(kept, safe[len(kept) :], width)
    blank = " " * (width - size)
    return blank + safe if align == "right" else safe + blank


def _cut(kept: str, rest: str, width: int) -> str:
    """What is kept of a sentence, without a number at its end that goes on in the rest."""
    half = _NUMBER_AT_END.search(kept) if rest[:1] in _IN_NUMBERS else None
    if half is None or not half.start():
        return kept + ELLIPSIS[:width]
    blank = " " * len(half.group())
    return kept[: half.start()] + ELLIPSIS[:width] + blank


@lru_cache(maxsize=4096)
def _stand_in(code: int) -> str:
    # Variation selectors are printable but change the width of the glyph before them.
    if 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF:
        return ""
    character = chr(code)
    match unicodedata.category(character):
        case "Zs" | "Zl" | "Zp":
            return " "
        case "Cf":
            return ""
        case "Cc":
            return " " if character.isspace() else STAND_IN
        case "Cs" | "Co" | "Cn":
            return STAND_IN
        case _:
            return character
