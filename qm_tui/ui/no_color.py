"""What is drawn where no color is wanted: by reverse, dim and bold alone (no-color.org)."""

from functools import lru_cache

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from typing_extensions import override

_STANDS_OUT = 2.0
"""Contrast from which a background is told from the screen's own: a cursor, a key, a chip."""
_STEPS_BACK = 5.5
"""Contrast below which a text is meant to be read after the others."""
_REVERSE = Style(reverse=True)
_DIM = Style(dim=True)


class WithoutColor(LineFilter):
    """Takes the colors away, and says by the terminal's own means what only they said.

    Textual's own filter for this turns colors to shades of gray, which are colors to a terminal.
    """

    def __init__(self, screen: Color) -> None:
        """Create the filter.

        Args:
            screen: What the screen is filled with.
        """
        super().__init__()
        self._screen = screen

    @override
    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(text, None if style is None else _plain(style, self._screen), control)
            for text, style, control in segments
        ]


@lru_cache(4)
def without_color(background: str) -> WithoutColor:
    """Return the filter for a theme whose screens have this background, as stylesheets write it."""
    return WithoutColor(Color.parse(background))


def contrast(one: Color, other: Color) -> float:
    """Return the contrast of two colors, from 1 to 21 (WCAG 2.2, by relative luminance)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@lru_cache(2048)
def _plain(style: Style, screen: Color) -> Style:
    behind = _known(style.bgcolor) or screen
    text = _known(style.color)
    plain = style.without_color
    if contrast(behind, screen) >= _STANDS_OUT:
        return plain + _REVERSE
    if text is not None and not plain.reverse and contrast(text, behind) < _STEPS_BACK:
        return plain + _DIM
    return plain


def _known(color: RichColor | None) -> Color | None:
    """Return the color; None where it is the terminal's own, whatever that is."""
    return None if color is None or color.is_default else Color.from_rich_color(color)


def _luminance(color: Color) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in color.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
