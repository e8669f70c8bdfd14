"""The keys of a table; every id can be given another key in the configuration."""

from textual.binding import Binding

KEYS = (
    Binding("down,j", "cursor(1)", "Down", show=False, id="table.down"),
    Binding("up,k", "cursor(-1)", "Up", show=False, id="table.up"),
    Binding("pagedown", "page(1)", "Page down", show=False, id="table.page-down"),
    Binding("pageup", "page(-1)", "Page up", show=False, id="table.page-up"),
    Binding("ctrl+d", "page(0.5)", "Half a page down", show=False, id="table.half-down"),
    Binding("ctrl+u", "page(-0.5)", "Half a page up", show=False, id="table.half-up"),
    Binding("home,g", "first", "First row", show=False, id="table.first"),
    Binding("end,G", "last", "Last row", show=False, id="table.last"),
    Binding("enter", "choose", "Open", id="table.choose"),
    Binding("right,l", "into", "Open, unfold", show=False, id="table.into"),
    Binding("left,h", "back", "Back, fold", show=False, id="table.back"),
    Binding("shift+right", "column(1)", "Column to the right", show=False, id="table.pan-right"),
    Binding("shift+left", "column(-1)", "Column to the left", show=False, id="table.pan-left"),
    Binding("less_than_sign", "widen(-1)", "Narrow the column", show=False, id="table.narrow"),
    Binding("greater_than_sign", "widen(1)", "Widen the column", show=False, id="table.widen"),
    Binding("space", "mark", "Mark", show=False, id="table.mark"),
    Binding("M", "mark_range", "Mark from the last mark", show=False, id="table.mark-range"),
    Binding("U", "unmark", "Unmark all", show=False, id="table.unmark"),
)
