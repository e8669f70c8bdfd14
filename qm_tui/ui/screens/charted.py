"""Pages that `c` leads on from: to the charts of the accounts that they show."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from qm_tui.domain.selection import Scope
from qm_tui.ui.screens.page import Page


class Charted(Page):
    """Stands before the page's other kind among its bases."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "charts", "Charts", id="page.charts", show=False),
    ]

    def action_charts(self) -> None:
        """Draw what there is."""
        from qm_tui.ui.screens.charts import charts_page  # noqa: PLC0415 - when asked for

        scope = Scope(account=self.account)
        self.app.push_screen(charts_page(self.session, self.trail, scope))
