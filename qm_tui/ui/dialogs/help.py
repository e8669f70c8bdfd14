"""The keys that work where one is, and what rows can be filtered by."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import App, ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Vertical
from textual.dom import DOMNode
from textual.screen import ModalScreen
from textual.widgets import Input, Label
from typing_extensions import override

from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.condition_fields import Fields
from qm_tui.ui.left_once import LeftOnce
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.grouped_source import GroupedSource
from qm_tui.ui.widgets.headings import Grouping
from qm_tui.ui.widgets.record_table import RecordTable
from qm_tui.ui.widgets.row_source import ListSource

HERE = "This screen"
_ROWS = "Rows"
_EVERYWHERE = "Everywhere"
_FILTER = "What / filters by"
_SECTIONS = (HERE, _ROWS, _EVERYWHERE, _FILTER)
_BELONGS = {
    "rows": _ROWS, "table": _ROWS, "filter": _ROWS,
    "app": _EVERYWHERE, "show": _EVERYWHERE, "history": _EVERYWHERE, "page": _EVERYWHERE,
}  # fmt: skip
"""How an id begins → its section; all others are of the screen."""


@dataclass(frozen=True, slots=True)
class KeyHelp:
    """One thing that can be done here."""

    keys: str
    what: str
    binding_id: str
    section: str = HERE
    do: Callable[[], Awaitable[None]] | None = field(default=None, compare=False)
    """Does it; None where there is nothing to be done."""


class HelpDialog(LeftOnce[KeyHelp | None], ModalScreen[KeyHelp | None]):
    """A list that narrows while one types; answers what is to be done."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,f1", "close", "Close", id="help.close", priority=True),
        Binding("down", "cursor(1)", "Next", id="help.list", show=False),
        Binding("up", "cursor(-1)", "One before", id="help.up", show=False),
        Binding("pagedown", "page(1)", "Page down", id="help.page-down", show=False),
        Binding("pageup", "page(-1)", "Page up", id="help.page-up", show=False),
    ]

    def __init__(self, helps: Sequence[KeyHelp], version: str) -> None:
        super().__init__()
        self._version = version
        self._helps: ListSource[KeyHelp] = ListSource(helps, key=lambda entry: entry)

    @override
    def compose(self) -> ComposeResult:
        columns: tuple[Column[KeyHelp], ...] = (
            Column(key="keys", title="Keys", cell=lambda k: Cell(k.keys, Tone.ACCENT), width=20),
            Column(
                key="what",
                title="What they do here",
                cell=lambda k: Cell(k.what),
                width=28,
                flexible=True,
            ),
            Column(
                key="id",
                title="Name in [keys]",
                width=22,
                drop_order=1,
                cell=lambda k: Cell(k.binding_id, Tone.MUTED),
            ),
        )
        sections: Grouping[KeyHelp] = Grouping(
            key=lambda entry: entry.section,
            title=lambda entry: entry.section,
            order=lambda entry: _SECTIONS.index(entry.section),
        )
        with Vertical(classes="dialog", id="box"):
            yield Label(
                f"qm-tui {self._version}: keys that work here", classes="title", markup=False
            )
            yield Input(placeholder="type to search", id="search")
            yield RecordTable(
                columns,
                GroupedSource(self._helps, [sections], lambda _: {}),
                empty="No key does that here.",
                id="keys",
            )
            yield Label("enter does it", markup=False)

    @on(Input.Changed, "#search")
    def _search(self, event: Input.Changed) -> None:
        typed = event.value.casefold().split()
        self._helps.filter(lambda entry: _matches(entry, typed))
        # The first line is a heading, which does nothing.
        self.call_after_refresh(self._table.move_cursor, 1 if typed else 0)

    @property
    def _table(self) -> RecordTable[KeyHelp]:
        return self.query_one("#keys", RecordTable)

    @on(Input.Submitted, "#search")
    @on(RecordTable.Chosen, "#keys")
    def _do(self) -> None:
        chosen = self._table.cursor_row
        if chosen is not None and chosen.do is not None:
            self.dismiss(chosen)

    def action_cursor(self, rows: int) -> None:
        """Move in the list while one types."""
        self._table.action_cursor(rows)

    def action_page(self, pages: float) -> None:
        """Move by what is seen of the list while one types."""
        self._table.action_page(pages)

    def action_close(self) -> None:
        """Back to work."""
        self.dismiss()


def _matches(entry: KeyHelp, typed: Sequence[str]) -> bool:
    text = f"{entry.keys} {entry.what} {entry.binding_id} {entry.section}".casefold()
    return all(word in text for word in typed)


def helps_of(bindings: Iterable[ActiveBinding], display: Callable[[Binding], str]) -> list[KeyHelp]:
    """One entry an action, with all its keys, in sections and there in the order of bindings."""
    keys: dict[tuple[str, str, str], list[str]] = {}
    doing: dict[str, Callable[[], Awaitable[None]]] = {}
    for node, binding, enabled, _ in bindings:
        # Without an id are those that Textual's widgets bring along.
        if enabled and binding.id:
            what = (binding.action, binding.description, binding.id)
            keys.setdefault(what, []).append(display(binding))
            doing[binding.id] = partial(_do, node, binding.action)
    helps = [
        KeyHelp(
            " ".join(dict.fromkeys(names)),
            description,
            binding_id,
            _BELONGS.get(binding_id.partition(".")[0], HERE),
            doing[binding_id],
        )
        for (_, description, binding_id), names in keys.items()
    ]
    # How the cursor moves is known to most; what can be done with rows is not.
    helps.sort(key=lambda entry: entry.binding_id.startswith("table."))
    return sorted(helps, key=lambda entry: _SECTIONS.index(entry.section))


async def _do(node: DOMNode, action: str) -> None:
    if node.is_attached:
        await node.app.run_action(action, default_namespace=node)


def fields_in_words(fields: Fields) -> list[KeyHelp]:
    """One entry a field that conditions such as `dte<30` can be about."""
    return [
        KeyHelp(
            field.typed,
            field.says,
            " ".join(name for name in (field.key, *field.aliases) if name != field.typed),
            _FILTER,
        )
        for field in fields.fields
    ]


def helps_here(app: App[None]) -> list[KeyHelp]:
    """What the help of the screen in front lists."""
    # Late: it knows the dialogs.
    from qm_tui.ui.screens.table_screen import TableScreen  # noqa: PLC0415

    screen: Any = app.screen
    helps = helps_of(screen.active_bindings.values(), app.get_key_display)
    if isinstance(screen, TableScreen):
        helps += fields_in_words(screen.filter.fields)
    return helps
