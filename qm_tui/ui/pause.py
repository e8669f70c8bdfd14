"""Screens that stand still while syncs go on."""

import datetime as dt
from typing import TYPE_CHECKING

from qm_tui.ui.format import Format

if TYPE_CHECKING:
    from qm_tui.domain.live import LiveBook, LiveChange


class Pause:
    """What was shown when the user asked for quiet, and how much has come since."""

    def __init__(self, since: dt.datetime, live: "LiveBook | None") -> None:
        """Begin.

        Args:
            since: now.
            live: what was pushed until now; what is pushed from now on is not in it.
        """
        self.since = since
        self.live = live
        self.waiting = 0
        """How many values were pushed, and answers stored, that are not shown yet."""

    def take(self, change: "LiveChange") -> None:
        """Count what was pushed."""
        self.waiting += len(change.holdings) + len(change.accounts) + len(change.instruments)

    def in_words(self, now: dt.datetime, form: Format) -> str:
        """Write for the status bar: `paused 0:42, 312 updates waiting`."""
        seconds = max(int((now - self.since).total_seconds()), 0)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        clock = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
        waiting = f", {form.count(self.waiting, 'update')} waiting" if self.waiting else ""
        return f"paused {clock}{waiting}"
