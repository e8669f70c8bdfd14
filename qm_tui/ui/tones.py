"""Cells outside of a table: their tones as styles of the theme."""

from textual.content import Content

from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.widgets.bar import words

STYLES = {
    Tone.PLAIN: "",
    Tone.POSITIVE: "$text-success",
    Tone.NEGATIVE: "$text-error",
    Tone.MUTED: "$text-muted",
    Tone.STALE: "$text-muted italic",
    Tone.WARNING: "$text-warning",
    Tone.ERROR: "$text-error bold",
    Tone.ACCENT: "$text-accent",
}


def toned(cell: Cell) -> Content:
    """The cell's text in the style of its tone."""
    return words(cell.text.strip(), STYLES[cell.tone])


def labeled(label: str, cell: Cell, note: str = "") -> Content:
    """A value with its name before it, and what is not in it behind it."""
    name = words(f"{label} ", "$text-muted")
    if not note:
        return Content.assemble(name, toned(cell))
    return Content.assemble(name, toned(cell), words(f" {note}", "$text-warning"))
