"""The last look at what goes to the terminal: it obeys nothing but what Textual says."""

import re

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter
from typing_extensions import override

from qm_tui.ui.cell import STAND_IN

_OBEYED = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Control characters, marks of direction, and halves of characters, which cannot be written."""


class Harmless(LineFilter):
    """Takes out what a terminal would obey; lines stay as wide as they are.

    Our own texts are plain before. A line into which somebody pastes is Textual's, and shows what
    is pasted.
    """

    @override
    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        if all(text.isprintable() for text, _, _ in segments):
            return segments
        return [
            Segment(text if control else _OBEYED.sub(_as_wide, text), style, control)
            for text, style, control in segments
        ]


def _as_wide(found: re.Match[str]) -> str:
    return STAND_IN * cell_len(found[0])
