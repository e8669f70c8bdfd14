"""A screen with several tables, one in front of the others, and a key for each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.style import Style
from typing_extensions import override

from qm_tui.domain.selection import Scope
from qm_tui.ui.feeds import Feed
from qm_tui.ui.screens.table_screen import TableScreen
from qm_tui.ui.session import Session
from qm_tui.ui.widgets.bar import Bar, words
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.record_table import RecordTable


class Titled(Protocol):
    """What a tab says of itself."""

    key: ClassVar[str]
    name: ClassVar[str]
    noun: ClassVar[tuple[str, str]]
    sorted_by: ClassVar[tuple[str, bool]]


def tab_bindings(prefix: str, tabs: Iterable[Titled]) -> list[BindingType]:
    """A key for each tab, and two that go from one to the next."""
    return [
        *(
            Binding(tab.key, f"tab('{tab.key}')", tab.name, id=f"{prefix}.{_slug(tab)}", show=False)
            for tab in tabs
        ),
        Binding("tab", "step(1)", "Next tab", id=f"{prefix}.next", show=False),
        Binding("shift+tab", "step(-1)", "Previous tab", id=f"{prefix}.previous", show=False),
    ]


class TabbedScreen(TableScreen[Any]):
    """Tables are made when they are first shown; all mean the same accounts."""

    TABS: ClassVar[Mapping[str, Any]]
    """Key → tab, in the order shown."""
    first_tab: str | None = None
    """The key of the tab that is shown at first; None is the first of them."""

    def __init__(self, session: Session, trail: Sequence[str], scope: Scope = Scope()) -> None:
        self._choose(self.first_tab or next(iter(self.TABS)))
        super().__init__(session, trail, scope)
        self._tables: dict[str, tuple[RecordTable[Any], Feed[Any]]] = {
            self.tab_key: (self.table, self.feed)
        }

    @property
    @override
    def view_name(self) -> str:
        return f"{super().view_name}.{_slug(self.TABS[self.tab_key])}"

    @override
    def all_columns(self) -> Iterator[tuple[str, Sequence[Column[Any]]]]:
        before = self.tab_key
        for key in self.TABS:
            self._choose(key)
            yield self.view_name, self.columns()
        self._choose(before)

    @override
    def memory(self) -> Mapping[str, Any]:
        return {**super().memory(), "tab": self.tab_key}

    @override
    async def recover(self) -> None:
        tab = self._left_as["tab"] if self._left_as is not None else self.tab_key
        if tab != self.tab_key and tab in self.TABS:
            await self.action_tab(tab)
        else:
            await super().recover()

    def _choose(self, key: str) -> None:
        self.tab_key = key
        tab: Titled = self.TABS[key]
        self.noun, self.sorted_by = tab.noun, tab.sorted_by

    @override
    def body(self) -> ComposeResult:
        yield Bar(id="tabs")
        yield from super().body()

    @override
    def show_frame(self) -> None:
        super().show_frame()
        tabs = [
            Content.assemble(
                words(f" {key} ", "bold $accent"),
                words(
                    tab.name,
                    "bold $primary underline" if key == self.tab_key else "$text-muted",
                ),
            ).stylize(Style.from_meta({"@click": f"screen.tab('{key}')"}))
            for key, tab in self.TABS.items()
        ]
        self.query_one("#tabs", Bar).say(Content("  ").join(tabs))

    async def action_tab(self, key: str) -> None:
        """Show another tab in the place of this one; its cursor is where it was."""
        if key == self.tab_key:
            return
        await self.filter.clear()
        before = self.table
        before.display = False
        self._choose(key)
        if key in self._tables:
            self.table, self.feed = self._tables[key]
        else:
            self.table = self.make_table()
            self.feed = self.make_feed()
            self.views.prepare()
            self._tables[key] = (self.table, self.feed)
            await self.mount(self.table, after=before)
        self.table.display = True
        self.table.focus()
        self.show_frame()
        self.action_reload()

    async def action_step(self, tabs: int) -> None:
        """Show the tab beside."""
        keys = list(self.TABS)
        await self.action_tab(keys[(keys.index(self.tab_key) + tabs) % len(keys)])


def _slug(tab: Titled) -> str:
    return tab.name.lower().replace(" ", "-")
