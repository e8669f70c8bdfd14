"""A gateway on loopback in a process of its own, told by the benchmarks what to do."""

import asyncio
import multiprocessing
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any

from tests.simulators import tws_messages as as_message
from tests.simulators.tws import Book, TwsDouble
from tests.simulators.tws_book import Holding
from tests.simulators.tws_wire import frame

ACCOUNT = "U9000001"
LAST_MARK = "777.75"
"""What every position is marked at in the end."""
_MESSAGES_AT_ONCE = 400
_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Flood:
    """What was pushed, and for how long."""

    messages: int
    seconds: float


class Gateway:
    """The process, seen from outside."""

    def __init__(self, pipe: Connection, port: int) -> None:
        self._pipe = pipe
        self.port = port

    def connected_at(self) -> float:
        """Wait for the next client; when it came, by `time.perf_counter`."""
        self._pipe.send(("connected", 0))
        return float(self._pipe.recv())

    def begin_flood(self, seconds: float) -> None:
        """Push marks and account values as fast as the client takes them."""
        self._pipe.send(("flood", seconds))

    def flooded(self) -> Flood:
        """Wait for the end of it: every position is marked at `LAST_MARK` then."""
        return Flood(*self._pipe.recv())


@contextmanager
def a_gateway(positions: int) -> Iterator[Gateway]:
    """A gateway with one account."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, positions), daemon=True)
    process.start()
    try:
        yield Gateway(ours, int(ours.recv()))
    finally:
        process.terminate()
        process.join()


def _serve(pipe: Connection, positions: int) -> None:
    asyncio.run(_double(pipe, positions))


async def _double(pipe: Connection, positions: int) -> None:
    loop = asyncio.get_running_loop()
    orders: asyncio.Queue[tuple[str, float]] = asyncio.Queue()

    def listen() -> None:
        while True:
            order = pipe.recv()
            loop.call_soon_threadsafe(orders.put_nowait, order)

    async with TwsDouble(Book.large(positions, ACCOUNT)) as tws:
        chunks = _chunks(list(tws.book.held(ACCOUNT)))
        pipe.send(tws.port)
        threading.Thread(target=listen, daemon=True).start()
        met = 0
        while True:
            what, amount = await orders.get()
            if what == "connected":
                await tws.until(lambda met=met: tws.sessions_begun > met, within=120)  # type: ignore[misc]
                met = tws.sessions_begun
                pipe.send(time.perf_counter())
            else:
                pipe.send(await _flood(tws, chunks, amount))


async def _flood(tws: TwsDouble, chunks: Sequence[bytes], seconds: float) -> tuple[int, float]:
    session = tws.sessions[-1]
    begun = time.perf_counter()
    sent = turn = 0
    while time.perf_counter() - begun < seconds and not session.over:
        session.write(chunks[turn % len(chunks)])
        await session.drained()
        sent, turn = sent + _MESSAGES_AT_ONCE, turn + 1
    for holding in list(tws.book.held(ACCOUNT)):
        session.write(frame(as_message.portfolio(_marked(holding, LAST_MARK))))
        sent += 1
    await session.drained()
    return sent, time.perf_counter() - begun


def _chunks(held: Sequence[Holding]) -> list[bytes]:
    """Rounds over all positions, each with other marks, and now and then a value of the account."""
    frames: list[bytes] = []
    for number in range(_ROUNDS):
        for place, holding in enumerate(held):
            if place % 20 == 19:
                value: Any = f"{1_000_000 + number * 1000 + place}.5"
                tag = ("NetLiquidation", "TotalCashValue", "BuyingPower")[place // 20 % 3]
                frames.append(frame(as_message.account_value(ACCOUNT, tag, value, "USD")))
            else:
                mark = f"{50 + (place * 7 + number * 13) % 400}.{number}5"
                frames.append(frame(as_message.portfolio(_marked(holding, mark))))
    starts = range(0, len(frames) - _MESSAGES_AT_ONCE + 1, _MESSAGES_AT_ONCE)
    return [b"".join(frames[start : start + _MESSAGES_AT_ONCE]) for start in starts]


def _marked(holding: Holding, mark: str) -> Holding:
    return replace(holding, mark=mark, value=str(float(mark) * float(str(holding.quantity))))
