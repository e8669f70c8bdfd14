"""The views that were saved of a screen: choose one, save one, delete one and have it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label
from typing_extensions import override

from qm_tui.ui.cell import Cell, Tone, plain
from qm_tui.ui.format import count
from qm_tui.ui.left_once import LeftOnce
from qm_tui.ui.saved_views import LONGEST_NAME, PLAIN, View
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.record_table import RecordTable
from qm_tui.ui.widgets.row_source import ListSource

if TYPE_CHECKING:
    from qm_tui.ui.screens.table_screen import TableScreen


@dataclass(frozen=True, slots=True)
class Entry:
    """A view as it is listed."""

    name: str
    about: str
    chosen: bool


def choose_view(screen: "TableScreen[Any]") -> None:
    """Let the user choose among the views of a screen."""

    async def ask() -> None:
        await screen.session.kept.read()
        if screen.is_active:
            screen.app.push_screen(ViewsDialog(screen))

    screen.run_worker(ask(), group="views", exclusive=True, exit_on_error=False)


def save_view(screen: "TableScreen[Any]") -> None:
    """Ask for a name, and save under it how the screen is looked at now."""
    from qm_tui.ui.dialogs.letters import LetterDialog  # noqa: PLC0415 - when asked for
    from qm_tui.ui.dialogs.name import NameDialog  # noqa: PLC0415 - when asked for

    async def save(name: str) -> None:
        await screen.views.save(name)
        screen.notify(f"View {plain(name)} saved; v chooses it.", timeout=3, markup=False)

    async def replace(name: str, answer: str | None) -> None:
        if answer == "yes":
            await save(name)

    async def take(name: str | None) -> None:
        if name is None:
            return
        if name == PLAIN:
            says = f"{PLAIN} is how everything begins; choose another name."
            screen.notify(says, severity="warning", timeout=4, markup=False)
        elif name in screen.views.kept.named:
            question = f"There is a view {plain(name)}. Replace it?"
            letters = {"y": ("yes", "yes"), "n": ("", "no")}
            screen.app.push_screen(LetterDialog(question, letters), partial(replace, name))
        else:
            await save(name)

    chosen = screen.views.kept.chosen or ""
    screen.app.push_screen(NameDialog("Save this view as", chosen, LONGEST_NAME), take)


class ViewsDialog(LeftOnce[None], ModalScreen[None]):
    """A list; what is deleted can be had back while it is open, and `plain` cannot be deleted."""

    DEFAULT_CSS = """
    ViewsDialog { align: center middle; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close", id="views.leave", priority=True),
        Binding("s", "save", "Save this view", id="views.save", priority=True),
        Binding("d,delete", "delete", "Delete", id="views.delete", priority=True),
        Binding("u", "undo", "Undo", id="views.undo", priority=True),
    ]

    def __init__(self, screen: "TableScreen[Any]") -> None:
        super().__init__()
        self._of = screen
        self._deleted: list[tuple[str, View]] = []
        self._entries: ListSource[Entry] = ListSource([], key=lambda entry: entry.name)
        self._read()

    @override
    def compose(self) -> ComposeResult:
        columns: Sequence[Column[Entry]] = (
            Column(key="name", title="View", width=24, min_width=12, cell=_name),
            Column(
                key="about",
                title="What it shows",
                width=36,
                flexible=True,
                cell=lambda entry: Cell(entry.about, Tone.MUTED),
            ),
        )
        with Vertical(id="box", classes="dialog"):
            yield Label(f"Views of {self._of.view_name}", classes="title", markup=False)
            yield RecordTable(columns, self._entries, id="views")
            yield Label(
                "enter show   s save this one   d delete   u undo   esc close", markup=False
            )

    def on_mount(self) -> None:
        """Begin with the list."""
        self.query_one("#views", RecordTable).focus()

    def _read(self) -> None:
        kept, of = self._of.views.kept, self._of
        titles = {column.key: column.title for column in of.table.columns}
        entries = [Entry(PLAIN, "as the screen was made", kept.chosen is None)]
        entries += [
            Entry(name, _about(view, titles), name == kept.chosen)
            for name, view in kept.named.items()
        ]
        self._entries.replace(entries)

    @on(RecordTable.Chosen, "#views")
    async def _choose(self, event: RecordTable.Chosen) -> None:
        entry: Entry = event.row
        self.dismiss(None)
        await self._of.views.choose(entry.name)

    def action_save(self) -> None:
        """Save how the screen is looked at now."""
        self.dismiss(None)
        self.app.call_later(save_view, self._of)

    async def action_delete(self) -> None:
        """Forget the view under the cursor."""
        entry = self.query_one("#views", RecordTable).cursor_row
        if entry is None:
            return
        if entry.name == PLAIN:
            self.app.notify(f"{PLAIN} is how everything begins.", timeout=3, markup=False)
            return
        self._deleted.append((entry.name, await self._of.views.delete(entry.name)))
        self._read()
        says = f"View {plain(entry.name)} deleted; u has it back."
        self.app.notify(says, timeout=5, markup=False)

    async def action_undo(self) -> None:
        """Have the view back that was deleted last."""
        if self._deleted:
            await self._of.views.put(*self._deleted.pop())
            self._read()

    def action_leave(self) -> None:
        """Leave all as it is."""
        self.dismiss(None)


def _name(entry: Entry) -> Cell:
    mark = "● " if entry.chosen else "  "
    return Cell(mark + entry.name, Tone.ACCENT if entry.chosen else Tone.PLAIN)


def _about(view: View, titles: Mapping[str, str]) -> str:
    shown = len(titles) - len(view.arrangement.hidden & titles.keys())
    parts = [count(shown, "column")]
    if view.orders:
        by = ", ".join(
            f"{titles.get(key, key)} {'▼' if reverse else '▲'}" for key, reverse in view.orders
        )
        parts.append(f"by {by}")
    if view.filter:
        parts.append(f"/{view.filter}")
    return " · ".join(parts)
