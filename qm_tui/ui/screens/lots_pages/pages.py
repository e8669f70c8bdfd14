"""The pages of the lots screen, by their keys, in the order shown."""

from typing import Any

from qm_tui.ui.screens.lots_pages.adjustments import Adjustments
from qm_tui.ui.screens.lots_pages.closed import ClosedLots
from qm_tui.ui.screens.lots_pages.findings import Findings
from qm_tui.ui.screens.lots_pages.kind import LotsPage
from qm_tui.ui.screens.lots_pages.open_lots import OpenLots
from qm_tui.ui.screens.lots_pages.years import Years

PAGES: dict[str, LotsPage[Any]] = {
    page.key: page for page in (OpenLots(), ClosedLots(), Years(), Adjustments(), Findings())
}
