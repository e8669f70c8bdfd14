"""What does not add up."""

from qm_tui.ui.screens.accounts import AccountsScreen


class DiscrepanciesScreen(AccountsScreen):
    """Where numbers disagree, and why."""
