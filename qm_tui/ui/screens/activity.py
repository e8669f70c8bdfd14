"""What happened in the accounts: trades, cash, transfers and interest, each in its own tab."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from typing_extensions import override

from qm_tui.domain.selection import Order, Scope
from qm_tui.ui.feeds import Feed, PagedFeed
from qm_tui.ui.screens.activity_tabs import TABS, Tab
from qm_tui.ui.screens.table_screen import TableScreen
from qm_tui.ui.session import Session
from qm_tui.ui.widgets.bar import Bar, words
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.record_table import RecordTable


class ActivityScreen(TableScreen[Any]):
    """A table for each tab, made when it is first shown; all mean the same accounts."""

    DRILLS: ClassVar[bool] = False
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(key, f"tab('{key}')", tab.name, id=f"activity.{tab.name.lower()}", show=False)
            for key, tab in TABS.items()
        ),
        Binding("tab", "step(1)", "Next tab", id="activity.next", show=False),
        Binding("shift+tab", "step(-1)", "Previous tab", id="activity.previous", show=False),
    ]

    def __init__(self, session: Session, trail: Sequence[str], scope: Scope = Scope()) -> None:
        self._choose(TABS["t"])
        super().__init__(session, trail, scope)
        self._tables: dict[str, tuple[RecordTable[Any], Feed[Any]]] = {
            self.tab.key: (self.table, self.feed)
        }

    def _choose(self, tab: Tab[Any]) -> None:
        self.tab = tab
        self.noun, self.sorted_by = tab.noun, tab.sorted_by

    @override
    def columns(self) -> Sequence[Column[Any]]:
        return self.tab.columns(self.session.format, self.scope)

    @override
    def make_feed(self) -> Feed[Any]:
        field, descending = self.sorted_by
        tab = self.tab
        return PagedFeed(
            lambda reader, text, order: tab.ask(reader, replace(self.scope, text=text), order),
            Order(field=field, descending=descending),
            key=lambda row: row.id,
            spawn=lambda work: self.run_worker(work, group="pages", exit_on_error=False),
            on_count=self.show_frame,
        )

    @override
    def empty_text(self) -> str:
        if self.scope.account is None:
            return self.EMPTY
        return f"No {self.noun[1]} are stored here. Tab shows what else there is."

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
                words(tab.name, "bold $primary underline" if tab is self.tab else "$text-muted"),
            )
            for key, tab in TABS.items()
        ]
        self.query_one("#tabs", Bar).say(Content("  ").join(tabs))

    async def action_tab(self, key: str) -> None:
        """Show another tab in the place of this one; its cursor is where it was."""
        if key == self.tab.key:
            return
        await self.filter.clear()
        self.table.display = False
        self._choose(TABS[key])
        if key not in self._tables:
            self._tables[key] = (self.make_table(), self.make_feed())
            await self.mount(self._tables[key][0], before="#status")
        self.table, self.feed = self._tables[key]
        self.table.display = True
        self.table.focus()
        self.show_frame()
        self.action_reload()

    async def action_step(self, tabs: int) -> None:
        """Show the tab beside."""
        keys = list(TABS)
        await self.action_tab(keys[(keys.index(self.tab.key) + tabs) % len(keys)])
