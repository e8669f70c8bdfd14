"""What syncs tell, to everybody who listens: each at his own pace, and nobody holds up another."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator

from qm_tui.domain.events import SyncEvent
from qm_tui.domain.health import Health
from qm_tui.domain.live import LiveChange

News = SyncEvent | Health | LiveChange

CHANGES_EVERY = 0.2
"""Seconds between two LiveChanges that a listener is told; what comes meanwhile is joined."""
_MOST = 2000
"""Events kept for somebody who does not listen; the oldest go first."""


class _Listener:
    def __init__(self) -> None:
        self.items: deque[SyncEvent | Health] = deque(maxlen=_MOST)
        self.change = LiveChange()
        self.stirred = asyncio.Event()


class NewsDesk:
    """Tells news to any number of listeners."""

    def __init__(self, changes_every: float = CHANGES_EVERY) -> None:
        self._listeners: list[_Listener] = []
        self._changes_every = changes_every
        self._closed = False

    def tell(self, item: News) -> None:
        """Tell everybody."""
        for listener in self._listeners:
            if isinstance(item, LiveChange):
                listener.change |= item
            else:
                listener.items.append(item)
            listener.stirred.set()

    async def listen(self) -> AsyncGenerator[News, None]:
        """Yield what is told from now on; ends when the desk closes."""
        listener = _Listener()
        self._listeners.append(listener)
        next_change = 0.0
        try:
            while True:
                while listener.items:
                    yield listener.items.popleft()
                if self._closed:
                    return
                left = next_change - time.monotonic()
                if listener.change and left <= 0:
                    change, listener.change = listener.change, LiveChange()
                    next_change = time.monotonic() + self._changes_every
                    yield change
                    continue
                await _stirred(listener, left if listener.change else None)
        finally:
            self._listeners.remove(listener)

    def close(self) -> None:
        """Let every listener come to an end."""
        self._closed = True
        for listener in self._listeners:
            listener.stirred.set()


async def _stirred(listener: _Listener, at_most: float | None) -> None:
    """Wait for something to be told, or for the moment when a change may be."""
    try:
        async with asyncio.timeout(at_most):
            await listener.stirred.wait()
    except TimeoutError:
        return
    if at_most is None or listener.items:
        listener.stirred.clear()
        return
    # Only more changes came: they wait for their moment with the others.
    listener.stirred.clear()
