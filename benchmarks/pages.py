"""How soon the first page of every list is there, in a store of 100,000 executions and more.

    python -m benchmarks.pages [--runs N] [--store FILE]

The store is made by importing a generated Flex statement of 3 accounts (fills, closed lots, cash,
positions, lots), and, because the generator has none, 20,000 transfers and as many accruals of
interest through the writer. `--store` takes one that was made before.

Lists: from calling the query in this process to its first page (200 rows; lists that have no pages:
all rows), through the reader and its thread, for each column the screen can sort by, both ways, for
text filters and for narrower scopes. Runs go round all lists again and again, so that the first run
of each, often the longest, includes what is done once in a process. The floor is taken right before
it: `select * … order by … limit 200` on the same table through the sqlite3 module, without joins,
in the column's own order, from a connection with the same cache.

`show`: to its first page in this process, then whole processes, by their first byte and their end.
Raw rows: first, middle and last row of the statement; the floor is reading its block and inflating.
The count of rows and the keys of all pages are asked for after the first page, and printed apart.
"""

import argparse
import asyncio
import datetime as dt
import io
import sqlite3
import subprocess
import sys
import time
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks._measured import figure, heading, line, own_folder
from benchmarks.flex_generator import write_statement
from qm_tui.brokers.registry import recognize
from qm_tui.cli.arguments import WHAT, parser
from qm_tui.cli.environment import Environment
from qm_tui.cli.show import _pages
from qm_tui.config import default_config_path, load
from qm_tui.domain.selection import Order, Scope
from qm_tui.domain.words import Section
from qm_tui.queries import accounts, activity, lots, positions, raw, status, syncs
from qm_tui.queries.paging import PAGE_SIZE, Pages
from qm_tui.store.reader import Reader
from qm_tui.store.runs import Source
from qm_tui.store.store import open_reader, open_store
from qm_tui.sync.service import Importer
from qm_tui.ui.format import Format
from qm_tui.ui.screens.activity_tabs import TABS
from tests.builders import DAY, a_batch, a_margin_interest, a_transfer, an_equity

ACCOUNT = "U9000002"
SYMBOL = "ABEQ"
OTHERS = 20_000
DAYS = 700
GOAL = 200
GOAL_RAW = 50


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)  # noqa: TID251 - the clock is made here


# The store


async def make_store(path: Path, statement: Path) -> None:
    store = await open_store(path, now)
    importer = Importer(store.writer, recognize, ZoneInfo("America/New_York"))
    async for event in importer.import_files([statement]):
        del event
    source = Source(connection="import", broker="ibkr", kind="import")
    stocks = [an_equity(f"SYM{number}", conid=str(100_000 + number)) for number in range(200)]
    async with store.writer.unit(source) as unit:
        for first in range(0, OTHERS, 1000):
            numbers = range(first, first + 1000)
            moved = [_transfer(number, stocks[number % 200]) for number in numbers]
            accrued = [_interest(number) for number in numbers]
            await unit.save(a_batch(*moved, section=Section.TRANSFERS))
            await unit.save(a_batch(*accrued, section=Section.INTEREST))
    await store.close()


def _account(number: int) -> str:
    return f"U900000{number % 3 + 1}"


def _transfer(number: int, stock: Any) -> Any:
    return a_transfer(
        account=_account(number), key=f"t{number}", instrument=stock, quantity=number % 97 + 1,
        date=DAY + dt.timedelta(days=number % DAYS), cost_basis=number * 7919 % 100_000,
        description=f"ACATS {number % 1000}",
    )  # fmt: skip


def _interest(number: int) -> Any:
    to_date = DAY + dt.timedelta(days=number % DAYS)
    return a_margin_interest(
        account=_account(number), key=f"i{number}", from_date=to_date - dt.timedelta(days=1),
        to_date=to_date, accrued=number * 7919 % 10_000, principal=number * 31 % 100_000,
    )  # fmt: skip


# What is asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A list, its floor, and the times of both in ms."""

    name: str
    ask: Callable[[], Awaitable[Any]]
    floor: str
    ours: list[float] = field(default_factory=list)
    floors: list[float] = field(default_factory=list)


def floor_of(table: str, order: str = "id", *, down: bool = False, limit: int = PAGE_SIZE) -> str:
    return f"SELECT * FROM {table} ORDER BY {order}{' DESC' if down else ''} LIMIT {limit}"  # noqa: S608


Make = Callable[..., Pages[Any]]

LISTS: dict[str, tuple[Make, str]] = {
    "t": (activity.trades, "trades"),
    "c": (activity.cash, "cash_transactions"),
    "x": (activity.transfers, "transfers"),
    "i": (activity.interest, "margin_interest"),
}
"""By the key of its tab, how a list is made, and its table."""
TEXTS = {"a word in few": SYMBOL, "a word in many": "u900", "a word in none": "nothing like it"}


def sorted_lists(reader: Reader) -> Iterator[Asked]:
    for tab, (make, table) in LISTS.items():
        columns = TABS[tab].columns(Format(zone=dt.UTC), Scope())
        for column in columns:
            if column.sort_key is None:
                continue
            for down in (False, True):
                order = Order(field=column.key, descending=down)
                own = column_of(table, column.key)
                yield Asked(
                    name=f"{table} by {column.key}{' ↓' if down else ''}",
                    ask=partial(_first, make, reader, order=order),
                    floor=floor_of(table, own, down=down),
                )


def column_of(table: str, key: str) -> str:
    """Return the column the floor sorts by; for one of another table, what refers to it."""
    if key == "account":
        return "account_id"
    return "instrument_id" if key == "symbol" or (table, key) == ("trades", "description") else key


def narrowed_lists(reader: Reader) -> Iterator[Asked]:
    for make, table in LISTS.values():
        for what, text in TEXTS.items():
            yield Asked(
                name=f"{table} with {what}",
                ask=partial(_first, make, reader, Scope(text=text)),
                floor=floor_of(table),
            )
        scopes = {
            "of an account": Scope(account=ACCOUNT),
            "of a symbol": Scope(symbol=SYMBOL),
            "of a run": Scope(run=1),
            "up to a day": Scope(as_of=DAY),
        }
        for what, scope in scopes.items():
            yield Asked(
                name=f"{table} {what}",
                ask=partial(_first, make, reader, scope),
                floor=floor_of(table),
            )


def whole_lists(reader: Reader) -> Iterator[Asked]:
    of_account = Scope(account=ACCOUNT)
    everything = 100_000
    whole: dict[str, tuple[Callable[[], Awaitable[Any]], str]] = {
        "status": (partial(status.status, reader), "accounts"),
        "accounts": (partial(accounts.accounts, reader), "positions"),
        "balances": (partial(accounts.balances, reader), "balances"),
        "positions": (partial(positions.positions, reader), "positions"),
        "positions of an account": (partial(positions.positions, reader, of_account), "positions"),
        "lots": (partial(lots.broker_lots, reader), "broker_lots"),
        "lots of an account": (partial(lots.broker_lots, reader, of_account), "broker_lots"),
        "runs": (partial(syncs.runs, reader), "sync_runs"),
        "syncs": (partial(syncs.syncs, reader), "sync_sections"),
    }
    for name, (ask, table) in whole.items():
        yield Asked(name=name, ask=ask, floor=floor_of(table, limit=everything))
    yield Asked(
        name="changes of a run",
        ask=partial(_first, syncs.changes, reader, 1),
        floor=floor_of("trades"),
    )
    yield Asked(
        name="gains",
        ask=partial(_first, lots.broker_gains, reader),
        floor=floor_of("closed_lots", "disposition_date", down=True),
    )


async def _first(make: Make, reader: Reader, *scope: Any, order: Order | None = None) -> Any:
    pages = make(reader, *scope) if order is None else make(reader, *scope, order=order)
    return await pages.page(None)


def printed_lists(reader: Reader, here: Environment) -> Iterator[Asked]:
    tables = {
        "options": "positions", "lots": "broker_lots", "gains": "closed_lots",
        "cash": "cash_transactions", "interest": "margin_interest", "syncs": "sync_sections",
    }  # fmt: skip
    for what in WHAT:
        yield Asked(
            name=f"show {what}",
            ask=partial(_first_printed, reader, what, here),
            floor=floor_of(tables.get(what, what)),
        )


async def _first_printed(reader: Reader, what: str, here: Environment) -> None:
    pages = _pages(reader, parser().parse_args(["show", what]), Scope(), here)
    await anext(pages)
    assert isinstance(pages, AsyncGenerator)
    await pages.aclose()


# Measuring


def milliseconds(start: float) -> float:
    return (time.perf_counter() - start) * 1000


async def measure(asked: Sequence[Asked], connection: sqlite3.Connection, runs: int) -> None:
    for _ in range(runs):
        for one in asked:
            start = time.perf_counter()
            connection.execute(one.floor).fetchall()
            one.floors.append(milliseconds(start))
            start = time.perf_counter()
            await one.ask()
            one.ours.append(milliseconds(start))


def report(title: str, asked: Sequence[Asked], goal: float) -> None:
    heading(title, "ms", "sqlite3")
    for one in asked:
        ours = figure(one.ours)
        missed = "" if ours.median <= goal else f"over {goal} ms"
        line(one.name, ours, figure(one.floors), missed)
    slowest = max(asked, key=lambda one: figure(one.ours).median)
    median = figure(slowest.ours).median
    print(f"the slowest: {slowest.name}, {median:.1f} ms; goal ≤ {goal} ms")


async def measure_raw(reader: Reader, connection: sqlite3.Connection, runs: int) -> list[Asked]:
    (rows,) = connection.execute("SELECT row_count FROM raw_documents WHERE id = 1").fetchone()
    asked = [
        Asked(
            name=f"{name} row ({row + 1:,} of {rows:,})",
            ask=partial(raw.raw_row, reader, 1, row),
            floor=str(row),
        )
        for name, row in (("first", 0), ("middle", rows // 2), ("last", rows - 1))
    ]
    for _ in range(runs):
        for one in asked:
            start = time.perf_counter()
            inflate(connection, int(one.floor))
            one.floors.append(milliseconds(start))
            start = time.perf_counter()
            found = await one.ask()
            one.ours.append(milliseconds(start))
            if found is None:
                raise LookupError(f"{one.name} cannot be opened")
    return asked


def inflate(connection: sqlite3.Connection, row: int) -> bytes:
    (data,) = connection.execute(
        "SELECT data FROM raw_blocks WHERE document_id = 1 AND first_row <= ?"
        " ORDER BY first_row DESC LIMIT 1",
        (row,),
    ).fetchone()
    return zlib.decompress(data)


async def report_whole(reader: Reader) -> None:
    print(
        f"\n{'after the first page, ms':38}{'count':>8}{'keys of all pages':>20}{'last page':>12}"
    )
    for make, table in LISTS.values():
        pages = make(reader)
        times = [time.perf_counter()]
        for step in (pages.count, pages.anchors, pages.last_page):
            await step()
            times.append(time.perf_counter())
        count, keys, last = ((after - before) * 1000 for before, after in pairwise(times))
        print(f"{table:38}{count:8.1f}{keys:20.1f}{last:12.1f}")


def report_processes(store: Path) -> None:
    print(f"\n{'whole processes, seconds':38}{'first byte':>12}{'end':>8}{'MB':>8}")
    for what in WHAT:
        command = [sys.executable, "-m", "qm_tui", "--store", str(store), "show", what]
        start = time.perf_counter()
        with subprocess.Popen(  # noqa: S603 - our own program
            [*command, "--format", "json"], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            process.stdout.read(1)
            first = time.perf_counter() - start
            size = 1 + sum(len(part) for part in iter(partial(process.stdout.read, 1 << 20), b""))
        end = time.perf_counter() - start
        print(f"show {what:33}{first:12.2f}{end:8.2f}{size / 1e6:8.1f}")


async def measure_all(store: Path, runs: int) -> None:
    here = Environment(
        config=load(default_config_path(), required=False),
        store_path=store,
        now=now,
        out=io.StringIO(),
        err=io.StringIO(),
    )
    connection = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    connection.execute("PRAGMA cache_size=-16000")
    connection.execute("PRAGMA mmap_size=268435456")
    reader = await open_reader(store, now)
    groups = {
        "first page of what a screen shows": [*whole_lists(reader), *narrowed_lists(reader)],
        "first page in every order": list(sorted_lists(reader)),
        "first page of show": list(printed_lists(reader, here)),
    }
    for title, asked in groups.items():
        await measure(asked, connection, runs)
        report(title, asked, GOAL)
    report("opening a raw row", await measure_raw(reader, connection, runs), GOAL_RAW)
    await report_whole(reader)
    await reader.close()
    connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="How soon the first page of a list is there.")
    parser.add_argument("--executions", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=7, help="of every list")
    parser.add_argument("--store", type=Path, help="one that was made before, or is to be kept")
    asked = parser.parse_args()
    with own_folder() as folder:
        store: Path = asked.store or folder / "portfolio.db"
        if not store.exists():
            statement = folder / "statement.xml"
            write_statement(statement, executions=asked.executions, accounts=3, details=True)
            asyncio.run(make_store(store, statement))
        asyncio.run(measure_all(store, asked.runs))
        report_processes(store)


if __name__ == "__main__":
    main()
