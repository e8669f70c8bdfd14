"""The client library connected to a double, as the tests of what listens to it need it."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from qm_tui.brokers.ibkr.gateway_library import Losses, hang_up, library, new_ib, use_loop
from tests.simulators.tws import TwsDouble

NOW = dt.datetime(2026, 3, 2, 16, 0, tzinfo=dt.UTC)


def fresh_ib() -> Any:
    """A client that is not connected yet."""
    use_loop()
    return new_ib(library(), "America/New_York", Losses(), lambda *_: None)


@asynccontextmanager
async def connected(tws: TwsDouble, ib: Any, timeout: float = 2) -> AsyncIterator[Any]:  # noqa: ASYNC109
    """Connect, and hang up at the end."""
    await ib.connectAsync("127.0.0.1", tws.port, clientId=7, timeout=timeout, readonly=True)
    try:
        yield ib
    finally:
        hang_up(ib)


async def until(holds: Callable[[], Any], within: float = 30.0) -> Any:
    """Wait until something is so, and return it."""
    async with asyncio.timeout(within):
        while not (found := holds()):  # noqa: ASYNC110 - the library does not tell of all of it
            await asyncio.sleep(0.005)
    return found
