"""Errors: what fails, since when, what to do, trying again, and the log."""

import ast
import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

import pytest

import qm_tui.ui
from qm_tui.domain.events import Derived, DerivingFailed
from qm_tui.domain.health import LinkState
from qm_tui.store.reader import Reader
from qm_tui.store.store import Store
from qm_tui.store.troubles import StoreRefused
from qm_tui.ui.dialogs.import_form import ImportForm
from qm_tui.ui.dialogs.what_if import Offer, WhatIfDialog
from qm_tui.ui.screens.errors_found import Failure, State, together
from qm_tui.ui.screens.log_lines import MOST, read_end
from qm_tui.ui.troubles import Troubles
from tests.conftest import NOW
from tests.ui.books import HOSTILE, Monitor, a_book, a_context, a_ledger, monitor
from tests.ui.importing import import_file, is_over
from tests.ui.scripted_syncs import ScriptedSyncs, a_health
from tests.ui.whole_book import a_whole_context, whole_store

DERIVED = Derived(groups=1, lots=1, gains=0, findings=0, kinds={}, seconds=0.1)


def a_log(folder: Path, lines: int = 30) -> Path:
    """A log with a traceback and whatever else may stand there."""
    path = folder / "qm-tui.log"
    text = [f"2026-03-02 15:{n // 60:02}:{n % 60:02},123 INFO qm_tui.sync run {n}\n" for n in
            range(lines)]  # fmt: skip
    text.append(f"2026-03-02 16:00:00,001 ERROR qm_tui.ui {HOSTILE} | Traceback | OSError\n")
    path.write_text("".join(text) + "no line of ours \x1b[31m\n", encoding="utf-8")
    return path


# --- workers -----------------------------------------------------------------------------------


def test_no_worker_ends_the_program_by_its_own_failure() -> None:
    begun = {
        f"{path}:{node.lineno}": {word.arg: word.value for word in node.keywords}
        for path in Path(qm_tui.ui.__path__[0]).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] in ("run_worker", "work")
    }
    spared = {
        place for place, words in begun.items()
        if isinstance(word := words.get("exit_on_error"), ast.Constant) and word.value is False
    }  # fmt: skip

    assert len(begun) > 20
    assert begun.keys() == spared


async def test_what_fails_in_a_dialog_is_said_in_it_and_where_in_the_log(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(*_given: object) -> NoReturn:
        raise StoreRefused("The store is locked.")

    offer = Offer(title="What if", verb="sell", quantity=Decimal(1), price=Decimal(1))
    async with monitor(a_context(store)) as it:
        it.app.push_screen(WhatIfDialog(offer, fails, it.app.session.format))
        await it.until_shown("The store is locked.")
    assert "what-if failed" in caplog.text


# --- the list ----------------------------------------------------------------------------------


def test_troubles_say_since_when_and_how_often() -> None:
    times = iter(NOW + dt.timedelta(minutes=n) for n in range(9))
    troubles = Troubles(lambda: next(times))
    troubles.note("a", "A fails", "x")
    again = troubles.note("a", "A fails", "y \x1b[0m")
    assert (again.count, again.last - again.since) == (2, dt.timedelta(minutes=1))
    assert "\x1b" not in again.says
    troubles.settle("a")
    assert troubles.open == 0
    anew = troubles.note("a", "A fails", "z")
    assert (anew.count, anew.since) == (3, anew.last)
    troubles.drop("a")
    assert not list(troubles)


def test_the_list_of_troubles_is_bounded_and_what_is_over_goes_first() -> None:
    troubles = Troubles(lambda: NOW)
    for number in range(100):
        troubles.note(str(number), "x", "y" * 10_000)
    troubles.settle("50")
    troubles.note("100", "x", "y")
    keys = [trouble.key for trouble in troubles]
    assert len(keys) == 100
    assert "50" not in keys
    assert max(len(trouble.says) for trouble in troubles) <= 2000


def test_why_a_connection_and_its_last_run_fail_is_said_once() -> None:
    def failure(key: str, says: str) -> Failure:
        return Failure(
            key=key, state=State.FAILS, what="x", says=says, advice="", since=NOW, connection="ib"
        )

    link = failure("connection ib", "Nothing listens on 127.0.0.1:4001")
    runs = (failure("run 1", "Nothing listens on 127.0.0.1:4001."), failure("run 2", "No lots."))
    said = [together([link], [run], [])[0].says for run in runs]
    assert said == [
        "Nothing listens on 127.0.0.1:4001.",
        "Nothing listens on 127.0.0.1:4001. No lots.",
    ]


@contextmanager
def moved(folder: Path, table: str) -> Iterator[None]:
    """A table of the store has another name for a while."""
    with closing(sqlite3.connect(folder / "whole" / "portfolio.db", isolation_level=None)) as db:
        db.execute("PRAGMA legacy_alter_table = ON")
        db.execute(f"ALTER TABLE {table} RENAME TO elsewhere")
        yield
        db.execute(f"ALTER TABLE elsewhere RENAME TO {table}")


async def test_whoever_comes_back_to_what_could_not_be_read_has_it_read(tmp_path: Path) -> None:
    async with (
        whole_store(tmp_path) as store,
        monitor(a_whole_context(store), (100, 24), first="pulse") as it,
    ):
        with moved(tmp_path, "margin_interest"):
            await it.press("6")
            # What the driver says, without what it was asked, and of which accounts.
            await it.until(lambda: "no such table: margin_interest" in it.toasts)
            assert "SELECT" not in it.text
            assert it.app.session.errors
            await it.press("2")
            assert "10 positions" in it.text
        await it.press("6")
        await it.until_shown("21 happenings")
        assert not [each for each in it.app.session.troubles if each.over is None]


def test_a_reason_without_end_is_cut_in_passing() -> None:
    trouble = Troubles(lambda: NOW).note("a", "A fails", "y" * 10_000)
    assert (len(trouble.says), len(trouble.in_short)) == (2000, 300)


# --- the screen --------------------------------------------------------------------------------


async def test_where_nothing_fails_that_is_said_and_the_log_is_a_key_away(
    store: Store, tmp_path: Path
) -> None:
    async with monitor(a_context(store, log_file=a_log(tmp_path))) as it:
        assert "E" not in it.lines[-2].split()
        await it.press("E")
        await it.until_shown("Nothing fails.")
        await it.press("r", "d", "enter", "o")
        await it.until_shown("32 lines")
        await it.press("escape")
        assert it.trail == "Errors"


async def test_connections_runs_and_troubles_are_on_one_list_with_what_to_do(
    store: Store,
) -> None:
    await a_book(store)
    syncs = ScriptedSyncs()
    wait = NOW + dt.timedelta(seconds=42)
    syncs.links["tasty"] = a_health(
        "tasty", state=LinkState.WAITING, next_try=wait, says="Nothing answers.", failures=3
    )
    syncs.links["ib-flex"] = a_health("ib-flex", state=LinkState.REFUSED, says=f"{HOSTILE} token.")
    syncs.links["ib"] = a_health("ib", lacking=True)
    async with monitor(a_context(store, open_syncs=syncs.open), (80, 24)) as it:
        await it.until(lambda: syncs.subscribed)
        syncs.tell(DerivingFailed(reason="The disk is full."))
        await it.until_shown("! 3 errors: E")
        await it.press("E")
        await it.until_shown("statement.xml: part is missing")
        states = [line.split()[1 if line[0] != "▸" else 2] for line in it.lines[2:7]]
        assert states == ["fails", "fails", "fails", "lacks", "lacks"]
        assert "The facts are" in it.text
        assert "tried again by itself in 42 s" not in it.text
        await _to(it, "tasty")
        assert "in 42 s" in " ".join(it.text.split())
        await it.press("r")
        assert syncs.asked == [["tasty"]]
        await it.press("d")
        assert "when it works again" in it.toasts[-1]
        await it.press("enter")
        assert it.trail == "Errors / Syncs"
        await it.press("escape")
        await _to(it, "statement.xml")
        assert "I imports it again" in " ".join(it.text.split())
        await it.press("enter")
        assert it.trail == "Errors / 1 statement.xml"
        await it.press("escape", "d")
        assert "statement.xml" not in it.text
        syncs.change("tasty", state=LinkState.LIVE, says="")
        syncs.tell(DERIVED)
        await it.until_shown("✓ over")
        assert "tasty: waiting" not in it.text
        await it.until_shown("! 1 error: E")


async def test_a_store_that_cannot_be_read_stands_there_and_is_tried_again(store: Store) -> None:
    await a_book(store)
    broken = [True]

    async def open_reader() -> Reader:
        if broken:
            raise OSError("The [disk] is gone.")
        return store.reader

    async with monitor(a_context(store, open_reader=open_reader)) as it:
        await it.until_shown("Accounts could not be read")
        await it.press("E")
        await it.until_shown("Errors could not be read")
        assert "! fails" in it.row("Accounts could not be read")
        await _to(it, "Accounts could not")
        await it.press("d")
        assert "It is not over yet" in it.toasts[-1]
        broken.clear()
        await it.press("r")
        await it.until(lambda: "✓ over" in it.row("Accounts could not be read"))
        await it.until(lambda: "✓ over" in it.row("Errors could not be read"))
        await _to(it, "Accounts could not")
        await it.press("d")
        assert "Accounts could not be read" not in _whats(it)
        await it.press("1")
        await it.until_shown("Main")


async def test_a_worker_that_dies_is_said_so_and_the_rest_goes_on(store: Store) -> None:
    await a_book(store)

    async def dies() -> None:
        raise RuntimeError("It was a [bug].")

    async with monitor(a_context(store)) as it:
        it.page.run_worker(dies(), group="export", exit_on_error=False)
        it.app.run_worker(dies(), group="tour", exit_on_error=False)
        await it.until_shown("! 2 errors: E")
        assert "It was a [bug]." in it.toasts
        await it.press("ctrl+e")
        await it.until_shown("The export of Accounts broke off")
        await it.press("enter")
        assert it.trail == "Errors / log"
        assert "No log is written here." in it.text
        await it.press("escape", "d", "d")
        await it.until(lambda: "errors: E" not in it.text)


async def test_a_file_that_was_not_imported_stands_there_until_it_was(
    store: Store, tmp_path: Path
) -> None:
    path = a_ledger(tmp_path)
    whole = path.read_text(encoding="utf-8")
    path.write_text("What,Ever\n1,2\n", encoding="utf-8")
    async with monitor(a_context(store)) as it:
        for state in ("! fails", "✓ over"):
            await import_file(it, path)
            await it.press("escape", "E")
            await it.until_shown("was not imported")
            assert state in it.row("ledger.csv was not imported")
            path.write_text(whole, encoding="utf-8")


async def test_a_file_that_was_not_imported_is_tried_again_from_there(
    store: Store, tmp_path: Path
) -> None:
    path = a_ledger(tmp_path)
    async with monitor(a_context(store)) as it:
        await import_file(it, path, account=None)
        await it.press("escape", "E")
        await it.until_shown("does not say whose trades these are")
        await it.press("r")
        await it.until(lambda: isinstance(it.app.screen, ImportForm))
        assert str(path)[:20] in it.text
        await it.press("shift+tab")
        await it.type("U7")
        await it.press("enter")
        await it.until(lambda: is_over(it))
        await it.press("escape")
        await it.until(lambda: "✓ over" in it.row("ledger.csv was not imported"))


# --- the log -----------------------------------------------------------------------------------


def test_of_a_long_log_the_end_is_read(tmp_path: Path) -> None:
    path = a_log(tmp_path, lines=40_000)
    lines = read_end(path)
    assert len(lines) == MOST
    assert lines[-1].says.startswith("no line of ours")
    assert (lines[-2].level, lines[-2].where) == ("ERROR", "ui")
    assert read_end(tmp_path / "none.log") == []


async def test_the_log_is_followed_filtered_and_harmless(store: Store, tmp_path: Path) -> None:
    path = a_log(tmp_path)
    async with monitor(a_context(store, log_file=path), (120, 30)) as it:
        await it.press("E", "o")
        await it.until_shown("32 lines")
        assert str(path)[:40] in it.lines[1]
        assert it.table.cursor_index == 31
        await it.press("k")
        assert "OSError" in [line.strip() for line in it.lines]
        assert "EVIL [red]x[/red]" in it.text
        await it.press("G")
        with path.open("a", encoding="utf-8") as file:
            file.write("2026-03-02 17:00:00,000 WARNING qm_tui.sync it goes on\n")
        await it.until_shown("it goes on")
        assert it.table.cursor_index == 32
        await it.press("slash")
        await it.type("level:error")
        await it.until_shown("1 of 33 lines")
        await it.press("enter", "escape", "o")
        assert "Path of the log" in it.toasts[-1]


def _whats(it: Monitor) -> list[str]:
    rows = (it.table.source.row(at) for at in range(len(it.table.source)))
    return [row.what for row in rows if row is not None]


async def _to(it: Monitor, what: str) -> None:
    it.table.move_cursor(next(at for at, row in enumerate(_whats(it)) if row.startswith(what)))
    await it.settle()
