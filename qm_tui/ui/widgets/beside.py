"""Beside a table: all there is to say of the row under the cursor, where the terminal is wide."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from textual.containers import Horizontal
from textual.content import Content

from qm_tui.ui.cell import Cell, plain
from qm_tui.ui.tones import STYLES
from qm_tui.ui.widgets.bar import words
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.panel import Panel
from qm_tui.ui.widgets.record_table import RecordTable

WIDE = 220
"""Cells of a terminal from which on the panel is there by itself."""
_ROOM = 100
"""Cells below which there is no room for it, whoever asks."""
_NUMBERS = 16
"""Cells that a number has, its point below the others."""
_FRACTION = re.compile(r"[.,](?:\d{1,2}|\d{4,})(?: %)?$")
"""Behind the point; three digits are thousands where a comma stands before them."""
_POINT_AT = 4
"""Cells for digits behind the point."""
_LINES = 6
"""Of one text at most."""
_LONGEST = 600
"""Characters of one that are looked at."""
_EVERY = 0.5
"""Seconds between two looks at whether the row is another: prices move by themselves."""

More = Callable[[Any, int], Sequence[Content]]
"""Row and width → what a screen says of it beside its columns."""


class RowPanel(Panel, can_focus=False):
    """What the columns say of one row, also those that are hidden or had no room."""

    def __init__(self, table: Callable[[], RecordTable[Any]], more: More) -> None:
        super().__init__("", self._lines_of, id="this-row", leads_on=False)
        self._table = table
        self._more = more

    def on_mount(self) -> None:
        """Follow what changes by itself."""
        self.set_interval(_EVERY, self._look)

    def _look(self) -> None:
        if self.display and self.screen.is_current:
            self.bring_up_to_date()

    def _lines_of(self, width: int, height: int) -> Sequence[Content]:
        del height
        table = self._table()
        row = table.cursor_row
        name = table.columns[0].cell(row).text.strip() if row is not None else ""
        self.border_title = words(name[:width] or "no row")
        if row is None:
            return ()
        said = list(told(table.columns, row, width))
        if more := self._more(row, width):
            said += [Content(), *more]
        return said


class Beside(Horizontal):
    """A table and, where there is room, what is said of one row of it."""

    DEFAULT_CSS = """
    Beside {
        height: 1fr;
        & > RecordTable { width: 1fr; height: 100%; }
        & > RowPanel { width: 27%; min-width: 44; max-width: 64; height: 100%; }
    }
    """

    def __init__(self, table: RecordTable[Any], panel: RowPanel) -> None:
        super().__init__(table, panel, id="beside")
        self._panel = panel
        # Not even for one frame: numbers would widen columns that have no room.
        panel.display = False

    def fit(self, width: int, wanted: bool | None) -> None:  # noqa: FBT001 - as the session keeps it
        """Show the panel or not.

        Args:
            width: of the terminal.
            wanted: whether the user asked for it, or to be rid of it; None: neither.
        """
        self._panel.display = width >= (_ROOM if wanted else WIDE) and wanted is not False

    @property
    def shows_row(self) -> bool:
        """Whether the panel is there."""
        return bool(self._panel.display)

    def bring_up_to_date(self) -> None:
        """Say what is so now."""
        if self.shows_row:
            self._panel.bring_up_to_date()


def told(columns: Sequence[Column[Any]], row: Any, width: int) -> Iterator[Content]:
    """What each column says of a row, with its title: numbers at the right, words wrapped."""
    titled = [column for column in columns if len(column.title) > 1]
    label = max((len(column.title) for column in titled), default=0) + 2
    room = max(width - label, 1)
    for column in titled:
        cell = column.cell(row)
        title = words(column.title.ljust(label), "$text-muted")
        lines = _value(column, cell, room)
        yield Content.assemble(title, lines[0])
        for line in lines[1:]:
            yield Content.assemble(" " * label, line)


def _value(column: Column[Any], cell: Cell, room: int) -> Sequence[Content]:
    style = STYLES[cell.tone]
    if column.align == "right":
        text = at_the_point(cell.text.strip())
        return [words(text.rjust(min(_NUMBERS, room)), style)]
    return wrapped(cell.text.strip(), room, style)


def at_the_point(number: str) -> str:
    """Blanks behind a number, so that the points of right-aligned ones stand in one line."""
    fraction = _FRACTION.search(number)
    if fraction is not None:
        return number + " " * max(_POINT_AT - (len(number) - fraction.start() - 1), 0)
    return number + " " * (_POINT_AT + 1) if number[-1:].isdigit() or number == "—" else number


def wrapped(text: str, width: int, style: str = "") -> Sequence[Content]:
    """Text from outside in a few lines; that there was more is seen."""
    lines = [line.rstrip() for line in words(plain(text[:_LONGEST]), style).wrap(max(width, 1))]
    if len(lines) > _LINES:
        lines = [*lines[: _LINES - 1], words("…", style)]
    return lines or [Content()]


def side_notes(title: str, texts: Sequence[str], width: int) -> Iterator[Content]:
    """Sentences below a heading of their own."""
    if texts:
        yield words(title, "bold $primary")
    for text in texts:
        yield from wrapped(text, width)
