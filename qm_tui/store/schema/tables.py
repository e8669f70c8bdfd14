"""Every table at once, for whoever makes or checks the whole schema."""

from qm_tui.store.schema import (
    accounts,
    activity,
    booking,
    derived,
    discrepancies,
    holdings,
    instruments,
    market,
    people,
    reported,
    sync,
    users,
)
from qm_tui.store.schema.base import metadata

ALL = (
    accounts, activity, booking, derived, discrepancies, holdings, instruments, market, people,
    reported, sync, users,
)  # fmt: skip
"""Importing these modules fills `metadata`."""

__all__ = ["ALL", "metadata"]
