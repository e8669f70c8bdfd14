"""News of all syncs, handed to everybody who listens."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import suppress
from weakref import WeakSet

from qm_tui.domain.events import Deriving, SyncEvent, SyncProgress
from qm_tui.domain.health import Health
from qm_tui.domain.live import LiveChange

News = SyncEvent | Health | LiveChange

_AT_MOST = 10_000
"""News kept for one who does not listen any more."""


class Hub:
    """Tells news. Nobody who tells waits for anybody who listens."""

    def __init__(self, live_every: float) -> None:
        """Begin without listeners.

        Args:
            live_every: seconds between two live changes told to the same listener.
        """
        self._live_every = live_every
        self._listeners: WeakSet[_Listener] = WeakSet()
        self._closed = False

    def tell(self, news: SyncEvent | Health) -> None:
        """Tell what happened."""
        for listener in self._listeners:
            listener.take(news)

    def changed(self, change: LiveChange) -> None:
        """Tell what is other than it was; changes that come quickly are told as one."""
        for listener in self._listeners:
            listener.take_change(change)

    def answered(self, change: LiveChange) -> None:
        """Tell at once what a broker has answered: somebody may be waiting for it."""
        for listener in self._listeners:
            listener.take_change(change, at_once=True)

    def news(self) -> AsyncGenerator[News, None]:
        """Listen from now on; the iterator ends when there will be no more news."""
        listener = _Listener(self._live_every)
        self._listeners.add(listener)
        if self._closed:
            listener.close()
        return _told(listener)

    def close(self) -> None:
        """End it for all who listen, when they have heard the rest."""
        self._closed = True
        for listener in self._listeners:
            listener.close()


class _Listener:
    def __init__(self, live_every: float) -> None:
        self._live_every = live_every
        self._events: deque[SyncEvent | Health] = deque(maxlen=_AT_MOST)
        self._change = LiveChange()
        self._next_change = 0.0
        self._wake = asyncio.Event()
        self._closed = False

    def take(self, news: SyncEvent | Health) -> None:
        if self._events and _replaces(news, self._events[-1]):
            self._events[-1] = news
        else:
            self._events.append(news)
        self._wake.set()

    def take_change(self, change: LiveChange, *, at_once: bool = False) -> None:
        self._change |= change
        if at_once:
            self._next_change = 0.0
        self._wake.set()

    def close(self) -> None:
        self._closed = True
        self._wake.set()

    async def next(self) -> News | None:
        """Return the next news, None when there will be none."""
        while True:
            self._wake.clear()
            if self._events:
                return self._events.popleft()
            now = asyncio.get_running_loop().time()
            if self._change and (now >= self._next_change or self._closed):
                change, self._change = self._change, LiveChange()
                self._next_change = now + self._live_every
                return change
            if self._closed:
                return None
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._next_change if self._change else None):
                    await self._wake.wait()


async def _told(listener: _Listener) -> AsyncGenerator[News, None]:
    while (news := await listener.next()) is not None:
        yield news


def _replaces(news: SyncEvent | Health, before: SyncEvent | Health) -> bool:
    """Tell whether somebody who has not heard the news before needs to hear only this one."""
    match news, before:
        case (SyncProgress(), SyncProgress()):
            return news.source == before.source
        case (Deriving(), Deriving()):
            return True
        case (Health(), Health()):
            return news.connection == before.connection and news.state is before.state
        case _:
            return False
