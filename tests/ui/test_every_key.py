"""Every key: what it must show, that nothing fails by it, and all the same under another key."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from textual.screen import ModalScreen
from textual.widgets import Input

from qm_tui.ui.key_ids import _own, _owners, clashes, key_ids
from qm_tui.ui.widgets.beside import Beside
from qm_tui.ui.widgets.record_table import RecordTable
from tests.ui.books import Monitor, a_ledger, monitor
from tests.ui.whole_book import MAIN, a_whole_context, whole_store

Must = str | Callable[[Monitor], object]
"""A text that must come to stand on the screen, or a condition that must come to be."""
Step = tuple[str, Must]
"""The id of a key, or a key as it is: `key:u` for a letter that answers, `text:` to be typed."""


# --- what can be seen --------------------------------------------------------------------------


def at(row: int) -> Must:
    """The cursor of the table is in a row."""
    return lambda it: _front_table(it).cursor_index == row


def trail(*names: str) -> Must:
    """One came through these."""
    return lambda it: it.trail == " / ".join(names) and not _dialog(it)


def asks(dialog: str) -> Must:
    """A dialog is in front."""
    return lambda it: _dialog(it) == dialog


def told(text: str) -> Must:
    """It was said in passing."""
    return lambda it: any(text in toast for toast in it.toasts)


def copied(pattern: str) -> Must:
    return lambda it: re.search(pattern, it.app.clipboard)


def has_keys(name: str) -> Must:
    """A widget has the keyboard."""
    return lambda it: it.app.focused is not None and it.app.focused.id == name


def is_typed_into(it: Monitor) -> bool:
    """A line has the keyboard."""
    return isinstance(it.app.focused, Input)


def typed(text: str) -> Must:
    """A line has the keyboard, and a text at its end."""
    return lambda it: (
        isinstance(it.app.focused, Input)
        and it.app.focused.value.endswith(text)
        and bool(text) is bool(it.app.focused.value)
    )


def gone(text: str) -> Must:
    """A text is not on the screen any more."""
    return lambda it: text not in it.text


def is_so(condition: Callable[[Any], object]) -> Must:
    """Something is so on the screen in front."""
    return lambda it: condition(it.app.screen)


def _dialog(it: Monitor) -> str:
    screen = it.app.screen
    return type(screen).__name__ if isinstance(screen, ModalScreen) else ""


def _front_table(it: Monitor) -> RecordTable[Any]:
    focused = it.app.focused
    return focused if isinstance(focused, RecordTable) else it.table


def _width(screen: Any) -> int:
    """Of the column under the cursor."""
    table = screen.table
    return next((width for column, width in table.layout if column.key == table.column), 0)


# --- the walks ---------------------------------------------------------------------------------

POSITIONS: Sequence[Step] = [
    ("show.positions", "10 positions"),
    ("table.down", at(1)),
    ("table.up", at(0)),
    ("table.last", at(9)),
    ("table.first", at(0)),
    ("table.page-down", at(9)),
    ("table.page-up", at(0)),
    ("table.half-down", is_so(lambda s: s.table.cursor_index > 3)),
    ("table.half-up", at(0)),
    ("table.choose", trail("Positions", "5WX00001", "AAPL")),
    ("page.back", trail("Positions")),
    ("table.into", trail("Positions", "5WX00001", "AAPL")),
    ("table.back", trail("Positions")),
    ("table.pan-right", is_so(lambda s: s.table.column == "account")),
    ("table.pan-left", is_so(lambda s: s.table.column == "symbol")),
    ("table.widen", is_so(lambda s: s.table.arrangement.widths)),
    ("table.narrow", is_so(lambda s: s.table.arrangement.widths)),
    ("table.mark", is_so(lambda s: len(s.table.marked_keys) == 1)),
    ("table.last", at(9)),
    ("table.mark-range", is_so(lambda s: len(s.table.marked_keys) == 10)),
    ("rows.copy", copied(r"(?s)AAPL.*\n.*VT")),
    ("table.unmark", is_so(lambda s: not s.table.marked_keys)),
    ("table.first", at(0)),
    ("rows.copy-cell", copied("^AAPL$")),
    ("rows.beside", is_so(lambda s: s.query_one(Beside).shows_row)),
    ("rows.beside", is_so(lambda s: not s.query_one(Beside).shows_row)),
    ("rows.sort", asks("LetterDialog")),
    ("key:q", is_so(lambda s: s.table.orders[0][0] == "quantity")),
    ("rows.sort-more", asks("LetterDialog")),
    ("key:a", is_so(lambda s: len(s.table.orders) == 2)),
    ("rows.filter", is_typed_into),
    ("text:msf", "1 of 10 positions"),
    ("filter.keep", is_so(lambda s: s.filter.text == "msf" and s.table.has_focus)),
    ("rows.filter", is_typed_into),
    ("filter.clear", is_so(lambda s: not s.filter.text and s.table.has_focus)),
    ("rows.filter", is_typed_into),
    ("filter.older", typed("msf")),
    ("filter.newer", typed("")),
    ("text:quan", "quantity"),
    ("filter.take", is_so(lambda s: s.app.focused.value != "quan")),
    ("filter.clear", is_so(lambda s: s.table.has_focus)),
    ("positions.side", "long only"),
    ("positions.side", "short only"),
    ("positions.side", gone("short only")),
    ("positions.closed", "BND"),
    ("positions.closed", gone("BND")),
    ("positions.weight", told("Weight: share of")),
    ("rows.broken", "broken only"),
    ("rows.broken", gone("broken only")),
    ("rows.earlier", "as of 2026-0"),
    ("rows.later", gone("as of")),
    ("positions.group", asks("LetterDialog")),
    ("key:a", "by account"),
    ("table.first", at(0)),
    ("table.back", is_so(lambda s: s.table.cursor_heading.folded)),
    ("table.into", is_so(lambda s: not s.table.cursor_heading.folded)),
    ("positions.group", asks("LetterDialog")),
    ("key:n", gone("by account")),
    ("positions.merge", trail("Positions", "merged")),
    ("positions.apart", trail("Positions")),
    ("positions.exposure", is_so(lambda s: "xposure" in s.trail[-1])),
    ("page.back", trail("Positions")),
    ("positions.trades", is_so(lambda s: type(s).__name__ == "ActivityScreen")),
    ("page.back", trail("Positions")),
    ("page.reload", told("Syncing")),
    ("page.charts", trail("Positions", "charts")),
]

DIALOGS: Sequence[Step] = [
    ("show.positions", "10 positions"),
    ("rows.columns", asks("ColumnsDialog")),
    ("columns.down", at(1)),
    ("columns.up", at(0)),
    ("columns.widen", is_so(lambda s: s._items.rows[0].width)),
    ("columns.narrow", is_so(lambda s: s._items.rows[0].width)),
    ("columns.toggle", is_so(lambda s: not s._items.rows[0].shown)),
    ("columns.reset", is_so(lambda s: s._items.rows[0].shown)),
    ("columns.leave", trail("Positions")),
    ("rows.columns", asks("ColumnsDialog")),
    ("columns.toggle", is_so(lambda s: not s._items.rows[0].shown)),
    ("columns.keep", is_so(lambda s: "symbol" in s.table.arrangement.hidden)),
    ("rows.columns", asks("ColumnsDialog")),
    ("columns.save", asks("NameDialog")),
    ("name.leave", trail("Positions")),
    ("rows.views", asks("ViewsDialog")),
    ("views.save", asks("NameDialog")),
    ("text:mine", typed("mine")),
    ("key:enter", lambda it: "mine" in it.page.views.kept.named),  # type: ignore[attr-defined]
    ("rows.views", "● mine"),
    ("table.last", at(1)),
    ("views.delete", gone("mine  ")),
    ("views.undo", "mine  "),
    ("views.leave", trail("Positions")),
    ("rows.export", asks("ExportDialog")),
    ("export.before", has_keys("columns")),
    ("export.before", has_keys("which")),
    ("choice.next", is_so(lambda s: s.focused.chosen == "all")),
    ("choice.before", is_so(lambda s: s.focused.chosen == "shown")),
    ("export.next", has_keys("columns")),
    ("export.next", has_keys("path")),
    ("export.leave", trail("Positions")),
    ("rows.export", asks("ExportDialog")),
    ("file:out/pos", typed("/out/pos")),
    ("export.complete", typed("/out/positions.csv")),
    ("export.write", asks("LetterDialog")),
    ("key:y", told("10 rows written")),
    ("app.help", asks("HelpDialog")),
    ("help.list", at(1)),
    ("help.up", at(0)),
    ("help.page-down", is_so(lambda s: s.query_one(RecordTable).cursor_index > 2)),
    ("help.page-up", at(0)),
    ("help.close", trail("Positions")),
]

IMPORTED: Sequence[Step] = [
    ("app.import", asks("ImportForm")),
    ("file:ledger.csv", "ledger.csv"),
    ("import.account", has_keys("account")),
    (f"text:{MAIN}", typed(MAIN)),
    ("key:enter", lambda it: _dialog(it) == "ImportProgress" and not it.app.imports.file_under_way),
]

EVERYWHERE: Sequence[Step] = [
    ("show.accounts", trail("Accounts")),
    ("show.options", "2 options"),
    ("history.back", trail("Accounts")),
    ("history.forward", trail("Options")),
    ("app.amounts", "•"),
    ("app.amounts", gone("•")),
    ("app.pause", "paused"),
    ("app.pause", gone("paused")),
    ("app.reload", told("Syncing")),
    ("app.jump", asks("JumpDialog")),
    ("key:f12", trail("Options")),
    ("app.palette", asks("CommandPalette")),
    ("key:escape", trail("Options")),
    ("app.commands", asks("CommandPalette")),
    ("key:escape", trail("Options")),
    ("app.suspend", told("no shell here")),
    ("app.tour", is_so(lambda s: s.query("TourPanel") and s.app.focused in s.query("TourPanel"))),
    (
        "tour.next",
        is_so(lambda s: s.app.tour.number == 1 and s.app.focused in s.query("TourPanel")),
    ),
    (
        "tour.back",
        is_so(lambda s: s.app.tour.number == 0 and s.app.focused in s.query("TourPanel")),
    ),
    ("tour.end", is_so(lambda s: s.app.tour.number is None and not s.query("TourPanel"))),
    ("app.import", asks("ImportForm")),
    ("import.account", has_keys("account")),
    ("import.complete", has_keys("path")),
    ("file:ledg", "ledger.csv"),
    ("import.complete", typed("/ledger.csv")),
    ("import.files", has_keys("files")),
    ("import.leave", trail("Pulse")),
    *IMPORTED,
    ("import.again", asks("ImportForm")),
    ("import.leave", trail("Pulse")),
    *IMPORTED,
    ("import.hide", trail("Pulse")),
    *IMPORTED,
    ("import.cancel", trail("Pulse")),
]

PULSE: Sequence[Step] = [
    ("show.pulse", "Net liquidation"),
    ("pulse.last", has_keys("links")),
    ("pulse.first", has_keys("worth")),
    ("pulse.down", has_keys("accounts")),
    ("pulse.up", has_keys("worth")),
    ("pulse.right", has_keys("money")),
    ("pulse.left", has_keys("worth")),
    ("pulse.span", "1 year"),
    ("pulse.span", "90 days"),
    ("pulse.down", has_keys("accounts")),
    ("panel.enter", lambda it: it.trail != "Pulse"),
    ("show.pulse", trail("Pulse")),
    ("page.charts", trail("Pulse", "charts")),
    ("charts.way-m", "One month"),
    ("charts.way-t", "Three months"),
    ("charts.way-y", "One year"),
    ("charts.way-f", "Five years"),
    ("charts.way-e", "All there is"),
    ("charts.way-previous", "Five years"),
    ("charts.way-next", "All there is"),
    ("charts.account-next", is_so(lambda s: s.which == 1)),
    ("charts.account-previous", is_so(lambda s: s.which == 0)),
    ("charts.tab-2", "By asset class"),
    ("charts.way-o", "By account"),
    ("charts.way-i", "By underlying"),
    ("charts.tab-3", "Unrealized P&L"),
    ("charts.way-d", "P&L of the day"),
    ("charts.way-r", "Unrealized P&L"),
    ("charts.previous", is_so(lambda s: s.tab == "a")),
    ("charts.next", is_so(lambda s: s.tab == "u")),
    ("charts.tab-1", is_so(lambda s: s.tab == "n")),
    ("page.back", trail("Pulse")),
]

LOTS: Sequence[Step] = [
    ("show.lots", "5 open lots"),
    ("lots.why", is_so(lambda s: type(s).__name__ == "WhyScreen")),
    ("page.back", trail("Lots")),
    ("lots.what-if", asks("WhatIfDialog")),
    ("what-if.leave", trail("Lots")),
    ("lots.view", gone("taxpayer's view")),
    ("lots.method", asks("LetterDialog")),
    ("key:h", "HIFO"),
    ("lots.method", asks("LetterDialog")),
    ("key:a", gone("HIFO")),
    ("lots.trades", is_so(lambda s: type(s).__name__ == "ActivityScreen")),
    ("page.back", trail("Lots")),
    ("lots.source", "as the brokers reported"),
    ("lots.source", gone("as the brokers reported")),
    ("lots.set-method", asks("LotMethodDialog")),
    ("lot-method.leave", trail("Lots")),
    ("lots.closed", is_so(lambda s: s.tab_key == "c")),
    ("lots.net-by-year", is_so(lambda s: s.tab_key == "n")),
    ("lots.adjustments", is_so(lambda s: s.tab_key == "a")),
    ("lots.findings", is_so(lambda s: s.tab_key == "f")),
    ("lots.next", is_so(lambda s: s.tab_key == "p")),
    ("lots.previous", is_so(lambda s: s.tab_key == "f")),
    ("lots.open", is_so(lambda s: s.tab_key == "p")),
]

TROUBLES: Sequence[Step] = [
    ("show.discrepancies", "23,998.95"),
    ("discrepancies.every", is_so(lambda s: s.every)),
    ("discrepancies.every", is_so(lambda s: not s.every)),
    ("discrepancies.group", asks("LetterDialog")),
    ("key:a", "▾ U1234567"),
    ("discrepancies.group", asks("LetterDialog")),
    ("key:n", gone("▾ U1234567")),
    ("discrepancies.trades", is_so(lambda s: type(s).__name__ == "ActivityScreen")),
    ("page.back", trail("Discrepancies")),
    ("discrepancies.lots", is_so(lambda s: type(s).__name__ == "LotsScreen")),
    ("page.back", trail("Discrepancies")),
    ("table.choose", is_so(lambda s: type(s).__name__ == "EvidenceScreen")),
    ("evidence.trades", is_so(lambda s: type(s).__name__ == "ActivityScreen")),
    ("page.back", is_so(lambda s: type(s).__name__ == "EvidenceScreen")),
    ("evidence.lots", is_so(lambda s: type(s).__name__ == "LotsScreen")),
    ("page.back", is_so(lambda s: type(s).__name__ == "EvidenceScreen")),
    ("page.back", trail("Discrepancies")),
    ("show.activity", trail("Activity")),
    *(
        (f"activity.{name}", is_so(partial(lambda key, s: s.tab_key == key, key)))
        for key, name in (
            ("t", "trades"), ("c", "cash"), ("x", "transfers"), ("i", "interest"),
            ("d", "actions"), ("n", "options"), ("a", "all"),
        )
    ),
    ("activity.trades", is_so(lambda s: s.tab_key == "t")),
    ("rows.raw", trail("Activity", "raw row")),
    ("raw.next", "row 2 of 12"),
    ("raw.previous", "row 1 of 12"),
    ("raw.copy", copied("<Trade")),
    ("page.back", trail("Activity")),
    ("activity.all", is_so(lambda s: s.tab_key == "a")),
    ("activity.next", is_so(lambda s: s.tab_key == "t")),
    ("activity.previous", is_so(lambda s: s.tab_key == "a")),
    ("show.syncs", "5 runs"),
    ("syncs.cancel", told("Cancelling the sync of ib")),
    ("syncs.sync", told("Syncing ib")),
    ("syncs.other-list", is_so(lambda s: s.links.has_focus)),
    ("syncs.other-list", is_so(lambda s: s.table.has_focus)),
    ("table.last", at(4)),
    ("table.choose", is_so(lambda s: type(s).__name__ == "RunScreen")),
    ("run.other-list", is_so(lambda s: s.sections.has_focus)),
    ("page.back", trail("Syncs")),
    ("show.errors", "4 errors"),
    ("errors.retry", told("Syncing tasty")),
    ("errors.drop", told("It goes from here when it works again")),
    ("errors.log", trail("Errors", "log")),
    ("log.path", copied("qm-tui.log")),
    ("page.back", trail("Errors")),
]  # fmt: skip

LEAVING: Mapping[str, Sequence[Step]] = {
    "quit": [("app.quit", lambda it: it.app._exit)],
    "quit-twice": [
        ("key:ctrl+c", told("Ctrl+C again quits")),
        ("key:ctrl+c", lambda it: it.app._exit),
    ],
    "quit-always": [("app.quit-always", lambda it: it.app._exit)],
}

WALKS: Mapping[str, Sequence[Step]] = {
    "positions": POSITIONS,
    "dialogs": DIALOGS,
    "everywhere": EVERYWHERE,
    "pulse": PULSE,
    "lots": LOTS,
    "troubles": TROUBLES,
    **LEAVING,
}

LITERAL = ("key:", "text:", "file:")


# --- walking -----------------------------------------------------------------------------------


def natural_keys() -> Mapping[str, str]:
    """Id → the first of its keys."""
    bindings = (each for owner in _owners() for each in _own(owner))
    return {each.id: each.key.split(",")[0] for each in bindings if each.id is not None}


def unusual_keys() -> Mapping[str, str]:
    """Id → a key that nobody would think of, and that no line takes for text."""
    modifiers = ("", "ctrl+", "shift+", "alt+", "ctrl+shift+", "alt+shift+", "alt+ctrl+", "super+")
    keys = (f"{held}f{number}" for held, number in product(modifiers, range(13, 37)))
    return dict(zip(sorted(key_ids()), keys, strict=False))


@dataclass(frozen=True, slots=True)
class Walk:
    it: Monitor
    keys: Mapping[str, str]
    folder: Path

    async def go(self, steps: Sequence[Step]) -> None:
        for number, (what, must) in enumerate(steps):
            await self._do(what)
            try:
                await self.it.until(self._condition(must))
            except TimeoutError:
                where = f"step {number}, {what} ({self.keys.get(what, '')})"
                pytest.fail(
                    f"{where}: what it must show never came:\n{self.it.text}\n{self._bad()}"
                )
            assert not self._bad(), f"step {number}, {what}: {self._bad()}"

    async def _do(self, what: str) -> None:
        if what.startswith("key:"):
            await self.it.pilot.press(what.removeprefix("key:"))
        elif what.startswith("file:"):
            line = self.it.app.focused
            assert isinstance(line, Input)
            line.value = ""
            await self.it.type(f"{self.folder}/{what.removeprefix('file:')}")
        elif what.startswith("text:"):
            await self.it.type(what.removeprefix("text:"))
        else:
            await self.it.pilot.press(self.keys[what])

    def _condition(self, must: Must) -> Callable[[], object]:
        # A list that loads may still move under the next key.
        it, loads = self.it, partial(_loads, self.it)
        if isinstance(must, str):
            return lambda: must in it.text and not loads()
        return lambda: must(it) and not loads()

    def _bad(self) -> Sequence[str]:
        app = self.it.app
        told = [each.message for each in app._notifications if each.severity == "error"]
        return [*told, *(each.says for each in app.session.troubles)]


def _loads(it: Monitor) -> bool:
    return any(not w.is_finished and w.group in {"load", "tabs", "list"} for w in it.app.workers)


def _prepared(folder: Path) -> Path:
    a_ledger(folder)
    (folder / "out").mkdir()
    (folder / "out" / "positions.csv").touch()
    return folder


@pytest.mark.parametrize("keys", ["natural", "unusual"])
@pytest.mark.parametrize("name", WALKS)
async def test_each_key_does_what_it_says_and_nothing_fails(
    tmp_path: Path, name: str, keys: str
) -> None:
    given = dict(unusual_keys() if keys == "unusual" else {})
    folder = _prepared(tmp_path)
    async with whole_store(tmp_path) as store:
        context = a_whole_context(
            store, keys=given, demo=name == "everywhere", log_file=folder / "qm-tui.log"
        )
        async with monitor(context, (120, 30), first="pulse") as it:
            await it.until(lambda: it.app.session.syncs)
            assert [toast for toast in it.toasts if "[keys]" in toast] == []
            await Walk(it, {**natural_keys(), **given}, folder).go(WALKS[name])


def walked() -> Iterator[str]:
    for steps in WALKS.values():
        for what, _ in steps:
            if not what.startswith(LITERAL):
                yield what


def test_every_key_is_on_a_walk() -> None:
    assert set(walked()) - key_ids() == set(), "there are no such keys"
    assert key_ids() - set(walked()) == set(), "nothing says what these must show"


def test_every_key_can_be_given_one_of_its_own() -> None:
    given = unusual_keys()
    assert given.keys() == key_ids()
    assert len(set(given.values())) == len(given)
    assert list(clashes(given)) == []
