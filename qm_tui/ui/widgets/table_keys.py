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
    Binding("enter,right,l", "choose", "Open", id="table.choose"),
    Binding("left,h", "back", "Back", show=False, id="table.back"),
    Binding("shift+right", "pan(1)", "Columns right", show=False, id="table.pan-right"),
    Binding("shift+left", "pan(-1)", "Columns left", show=False, id="table.pan-left"),
    Binding("space", "mark", "Mark", show=False, id="table.mark"),
)
