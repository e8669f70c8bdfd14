"""What both streams have in common: how one is lost, and how long to wait before the next one."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from random import Random
from typing import Any, Never

from qm_tui.brokers.tastytrade.access import Access
from qm_tui.brokers.tastytrade.answers import AskFailed
from qm_tui.brokers.tastytrade.settings import Streaming
from qm_tui.brokers.tastytrade.sockets import Socket, SocketClosed, socket

_DENIED = frozenset({401, 403})
"""Statuses of HTTP with which a stream is refused before it begins."""


class StreamLost(Exception):  # noqa: N818 - it is a state of the world
    """A stream has to be connected again. Says what happened, as the end of a sentence."""


class StreamRefused(StreamLost):
    """The broker does not let this program have the stream; it is asked again, but seldom."""


class Condition:
    """What one stream is at."""

    def __init__(self) -> None:
        self.up = False
        self.away: str | None = None
        """Why it is not there, where it should be."""
        self.refused = False
        """Whether it is not there because it is not permitted."""
        self.times = 0
        """It was connected so often."""
        self._since = 0.0
        self._settled = asyncio.Event()

    def rise(self) -> None:
        """Take over that it is connected."""
        self.up, self.away, self.refused = True, None, False
        self.times += 1
        self._since = asyncio.get_running_loop().time()
        self._settled.set()

    def fall(self, why: str, *, refused: bool = False) -> float:
        """Take over that it is not connected any more; return how long it was."""
        held = asyncio.get_running_loop().time() - self._since if self.up else 0.0
        self.up, self.away, self.refused = False, why, refused
        self._settled.set()
        return held

    def rest(self) -> None:
        """Take over that nobody asks for it."""
        self.up, self.away, self.refused = False, None, False
        self._settled.clear()

    async def settled(self) -> None:
        """Wait until it is known whether it can be connected."""
        await self._settled.wait()


class Pauses:
    """How long to wait before a stream is connected again: longer each time it fails at once."""

    def __init__(self, settings: Streaming, random: Random) -> None:
        self._settings = settings
        self._random = random
        self._failures = 0

    def after(self, held: float, *, refused: bool = False) -> float:
        """Return the seconds to wait, up to a quarter more or less.

        Args:
            held: how long it was connected.
            refused: whether there is no hope that it goes better soon.
        """
        if held >= self._settings.longest_pause:
            self._failures = 0
        longest = self._settings.longest_pause
        # The exponent stays small: a stream may fail all weekend.
        pause = min(longest, self._settings.first_pause * 2 ** min(self._failures, 16))
        self._failures += 1
        return (longest if refused else pause) * self._random.uniform(0.75, 1.25)


async def keep_connected(
    connect: Callable[[], Coroutine[Any, Any, Never]], condition: Condition, pauses: Pauses
) -> Never:
    """Connect a stream again whenever it is lost.

    Args:
        connect: connects it, lets the condition rise, and runs it.
        condition: is told when it is lost.
        pauses: in between.

    Raises:
        BrokerRefused, BrokerUnavailable: there is no access any more.
    """
    while True:
        try:
            await connect()
        except (StreamLost, SocketClosed) as error:
            denied = isinstance(error, SocketClosed) and error.status in _DENIED
            why, refused = str(error), denied or isinstance(error, StreamRefused)
        except AskFailed as error:
            why, refused = str(error), not error.passing
        held = condition.fall(why, refused=refused)
        await asyncio.sleep(pauses.after(held, refused=refused))


@asynccontextmanager
async def opened(access: Access, url: str, settings: Streaming) -> AsyncGenerator[Socket, None]:
    """Open a websocket, in time; it is closed when it is left.

    Raises:
        StreamLost: nobody answered in time.
        SocketClosed: it cannot be opened.
    """
    async with AsyncExitStack() as stack:
        try:
            async with asyncio.timeout(settings.greet):
                wire = await stack.enter_async_context(socket(access, url))
        except TimeoutError:
            raise StreamLost("nobody answered in time") from None
        yield wire


async def first_failure(*work: Coroutine[Any, Any, Never]) -> Never:
    """Run things that have no end at the same time, until one of them fails; then end the others.

    Raises:
        Exception: what it failed by.
    """
    tasks = [asyncio.create_task(one) for one in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await ended(*tasks)
    for task in done:
        task.result()
    raise AssertionError("what has no end has ended")


async def ended(*tasks: "asyncio.Task[Any]") -> None:
    """Cancel tasks and wait until they have ended, however."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
