"""Work that follows from many changes, done now and then and never for long."""

import asyncio
import time
from collections.abc import Callable, Generator, Iterable
from typing import TypeAlias, TypeVar

from textual.dom import DOMNode
from textual.timer import Timer

T = TypeVar("T")

_SHARE = 20
"""So many times as long as the work took is waited at least before it is done again."""

Work = Callable[[], Iterable[None]]
"""Yields where keys may have their turn."""
Steps: TypeAlias = Generator[None, None, T]
"""The same with what comes of it."""


def at_once(steps: Steps[T]) -> T:
    """Do all steps without a turn for keys."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result


class Steadily:
    """Does something some time after it was asked for, once for all who ask until then."""

    def __init__(self, owner: DOMNode, seconds: float, work: Work) -> None:
        """Do work for a widget or screen.

        Args:
            owner: whose worker does it; nothing is done after its end.
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
            self._timer = self._owner.set_timer(wait, self._begin)

    def _begin(self) -> None:
        self._timer = None
        self._owner.run_worker(
            self._do(), group=f"steadily-{id(self)}", exclusive=True, exit_on_error=False
        )

    async def _do(self) -> None:
        took, begun = 0.0, time.perf_counter()
        for _ in self._work():
            took += time.perf_counter() - begun
            await asyncio.sleep(0)
            begun = time.perf_counter()
        self._took = took + time.perf_counter() - begun
