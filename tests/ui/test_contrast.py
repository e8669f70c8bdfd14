"""Whether what is written can be read: the contrast that WCAG 2 asks for, in every theme."""

import pytest
from textual.color import Color
from textual.theme import Theme

from qm_tui.ui.themes import THEMES

TONES = (
    "foreground", "primary", "accent", "text-success", "text-error", "text-warning",
    "text-accent", "text-muted",
)  # fmt: skip
GROUNDS = ("surface", "panel", "boost", "secondary-muted")
READABLE, EASY = 4.5, 7.0
"""Contrast at least, AA and AAA, of text of the usual size."""
TRUE_COLOR = [theme for theme in THEMES if not theme.ansi]


def luminance(color: Color) -> float:
    """How bright a color is, as WCAG 2.2 reckons it."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in color.normalized
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Color, other: Color) -> float:
    """From 1, the same, to 21, black on white."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def too_close(theme: Theme, wanted: float) -> list[str]:
    """What is hard to read in a theme."""
    known = {**theme.to_color_system().generate(), **theme.variables}
    pairs = [(tone, ground) for tone in TONES for ground in GROUNDS]
    pairs += [
        ("block-cursor-foreground", "block-cursor-background"),
        ("block-cursor-blurred-foreground", "block-cursor-blurred-background"),
    ]
    found = []
    for tone, ground in pairs:
        behind = Color.parse(known[ground])
        written = Color.parse(known[tone])
        if written.ansi is None and (ratio := contrast(behind + written, behind)) < wanted:
            found.append(f"{tone} on {ground}: {ratio:.2f}")
    return found


@pytest.mark.parametrize("theme", TRUE_COLOR, ids=lambda theme: theme.name)
def test_whatever_is_written_can_be_read(theme: Theme) -> None:
    wanted = EASY if "contrast" in theme.name else READABLE
    assert too_close(theme, wanted) == []
