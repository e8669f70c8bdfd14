"""What the tests of the screens share: a small book in a real store, and a monitor on it."""

import array
import asyncio
import datetime as dt
import inspect
import sys
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from textual import events
from textual.pilot import Pilot

from qm_tui.brokers.registry import recognize
from qm_tui.domain.batches import Batch, RawBlock
from qm_tui.store.reader import Reader
from qm_tui.store.runs import Source
from qm_tui.store.store import Store
from qm_tui.sync.service import Importer
from qm_tui.ui.app import MonitorApp
from qm_tui.ui.context import Context
from qm_tui.ui.screens.page import Page
from qm_tui.ui.screens.table_screen import TableScreen
from qm_tui.ui.widgets.record_table import RecordTable
from tests.builders import (
    a_balance,
    a_batch,
    a_broker_lot,
    a_cash_transaction,
    a_document,
    a_margin_interest,
    a_position,
    a_refused_row,
    a_trade,
    a_transfer,
    an_account,
)
from tests.conftest import NOW
from tests.store.laid import lay_book

ZONE = ZoneInfo("Europe/Berlin")
HOSTILE = "EVIL [red]x[/red] \x1b[31mred\x07"
FRESH = NOW - dt.timedelta(hours=3)
TRADES = 450
"""More than two pages."""

ROWS = [
    f'<Trade accountId="U1234567" symbol="AAPL" tradeID="{number}" note="{HOSTILE}"/>'
    for number in range(12)
]


async def a_book(store: Store) -> None:
    """Two accounts with everything that the screens show, from one document of twelve rows."""
    await lay_book(store, a_book, partial(_write, store))


async def _write(store: Store) -> None:
    source = Source(connection="import", broker="ibkr", kind="import", document=a_document())
    async with store.writer.unit(source) as unit:
        for batch in _batches():
            await unit.save(batch)


def _batches() -> Sequence[Batch]:
    ira = "U7654321"
    seen: dict[str, Any] = {"as_of": FRESH}
    return (
        a_batch(
            an_account(nickname="Main"),
            an_account(ira, nickname=HOSTILE, tax_treatment=None),
            blocks=[_block(ROWS)],
            refused=[a_refused_row(text=HOSTILE)],
            warnings=["Two levels of detail were found."],
        ),
        a_batch(
            a_balance(tag="NetLiquidation", value="123456.789", **seen),
            a_balance(tag="CashBalance", value="900", **seen),
            a_balance(tag="CashBalance", currency="EUR", value="-50.5", **seen),
            a_balance(tag="DailyPnL", value="12.5", **seen),
            a_balance(tag="MaintMarginReq", value="4000", **seen),
            a_balance(account=ira, **seen),
        ),
        a_batch(
            a_position(document_row=0, **seen),
            a_position(instrument="MSFT", quantity=-3, document_row=1, **seen),
            a_position(instrument="BRK B", market_price=None, market_value=None, **seen),
            a_position(account=ira, instrument="VT", quantity="0.12345678", **seen),
        ),
        a_batch(
            a_broker_lot(key="1", quantity=60, document_row=2, **seen),
            a_broker_lot(key="2", quantity=40, document_row=3, **seen),
            a_broker_lot(key="3", instrument="MSFT", **seen),
        ),
        a_batch(*(_trade(number) for number in range(TRADES))),
        a_batch(*(_trade(number, "MSFT") for number in range(3))),
        a_batch(
            a_cash_transaction(amount="24.50", description=HOSTILE, document_row=5),
            a_cash_transaction(account=ira, amount="-3", date="2024-01-02"),
        ),
        a_batch(a_transfer(document_row=6)),
        a_batch(a_margin_interest(document_row=7)),
    )


def _trade(number: int, symbol: str = "AAPL") -> Any:
    return a_trade(
        instrument=symbol,
        quantity=number + 1,
        trade_date=dt.date(2022, 1, 1) + dt.timedelta(days=number),
        key=f"TR:{symbol}{number}",
        document_row=number % len(ROWS),
    )


def _block(rows: Sequence[str]) -> RawBlock:
    encoded = [row.encode() for row in rows]
    offsets = array.array("I", (sum(map(len, encoded[:n])) for n in range(len(rows))))
    if sys.byteorder == "big":
        offsets.byteswap()
    text = b"".join(encoded)
    return RawBlock(
        first_row=0,
        offset=0,
        length=len(text),
        row_offsets=offsets.tobytes(),
        data=zlib.compress(text),
    )


def a_context(store: Store, **changes: Any) -> Context:
    """What the command line would hand to the monitor."""

    async def open_reader() -> Reader:
        return store.reader

    async def open_importer() -> Importer:
        return Importer(store.writer, recognize, ZONE)

    parts: dict[str, Any] = {
        "open_reader": open_reader,
        "open_importer": open_importer,
        "now": lambda: NOW,
        "zone": ZONE,
        "version": "0.1.0",
    }
    return Context(**parts | changes)


@dataclass(frozen=True, slots=True)
class Monitor:
    """A monitor under a hand that can press keys, and an eye that reads the screen."""

    app: MonitorApp
    pilot: Pilot[None]

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, each when the one before has done its work."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def type(self, text: str) -> None:
        """Enter a text at once, as pasting does."""
        assert self.app.focused is not None
        self.app.focused.post_message(events.Paste(text))
        await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is loading."""
        await self.until(lambda: not any(not w.is_finished for w in self.app.workers if _loads(w)))
        await self.pilot.pause()

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(30):
            while not condition():
                await self.pilot.pause()

    async def until_shown(self, text: str) -> None:
        await self.until(lambda: text in self.text)

    @property
    def lines(self) -> list[str]:
        """The screen, line by line."""
        return [strip.text.rstrip() for strip in self.app.screen._compositor.render_strips()]

    @property
    def underlined(self) -> str:
        """What is underlined on the screen, for the tab that is open."""
        strips = self.app.screen._compositor.render_strips()
        segments = [segment for strip in strips for segment in strip if segment.style]
        return " ".join(s.text.strip() for s in segments if s.style and s.style.underline)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def page(self) -> Page:
        page = self.app.page
        assert page is not None
        return page

    @property
    def trail(self) -> str:
        """The screens one came through, as `Accounts / Main`."""
        return " / ".join(self.page.trail)

    @property
    def table(self) -> RecordTable[Any]:
        page = self.app.screen
        return page.table if isinstance(page, TableScreen) else page.query(RecordTable).first()

    @property
    def toasts(self) -> list[str]:
        """What was said in passing, the oldest first."""
        return [notification.message for notification in self.app._notifications]

    def row(self, text: str) -> str:
        """The line that contains a text."""
        return next(line for line in self.lines if text in line)


def _loads(worker: Any) -> bool:
    return worker.group in {"load", "pages", "list", "tabs", "what-if", "decide", "default"}


class _WithAccounts(MonitorApp):
    """Begins with a table: most tests are about what they have in common."""

    CSS_PATH = str(Path(inspect.getfile(MonitorApp)).with_name("app.tcss"))
    DEFAULT_MODE = "accounts"


@asynccontextmanager
async def monitor(
    context: Context, size: tuple[int, int] = (120, 36), *, first: str = "accounts"
) -> AsyncIterator[Monitor]:
    """Run the monitor without a terminal, until its first rows are there.

    Args:
        context: what it is made of.
        size: of the screen.
        first: `accounts`, or `pulse` to begin as the program does.
    """
    app = (_WithAccounts if first == "accounts" else MonitorApp)(context)
    async with app.run_test(size=size, notifications=True) as pilot:
        running = Monitor(app, pilot)
        await running.settle()
        yield running


def a_ledger(folder: Path, name: str = "ledger.csv", rows: int = 3) -> Path:
    """A file that can be imported, with one row that cannot be read."""
    lines = ["Date,Symbol,Quantity,Price,Commission,Type"]
    lines += [f"2024-01-{day % 28 + 1:02},NVDA,{day + 1},10.5,-1,BUY" for day in range(rows)]
    lines.append("2024-01-30,NVDA,many,10,-1,BUY")
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
