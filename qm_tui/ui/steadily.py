"""Work that follows from many changes, done now and then and never for long."""

import time
from collections.abc import Callable

from textual.message_pump import MessagePump
from textual.timer import Timer

_SHARE = 20
"""So many times as long as the work took is waited at least before it is done again."""


class Steadily:
    """Does something some time after it was asked for, once for all who ask until then."""

    def __init__(self, owner: MessagePump, seconds: float, work: Callable[[], None]) -> None:
        """Do work for a widget or screen.

        Args:
            owner: whose timer it is; nothing is done after its end.
            seconds: from one time to the next, at least.
            work: what is done.
        """
        self._owner = owner
        self._seconds = seconds
        self._work = work
        self._took = 0.0
        self._timer: Timer | None = None

    def soon(self) -> None:
        """Ask for the work to be done."""
        if self._timer is None:
            wait = max(self._seconds, _SHARE * self._took)
            self._timer = self._owner.set_timer(wait, self._do)

    def _do(self) -> None:
        self._timer = None
        begun = time.perf_counter()
        self._work()
        self._took = time.perf_counter() - begun
