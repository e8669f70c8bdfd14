"""What it takes to compare what brokers say with what follows from all facts of a large store.

    python -m benchmarks.reconcile [--holdings N] [--trades N] [--runs N]

A store of 100,000 trades in 5,000 holdings of one account, all of it derived, with the position of
every holding as the broker tells it. It is compared three times over: as it is, when one position
in a hundred differs, and when every one does. A task that sleeps for a millisecond again and again
notes how long it was kept from waking. The floor reads the same trades and positions by `sqlite3`
and sums them exactly, without asking for lots, costs, cash or causes.
"""

import argparse
import asyncio
import datetime as dt
import gc
import sqlite3
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from benchmarks._busy_life import a_store, keep, now
from benchmarks._lots import trades
from benchmarks._measured import figure, heading, line, own_folder
from benchmarks.lots_update import book
from qm_tui.book.deriving import derive_waiting
from qm_tui.book.reconciling import Reconciler
from qm_tui.domain.records import Position
from qm_tui.domain.words import Section
from qm_tui.queries.discrepancies import discrepancies
from qm_tui.store.runs import Source
from qm_tui.store.store import Store
from tests.builders import ACCOUNT, a_batch, a_position, an_account, an_equity, holds

SOURCE = Source(connection="import", broker="ibkr", kind="import")
GOAL, HELD_GOAL = "1,500 ms", "20 ms"
SHARES = (("as it is", 0), ("one in a hundred differs", 100), ("every one differs", 1))
"""One position in so many is told with another quantity; 0 is none."""


def positions(holdings: int, each: int, differing: int, as_of: dt.datetime) -> list[Position]:
    told = []
    for number in range(holdings):
        held = sum(shares for shares, *_ in trades(number, each))
        more = bool(differing) and number % differing == 0
        stock = an_equity(f"S{number}", conid=str(100_000 + number))
        told.append(
            a_position(
                account=ACCOUNT, instrument=stock, quantity=Decimal(held + more), as_of=as_of,
                cost_basis=None, average_cost=None,
            )
        )  # fmt: skip
    return told


async def tell(store: Store, told: Sequence[Position], as_of: dt.datetime) -> None:
    held = [holds(Section.POSITIONS, ACCOUNT, as_of)]
    async with store.writer.unit(SOURCE) as unit:
        await unit.save(a_batch(*told, section=Section.POSITIONS, holds=held))


@dataclass(slots=True)
class Held:
    """The longest milliseconds between two wakings: how late it was, and what was worked."""

    late: float = 0.0
    busy: float = 0.0


@asynccontextmanager
async def watched() -> "AsyncIterator[Held]":
    """How long the event loop was held meanwhile."""
    held = Held()

    async def watch() -> None:
        while True:
            begun, worked = time.perf_counter(), time.thread_time()
            await asyncio.sleep(0.001)
            held.late = max(held.late, (time.perf_counter() - begun) * 1000 - 1)
            held.busy = max(held.busy, (time.thread_time() - worked) * 1000)

    task = asyncio.create_task(watch())
    yield held
    task.cancel()


async def nothing(seconds: float) -> float:
    """How long the event loop was held while it had nothing to do."""
    async with watched() as held:
        await asyncio.sleep(seconds)
    return held.late


def floor_of(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        summed: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
        for account, instrument, quantity in raw.execute(
            "SELECT account_id, instrument_id, quantity FROM trades"
        ):
            summed[account, instrument] += Decimal(quantity)
        told = {
            (account, instrument): Decimal(quantity)
            for account, instrument, quantity in raw.execute(
                "SELECT account_id, instrument_id, quantity FROM positions"
            )
        }
    sum(summed[place] != quantity for place, quantity in told.items())


async def measure(path: Path, holdings: int, each: int, runs: int) -> None:
    async with a_store(path) as store:
        await keep(store, [an_account(ACCOUNT), *book(holdings, each)])
        await derive_waiting(store.reader, store.writer, now)
        heading(f"{holdings * each:,} trades in {holdings:,} holdings", "ms")
        for name, differing in SHARES:
            took, floors, found = [], [], 0
            late, busy, idle = [], [], []
            for _ in range(runs):
                as_of = now()
                await tell(store, positions(holdings, each, differing, as_of), as_of)
                reconciler = Reconciler(store.reader, store.writer, now)
                async with watched() as held:
                    begun = time.perf_counter()
                    kept = await reconciler.reconcile()
                    took.append((time.perf_counter() - begun) * 1000)
                late.append(held.late)
                busy.append(held.busy)
                idle.append(await nothing(took[-1] / 1000))
                begun = time.perf_counter()
                floor_of(path)
                floors.append((time.perf_counter() - begun) * 1000)
                assert kept is not None
                found = len(await discrepancies(store.reader))
            line(f"{name} ({found:,} found)", figure(took), figure(floors), GOAL)
            line("  the event loop was held for", figure(late), figure(idle), HELD_GOAL)
            line("  of these it was busy for", figure(busy), None, HELD_GOAL)


def main() -> None:
    parser = argparse.ArgumentParser(description="What comparing both sides of a store costs.")
    parser.add_argument("--holdings", type=int, default=5_000)
    parser.add_argument("--trades", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    each = asked.trades // asked.holdings
    gc.set_threshold(10_000, 5, 1_000)  # as the monitor has it
    with own_folder() as folder:
        path = folder / "portfolio.db"
        asyncio.run(measure(path, asked.holdings, each, asked.runs))


if __name__ == "__main__":
    main()
