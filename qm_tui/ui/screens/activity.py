"""What happened in the accounts: trades, cash, transfers and interest, each in its own tab."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.binding import BindingType
from typing_extensions import override

from qm_tui.domain.selection import Order
from qm_tui.ui.feeds import Feed, PagedFeed
from qm_tui.ui.screens.activity_tabs import TABS, Tab
from qm_tui.ui.screens.tabbed_screen import TabbedScreen, tab_bindings
from qm_tui.ui.widgets.columns import Column


class ActivityScreen(TabbedScreen):
    """A table for each kind of activity."""

    DRILLS: ClassVar[bool] = False
    TABS: ClassVar[Mapping[str, Tab[Any]]] = TABS
    BINDINGS: ClassVar[list[BindingType]] = tab_bindings("activity", TABS.values())

    @property
    def tab(self) -> Tab[Any]:
        """The kind that is shown."""
        return self.TABS[self.tab_key]

    @override
    def columns(self) -> Sequence[Column[Any]]:
        return self.tab.columns(self.session.format, self.scope)

    @override
    def make_feed(self) -> Feed[Any]:
        field, descending = self.sorted_by
        tab = self.tab
        return PagedFeed(
            lambda reader, wanted, order: tab.ask(reader, self.scope.wanting(wanted), order),
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
