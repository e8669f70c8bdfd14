"""What came up when the monitor was used for an hour."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from qm_tui.store.store import Store
from qm_tui.ui.screens.lots import LotsScreen
from qm_tui.ui.widgets.record_table import RecordTable
from tests.ui.books import a_book, a_context, monitor
from tests.ui.desk_books import a_desk


async def test_a_screen_that_has_no_widgets_yet_is_told_nothing(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        page = LotsScreen(it.app.session, ("Lots",))
        pushed = it.app.push_screen(page)
        assert it.app.page is page
        # What is told now would fall on bars that are not there.
        it.app._live._show_frame()
        it.app.action_toggle_amounts()
        it.app.action_pause()
        await pushed
        await it.until_shown("paused")
        assert it.app.session.format.hidden


async def test_help_moves_while_one_types_and_does_what_is_chosen(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("2", "question_mark")
        await it.press("pagedown")
        assert it.app.screen.query_one(RecordTable).cursor_index > 3
        await it.press("pageup")
        await it.type("hide amounts")
        await it.until(lambda: it.app.screen.query_one(RecordTable).cursor_index == 1)
        await it.press("enter")
        await it.until(lambda: it.app.session.format.hidden)
        assert it.trail == "Positions"


async def test_all_keys_of_the_columns_dialog_can_be_read(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store), (80, 24)) as it:
        await it.press("2", "C")
        await it.until_shown("space shows")
        for key in ("J K move", "+ - width", "r as made", "s save view", "enter keep"):
            assert key in it.text


async def test_the_export_asks_in_its_own_box(store: Store, tmp_path: Path) -> None:
    await a_book(store)
    path = tmp_path / "held.csv"
    path.write_text("precious", encoding="utf-8")
    async with monitor(a_context(store), (120, 40)) as it:
        await it.press("2", "e")
        await it.until_shown("Format")
        it.app.screen.query_one("#path", Input).value = str(path)
        await it.press("enter")
        await it.until(lambda: it.text.count("Replace it?") == 2)
        await it.press("n")
        await it.until_shown("Exact values")


async def test_days_to_expiry_are_known_among_all_positions(store: Store) -> None:
    await a_desk(store)
    async with monitor(a_context(store)) as it:
        await it.press("2", "slash")
        await it.type("dte<10000")
        await it.press("enter")
        await it.until(lambda: any(row.expiry for _, row in it.table.source.loaded()))
        rows = [it.table.source.row(index) for index in range(len(it.table.source))]
        assert rows
        assert all(row is not None and row.expiry for row in rows)


async def test_marks_are_counted_in_the_header(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("2", "space")
        await it.until_shown("· 1 marked")
        await it.press("U")
        assert "marked" not in it.lines[0]


async def test_a_store_that_is_deleted_under_the_monitor_is_told(store: Store) -> None:
    await a_book(store)
    elsewhere = store.path.with_name("elsewhere.db")
    async with monitor(a_context(store)) as it:
        store.path.rename(elsewhere)
        await it.until(lambda: any("was deleted or replaced" in each for each in it.toasts))
        assert it.app.session.errors == 1
        elsewhere.rename(store.path)
        await it.until(lambda: not it.app.session.errors)


async def test_a_folder_that_may_not_be_entered_any_more_is_told_once_and_got_over(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_book(store)
    seen, is_shut = Path.stat, True

    def stat(path: Path, *arguments: Any, **options: Any) -> os.stat_result:
        if is_shut and path == store.path:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return seen(path, *arguments, **options)

    async with monitor(a_context(store)) as it:
        # As `chmod 000` has it, which means nothing to root.
        monkeypatch.setattr(Path, "stat", stat)
        await it.until(lambda: any("the right to read the file" in each for each in it.toasts))
        assert it.app.session.errors == 1
        await it.press("6")
        await it.until_shown("Activity")
        assert not any("deleted" in each or "Errno" in each for each in it.toasts)
        is_shut = False
        await it.until(lambda: not it.app.session.errors)


async def test_the_palette_offers_what_has_a_name_here(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("ctrl+p")
        await it.until_shown("Choose other colors")
        assert "Focus Next" not in it.text
