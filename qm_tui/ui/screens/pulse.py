"""How everything is doing, in one look."""

from qm_tui.ui.screens.accounts import AccountsScreen


class PulseScreen(AccountsScreen):
    """The first screen."""
