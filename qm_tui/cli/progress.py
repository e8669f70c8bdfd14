"""How far a command is, on a line that is written over."""

import datetime as dt
from typing import TextIO

from qm_tui.domain.events import SyncProgress
from qm_tui.ui.cell import fit, plain

_WIDEST = 79
"""Places: a line that wraps could not be written over."""


class Progress:
    """A line that is written over, on a terminal only."""

    def __init__(self, err: TextIO) -> None:
        self._err = err
        self._last = ""
        self.on = err.isatty()

    def show(self, event: SyncProgress) -> None:
        """Say how much of a document is read."""
        name, amount = plain(event.source)[:40], _amount(event)
        # Not for every few rows: writing takes longer than reading them.
        self.say(f"{name}: {amount}, {event.rows:,} rows", mark=f"{name}: {amount}")

    def derive(self, done: int, total: int) -> None:
        """Say how much is derived."""
        self.say(f"lots and gains: {done:,} of {total:,} groups")

    def wait(self, source: str, says: str, left: dt.timedelta | None) -> None:
        """Say for whom a sync waits, and for how long at most."""
        seconds = "" if left is None else f" {seconds_of(left)} s"
        room = _WIDEST - len(seconds)
        self.say(f"{fit(plain(f'{source}: {says}'), room, 'left').rstrip()}{seconds}")

    def say(self, text: str, mark: str | None = None) -> None:
        """Write over what was said before, unless it had the same mark (the text, by default)."""
        if (mark or text) != self._last:
            self._last = mark or text
            self._write(text)

    def clear(self) -> None:
        """Leave an empty line for what is said next."""
        if self._last:
            self._write("")
        self._last = ""

    def _write(self, text: str) -> None:
        if self.on:
            self._err.write(f"\r\x1b[K{text}")
            self._err.flush()


def seconds_of(left: dt.timedelta) -> int:
    """Return for how long something is still waited for; at least 0."""
    return max(0, round(left.total_seconds()))


def _amount(event: SyncProgress) -> str:
    if not event.total_bytes:
        return f"{event.done_bytes / 1e6:.1f} MB"
    return f"{event.done_bytes * 100 // event.total_bytes} %"
