"""Lets go of what only refers to itself (dialogs, styles, rows) while nobody types."""

import gc
from time import monotonic

from textual.app import App

_LOOK = 1.0
"""Seconds between two looks whether it is time."""
_EVERY = 20.0
"""Seconds from one time to the next, at least."""
_QUIET = 2.0
"""Seconds without a key before it; it takes as long as a frame, the first time as three."""
_AT_LAST = 300.0
"""Seconds after which it is done though somebody types all the time."""


class Tidying:
    """Python's own way to do it would come in the middle of a key."""

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self._done = self._touched = monotonic()
        self._is_small = False

    def begin(self) -> None:
        """Look now and then whether it is time."""
        self._app.set_interval(_LOOK, self.look)

    def touch(self) -> None:
        """Somebody types."""
        self._touched = monotonic()

    def look(self) -> None:
        """Tidy up if nothing has been typed for a while."""
        now = monotonic()
        is_due = now - self._done >= _EVERY and now - self._touched >= _QUIET
        if is_due or now - self._done >= _AT_LAST:
            gc.collect()
            if not self._is_small:
                # What is there by now stays until the end: not to be looked at every time.
                gc.freeze()
                self._is_small = True
            self._done = monotonic()
