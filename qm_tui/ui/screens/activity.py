"""What happened in the accounts: all of it on one line of time, and each kind in its own tab."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.binding import BindingType
from typing_extensions import override

from qm_tui.domain.selection import Order, Scope
from qm_tui.ui.feeds import Feed, PagedFeed
from qm_tui.ui.screens.activity_tab import Tab
from qm_tui.ui.screens.activity_tabs import TABS
from qm_tui.ui.screens.tabbed_screen import TabbedScreen, tab_bindings
from qm_tui.ui.session import Session
from qm_tui.ui.widgets.columns import Column


class ActivityScreen(TabbedScreen):
    """A table for each kind of activity."""

    DRILLS: ClassVar[bool] = False
    TABS: ClassVar[Mapping[str, Tab[Any]]] = TABS
    BINDINGS: ClassVar[list[BindingType]] = tab_bindings("activity", TABS.values())

    def __init__(
        self,
        session: Session,
        trail: Sequence[str],
        scope: Scope = Scope(),
        first: str | None = None,
    ) -> None:
        """Begin with a tab.

        Args:
            session: what all screens share.
            trail: the screens one came through.
            scope: whose activity.
            first: the key of the tab that is shown at first; None is everything.
        """
        self.first_tab = first
        super().__init__(session, trail, scope)

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
            key=tab.row_key,
            spawn=lambda work: self.run_worker(work, group="pages", exit_on_error=False),
            on_count=self.show_frame,
        )

    @override
    def empty_text(self) -> str:
        if self.scope.account is None:
            return self.EMPTY
        return f"No {self.noun[1]} are stored here. Tab shows what else there is."
