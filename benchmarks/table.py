"""How fast the table answers a key, beside a table that does nothing else, in the same run.

    python -m benchmarks.table [--keys N]

Two programs run at the same time, each on a pseudo-terminal of 120 x 40: one shows `RecordTable`,
the other `FloorTable` below, the least that draws the same twelve columns through Textual's line
API. Keys go to them in turn, after a random pause; what counts is the time from writing a key to
the last byte of the frame it causes (nothing more for 12 ms). Mounting is timed inside the
program, from making the table to the first refresh after it. Memory is what tracemalloc sees
appear between making the table and the end of a walk through it, in a run of its own (Textual's
own caches for the widget included, the rows in memory not). The rows in memory are frozen out of
garbage collection in both programs: walking 1.2 million objects takes 60 ms whoever shows them.

Rows: 100,000 in a list, then 1,000,000 paged from an SQLite file in the order (day, id).
"""

import argparse
import asyncio
import fcntl
import gc
import json
import os
import pty
import random
import select
import sqlite3
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

from rich.segment import Segment
from textual.app import App
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget
from typing_extensions import override

from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.paged_source import PagedSource
from qm_tui.ui.widgets.record_table import RecordTable
from qm_tui.ui.widgets.row_source import ListSource

SCREEN = (120, 40)
QUIET = 0.012
PAGE = 200
WALK = ["j"] * 50 + ["pagedown"] * 10 + ["k"] * 10 + ["ctrl+d"] * 5 + ["G", "g"] * 3
CODES = {"pagedown": b"\x1b[6~", "pageup": b"\x1b[5~", "ctrl+d": b"\x04", "ctrl+u": b"\x15"}


@dataclass(frozen=True, slots=True)
class Trade:
    id: int
    day: str
    account: str
    symbol: str
    kind: str
    quantity: int
    price: str
    amount: str
    fee: str
    gain: str
    currency: str
    note: str


FIELDS = list(Trade.__slots__)
WIDTHS = [8, 10, 8, 8, 6, 7, 9, 12, 7, 11, 4, 14]
RIGHT = {"id", "quantity", "price", "amount", "fee", "gain"}


def a_trade(number: int) -> Trade:
    price = number % 90_000 / 100
    gain = (number * 7919) % 20_000 - 10_000
    return Trade(
        number,
        f"20{number % 25:02}-{number % 12 + 1:02}-{number % 28 + 1:02}",
        f"U{number % 5 + 1000}",
        f"SYM{number % 700}",
        "buy" if number % 2 else "sell",
        number % 300 + 1,
        f"{price:,.2f}",
        f"{price * (number % 300 + 1):,.2f}",
        f"{number % 9}.35",
        f"{gain / 100:+,.2f}",
        "USD",
        f"note {number % 1000}",
    )


def a_column(field: str, width: int) -> Column[Trade]:
    def cell(trade: Trade) -> Cell:
        text = str(getattr(trade, field))
        if field == "gain":
            return Cell(text, Tone.NEGATIVE if text.startswith("-") else Tone.POSITIVE)
        return Cell(text)

    align: Any = "right" if field in RIGHT else "left"
    return Column(key=field, title=field.title(), cell=cell, width=width, align=align)


COLUMNS = [a_column(field, width) for field, width in zip(FIELDS, WIDTHS, strict=True)]


class Rows(Protocol):
    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> Trade: ...


class SqliteRows:
    """The floor's rows from the file: a dict of pages, read where they are drawn."""

    def __init__(self, path: str) -> None:
        self._store = sqlite3.connect(path)
        self._pages: dict[int, list[Trade]] = {}
        self._count: int = self._store.execute("SELECT count(*) FROM trades").fetchone()[0]

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> Trade:
        number, offset = divmod(index, PAGE)
        if number not in self._pages:
            if len(self._pages) == 8:
                self._pages.clear()
            rows = self._store.execute(
                "SELECT * FROM trades WHERE id > ? ORDER BY id LIMIT ?", (number * PAGE - 1, PAGE)
            )
            self._pages[number] = [Trade(*row) for row in rows]
        return self._pages[number][offset]


class FloorTable(ScrollView, can_focus=True):
    """Lines of text and a cursor, nothing else."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "move(1)"),
        Binding("k", "move(-1)"),
        Binding("pagedown", "move(39)"),
        Binding("pageup", "move(-39)"),
        Binding("ctrl+d", "move(19)"),
        Binding("ctrl+u", "move(-19)"),
        Binding("g", "move(-100000000)"),
        Binding("G", "move(100000000)"),
    ]

    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self.rows = rows
        self.cursor = 0
        self.formats = [
            (field, f"{{:{'>' if field in RIGHT else '<'}{width}}} ".format)
            for field, width in zip(FIELDS, WIDTHS, strict=True)
        ]

    @override
    def on_mount(self) -> None:
        self.virtual_size = Size(0, len(self.rows) + 1)

    def action_move(self, rows: int) -> None:
        before, top = self.cursor, self.scroll_offset.y
        self.cursor = max(0, min(before + rows, len(self.rows) - 1))
        height = self.size.height - 1
        self.refresh(*[Region(0, i - top + 1, self.size.width, 1) for i in (before, self.cursor)])
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False)

    @override
    def render_line(self, y: int) -> Strip:
        style = self.rich_style
        if y == 0:
            text = "".join(pad(field) for field, pad in self.formats)
        else:
            index = self.scroll_offset.y + y - 1
            row = self.rows[index]
            text = "".join(pad(getattr(row, field)) for field, pad in self.formats)
            if index == self.cursor:
                text = ">" + text
        return Strip([Segment(text, style)]).adjust_cell_length(self.size.width, style)


class SqliteLoader:
    """Pages of the file by key, each call in a thread with a connection of its own kind."""

    def __init__(self, path: str) -> None:
        self._pages = sqlite3.connect(path, check_same_thread=False)
        self._whole = sqlite3.connect(path, check_same_thread=False)

    async def count(self) -> int:
        rows = await asyncio.to_thread(self._all, "SELECT count(*) FROM trades")
        return int(rows[0][0])

    async def anchors(self, size: int) -> Sequence[tuple[str, int]]:
        sql = (
            "SELECT day, id FROM (SELECT day, id, row_number() OVER (ORDER BY day, id) AS place"
            " FROM trades) WHERE place % ? = 0"
        )
        return await asyncio.to_thread(self._all, sql, (size,))

    async def page(self, anchor: tuple[str, int] | None, size: int) -> Sequence[Trade]:
        sql = "SELECT * FROM trades WHERE (day, id) > (?, ?) ORDER BY day, id LIMIT ?"
        return await asyncio.to_thread(self._some, sql, (*(anchor or ("", -1)), size))

    async def last_page(self, size: int) -> Sequence[Trade]:
        sql = "SELECT * FROM trades ORDER BY day DESC, id DESC LIMIT ?"
        return (await asyncio.to_thread(self._some, sql, (size,)))[::-1]

    def anchor(self, row: Trade) -> tuple[str, int]:
        return row.day, row.id

    def _some(self, sql: str, values: tuple[object, ...]) -> list[Trade]:
        return [Trade(*row) for row in self._pages.execute(sql, values)]

    def _all(self, sql: str, values: tuple[object, ...] = ()) -> list[Any]:
        return self._whole.execute(sql, values).fetchall()


Make = Callable[[App[None]], Widget]


def prepare(which: str, kind: str, place: str) -> Make:
    """How to make the table, its rows (if in memory) made already."""
    rows = [a_trade(number) for number in range(int(place))] if kind == "list" else []
    gc.freeze()

    def floor(_: App[None]) -> Widget:
        return FloorTable(rows if kind == "list" else SqliteRows(place))

    def record(app: App[None]) -> Widget:
        if kind == "list":
            return RecordTable(COLUMNS, ListSource[Trade](rows, key=lambda trade: trade.id))
        paged = PagedSource(
            SqliteLoader(place), key=lambda trade: trade.id, spawn=app.run_worker, page_size=PAGE
        )
        return RecordTable(COLUMNS, paged)

    return floor if which == "floor" else record


class OneTable(App[None]):
    """An app that makes its table when it stands, and says how long that took."""

    def __init__(self, make: Make, report: Path | None = None) -> None:
        super().__init__()
        self.make = make
        self.report = report

    async def on_ready(self) -> None:
        if self.report is not None:
            await self.show_table()

    async def show_table(self) -> None:
        start = time.perf_counter()
        table = self.make(self)
        await self.mount(table)
        table.focus()
        self.call_after_refresh(self.tell, start)

    def tell(self, start: float) -> None:
        if self.report is not None:
            self.report.write_text(json.dumps(time.perf_counter() - start))


async def measure_memory(make: Make) -> float:
    """Bytes that stay after the table was made, walked through and looked at."""
    app = OneTable(make)
    async with app.run_test(size=SCREEN) as pilot:
        gc.collect()
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        await app.show_table()
        await pilot.pause(0.2)
        await app.workers.wait_for_complete()
        for key in WALK:
            await pilot.press(key)
            await app.workers.wait_for_complete()
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - before


class Terminal:
    """A program on a pseudo-terminal."""

    def __init__(self, arguments: Sequence[str], module: str = "benchmarks.table") -> None:
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
            os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606
        size = struct.pack("HHHH", SCREEN[1], SCREEN[0], 0, 0)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, size)

    def settle(self, quiet: float, longest: float) -> float:
        """Read until nothing came for `quiet` seconds; when the last byte did."""
        last = start = time.perf_counter()
        seen = False
        while time.perf_counter() - start < longest:
            ready, _, _ = select.select([self.fd], [], [], quiet if seen else longest)
            if not ready:
                break
            os.read(self.fd, 1 << 16)
            last, seen = time.perf_counter(), True
        return last

    def press(self, key: str) -> float:
        """Seconds from the key to its frame."""
        start = time.perf_counter()
        os.write(self.fd, CODES.get(key, key.encode()))
        return self.settle(QUIET, 0.5) - start

    def close(self) -> None:
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


@contextmanager
def the_file(rows: int) -> Iterator[str]:
    """A temporary SQLite file of trades."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "trades.db")
        store = sqlite3.connect(path)
        columns = ", ".join(FIELDS[1:])
        store.execute(f"CREATE TABLE trades (id INTEGER PRIMARY KEY, {columns})")
        marks = ", ".join("?" * len(FIELDS))
        trades = map(a_trade, range(rows))
        store.executemany(
            f"INSERT INTO trades VALUES ({marks})",  # noqa: S608 - marks only
            ([getattr(trade, field) for field in FIELDS] for trade in trades),
        )
        store.execute("CREATE INDEX by_day ON trades (day, id)")
        store.commit()
        store.close()
        yield path


def p(times: Sequence[float], percent: int) -> float:
    return statistics.quantiles(times, n=100)[percent - 1] * 1000


def compare(title: str, kind: str, place: str, keys: int) -> None:
    print(f"\n{title}")
    with tempfile.TemporaryDirectory() as folder:
        reports = {which: Path(folder) / which for which in ("record", "floor")}
        terminals = {
            which: Terminal(["--show", which, kind, place, str(report)])
            for which, report in reports.items()
        }
        for which, terminal in terminals.items():
            while not reports[which].exists():
                terminal.settle(0.2, 1)
            terminal.settle(1.5, 20)
        mounts = {which: json.loads(report.read_text()) for which, report in reports.items()}
        times = walk(terminals, keys)
        for terminal in terminals.values():
            terminal.close()
    megabytes = {which: memory_of(which, kind, place) / 1e6 for which in terminals}
    print(f"{'':24}{'table':>10}{'floor':>10}{'ratio':>8}")
    line("mounted, ms", mounts["record"] * 1000, mounts["floor"] * 1000)
    for group in ("move", "scroll", "jump", "all"):
        for percent in (50, 95):
            values = [p(times[which, group], percent) for which in ("record", "floor")]
            line(f"key p{percent}, {group}, ms", *values)
    line("memory, MB", megabytes["record"], megabytes["floor"])


def walk(terminals: dict[str, Terminal], keys: int) -> dict[tuple[str, str], list[float]]:
    """Press keys in both, in turn, in random order."""
    chance = random.Random(1)  # noqa: S311 - pauses
    script = (
        [("move", "j")] * 30
        + [("scroll", key) for key in ["j"] * 20 + ["pagedown"] * 12 + ["ctrl+d", "ctrl+u"] * 6]
        + [("jump", key) for key in ["G", "pageup", "pageup", "g"] * 4]
    )
    times: dict[tuple[str, str], list[float]] = {}
    for number in range(keys):
        group, key = script[number % len(script)]
        for which in chance.sample(list(terminals), 2):
            time.sleep(chance.uniform(0, 0.03))
            taken = terminals[which].press(key)
            times.setdefault((which, group), []).append(taken)
            times.setdefault((which, "all"), []).append(taken)
    return times


def memory_of(which: str, kind: str, place: str) -> float:
    command = [sys.executable, "-m", "benchmarks.table", "--memory", which, kind, place]
    return float(subprocess.run(command, check=True, capture_output=True).stdout)  # noqa: S603


def line(name: str, table: float, floor: float) -> None:
    print(f"{name:24}{table:10.2f}{floor:10.2f}{table / floor:8.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description="The table beside the least that draws the same.")
    parser.add_argument("--keys", type=int, default=620, help="keys pressed in each program")
    parser.add_argument("--show", nargs=4, help=argparse.SUPPRESS)
    parser.add_argument("--memory", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.show:
        which, kind, place, report = asked.show
        OneTable(prepare(which, kind, place), Path(report)).run()
    elif asked.memory:
        print(asyncio.run(measure_memory(prepare(*asked.memory))))
    else:
        compare("100,000 rows x 12 columns in a list", "list", "100000", asked.keys)
        with the_file(1_000_000) as path:
            compare("1,000,000 rows x 12 columns from SQLite", "paged", path, asked.keys)


if __name__ == "__main__":
    main()
