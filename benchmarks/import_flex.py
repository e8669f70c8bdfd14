"""What importing 100,000 executions costs, beside the least that stores them, in the same run.

    python -m benchmarks.import_flex [--executions N] [--runs N]

Time: `qm-tui --store NEW import FILE` as a whole process, in turn with `benchmarks._flex_floor`:
`iterparse` over the same file with `clear()`, and one `executemany` of the same columns into a
plain WAL table, without index, constraint, document or history. Every run makes a new file. The
import uses two cores, the floor one: the work of all cores is printed as well, and while others
work on the machine the clock is unfair to the import.

Memory: the high-water mark (VmHWM) of the process and of the one that reads for it, looked at every
20 ms in /proc while the time is taken, and added, though they need not be reached at once; of files
that are mapped, what was in memory counts too.

Stalls: the monitor itself, on a pseudo-terminal of 120 x 40 and a new store, imports the file as if
it had been named in the dialog, with the dialog that shows how it goes. A ticker on its event loop
sleeps 5 ms again and again: what counts is by how much two ticks are further apart than that. The
floor is the same ticker in the same program, when the first screen stands and nothing happens.
"""

import argparse
import asyncio
import datetime as dt
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter
from pathlib import Path

from textual.worker import Worker
from typing_extensions import override

from benchmarks._measured import figure, heading, line, own_folder
from benchmarks.flex_generator import write_statement
from benchmarks.table import Terminal
from qm_tui.cli.environment import Environment
from qm_tui.cli.monitor import _Opened
from qm_tui.config import default_config_path, load
from qm_tui.store.migrate import prepare
from qm_tui.ui import app as monitor
from qm_tui.ui.app import MonitorApp
from qm_tui.ui.context import Context
from qm_tui.ui.import_job import ImportJob

TICK = 0.005
IDLE_SECONDS = 5
LOOK = 0.020


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)  # noqa: TID251 - the clock is made here


# Time and memory


def cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a process took: seconds, those of all its cores, and MB at most."""

    seconds: float
    cpu: float
    own: float
    children: float

    @property
    def both(self) -> float:
        return self.own + self.children


def run_watched(*arguments: str) -> Run:
    """Run a module of Python."""
    start, used = time.perf_counter(), cpu_of_children()
    command = [sys.executable, "-m", *arguments]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)  # noqa: S603 - our own modules
    peaks: dict[int, float] = {}
    while process.poll() is None:
        for pid in (process.pid, *_children(process.pid)):
            # The last look counts: before its exec, a child has its parent's memory.
            peaks[pid] = _high_water(pid) or peaks.get(pid, 0)
        time.sleep(LOOK)
    taken = time.perf_counter() - start
    if process.returncode:
        assert process.stderr is not None
        raise ChildProcessError(f"{' '.join(command)}: {process.stderr.read().decode()}")
    own = peaks.pop(process.pid)
    cpu = cpu_of_children() - used
    return Run(seconds=taken, cpu=cpu, own=own, children=sum(peaks.values()))


def _children(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _high_water(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    lines = [line.split() for line in status.splitlines() if line.startswith("VmHWM")]
    return int(lines[0][1]) * 1024 / 1e6 if lines else 0


def compare(statement: Path, folder: Path, runs: int) -> None:
    ours: list[Run] = []
    floor: list[Run] = []
    for number in range(runs):
        plain, store = folder / f"floor{number}.db", folder / f"store{number}.db"
        floor.append(run_watched("benchmarks._flex_floor", str(statement), str(plain)))
        ours.append(run_watched("qm_tui", "--store", str(store), "import", str(statement)))
        plain.unlink()
        store.unlink()
    heading(f"{runs} imports of each", "seconds")
    row("whole process", ours, floor, "seconds", "goal ≤ 3×")
    row("work of all cores", ours, floor, "cpu")
    heading("memory", "MB, high-water mark")
    row("process that stores", ours, None, "own")
    row("process that reads", ours, None, "children")
    row("both", ours, floor, "both", "goal ≤ 250 MB")


def row(
    name: str, ours: Sequence[Run], floor: Sequence[Run] | None, what: str, goal: str = ""
) -> None:
    get = attrgetter(what)
    beside = None if floor is None else figure([get(run) for run in floor])
    line(name, figure([get(run) for run in ours]), beside, goal)


# Stalls


class Ticking(MonitorApp):
    """The monitor, importing a file when it stands, with a ticker beside."""

    CSS_PATH = str(Path(monitor.__file__).with_name("app.tcss"))

    def __init__(self, context: Context, statement: Path, report: Path) -> None:
        super().__init__(context)
        self.statement = statement
        self.report = report
        self.ticks: list[float] = []

    @override
    def on_ready(self) -> None:
        super().on_ready()
        self.run_worker(self.measure(), group="measure")

    async def measure(self) -> None:
        # The first rows, or that there are none, are long on the screen then.
        await asyncio.sleep(3)
        ticker = asyncio.create_task(self.tick())
        await asyncio.sleep(IDLE_SECONDS)
        idle, self.ticks = self.ticks, []
        begun = time.perf_counter()
        self.imports._begin(ImportJob(paths=(self.statement,)))
        worker: Worker[None] | None = self.imports._worker
        assert worker is not None
        await worker.wait()
        seconds = time.perf_counter() - begun
        # The screens read anew when it is over.
        await asyncio.sleep(1)
        ticker.cancel()
        report = {
            "idle": stalls(idle, begun), "import": stalls(self.ticks, begun), "seconds": seconds
        }  # fmt: skip
        unfinished = self.report.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(report))
        unfinished.rename(self.report)

    async def tick(self) -> None:
        while True:
            self.ticks.append(time.perf_counter())
            await asyncio.sleep(TICK)


def stalls(ticks: Sequence[float], begun: float) -> list[tuple[float, float]]:
    """By how many ms ticks are further apart than they should be, and when; the longest first."""
    pairs = pairwise(ticks)
    return sorted((((b - a - TICK) * 1000, a - begun) for a, b in pairs), reverse=True)


def be_the_monitor(store: Path, statement: Path, report: Path) -> None:
    here = Environment(
        config=load(default_config_path(), required=False),
        store_path=store,
        now=now,
        out=sys.stdout,
        err=sys.stderr,
    )
    prepare(store, now())
    opened = _Opened(here, demo=False)
    context = Context(
        open_reader=opened.reader, open_importer=opened.importer, close=opened.close, now=now,
        zone=dt.UTC, version="0",
    )  # fmt: skip
    Ticking(context, statement, report).run()


def watch_stalls(statement: Path, folder: Path, runs: int) -> None:
    seconds: list[float] = []
    worst: dict[str, list[float]] = {"idle": [], "import": []}
    hundredth: dict[str, list[float]] = {"idle": [], "import": []}
    longest: list[str] = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory(dir=folder) as place:
            report = Path(place) / "report.json"
            names = [str(path) for path in (Path(place) / "store.db", statement, report)]
            terminal = Terminal(["--monitor", *names], module="benchmarks.import_flex")
            while not report.exists():
                terminal.settle(0.2, 0.5)
            said = json.loads(report.read_text())
            terminal.close()
        seconds.append(said["seconds"])
        for when, stalled in (("idle", said["idle"]), ("import", said["import"])):
            worst[when].append(stalled[0][0])
            hundredth[when].append(stalled[len(stalled) // 100][0])
        longest.append(", ".join(f"{ms:.0f} at {at:.1f} s" for ms, at in said["import"][:6]))
    heading(f"{runs} imports in the monitor", "ms beyond a tick of 5 ms", "idle")
    line("worst stall", figure(worst["import"]), figure(worst["idle"]), "goal ≤ 100 ms")
    line("one tick in a hundred", figure(hundredth["import"]), figure(hundredth["idle"]))
    for number, words in enumerate(longest, 1):
        print(f"the longest of import {number}, ms: {words}")
    print(f"an import took {figure(seconds).median:.1f} s there")


def main() -> None:
    parser = argparse.ArgumentParser(description="What an import costs, beside the least.")
    parser.add_argument("--executions", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--monitor", nargs=3, type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.monitor:
        be_the_monitor(*asked.monitor)
        return
    with own_folder() as folder:
        statement = folder / "statement.xml"
        write_statement(statement, executions=asked.executions, accounts=3)
        size = statement.stat().st_size / 1e6
        print(f"{asked.executions:,} executions, 3 accounts, {size:.0f} MB")
        compare(statement, folder, asked.runs)
        watch_stalls(statement, folder, asked.runs)


if __name__ == "__main__":
    main()
