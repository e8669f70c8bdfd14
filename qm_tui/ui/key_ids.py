"""The ids by which keys can be given others in the configuration."""

from textual.binding import Binding

from qm_tui.ui.app import MonitorApp
from qm_tui.ui.dialogs.help import HelpDialog
from qm_tui.ui.dialogs.import_form import ImportForm
from qm_tui.ui.dialogs.import_progress import ImportProgress
from qm_tui.ui.dialogs.lot_method import LotMethodDialog
from qm_tui.ui.dialogs.what_if import WhatIfDialog
from qm_tui.ui.screens.activity import ActivityScreen
from qm_tui.ui.screens.holdings import HoldingsScreen
from qm_tui.ui.screens.lots import LotsScreen
from qm_tui.ui.screens.merged import MergedScreen
from qm_tui.ui.screens.page import Page
from qm_tui.ui.screens.raw_row import RawRowScreen
from qm_tui.ui.screens.run import RunScreen
from qm_tui.ui.screens.syncs import SyncsScreen
from qm_tui.ui.screens.table_screen import TableScreen
from qm_tui.ui.widgets.filter_bar import FilterBar
from qm_tui.ui.widgets.record_table import RecordTable

_BOUND = (
    MonitorApp, Page, TableScreen, ActivityScreen, HoldingsScreen, MergedScreen, LotsScreen,
    RawRowScreen, RunScreen, SyncsScreen, RecordTable, FilterBar, HelpDialog, ImportForm,
    ImportProgress, LotMethodDialog, WhatIfDialog,
)  # fmt: skip


def key_ids() -> frozenset[str]:
    """Return the ids of all keys, on whichever screen they work."""
    return frozenset(
        binding.id
        for owner in _BOUND
        for binding in owner.BINDINGS
        if isinstance(binding, Binding) and binding.id
    )
