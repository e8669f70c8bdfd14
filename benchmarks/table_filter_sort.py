"""What it takes to filter and sort 100,000 rows of twelve columns until the first page is drawn.

    python -m benchmarks.table_filter_sort [--runs N] [--rows N]

The app stands in this process with a table of 120 x 40 over rows like those of a list of trades:
six columns of decimals, some of them unknown, written by the screens' own columns. What is typed
goes the way it goes on a screen (parsed, conditions as a predicate, words in the texts of the
cells), then rows are sorted by two columns, and all lines in sight are drawn. "Read ahead" is what
the table does while nothing happens: reading the texts of the rows, in portions; "cold" is before
any of it. The floor in the same run does it with a list comprehension over rows and texts that are
ready, and `sorted` by a tuple, and draws nothing.
"""

import argparse
import asyncio
import datetime as dt
import gc
import random
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from textual.app import App, ComposeResult
from typing_extensions import override

from benchmarks._measured import figure, heading, line
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.condition_fields import Fields
from qm_tui.ui.condition_values import Present
from qm_tui.ui.conditions import parse, predicate
from qm_tui.ui.format import Format
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.record_table import RecordTable
from qm_tui.ui.widgets.row_source import ListSource

SIZE = (120, 40)
GOAL = "150 ms to the first page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    id: int
    day: dt.date
    account: str
    symbol: str
    note: str
    currency: str
    quantity: Decimal
    price: Decimal
    amount: Decimal
    fee: Decimal
    pnl: Decimal | None
    cost: Decimal


def fills(count: int) -> list[Fill]:
    chance = random.Random(7)  # noqa: S311 - made up rows
    made = []
    for number in range(count):
        price = Decimal(chance.randrange(100, 90_000)).scaleb(-2)
        quantity = Decimal(chance.randrange(-300, 300) or 1)
        pnl = Decimal(chance.randrange(-2_000_000, 2_000_000)).scaleb(-2)
        made.append(
            Fill(
                id=number,
                day=dt.date(2020, 1, 1) + dt.timedelta(days=chance.randrange(2000)),
                account=f"U{chance.randrange(5) + 1000}",
                symbol=f"SYM{chance.randrange(700)}",
                note=f"note {number % 1000}",
                currency=chance.choice(["USD", "EUR"]),
                quantity=quantity,
                price=price,
                amount=price * quantity,
                fee=Decimal(chance.randrange(500)).scaleb(-2),
                pnl=pnl if number % 3 else None,
                cost=abs(price * quantity),
            )
        )
    return made


def columns() -> list[Column[Fill]]:
    kinds = Kinds[Fill](Format(zone=dt.UTC))
    return [
        kinds.date("day", "Day", lambda fill: fill.day),
        kinds.text("account", "Account", 8, lambda fill: fill.account),
        kinds.text("symbol", "Symbol", 8, lambda fill: fill.symbol),
        kinds.text("note", "Note", 10, lambda fill: fill.note),
        kinds.text("currency", "Ccy", 4, lambda fill: fill.currency),
        kinds.quantity("quantity", "Quantity", lambda fill: fill.quantity, 9),
        kinds.price("price", "Price", lambda fill: fill.price, 9),
        kinds.amount("amount", "Amount", lambda fill: fill.amount, 12),
        kinds.amount("fee", "Fee", lambda fill: fill.fee, 6),
        kinds.gain("pnl", "P&L", lambda fill: fill.pnl, 11),
        kinds.money("cost", "Cost", lambda fill: fill.cost, 11),
        kinds.number("id", "No", 7, lambda fill: fill.id),
    ]


class OneTable(App[None]):
    def __init__(self, rows: Sequence[Fill]) -> None:
        super().__init__()
        self.rows = rows
        self.source: ListSource[Fill] = ListSource(rows, key=lambda fill: fill.id)
        self.table = RecordTable(columns(), self.source)
        named = [column.field for column in self.table.columns if column.field is not None]
        self.fields = Fields(named)

    @override
    def compose(self) -> ComposeResult:
        yield self.table

    def type(self, text: str) -> None:
        """Do what a screen does with what was typed."""
        present = Present(
            now=dt.datetime(2026, 1, 2, 12, tzinfo=dt.UTC), today=dt.date(2026, 1, 2), zone=dt.UTC
        )
        wanted = parse(text, self.fields, present)
        self.source.filter(
            predicate(wanted, self.fields),
            words=wanted.words,
            without=wanted.without,
            columns=self.table.columns,
        )

    def sort(self, orders: Sequence[tuple[str, bool]]) -> None:
        self.table.order_by(orders)

    def draw(self) -> None:
        for y in range(SIZE[1]):
            self.table.render_line(y)

    def begin_anew(self) -> None:
        self.source.filter()
        self.table.orders = ()
        self.source.sort([])
        self.source.replace(self.rows)

    def read_ahead(self, portion: int) -> float:
        """Read all texts; the seconds of the longest portion."""
        longest, more = 0.0, True
        while more:
            began = time.perf_counter()
            more = self.source.prepare(self.table.columns, portion)
            longest = max(longest, time.perf_counter() - began)
        return longest


Case = tuple[str, str, list[tuple[str, bool]]]
CASES: list[Case] = [
    ("one symbol", "sym123 pnl<-500", [("account", False), ("pnl", True)]),
    ("a tenth", "sym1 pnl<-500", [("account", False), ("pnl", True)]),
    ("a third", "usd pnl<5000", [("account", False), ("pnl", True)]),
    ("nearly all", "u100 cost>10", [("cost", True), ("pnl", False)]),
]


def timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def floor_of(rows: Sequence[Fill], texts: Sequence[str], case: Case) -> None:
    word = case[1].split()[0]
    cost = case[2][0][0] == "cost"
    least, most = Decimal(10), Decimal(5000 if "5000" in case[1] else -500)
    if cost:
        found = [
            row for row, text in zip(rows, texts, strict=True) if word in text and row.cost > least
        ]
        sorted(found, key=lambda row: (-row.cost, row.pnl is None, row.pnl or 0))
    else:
        found = [
            row
            for row, text in zip(rows, texts, strict=True)
            if word in text and row.pnl is not None and row.pnl < most
        ]
        sorted(found, key=lambda row: (row.account, -(row.pnl or 0)))


async def measure(runs: int, count: int) -> None:
    rows = fills(count)
    # As the program has it: what is old is looked at while nobody types.
    gc.freeze()
    gc.set_threshold(10_000, 5, 1_000)
    app = OneTable(rows)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        texts = [
            "\n".join(column.cell(row).text for column in app.table.columns).casefold()
            for row in rows
        ]
        heading(f"{count:,} rows: filter, sort, first page", "ms")
        for case in CASES:
            cold: list[float] = []
            ready: list[float] = []
            floors: list[float] = []
            sorted_only: list[float] = []
            for _ in range(runs):
                app.begin_anew()
                cold.append(timed(partial(all_of, app, case)))
                app.begin_anew()
                app.read_ahead(1000)
                ready.append(timed(partial(all_of, app, case)))
                floors.append(timed(partial(floor_of, rows, texts, case)))
                app.begin_anew()
                sorted_only.append(timed(partial(only_sort, app, case)))
            line(f"{case[0]}: read ahead", figure(ready), figure(floors), GOAL)
            line(f"{case[0]}: cold", figure(cold), None, GOAL)
            line(f"{case[0]}: only sorted, all rows", figure(sorted_only), None, GOAL)
        app.begin_anew()
        heading("reading ahead", "ms")
        line("longest of portions of 100 rows", figure([app.read_ahead(100) * 1000]), None, "30 ms")
        app.begin_anew()
        tracemalloc.start()
        app.read_ahead(1000)
        app.sort([("cost", True), ("pnl", False)])
        taken = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        print(f"memory of what is kept: {taken / 1e6:.1f} MB")


def all_of(app: OneTable, case: Case) -> None:
    app.type(case[1])
    app.sort(case[2])
    app.draw()


def only_sort(app: OneTable, case: Case) -> None:
    app.sort(case[2])
    app.draw()


def main() -> None:
    parser = argparse.ArgumentParser(description="Filtering and sorting rows in memory.")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rows", type=int, default=100_000)
    asked = parser.parse_args()
    asyncio.run(measure(asked.runs, asked.rows))


if __name__ == "__main__":
    main()
