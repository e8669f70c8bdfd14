"""Exports while others write, while the user thinks again, and to places that are none."""

import asyncio
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from qm_tui.domain.selection import Order
from qm_tui.queries.activity import trades
from qm_tui.queries.syncs import changes
from qm_tui.queries.timeline import timeline
from qm_tui.store.reader import Reader
from qm_tui.store.runs import Source
from qm_tui.store.store import Store
from qm_tui.ui.dialogs.export import ExportDialog
from qm_tui.ui.exports.choice import Choice, Offer
from qm_tui.ui.exports.desk import Told
from qm_tui.ui.exports.new_file import NewFile
from qm_tui.ui.exports.rows import Which, all_of
from tests.builders import a_batch, a_trade, an_account
from tests.ui.books import a_book, a_context, monitor

SYNC = Source(connection="ib", broker="ibkr", kind="sync")
ROWS = 1100
"""More than are read at once."""


def _trade(number: int, day: int) -> Any:
    date = dt.date(2021, 1, 1) + dt.timedelta(days=day)
    return a_trade(instrument="AAPL", quantity=1, trade_date=date, key=f"TR:{number}")


@pytest.mark.parametrize("pages_of", [trades, timeline])
async def test_what_a_sync_adds_meanwhile_has_no_row_written_twice(
    store: Store, pages_of: Callable[[Reader], Any]
) -> None:
    async with store.writer.unit(SYNC) as unit:
        await unit.save(a_batch(an_account()))
        await unit.save(a_batch(*(_trade(number, number // 4) for number in range(ROWS))))
    found: list[int] = []
    async for page in all_of(pages_of(store.reader)):
        if not found:
            async with store.writer.unit(SYNC) as unit:
                await unit.save(a_batch(*(_trade(number, 2000) for number in range(5000, 5030))))
        found += [row.id for row in page]
    assert len(found) == len(set(found)) == ROWS


async def test_changes_of_a_run_go_on_from_row_to_row(store: Store) -> None:
    await a_book(store)
    pages = changes(store.reader, 1)
    whole = await pages.page(None, 10_000)
    found, after = await pages.onward(None, 7)
    while after is not None:
        more, after = await pages.onward(after, 7)
        found = [*found, *more]
    assert found == whole


@pytest.mark.parametrize(
    "order",
    [
        Order(field="gone", descending=True),
        Order(field="gone", descending=True, then=(Order(field="symbol"),)),
        Order(field="quantity", descending=True, then=(Order(field="date"),)),
    ],
)
async def test_the_time_line_has_one_order_however_it_is_read(store: Store, order: Order) -> None:
    await a_book(store)
    pages = timeline(store.reader, order=order)
    by_page = list(await pages.page(None))
    for anchor in await pages.anchors():
        by_page += await pages.page(anchor)
    onward, after = await pages.onward(None, 37)
    while after is not None:
        more, after = await pages.onward(after, 37)
        onward = [*onward, *more]
    assert [(row.kind, row.id) for row in onward] == [(row.kind, row.id) for row in by_page]
    assert len({(row.kind, row.id) for row in onward}) == await pages.count()


async def test_an_export_that_is_cancelled_leaves_nothing(store: Store, tmp_path: Path) -> None:
    await a_book(store)
    begun = asyncio.Event()

    async def write(choice: Choice, told: Told, *, replace: bool) -> str:
        with NewFile(choice.file, replace=replace) as file:
            file.write("much")
            told(1)
            begun.set()
            await asyncio.Event().wait()
        return "never"

    folder = tmp_path / "taken"
    folder.mkdir()
    async with monitor(a_context(store)) as it:
        offer = Offer(screen="positions", rows={Which.SHOWN: 4})
        await it.app.push_screen(ExportDialog(offer, Choice(path=f"{folder}/a.csv"), write))
        await it.pilot.press("enter")
        await begun.wait()
        assert len(list(folder.iterdir())) == 1
        await it.pilot.press("escape")
        await it.until(lambda: not list(folder.iterdir()))
        assert it.toasts == ["Export cancelled; nothing was written."]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("a" * 300 + ".csv", "File name too long"),
        ("file/x.csv", "Not a directory"),
        ("dangling.csv", "no ordinary file"),
        ("nowhere/x.csv", "Nothing was written: No such file"),
        ("", "this is a folder"),
    ],
)
async def test_a_place_that_takes_no_file_is_said(
    store: Store, tmp_path: Path, name: str, says: str
) -> None:
    await a_book(store)
    (tmp_path / "file").write_text("")
    (tmp_path / "dangling.csv").symlink_to(tmp_path / "nowhere" / "at-all")
    async with monitor(a_context(store), (200, 30)) as it:
        await it.press("2", "e")
        await it.until_shown("Format")
        it.app.screen.query_one("#path", Input).value = f"{tmp_path}/{name}"
        await it.pilot.press("enter")
        await it.until_shown(says)


async def test_a_name_that_just_fits_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("ü" * 125 + ".csv")
    with NewFile(path, replace=False) as file:
        file.keep()
    assert path.exists()
