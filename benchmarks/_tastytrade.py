"""Tastytrade on loopback in a process of its own, told by the benchmarks what to do."""

import asyncio
import multiprocessing
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from tests.simulators.tastytrade import TastytradeDouble
from tests.simulators.tastytrade_large import large_book

LAST_BID, LAST_MARK, LAST_ASK = 777.70, "777.75", 777.80
"""What every instrument is quoted at in the end, and what that is shown as."""


@dataclass(frozen=True, slots=True)
class Flood:
    """What was pushed, and for how long."""

    events: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Broker:
    """The process, seen from outside."""

    pipe: Connection
    base_url: str
    account_streamer_url: str

    def begin_flood(self, per_second: float, seconds: float) -> None:
        """Push so many events a second once somebody has subscribed."""
        self.pipe.send((per_second, seconds))

    def flooded(self) -> Flood:
        """Wait for the end of it: all that was subscribed to is quoted at `LAST_MARK` then."""
        return Flood(*self.pipe.recv())

    def configure(self, folder: Path) -> None:
        """Write a configuration with this broker alone, and its secrets into the environment."""
        (folder / "config.toml").write_text(
            '[[connection]]\nname = "tasty"\nbroker = "tastytrade"\n'
            f'base_url = "{self.base_url}"\n'
            f'account_streamer_url = "{self.account_streamer_url}"\n'
        )
        os.environ |= {"QM_TUI_TASTY_CLIENT_SECRET": "s", "QM_TUI_TASTY_REFRESH_TOKEN": "r"}


@contextmanager
def a_broker(positions: int = 5, *, options: int = 0, transactions: int = 0) -> Iterator[Broker]:
    """A broker with one account.

    Args:
        positions: stocks.
        options: calls on the first of them.
        transactions: rows of its history.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(
        target=_serve, args=(theirs, positions, options, transactions), daemon=True
    )
    process.start()
    try:
        yield Broker(ours, *ours.recv())
    finally:
        process.terminate()
        process.join()


def _serve(pipe: Connection, positions: int, options: int, transactions: int) -> None:
    asyncio.run(_double(pipe, positions, options, transactions))


async def _double(pipe: Connection, positions: int, options: int, transactions: int) -> None:
    loop = asyncio.get_running_loop()
    orders: asyncio.Queue[tuple[float, float]] = asyncio.Queue()

    def listen() -> None:
        while True:
            order = pipe.recv()
            loop.call_soon_threadsafe(orders.put_nowait, order)

    book = large_book(positions, options=options, transactions=transactions)
    async with TastytradeDouble(book) as double:
        pipe.send((double.base_url, double.account_streamer_url))
        threading.Thread(target=listen, daemon=True).start()
        while True:
            per_second, seconds = await orders.get()
            pipe.send(await _flood(double, per_second, seconds))


async def _flood(double: TastytradeDouble, per_second: float, seconds: float) -> tuple[int, float]:
    begun = time.perf_counter()
    async with double.flood(per_second) as flood:
        await asyncio.sleep(seconds)
    took = time.perf_counter() - begun
    for symbol in sorted({symbol for _, symbol in double.subscribed()}):
        double.tick(symbol, bid=LAST_BID, ask=LAST_ASK, last=LAST_BID)
    return flood.events, took
