"""An access to the double, and settings for tests: nobody waits for long."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from qm_tui.brokers.tastytrade.access import Access
from qm_tui.brokers.tastytrade.address import addresses
from qm_tui.brokers.tastytrade.settings import Asking, Streaming
from tests.simulators.tastytrade import TastytradeDouble

SETTINGS = Streaming(
    look_every=0.01,
    greet=2.0,
    silent=2.0,
    keepalive=1.0,
    first_pause=0.02,
    longest_pause=0.2,
    fills=(0.01, 0.05, 0.1),
)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)  # noqa: TID251 - the double's market is of now


async def secret(_name: str) -> str:
    return "a secret"


@asynccontextmanager
async def opened(double: TastytradeDouble) -> AsyncIterator[Access]:
    """An access that has its first token."""
    access = Access(
        name="tasty",
        addresses=addresses("tasty", double.base_url, double.account_streamer_url),
        secrets=secret,
        now=now,
        settings=Asking(silence=2.0, connect=2.0, whole=5.0, pauses=(0.01, 0.01)),
    )
    await access.open()
    try:
        yield access
    finally:
        await access.close()


async def until(holds: Callable[[], bool], within: float = 30.0) -> None:
    """Wait until something is so.

    Raises:
        TimeoutError: it was not so in time.
    """
    async with asyncio.timeout(within):
        while not holds():  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.005)
