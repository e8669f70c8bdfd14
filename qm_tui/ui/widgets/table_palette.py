"""How a table's lines look: component classes of the stylesheet as ready-made Rich styles."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from rich.style import Style

from qm_tui.ui.cell import Tone

COMPONENT_CLASSES = frozenset(
    {
        f"record-table--{name}"
        for name in ("header", "sorted", "heading", "cursor", "marked", "placeholder")
    }
    | {f"record-table--{tone}" for tone in Tone if tone is not Tone.PLAIN}
)


STYLESHEET = """
RecordTable {
    height: 1fr;
    background: $surface;
    color: $foreground;
    scrollbar-gutter: stable;
    scrollbar-size-vertical: 1;
    scrollbar-size-horizontal: 1;
    & > .record-table--header { background: $panel; color: $foreground; text-style: bold; }
    & > .record-table--sorted {
        background: $panel; color: $text-accent; text-style: bold underline;
    }
    & > .record-table--heading { background: $panel; color: $foreground; text-style: bold; }
    & > .record-table--cursor {
        background: $block-cursor-blurred-background;
        color: $block-cursor-blurred-foreground;
        text-style: $block-cursor-blurred-text-style;
    }
    &:focus > .record-table--cursor {
        background: $block-cursor-background;
        color: $block-cursor-foreground;
        text-style: $block-cursor-text-style;
    }
    & > .record-table--marked { background: $secondary-muted; }
    & > .record-table--placeholder { color: $text-muted; }
    & > .record-table--positive { color: $text-success; }
    & > .record-table--negative { color: $text-error; }
    & > .record-table--muted { color: $text-muted; }
    & > .record-table--stale { color: $text-muted; text-style: italic; }
    & > .record-table--warning { color: $text-warning; }
    & > .record-table--error { color: $text-error; text-style: bold; }
    & > .record-table--accent { color: $text-accent; }
    &:nocolor > .record-table--marked { text-style: bold; }
    /* Red on blue, of 16 colors, is not to be read. */
    &:ansi > .record-table--marked { background: $surface; text-style: bold; }
    &:nocolor:focus > .record-table--cursor, &:ansi:focus > .record-table--cursor {
        text-style: bold reverse;
    }
}
"""


class Look(Enum):
    """How a row stands out; the value is its glyph, for terminals and eyes without color."""

    PLAIN = " "
    CURSOR = "▸"
    MARKED = "•"
    CURSOR_MARKED = "◆"

    @property
    def has_cursor(self) -> bool:
        """Whether the cursor is on the row."""
        return self in (Look.CURSOR, Look.CURSOR_MARKED)

    @staticmethod
    def of(*, cursor: bool, marked: bool) -> "Look":
        """The look of a row."""
        if cursor:
            return Look.CURSOR_MARKED if marked else Look.CURSOR
        return Look.MARKED if marked else Look.PLAIN


Tones = tuple[Mapping[Tone, Style], Mapping[Tone, Style], Mapping[Tone, Style]]
"""Styles by tone: of ordinary strength, of more (at 1) and of less (at -1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Every style a table draws with. Made once per change of theme or focus."""

    blank: Style
    header: Style
    sorted_header: Style
    placeholder: Style
    rows: Mapping[Look, Tones]
    headings: Mapping[Look, Tones]


def read_palette(base: Style, component: Callable[[str], Style]) -> Palette:
    """Combine the styles of the component classes.

    Args:
        base: The table's own style.
        component: The full style of a component class, over the table's background.
    """
    tones = {tone: _foreground(component, tone) for tone in Tone}
    cursor, marked = component("record-table--cursor"), component("record-table--marked")
    heading = component("record-table--heading")
    under_cursor = _strengths(
        {tone: cursor + _without_color(style) for tone, style in tones.items()}
    )
    above_rows = _strengths({tone: heading + style for tone, style in tones.items()})
    return Palette(
        blank=base,
        header=component("record-table--header"),
        sorted_header=component("record-table--sorted"),
        placeholder=component("record-table--placeholder"),
        rows={
            Look.PLAIN: _strengths({tone: base + style for tone, style in tones.items()}),
            Look.MARKED: _strengths({tone: marked + style for tone, style in tones.items()}),
            Look.CURSOR: under_cursor,
            Look.CURSOR_MARKED: under_cursor,
        },
        headings={
            Look.PLAIN: above_rows,
            Look.MARKED: above_rows,
            Look.CURSOR: under_cursor,
            Look.CURSOR_MARKED: under_cursor,
        },
    )


def _strengths(tones: Mapping[Tone, Style]) -> Tones:
    strong, faint = Style(bold=True), Style(dim=True)
    return (
        tones,
        {tone: style + strong for tone, style in tones.items()},
        {tone: style + faint for tone, style in tones.items()},
    )


def _foreground(component: Callable[[str], Style], tone: Tone) -> Style:
    if tone is Tone.PLAIN:
        return Style.null()
    style = component(f"record-table--{tone}")
    return Style(color=style.color, bold=style.bold, italic=style.italic, underline=style.underline)


def _without_color(style: Style) -> Style:
    # The tones are made for the table's background; on the cursor's they might not be legible.
    return Style(bold=style.bold, italic=style.italic, underline=style.underline)
