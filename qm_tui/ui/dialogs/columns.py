"""Which columns a table has, in which order and how wide; the table shows it meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label
from typing_extensions import override

from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.left_once import LeftOnce
from qm_tui.ui.widgets.arrangement import Arrangement
from qm_tui.ui.widgets.bar import words
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.record_table import RecordTable
from qm_tui.ui.widgets.row_source import ListSource
from qm_tui.ui.widgets.sum_lines import broken

if TYPE_CHECKING:
    from qm_tui.ui.screens.table_screen import TableScreen

_EVERY = 0.25
"""Seconds between two looks at where columns are."""
_WIDTH = 44
"""Cells that it takes at least, as the stylesheet says."""


@dataclass(frozen=True, slots=True)
class Item:
    """A column as it is listed."""

    key: str
    title: str
    natural: int
    """Its width when nobody has changed it."""
    shown: bool
    width: int | None
    """None is as wide as there is room for."""


def choose_columns(screen: "TableScreen[Any]") -> None:
    """Let the user arrange the columns of a screen; what he keeps is kept."""
    from qm_tui.ui.dialogs.views import save_view  # noqa: PLC0415 - they lead to each other

    table = screen.table

    async def take(kept: str | None) -> None:
        if kept is not None:
            await screen.views.arrange(table.arrangement)
        if kept == "save":
            save_view(screen)

    screen.app.push_screen(ColumnsDialog(table), take)


class ColumnsDialog(LeftOnce[str | None], ModalScreen[str | None]):
    """Answers `keep`, `save` (under a name), or None: then all is as before."""

    DEFAULT_CSS = """
    ColumnsDialog { align: right middle; background: transparent; }
    ColumnsDialog #column-keys { height: auto; margin: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", id="columns.leave", priority=True),
        Binding("enter", "keep", "Keep", id="columns.keep", priority=True),
        Binding("space,x", "turn", "Show or hide", id="columns.toggle", priority=True),
        Binding("J,shift+down", "move(1)", "Move down", id="columns.down", priority=True),
        Binding("K,shift+up", "move(-1)", "Move up", id="columns.up", priority=True),
        Binding("plus,greater_than_sign", "widen(1)", "Wider", id="columns.widen", priority=True),
        Binding(
            "minus,less_than_sign", "widen(-1)", "Narrower", id="columns.narrow", priority=True
        ),
        Binding("r", "reset", "As it was made", id="columns.reset", priority=True),
        Binding("s", "save", "Save as a view", id="columns.save", priority=True),
    ]

    def __init__(self, table: RecordTable[Any]) -> None:
        super().__init__()
        self._shown = table
        self._before = table.arrangement
        self._items: ListSource[Item] = ListSource(
            _items(table.columns, self._before), key=lambda item: item.key
        )

    @override
    def compose(self) -> ComposeResult:
        columns: Sequence[Column[Item]] = (
            Column(key="shown", title="", width=3, cell=_check),
            Column(key="title", title="Column", width=14, flexible=True, cell=_title),
            Column(key="width", title="Width", width=5, align="right", cell=_width),
        )
        with Vertical(id="box", classes="dialog"):
            yield Label("Columns", classes="title", markup=False)
            yield RecordTable(columns, self._items, id="columns")
            yield Label("", id="column-keys", markup=False)

    def on_mount(self) -> None:
        """Take the keyboard; follow numbers that widen their columns."""
        self.set_interval(_EVERY, self._begin_at_an_edge)
        self.query_one("#columns", RecordTable).focus()

    def on_resize(self) -> None:
        """Break the line where no key is torn from what it does."""
        self._begin_at_an_edge()
        keys = ("space shows", "J K move", "+ - width", "r as made", "s save view", "enter keep")
        line = broken(words(""), [words(each) for each in keys], 40)
        self.query_one("#column-keys", Label).update(Content("\n").join(line))

    @property
    def _table(self) -> RecordTable[Item]:
        return self.query_one("#columns", RecordTable)

    def action_turn(self) -> None:
        """Show or hide the column, and go on to the next."""
        if (item := self._table.cursor_row) is not None:
            self._put(replace(item, shown=not item.shown))
            self._table.action_cursor(1)

    def action_widen(self, cells: int) -> None:
        """Make the column wider or narrower."""
        if (item := self._table.cursor_row) is not None:
            wanted = self._arrangement().with_width(item.key, (item.width or item.natural) + cells)
            self._put(replace(item, width=wanted.widths[item.key]))

    def action_move(self, places: int) -> None:
        """Move the column towards the right or the left of the table."""
        items, at = list(self._items.rows), self._table.cursor_index
        if 0 <= at + places < len(items):
            items.insert(at + places, items.pop(at))
            self._show(items)

    def action_reset(self) -> None:
        """Begin anew with what the screen was made with."""
        self._show(_items(self._shown.columns, Arrangement()))

    def action_keep(self) -> None:
        """Keep it so."""
        self.dismiss("keep")

    def action_save(self) -> None:
        """Keep it so, under a name."""
        self.dismiss("save")

    def action_leave(self) -> None:
        """Have all as it was."""
        self._shown.arrange_columns(self._before)
        self.dismiss(None)

    def _put(self, item: Item) -> None:
        self._show([item if each.key == item.key else each for each in self._items.rows])

    def _show(self, items: Sequence[Item]) -> None:
        if not any(item.shown for item in items):
            self.app.notify("One column must stay.", timeout=3, markup=False)
            return
        self._items.replace(items)
        self._shown.arrange_columns(self._arrangement())
        self._begin_at_an_edge()

    def _begin_at_an_edge(self) -> None:
        """Begin where a column ends: half of a number behind would be another number."""
        width, table = self.size.width, self._shown.region
        least = width - _WIDTH
        ends = [table.x + edge for edge in self._shown.edges.values()]
        ends = [table.right] if table.right <= least else [end for end in ends if end <= least]
        if ends:
            box, wanted = self.query_one("#box"), width - max(ends)
            if box.outer_size.width != wanted:
                box.styles.width = wanted

    def _arrangement(self) -> Arrangement:
        items = self._items.rows
        return Arrangement(
            order=tuple(item.key for item in items) if self._is_moved else (),
            hidden=frozenset(item.key for item in items if not item.shown),
            widths={item.key: item.width for item in items if item.width is not None},
        )

    @property
    def _is_moved(self) -> bool:
        """Whether the order is another than the natural one."""
        return [i.key for i in self._items.rows] != [c.key for c in self._shown.columns]


def _items(columns: Sequence[Column[Any]], arrangement: Arrangement) -> Sequence[Item]:
    return [
        Item(
            key=column.key,
            title=column.title or column.key,
            natural=column.width,
            shown=column.key not in arrangement.hidden,
            width=arrangement.widths.get(column.key),
        )
        for column in arrangement.ordered(columns)
    ]


def _check(item: Item) -> Cell:
    return Cell("[x]", Tone.ACCENT) if item.shown else Cell("[ ]", Tone.MUTED)


def _title(item: Item) -> Cell:
    return Cell(item.title, Tone.PLAIN if item.shown else Tone.MUTED)


def _width(item: Item) -> Cell:
    return Cell("auto", Tone.MUTED) if item.width is None else Cell(str(item.width))
