"""Keys in the order in which they were pressed, each for what the one before led to.

Textual hands a key to whatever has the focus at that moment, and goes on while that still works
at it. Over a slow line several keys come at once: of `/` and `q` typed quickly the second would
end the program instead of standing in the line that the first has opened.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress

from textual.app import App, ScreenStackError
from textual.events import Event
from textual.message_pump import MessagePump

_PATIENCE = 0.5
"""Seconds that a key may take until the next is handed on all the same: it may wait for nothing."""


class TypedAhead:
    """Hands keys (and what is pasted) on, one after the other has had its effect."""

    def __init__(self, app: App[None], hand: Callable[[Event], Awaitable[None]]) -> None:
        """Create it.

        Args:
            app: whose keys they are.
            hand: gives one to what has the focus.
        """
        self._app = app
        self._hand = hand
        self._waiting: deque[Event] = deque()
        self._settling: asyncio.Task[None] | None = None

    async def take(self, event: Event) -> None:
        """Hand on a key, at once or when it is its turn."""
        if self._settling is not None:
            self._waiting.append(event)
            return
        way = self._way()
        self._settling = asyncio.create_task(self._settle(way))
        await self._hand(event)

    def close(self) -> None:
        """Wait for nothing any more."""
        self._waiting.clear()
        if self._settling is not None:
            self._settling.cancel()

    def _way(self) -> list[MessagePump]:
        """Return what a key passes, from the focus to the app: each handles it in its own time."""
        with suppress(ScreenStackError):
            return list((self._app.focused or self._app.screen).ancestors_with_self)
        return [self._app]

    async def _settle(self, way: list[MessagePump]) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                for pump in way:
                    await _passed(pump)
                # What its action left for later: the focus goes on, a screen comes into being.
                for pump in self._after():
                    await _passed(pump)
        self._app.call_later(self._next)

    def _after(self) -> Iterator[MessagePump]:
        yield self._app
        with suppress(ScreenStackError):
            yield self._app.screen
        yield self._app

    async def _next(self) -> None:
        self._settling = None
        if self._waiting:
            await self.take(self._waiting.popleft())


async def _passed(pump: MessagePump) -> None:
    """Wait until it has handled all that it had been sent."""
    done = asyncio.Event()
    if pump.call_later(done.set):
        await done.wait()
