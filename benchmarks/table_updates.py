"""What 20,000 changed rows a second cost a table of 100,000 rows, and what keys feel of it.

    python -m benchmarks.table_updates [--rate N] [--seconds S]

The program runs on a pseudo-terminal of 120 x 40. Inside it a task replaces rows: 50 times a
second, the rows that changed since, and tells the table their keys; one change in forty is in a
row that is in sight, so that every frame has something to repaint. Each process measures, one
after the other: at rest, the same changes without telling the table, and telling it; once for
`RecordTable`, once for the floor of `benchmarks.table` with the least that repaints at 20 frames,
without keys and with them. CPU is the process's own time; frames are counted on
the terminal (writes that are 10 ms apart); keys go in at random moments while changes are made.
"""

import argparse
import asyncio
import gc
import json
import os
import random
import resource
import select
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.worker import Worker
from typing_extensions import override

from benchmarks.table import COLUMNS, FloorTable, Terminal, Trade, a_trade
from qm_tui.ui.widgets.record_table import RecordTable
from qm_tui.ui.widgets.row_source import ListSource

ROWS = 100_000
PHASES = ("rest", "silent", "told")
TICK = 1 / 50
GLYPHS = {"record": "▸".encode(), "floor": b">"}


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class CoalescingFloor(FloorTable):
    """The floor, repainting changed lines in sight 20 times a second."""

    def __init__(self, rows: list[Trade]) -> None:
        super().__init__(rows)
        self.changed: set[int] = set()

    @override
    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(1 / 20, self.paint)

    @property
    def visible_rows(self) -> range:
        return range(self.scroll_offset.y, self.scroll_offset.y + self.size.height - 1)

    def update_rows(self, keys: list[int]) -> None:
        self.changed.update(keys)

    def paint(self) -> None:
        top, width = self.scroll_offset.y, self.size.width
        if lines := [i - top + 1 for i in self.visible_rows if i in self.changed]:
            self.refresh(*[Region(0, line, width, 1) for line in lines])
        self.changed.clear()


class Updates(App[None]):
    """Runs the phases one after the other and leaves a report."""

    def __init__(self, which: str, rate: int, seconds: float, report: Path) -> None:
        super().__init__()
        self.rate = rate
        self.seconds = seconds
        self.report = report
        self.rows: list[Trade] = [a_trade(number) for number in range(ROWS)]
        gc.freeze()
        self.table = (
            CoalescingFloor(self.rows)
            if which == "floor"
            else RecordTable(COLUMNS, ListSource[Trade](self.rows, key=lambda trade: trade.id))
        )
        self.chance = random.Random(1)  # noqa: S311 - which rows

    @override
    def compose(self) -> ComposeResult:
        yield self.table

    def on_ready(self) -> Worker[None]:
        self.table.focus()
        return self.run_worker(self.phases())

    async def phases(self) -> None:
        shares: dict[str, float] = {}
        for phase in PHASES:
            await asyncio.sleep(1)
            self.report.with_suffix(f".{phase}").touch()
            start, used = time.perf_counter(), cpu()
            done = 0
            while (passed := time.perf_counter() - start) < self.seconds:
                due = int(passed * self.rate) - done
                done += due
                if phase != "rest":
                    keys = self.change(due)
                    if phase == "told":
                        self.table.update_rows(keys)
                await asyncio.sleep(TICK)
            shares[phase] = (cpu() - used) / (time.perf_counter() - start)
            shares[f"{phase} changes/s"] = done / (time.perf_counter() - start)
        self.report.write_text(json.dumps(shares))

    def change(self, count: int) -> list[int]:
        """Replace rows, one in forty of them in sight; their keys."""
        visible = self.table.visible_rows
        chosen = [self.chance.randrange(ROWS) for _ in range(count)]
        chosen[::40] = [self.chance.choice(visible) % ROWS for _ in chosen[::40]]
        for at in chosen:
            row = self.rows[at]
            self.rows[at] = replace(row, quantity=row.quantity % 300 + 1)
        return chosen


def watch(terminal: Terminal, until: Path, glyph: bytes | None = None) -> tuple[list[float], int]:
    """Read until a file appears, pressing keys if `glyph`, the cursor's, is given.

    Returns:
        Seconds from each key to its frame, and how many frames there were.
    """
    chance = random.Random(2)  # noqa: S311 - pauses
    times: list[float] = []
    frames, last = 0, 0.0
    next_key = time.perf_counter() + 0.1
    pressed: float | None = None
    while not until.exists():
        ready, _, _ = select.select([terminal.fd], [], [], 0.002)
        now = time.perf_counter()
        if ready:
            data = os.read(terminal.fd, 1 << 16)
            frames += now - last > 0.010
            last = now
            # The cursor's glyph is in the frame that answers the key.
            if pressed is not None and glyph is not None and glyph in data:
                times.append(now - pressed)
                pressed = None
        if glyph is not None and pressed is None and now > next_key:
            # Every key moves the cursor: one that does nothing would be answered by no frame.
            os.write(terminal.fd, chance.choice([b"j", b"j", b"j", b"\x1b[6~"]))
            pressed, next_key = now, now + chance.uniform(0.05, 0.15)
    return times, frames


def main() -> None:
    parser = argparse.ArgumentParser(description="The table under many updates.")
    parser.add_argument("--rate", type=int, default=20_000, help="changed rows a second")
    parser.add_argument("--seconds", type=float, default=7, help="of each phase")
    parser.add_argument("--show", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.show:
        which, report = asked.show
        Updates(which, asked.rate, asked.seconds, Path(report)).run()
        return
    print(f"{ROWS:,} rows; silent: rows change and no table is told; told: the table shows it")
    print(f"{'':22}{'changes/s':>12}{'CPU %':>8}{'frames/s':>10}{'key p50':>9}{'p95 ms':>8}")
    for keys in (False, True):
        for which in ("floor", "record"):
            with tempfile.TemporaryDirectory() as folder:
                run(which, asked.rate, asked.seconds, Path(folder) / "report", keys=keys)


def run(which: str, rate: int, seconds: float, report: Path, *, keys: bool) -> None:
    arguments = ["--rate", str(rate), "--seconds", str(seconds), "--show", which, str(report)]
    terminal = Terminal(arguments, module="benchmarks.table_updates")
    marks = [report.with_suffix(f".{phase}") for phase in PHASES]
    watch(terminal, marks[0])
    glyph = GLYPHS[which] if keys else None
    seen = {
        phase: watch(terminal, until, glyph)
        for phase, until in zip(PHASES, [*marks[1:], report], strict=True)
    }
    time.sleep(0.1)
    shares = json.loads(report.read_text())
    terminal.close()
    for phase in PHASES:
        times, frames = seen[phase]
        percentiles = ""
        if len(times) > 1:
            cuts = statistics.quantiles(times, n=100)
            percentiles = f"{cuts[49] * 1000:9.1f}{cuts[94] * 1000:8.1f}"
        changes = shares[f"{phase} changes/s"] if phase != "rest" else 0
        share = shares[phase] * 100
        name = f"{which}, {phase}{', keys' if keys else ''}"
        print(f"{name:22}{changes:12,.0f}{share:8.1f}{frames / seconds:10.1f}{percentiles}")
    own = (shares["told"] - shares["silent"]) * 100
    print(f"{'':22}the table's own share of a core: {own:.1f} %")


if __name__ == "__main__":
    main()
