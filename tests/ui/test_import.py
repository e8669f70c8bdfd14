"""The import: choosing files, watching, leaving it alone, cancelling, and what it brought."""

import asyncio
import datetime as dt
import gc
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from qm_tui.domain.batches import Novelty
from qm_tui.domain.events import SyncEvent, SyncFailed, SyncFinished, SyncProgress, SyncStarted
from qm_tui.store.store import Store
from qm_tui.ui import file_names
from qm_tui.ui.context import Importer
from qm_tui.ui.dialogs.import_form import ImportForm
from qm_tui.ui.dialogs.import_progress import ImportProgress
from tests.brokers.ibkr.flex_builder import BUY, POSITION, document, row, section, statement
from tests.conftest import NOW
from tests.ui.books import HOSTILE, Monitor, a_book, a_context, a_ledger, monitor
from tests.ui.importing import choose, import_file, is_over


@pytest.mark.parametrize("key", ["I", "ctrl+o"])
async def test_a_file_is_imported_and_the_result_told_by_section(
    store: Store, tmp_path: Path, key: str
) -> None:
    a_ledger(tmp_path)
    async with monitor(a_context(store)) as it:
        assert "Welcome" in it.text
        await it.press(key)
        await it.type(f"{tmp_path}/led")
        assert "ledger.csv" in it.text
        await it.press("tab", "shift+tab")
        await it.type("U7")
        await it.press("enter")
        await it.until(lambda: is_over(it))
        await it.until_shown("in all")
        assert it.row("trades ").strip("│ ").split() == ["trades", "3", "3", "0", "0", "1"]
        assert "could not be read and were left out" in it.text
        assert "“many”" in it.text
        assert "3 rows added, 0 changed, 1 refused." in it.text
        await it.press("escape")
        await it.until_shown("U7")
        assert "Welcome" not in it.text


async def test_a_flex_statement_is_followed_from_its_import_to_its_bytes(
    store: Store, tmp_path: Path
) -> None:
    written = document(
        statement(
            section(
                "Trades", row("Trade", BUY), row("Trade", BUY, transactionID="1002", quantity="x")
            ),
            section("OpenPositions", row("OpenPosition", POSITION)),
        )
    )
    (tmp_path / "flex.xml").write_text(written, encoding="utf-8")
    async with monitor(a_context(store)) as it:
        await it.press("I")
        await it.type(f"{tmp_path}/flex.xml")
        await it.press("enter")
        await it.until(lambda: is_over(it))
        await it.until_shown("in all")
        await it.press("escape", "enter")
        await it.until_shown("AAPL")
        await it.press("enter", "t")
        await it.until_shown("1 trade ")
        await it.press("enter")
        await it.until_shown("levelOfDetail")
        assert it.trail == "Accounts / U1 / AAPL / trades / raw row"
        assert "1001" in it.row("transactionID ")
        assert 'tradeID="2001"' in it.text


async def test_what_was_imported_is_on_screens_that_were_open_before(
    store: Store, tmp_path: Path
) -> None:
    await a_book(store)
    path = a_ledger(tmp_path)
    async with monitor(a_context(store)) as it:
        await it.press("6", "1")
        await choose(it, path=str(path))
        await it.press("enter")
        await it.until(lambda: is_over(it))
        await it.press("escape", "6", "t")
        await it.until_shown("456 trades")


async def test_several_files_are_imported_by_a_pattern(store: Store, tmp_path: Path) -> None:
    a_ledger(tmp_path, "a.csv")
    a_ledger(tmp_path, "b.csv", rows=5)
    async with monitor(a_context(store)) as it:
        await choose(it, path=f"{tmp_path}/*.csv")
        await it.press("enter")
        await it.until(lambda: is_over(it))
        await it.until_shown("✓ b.csv")
        assert "✓ a.csv" in it.text


async def test_a_file_is_chosen_from_the_list(store: Store, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    a_ledger(tmp_path / "deep")
    async with monitor(a_context(store)) as it:
        await it.press("I")
        await it.type(f"{tmp_path}/de")
        await it.press("down", "enter")
        await it.until_shown("ledger.csv")
        await it.press("down", "enter")
        await it.until(lambda: is_over(it))
        await it.until_shown("Nothing was stored.")


async def test_a_file_that_was_read_before_brings_nothing_new(store: Store, tmp_path: Path) -> None:
    path = a_ledger(tmp_path)
    result = ""
    async with monitor(a_context(store)) as it:
        for _ in range(2):
            await choose(it, path=str(path))
            await it.press("enter")
            await it.until(lambda: is_over(it))
            await it.until_shown("✓ ledger.csv")
            result = it.text
            await it.press("escape")
        assert "Read before: nothing new." in result


async def test_a_file_that_is_not_there_is_said_and_the_form_stays(store: Store) -> None:
    async with monitor(a_context(store)) as it:
        await it.press("I")
        await it.type("/no/such/file.xml")
        await it.press("enter")
        assert it.toasts == ["There is no such file. Name a file, or a pattern that matches some."]
        assert isinstance(it.app.screen, ImportForm)
        await it.press("escape")
        assert it.trail == "Accounts"


async def test_an_empty_field_says_what_to_name_and_says_it_once(store: Store) -> None:
    hint = "Name a file, or a pattern that matches some."
    async with monitor(a_context(store)) as it:
        await it.press("I")
        assert hint in it.text
        await it.press("x", "backspace", "enter", "enter", "enter")
        assert "No such file." not in it.text
        assert it.toasts == [hint]


async def test_enter_on_a_folder_steps_into_it(store: Store, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    a_ledger(tmp_path / "deep")
    async with monitor(a_context(store)) as it:
        await it.press("I")
        await it.type(f"{tmp_path}/deep")
        await it.press("enter")
        await it.until_shown("ledger.csv")
        assert typed(it) == f"{tmp_path}/deep/"
        await it.press("enter")
        assert it.table.has_focus
        assert it.toasts == []


async def test_tab_completes_what_is_typed_now_and_not_what_was_typed_before(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("alpha.xml", "beta.xml"):
        (tmp_path / name).touch()
    slow = threading.Event()

    def slow_disk(path: str) -> list[str]:
        if path.endswith("b"):
            assert slow.wait(10)
        return beginning_with(path)

    beginning_with = file_names._beginning_with
    monkeypatch.setattr(file_names, "_beginning_with", slow_disk)
    async with monitor(a_context(store)) as it:
        await it.press("I")
        await it.type(f"{tmp_path}/a")
        await it.until_shown("alpha.xml")
        await it.pilot.press("backspace", "b", "tab")
        await it.pilot.pause()
        assert typed(it) == f"{tmp_path}/b"
        slow.set()
        await it.until(lambda: typed(it) == f"{tmp_path}/beta.xml")


def typed(it: Monitor) -> str:
    return it.app.screen.query_one("#path", Input).value


async def test_a_path_typed_where_the_account_belongs_makes_no_account_of_that_name(
    store: Store, tmp_path: Path
) -> None:
    path = str(a_ledger(tmp_path))
    async with monitor(a_context(store)) as it:
        await choose(it, path=path, account=f"{path} U7")
        await it.press("enter")
        assert "That is no account number: letters, digits and hyphens, 32 at most." in it.toasts
        assert "Import statements" in it.text


async def test_where_the_account_is_missing_the_form_is_opened_again_to_give_it(
    store: Store, tmp_path: Path
) -> None:
    path = a_ledger(tmp_path)
    async with monitor(a_context(store)) as it:
        await import_file(it, path, account=None)
        await it.until_shown("I opens the form again: give the account number there.")
        await it.press("I")
        assert typed(it) == str(path)
        await it.type("U7")
        await it.press("enter")
        await it.until_shown("3 rows added")
        assert "I opens the form again" not in it.text


class Scripted:
    """Tells what a test wants told, and waits where the test wants to act."""

    def __init__(self, *events: SyncEvent) -> None:
        self.events = events
        self.go_on = asyncio.Event()
        self.closed = False
        self.last_stored: str | None = None

    async def import_files(
        self, paths: Sequence[Path], account: str | None
    ) -> AsyncIterator[SyncEvent]:
        assert paths
        assert account is None
        try:
            yield SyncStarted(source="big.xml", total_bytes=1000)
            yield SyncProgress(source="big.xml", done_bytes=430, total_bytes=1000, rows=77)
            await self.go_on.wait()
            for event in self.events:
                yield event
        finally:
            self.closed = True


async def begin(it: Monitor, tmp_path: Path) -> None:
    (tmp_path / "big.xml").touch()
    await it.press("I")
    await it.type(f"{tmp_path}/big.xml")
    await it.press("enter")
    await it.until_shown("77 rows")


def a_scripted_context(store: Store, importer: Scripted):  # type: ignore[no-untyped-def]
    async def open_importer() -> Importer:
        return importer

    return a_context(store, open_importer=open_importer)


async def test_progress_is_shown_in_bytes_and_rows(store: Store, tmp_path: Path) -> None:
    async with monitor(a_scripted_context(store, Scripted())) as it:
        await begin(it, tmp_path)
        assert "430 B of 1.0 kB, 77 rows" in it.text


async def test_escape_cancels_and_says_that_nothing_was_stored(
    store: Store, tmp_path: Path
) -> None:
    importer = Scripted()
    async with monitor(a_scripted_context(store, importer)) as it:
        await begin(it, tmp_path)
        await it.press("escape")
        await it.until(lambda: is_over(it))
        await it.until_shown("Cancelled. Nothing of big.xml was stored.")
        assert importer.closed


async def test_a_cancellation_that_comes_too_late_says_that_all_is_stored(
    store: Store, tmp_path: Path
) -> None:
    importer = Scripted()
    async with monitor(a_scripted_context(store, importer)) as it:
        await begin(it, tmp_path)
        importer.last_stored = "big.xml"
        await it.press("escape")
        await it.until_shown("Cancelled too late: all of big.xml is stored.")


async def test_the_monitor_is_used_while_an_import_goes_on(store: Store, tmp_path: Path) -> None:
    await a_book(store)
    finished = SyncFinished(source="big.xml", run=9, sections={})
    importer = Scripted(finished)
    async with monitor(a_scripted_context(store, importer)) as it:
        await begin(it, tmp_path)
        await it.press("enter", "2", "down")
        assert it.trail == "Positions"
        assert it.table.cursor_index == 1
        assert "importing big.xml 43%" in it.lines[-2]
        await it.press("I")
        assert isinstance(it.app.screen, ImportProgress)
        await it.press("enter")
        importer.go_on.set()
        await it.until(lambda: it.toasts)
        await it.settle()
        assert it.toasts == ["0 rows added, 0 changed."]
        assert "importing" not in it.lines[-2]


async def test_what_is_new_in_a_statement_is_told_and_harmless(
    store: Store, tmp_path: Path
) -> None:
    finished = SyncFinished(
        source="big.xml",
        run=9,
        sections={},
        novelties=[Novelty(what="attribute", where="Trades/Trade@odd", example=HOSTILE, count=3)],
        warnings=["Two levels of [b]detail[/b]."],
    )
    importer = Scripted(finished)
    async with monitor(a_scripted_context(store, importer)) as it:
        await begin(it, tmp_path)
        importer.go_on.set()
        await it.until_shown("This statement has something new")
        assert "Trades/Trade@odd, 3 times: EVIL [red]x[/red] \ufffd[31m" in it.text
        assert "! Two levels of [b]detail[/b]." in it.text
        assert "\x1b" not in it.text


async def test_a_file_that_fails_says_why(store: Store, tmp_path: Path) -> None:
    importer = Scripted(SyncFailed(source="big.xml", reason="big.xml is cut off."))
    async with monitor(a_scripted_context(store, importer)) as it:
        await begin(it, tmp_path)
        importer.go_on.set()
        await it.until_shown("✗ big.xml")
        assert "Nothing was stored. big.xml is cut off." in it.text
        assert it.toasts == []


async def test_an_importer_that_breaks_does_not_take_the_monitor_along(
    store: Store, tmp_path: Path
) -> None:
    async def open_importer() -> Importer:
        raise OSError("The [disk] is full.")

    (tmp_path / "big.xml").touch()
    async with monitor(a_context(store, open_importer=open_importer)) as it:
        await it.press("I")
        await it.type(f"{tmp_path}/big.xml")
        await it.press("enter")
        await it.until_shown("Nothing was stored. The [disk] is full.")
        await it.press("escape", "2")
        assert it.trail == "Positions"


async def test_leaving_while_an_import_goes_on_ends_it(store: Store, tmp_path: Path) -> None:
    importer = Scripted()
    async with monitor(a_scripted_context(store, importer)) as it:
        await begin(it, tmp_path)
        await it.press("ctrl+q")
        assert importer.closed


@pytest.mark.parametrize(("later", "leaves"), [(4, True), (6, False)])
async def test_q_warns_of_an_import_and_leaves_at_the_second_time(
    store: Store, tmp_path: Path, later: int, leaves: bool
) -> None:
    importer = Scripted()

    async def open_importer() -> Importer:
        return importer

    clock = [NOW]
    troubles: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, trouble: troubles.append(trouble))
    context = a_context(store, open_importer=open_importer, now=lambda: clock[0])
    async with monitor(context) as it:
        await begin(it, tmp_path)
        await it.press("enter", "q")
        warning = "An import of big.xml is under way; q again quits and stores nothing of it."
        assert it.toasts == [warning]
        assert not importer.closed
        clock[0] += dt.timedelta(seconds=later)
        await it.press("q")
        assert importer.closed is leaves
    gc.collect()
    assert troubles == []
