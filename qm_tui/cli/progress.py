"""How far a command is, on a line that is written over."""

from typing import TextIO

from qm_tui.domain.events import SyncProgress
from qm_tui.ui.cell import plain


class Progress:
    """A line that is written over, on a terminal only."""

    def __init__(self, err: TextIO) -> None:
        self._err = err
        self._on = err.isatty()
        self._last = -1

    def show(self, event: SyncProgress) -> None:
        """Say how much of a file is read."""
        percent = event.done_bytes * 100 // max(event.total_bytes, 1)
        if percent != self._last:
            self._last = percent
            self._write(f"{plain(event.source)[:40]}: {percent} %, {event.rows:,} rows")

    def derive(self, done: int, total: int) -> None:
        """Say how much is derived."""
        self._last = 0
        self._write(f"lots and gains: {done:,} of {total:,} groups")

    def clear(self) -> None:
        """Leave an empty line for what is said next."""
        if self._last >= 0:
            self._write("")
        self._last = -1

    def _write(self, text: str) -> None:
        if self._on:
            self._err.write(f"\r\x1b[K{text}")
            self._err.flush()
