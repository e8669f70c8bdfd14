"""How soon the monitor is on the screen, beside the least Textual app, in the same run.

    python -m benchmarks.startup [--runs N] [--imports]

Both programs are started in turn on a pseudo-terminal of 120 x 40, whose output is read. The clock
starts before the process is made. The first frame is there when the last words of its last line
are; what it says, when the portfolio pulse names every account. The store was made through the
writer: 3 accounts, 200 positions, their balances and values. The floor is `benchmarks._bare_app`,
an app with one DataTable of twenty rows, all of them in its first frame: to the last of them. Every
ratio is to that first frame. One start of each comes before, uncounted: files are in the system's
cache.

`--imports` starts the monitor once more under `-X importtime` and says which modules took longest
until the first frame, by their own time, and which packages with all their modules.
"""

import argparse
import asyncio
import datetime as dt
import os
import re
import select
import time
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from benchmarks._measured import figure, heading, line, own_folder
from benchmarks.table import Terminal
from qm_tui.domain.records import Record
from qm_tui.domain.words import Section
from qm_tui.store.runs import Source
from qm_tui.store.store import open_store
from tests.builders import a_balance, a_batch, a_nav, a_position, an_account, an_equity, holds

ACCOUNTS = ("U9000001", "U9000002", "U9000003")
POSITIONS = 200
FIRST_FRAME = b"Help"
BARE_FRAME = b"A0000019"
PATIENCE = 20.0
NOW = dt.datetime(2024, 3, 16, 12, 0, tzinfo=dt.UTC)
IMPORT = re.compile(rb"import time: +(\d+) \| +(\d+) \| *([\w.]+)")


async def make_store(path: Path) -> None:
    store = await open_store(path, lambda: NOW)
    source = Source(connection="import", broker="ibkr", kind="import")
    async with store.writer.unit(source) as unit:
        for place, account in enumerate(ACCOUNTS):
            share = range(place, POSITIONS, len(ACCOUNTS))
            positions = [_position(account, number) for number in share]
            parts: dict[Section, Sequence[Record]] = {
                Section.ACCOUNTS: [an_account(account)],
                Section.POSITIONS: positions,
                Section.BALANCES: [a_balance(account=account)],
                Section.NAV: [a_nav(account=account, cash=Decimal(1000))],
            }
            for section, records in parts.items():
                held = [holds(section, account)] if section is Section.POSITIONS else []
                await unit.save(a_batch(*records, section=section, holds=held))
    await store.close()


def _position(account: str, number: int) -> Record:
    stock = an_equity(f"SYM{number}", conid=str(1000 + number))
    return a_position(account=account, instrument=stock, market_price=Decimal(100 + number))


class Start:
    """One start of a program: what it has written so far."""

    def __init__(self, module: str, arguments: Sequence[str] = ()) -> None:
        self.begun = time.perf_counter()
        self.terminal = Terminal(arguments, module=module)
        self.written = bytearray()

    def seconds_to(self, *texts: bytes) -> float:
        """Read until all texts were written; seconds since the process was made."""
        while not all(text in self.written for text in texts):
            if not select.select([self.terminal.fd], [], [], PATIENCE)[0]:
                raise TimeoutError(f"nothing more after {bytes(self.written[-2000:])!r}")
            self.written += os.read(self.terminal.fd, 1 << 16)
        return time.perf_counter() - self.begun


def start_bare() -> float:
    start = Start("benchmarks._bare_app")
    try:
        return start.seconds_to(BARE_FRAME) * 1000
    finally:
        start.terminal.close()


def start_monitor(store: Path) -> tuple[float, float]:
    start = Start("qm_tui", ["--store", str(store)])
    try:
        frame = start.seconds_to(FIRST_FRAME)
        rows = start.seconds_to(*(account.encode() for account in ACCOUNTS))
        return frame * 1000, rows * 1000
    finally:
        start.terminal.close()


def compare(store: Path, runs: int) -> None:
    bare: list[float] = []
    frames: list[float] = []
    rows: list[float] = []
    start_bare(), start_monitor(store)
    for _ in range(runs):
        bare.append(start_bare())
        frame, row = start_monitor(store)
        frames.append(frame)
        rows.append(row)
    floor = figure(bare)
    title = f"{len(ACCOUNTS)} accounts, {POSITIONS} positions, {runs} starts of each"
    heading(title, "ms since exec", "bare app")
    line("first frame", figure(frames), floor, "goal ≤ 1.8×")
    line("what the first screen says", figure(rows), floor, "goal ≤ 3.0×")


def show_imports(store: Path) -> None:
    """Start the monitor with its imports timed: the lines come over the same terminal."""
    os.environ["PYTHONPROFILEIMPORTTIME"] = "1"
    start = Start("qm_tui", ["--store", str(store)])
    start.seconds_to(FIRST_FRAME)
    start.terminal.close()
    found = [
        (int(own), int(whole), name.decode()) for own, whole, name in IMPORT.findall(start.written)
    ]
    packages: dict[str, int] = defaultdict(int)
    for own, _, name in found:
        packages[name.partition(".")[0]] += own
    print(f"\n{len(found)} imports until the first frame, under importtime (which slows them)")
    print(f"{'module':40}{'own ms':>8}{'with what it imports':>22}")
    for own, whole, name in sorted(found, reverse=True)[:10]:
        print(f"{name:40}{own / 1000:8.1f}{whole / 1000:22.1f}")
    print(f"{'package':40}{'ms':>8}")
    for name, own in sorted(packages.items(), key=lambda item: -item[1])[:10]:
        print(f"{name:40}{own / 1000:8.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description="How soon the monitor is on the screen.")
    parser.add_argument("--runs", type=int, default=15, help="starts of each program")
    parser.add_argument("--imports", action="store_true", help="say what is imported, how long")
    asked = parser.parse_args()
    with own_folder() as folder:
        store = folder / "portfolio.db"
        asyncio.run(make_store(store))
        compare(store, asked.runs)
        if asked.imports:
            show_imports(store)


if __name__ == "__main__":
    main()
