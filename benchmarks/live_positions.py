"""What keys feel while brokers push every position, five times a second.

    python -m benchmarks.live_positions [--positions N …] [--seconds S]

The monitor runs on a pseudo-terminal of 120 x 40 with its positions in front; beside it a task
pushes a new price for every position into the live book at 5/s, as syncs do. Measured are the time
from a key to the frame that answers it, and the process's own share of a core: at rest, while the
book alone changes (silent), and while the screen is told.
"""

import argparse
import asyncio
import datetime as dt
import gc
import itertools
import json
import os
import random
import resource
import select
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, Collection, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.table import Terminal
from qm_tui.domain.health import Health, LinkState
from qm_tui.domain.live import LiveBook, LiveChange
from qm_tui.domain.records import Position
from qm_tui.domain.words import Section
from qm_tui.store.reader import Reader
from qm_tui.store.runs import Source
from qm_tui.store.store import open_store
from qm_tui.ui.app import MonitorApp
from qm_tui.ui.context import Context, UnderWay
from tests.builders import a_batch, a_position, an_account, an_equity

PHASES = ("rest", "silent", "told")
EVERY = 0.2
_PART = 250
CURSOR = "▸".encode()


class Flood:
    """Syncs whose only connection pushes all positions again and again."""

    def __init__(self, positions: Sequence[Position]) -> None:
        self.live = LiveBook()
        self.phase = ""
        self.pushed = 0
        self._positions = positions

    def health(self) -> Sequence[Health]:
        return (Health(connection="ib", broker="ibkr", state=LinkState.LIVE, since=clock()),)

    def request(self, connections: Collection[str] | None = None) -> None:
        """Nothing is synced."""

    def cancel(self, connection: str) -> None:
        """Nothing is synced."""

    def progress(self) -> Sequence[UnderWay]:
        return ()

    async def news(self) -> AsyncGenerator[LiveChange]:
        while True:
            begun = time.perf_counter()
            if self.phase in {"silent", "told"}:
                change = LiveChange()
                for first in range(0, len(self._positions), _PART):
                    # A gateway's rows come one after the other, and others have their turns.
                    change |= self.live.apply(self._moved(self._positions[first : first + _PART]))
                    await asyncio.sleep(0)
                self.pushed += 1
                if self.phase == "told":
                    yield change
            await asyncio.sleep(max(EVERY - (time.perf_counter() - begun), 0.01))

    def _moved(self, positions: Sequence[Position]) -> list[Position]:
        now, price = clock(), Decimal(100 + self.pushed % 50)
        return [
            replace(each, as_of=now, market_price=price, market_value=price * each.quantity)
            for each in positions
        ]


def clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)  # noqa: TID251 - a benchmark has the machine's clock


def a_book(number: int) -> list[Position]:
    told = clock() - dt.timedelta(hours=1)
    return [
        a_position(
            instrument=an_equity(f"SYM{place}", conid=str(1000 + place)),
            quantity=100 + place,
            as_of=told,
        )
        for place in range(number)
    ]


async def show(number: int, seconds: float, report: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = await open_store(Path(folder) / "portfolio.db", clock)
        held = a_book(number)
        source = Source(connection="ib", broker="ibkr", kind="sync", live=True)
        async with store.writer.unit(source) as unit:
            await unit.save(a_batch(an_account()))
            for first in range(0, number, 500):
                part = held[first : first + 500]
                await unit.save(a_batch(*part, section=Section.POSITIONS))
        flood = Flood(held)
        # As the command line does: what is there now is no garbage.
        gc.freeze()

        async def reader() -> Reader:
            return store.reader

        async def syncs() -> Flood:
            return flood

        async def importer() -> None:
            """Nothing is imported."""

        app = MonitorApp(
            Context(
                open_reader=reader,
                open_importer=importer,  # type: ignore[arg-type]
                open_syncs=syncs,
                now=clock,
                zone=ZoneInfo("UTC"),
                version="0",
            )
        )
        measuring = asyncio.create_task(phases(app, flood, seconds, report))
        await app.run_async()
        await measuring
        await store.close()


async def phases(app: MonitorApp, flood: Flood, seconds: float, report: Path) -> None:
    await app.session.first_rows.wait()
    app.call_later(app.action_show, "positions")
    shares: dict[str, float] = {}
    for phase in PHASES:
        await asyncio.sleep(1)
        flood.phase, before = phase, flood.pushed
        report.with_suffix(f".{phase}").touch()
        begun, used = time.perf_counter(), cpu()
        await asyncio.sleep(seconds)
        took = time.perf_counter() - begun
        shares[phase] = (cpu() - used) / took
        shares[f"{phase} pushes"] = (flood.pushed - before) / took
    await asyncio.to_thread(report.write_text, json.dumps(shares))


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def watch(terminal: Terminal, until: Path) -> tuple[list[float], int]:
    """Press keys that all move the cursor, until a file appears.

    Returns:
        Seconds from each key to its frame, and how many frames there were.
    """
    chance = random.Random(2)  # noqa: S311 - pauses
    keys = itertools.cycle((b"\x1b[6~", b"j", b"j", b"k", b"\x1b[5~"))
    times: list[float] = []
    frames, last = 0, 0.0
    pressed, next_key = None, time.perf_counter() + 0.1
    while not until.exists():
        ready, _, _ = select.select([terminal.fd], [], [], 0.002)
        now = time.perf_counter()
        if ready:
            data = os.read(terminal.fd, 1 << 16)
            frames += now - last > 0.010
            last = now
            if pressed is not None and CURSOR in data:
                times.append(now - pressed)
                pressed = None
        if pressed is None and now > next_key:
            os.write(terminal.fd, next(keys))
            pressed, next_key = now, now + chance.uniform(0.05, 0.15)
    return times, frames


def measure(number: int, seconds: float, report: Path) -> None:
    arguments = ["--seconds", str(seconds), "--show", str(number), str(report)]
    terminal = Terminal(arguments, module="benchmarks.live_positions")
    marks = [report.with_suffix(f".{phase}") for phase in PHASES]
    while not marks[0].exists():
        if select.select([terminal.fd], [], [], 0.01)[0]:
            os.read(terminal.fd, 1 << 16)
    seen = {
        phase: watch(terminal, until)
        for phase, until in zip(PHASES, [*marks[1:], report], strict=True)
    }
    time.sleep(0.1)
    shares = json.loads(report.read_text())
    terminal.close()
    for phase in PHASES:
        times, frames = seen[phase]
        cuts = statistics.quantiles(times, n=100)
        print(
            f"{number:6,} {phase:8}{shares[f'{phase} pushes']:9.1f}{shares[phase] * 100:8.1f}"
            f"{frames / seconds:10.1f}{cuts[49] * 1000:9.1f}{cuts[94] * 1000:8.1f}"
            f"{max(times) * 1000:8.1f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="Positions that all change five times a second.")
    parser.add_argument("--positions", type=int, nargs="+", default=[500, 5000])
    parser.add_argument("--seconds", type=float, default=8, help="of each phase")
    parser.add_argument("--show", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.show:
        number, report = asked.show
        asyncio.run(show(int(number), asked.seconds, Path(report)))
        return
    print(f"{'rows':>6} {'phase':8}{'pushes/s':>9}{'CPU %':>8}{'frames/s':>10}"
          f"{'key p50':>9}{'p95':>8}{'max ms':>8}")  # fmt: skip
    for number in asked.positions:
        with tempfile.TemporaryDirectory() as folder:
            measure(number, asked.seconds, Path(folder) / "report")


if __name__ == "__main__":
    main()
