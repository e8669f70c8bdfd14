"""How soon another screen is there, beside an app that switches two empty screens, in one run.

    python -m benchmarks.screens [--positions N] [--trades N] [--rounds N]

The monitor runs without a terminal at 120 x 40 on a store made through the writer. Each of its
screens is shown once, uncounted; then digits are pressed in a random order. What counts is the time
from the key to the first paint in which the screen says something of the book (its first symbol,
account or connection), and to the end of that paint. The floor is a Textual app of two screens with
a line of text each, switched by a key before and after the monitor's.
"""

import argparse
import asyncio
import datetime as dt
import gc
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static
from typing_extensions import override

from benchmarks._measured import figure, heading, line, own_folder
from qm_tui.domain.records import Record
from qm_tui.store.reader import Reader
from qm_tui.store.runs import Source
from qm_tui.store.store import Store, open_store
from qm_tui.ui.app import MonitorApp
from qm_tui.ui.context import Context
from tests.builders import (
    a_balance,
    a_batch,
    a_broker_lot,
    a_nav,
    a_position,
    a_trade,
    an_account,
    an_equity,
    an_option,
)

NOW = dt.datetime(2026, 3, 2, 15, 30, tzinfo=dt.UTC)
SIZE = (120, 40)
ACCOUNTS = ("U9000001", "U9000002", "U9000003")
SCREENS = {
    "0": ("pulse", " USD"), "1": ("accounts", "U9000001"), "2": ("positions", "SYM"),
    "3": ("options", "OPT"), "4": ("lots", "SYM"), "5": ("discrepancies", "Discrepancies"),
    "6": ("activity", "SYM"), "7": ("syncs", "ib"),
}  # fmt: skip
"""Key → its screen, and what stands on it when it says something of the book."""
FLOOR = (("0", "zero", "nothing"), ("1", "one", "more"))
PART = 500


async def fill(store: Store, positions: int, trades: int) -> None:
    source = Source(connection="ib", broker="ibkr", kind="sync", live=True)
    async with store.writer.unit(source) as unit:
        for records in _records(positions, trades):
            for first in range(0, len(records), PART):
                await unit.save(a_batch(*records[first : first + PART]))


def _records(positions: int, trades: int) -> Iterator[Sequence[Record]]:
    for place, account in enumerate(ACCOUNTS):
        mine = range(place, positions, len(ACCOUNTS))
        yield [an_account(account)]
        yield [
            a_balance(account=account, tag=tag, value="1000000", as_of=NOW)
            for tag in ("NetLiquidation", "TotalCashValue", "DailyPnL", "MaintMarginReq")
        ]
        yield [
            a_nav(
                account=account, to_date=NOW.date() - dt.timedelta(days=days), total=100000 + days
            )
            for days in range(1, 5 * 365)
        ]
        yield [_position(account, number) for number in mine]
        yield [
            a_broker_lot(account=account, instrument=_stock(number), key=str(number), as_of=NOW)
            for number in mine
        ]
        yield [
            a_trade(
                account=account,
                instrument=_stock(number % positions),
                quantity=number % 90 + 1,
                trade_date=NOW.date() - dt.timedelta(days=number % 900),
                key=f"T{account}{number}",
            )
            for number in range(place, trades, len(ACCOUNTS))
        ]


def _stock(number: int) -> Any:
    return an_equity(f"SYM{number}", conid=str(1000 + number))


def _position(account: str, number: int) -> Record:
    if number % 20 == 0:
        expiry = NOW.date() + dt.timedelta(days=number % 61)
        option = an_option("OPT", expiry, "C", 100 + number, conid=str(900_000 + number))
        return a_position(account=account, instrument=option, as_of=NOW, daily_pnl=number)
    return a_position(
        account=account, instrument=_stock(number), market_price=Decimal(100 + number), as_of=NOW,
        daily_pnl=number - 100,
    )  # fmt: skip


class FloorScreen(Screen[None]):
    def __init__(self, says: str) -> None:
        super().__init__()
        self.says = says

    @override
    def compose(self) -> ComposeResult:
        yield Static(self.says)


class Floor(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("0", "switch_mode('zero')"),
        Binding("1", "switch_mode('one')"),
    ]
    MODES: ClassVar[dict[str, Any]] = {
        "zero": lambda: FloorScreen("nothing"),
        "one": lambda: FloorScreen("more"),
    }
    DEFAULT_MODE = "zero"


class Paints:
    """When an app painted last, and what stood on its screen."""

    def __init__(self, app: App[None]) -> None:
        self.app = app
        self.count = 0
        self.at = 0.0
        self._display = app._display
        app._display = self._noted  # type: ignore[method-assign]

    def _noted(self, screen: Any, renderable: Any) -> None:
        self._display(screen, renderable)
        self.count += 1
        self.at = time.perf_counter()

    @property
    def text(self) -> str:
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)


async def switch(paints: Paints, key: str, is_there: Callable[[], bool]) -> float:
    """Press a key; milliseconds to the end of the first paint in which it is there."""
    driver = paints.app._driver
    assert driver is not None
    event = events.Key(key, key)
    event.set_sender(paints.app)
    seen, begun = paints.count, time.perf_counter()
    driver.send_message(event)
    async with asyncio.timeout(20):
        while True:
            await asyncio.sleep(0.0005)
            if paints.count > seen:
                seen, at = paints.count, paints.at
                if is_there():
                    return (at - begun) * 1000


@contextmanager
def without_garbage() -> Iterator[None]:
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


async def measure(store: Store, rounds: int) -> dict[str, list[float]]:
    async def reader() -> Reader:
        return store.reader

    async def importer() -> None:
        """Nothing is imported."""

    context = Context(
        open_reader=reader,
        open_importer=importer,  # type: ignore[arg-type]
        now=lambda: NOW,
        zone=ZoneInfo("UTC"),
        version="0",
        theme="qm-dark",
    )
    app, chance = MonitorApp(context), random.Random(3)  # noqa: S311 - an order of keys
    times: dict[str, list[float]] = {key: [] for key in SCREENS}
    async with app.run_test(size=SIZE) as pilot:
        paints = Paints(app)
        await _settled(app, pilot)
        with without_garbage():
            for round_ in range(rounds + 1):
                for key in chance.sample(list(SCREENS), len(SCREENS)):
                    mode, says = SCREENS[key]
                    if app.current_mode == mode:
                        continue
                    took = await switch(paints, key, partial(_is_there, paints, mode, says))
                    await _settled(app, pilot)
                    if round_:
                        times[key].append(took)
    return times


async def measure_floor(times: int) -> list[float]:
    floor = Floor()
    async with floor.run_test(size=SIZE) as pilot:
        paints, found = Paints(floor), []
        with without_garbage():
            for number in range(1, times + 1):
                key, mode, says = FLOOR[number % 2]
                found.append(await switch(paints, key, partial(_is_there, paints, mode, says)))
                await pilot.pause()
    return found[2:]


def _is_there(paints: Paints, mode: str, says: str) -> bool:
    return paints.app.current_mode == mode and says in paints.text


async def _settled(app: App[None], pilot: Pilot[None]) -> None:
    async with asyncio.timeout(20):
        while any(not worker.is_finished and worker.group == "load" for worker in app.workers):  # noqa: ASYNC110 - no worker tells
            await asyncio.sleep(0.001)
    await pilot.pause()


def p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


async def run(positions: int, trades: int, rounds: int, path: Path) -> None:
    store = await open_store(path, lambda: NOW)
    await fill(store, positions, trades)
    before = await measure_floor(rounds * 2)
    times = await measure(store, rounds)
    await store.close()
    bare = before + await measure_floor(rounds * 2)
    floor = figure(bare)
    title = f"{positions} positions, {trades} trades, {rounds} times each screen"
    heading(title, "ms from the key to the content", "bare app")
    for key, values in times.items():
        line(f"screen {key}", figure(values), floor)
    everything = [value for values in times.values() for value in values]
    print(f"\np95 of all: {p95(everything):.0f} ms (goal ≤ 60), bare app {p95(bare):.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description="How soon another screen is there.")
    parser.add_argument("--positions", type=int, default=500)
    parser.add_argument("--trades", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    with own_folder() as folder:
        asyncio.run(run(asked.positions, asked.trades, asked.rounds, folder / "portfolio.db"))


if __name__ == "__main__":
    main()
