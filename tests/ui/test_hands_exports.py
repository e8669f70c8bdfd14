"""What is taken away: copies and files, exact, harmless, and never more than was shown."""

import csv
import datetime as dt
import io
import json
import stat
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.widgets import Input

from qm_tui.store.store import Store
from qm_tui.ui.cell import Cell
from qm_tui.ui.clipboard import MOST, refusal
from qm_tui.ui.exports.formats import FORMS, escaped
from qm_tui.ui.exports.new_file import NewFile
from qm_tui.ui.exports.values import armed, defused
from qm_tui.ui.widgets.columns import Column
from tests.ui.books import a_book, a_context, monitor

SIZES = [(80, 24), (160, 40)]


@dataclass(frozen=True)
class Row:
    name: str | None
    value: Decimal | None


def columns() -> tuple[Column[Row], ...]:
    return (
        Column(key="name", title="Name", width=9, cell=lambda r: Cell(r.name or "—")),
        Column(key="value", title="V|x", width=9, align="right", cell=lambda r: Cell(f"{r.value}")),
    )


def written(form: str, rows: list[Row]) -> str:
    file = FORMS[form](columns())
    return file.head() + file.rows(rows[:1]) + file.rows(rows[1:]) + file.foot()


ROWS = st.lists(
    st.builds(
        Row,
        name=st.none() | st.text(min_size=1),
        value=st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=8),
    ),
    max_size=4,
)


@given(ROWS)
@settings(max_examples=60)
def test_any_text_and_number_comes_back_from_csv(rows: list[Row]) -> None:
    read = list(csv.DictReader(io.StringIO(written("CSV", rows), newline="")))
    assert [armed(line["name"]) or None for line in read] == [row.name for row in rows]
    assert [Decimal(line["value"]) if line["value"] else None for line in read] == [
        row.value for row in rows
    ]


@given(ROWS)
@settings(max_examples=60)
def test_any_text_and_number_comes_back_from_json(rows: list[Row]) -> None:
    read = json.loads(written("JSON", rows))
    assert [line["name"] for line in read] == [row.name for row in rows]
    assert [line["value"] and Decimal(line["value"]) for line in read] == [
        row.value for row in rows
    ]


@given(st.text())
@settings(max_examples=60)
def test_no_text_becomes_a_formula_and_none_is_lost(text: str) -> None:
    assert armed(defused(text)) == text
    assert defused(text)[:1] not in set("=+-@\t\r\n")


@given(st.text(), st.text())
@settings(max_examples=60)
def test_text_stays_in_its_field_of_a_markdown_table(name: str, more: str) -> None:
    lines = written("Markdown", [Row(name + "|\n" + more, Decimal(1))]).split("\n")
    assert len(lines) == 4
    assert lines[1] == "| --- | ---: |"
    bare = lines[2].replace("\\\\", "").replace("\\|", "")
    assert bare.count("|") == 3
    assert "<" not in escaped(name).replace("\\<", "")


def test_negative_numbers_are_numbers_and_not_text() -> None:
    assert "\nx,-5\n" in written("CSV", [Row("x", Decimal(-5))])


def test_a_file_is_only_its_owners_and_there_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    with NewFile(path, replace=False) as file:
        file.write("half")
    assert list(tmp_path.iterdir()) == []
    with NewFile(path, replace=False) as file:
        file.write("whole")
        file.keep()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError), NewFile(path, replace=False) as file:
        file.keep()
    assert path.read_text(encoding="utf-8") == "whole"
    with NewFile(path, replace=True) as file:
        file.write("other")
        file.keep()
    assert path.read_text(encoding="utf-8") == "other"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("terminal", "length", "says"),
    [
        ({"TERM": "linux"}, 5, "Linux console"),
        ({"TERM_PROGRAM": "Apple_Terminal"}, 5, "Apple"),
        ({"TERM": "screen", "STY": "1"}, 5, "GNU screen"),
        ({"TERM": "xterm"}, MOST + 1, "more than"),
        ({"TERM": "xterm-256color"}, MOST, None),
        ({"TERM": "screen-256color", "TMUX": "x"}, 5, None),
    ],
)
def test_a_terminal_that_takes_nothing_is_known(
    terminal: dict[str, str], length: int, says: str | None
) -> None:
    reason = refusal(terminal, length)
    assert (reason is None) == (says is None)
    assert says is None or says in (reason or "")


async def test_marked_rows_are_copied_as_shown_and_the_field_at_its_key(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("2", "space", "space", "y")
        assert [line.split("\t")[0] for line in it.app.clipboard.split("\n")] == ["AAPL", "BRK B"]
        assert it.toasts[-1] == "2 rows sent to the terminal's clipboard."
        await it.press("Y")
        assert it.app.clipboard in {"MSFT", "VT"}


async def test_where_the_terminal_has_no_clipboard_that_is_said(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store, terminal={"TERM": "linux"})) as it:
        await it.press("2", "y")
        assert it.app.clipboard == ""
        assert "Linux console" in it.toasts[-1]
        assert "e writes a file" in it.toasts[-1]


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_shown_is_exported_exactly(
    store: Store, size: tuple[int, int], tmp_path: Path
) -> None:
    await a_book(store)
    kept: dict[str, Any] = {}
    path = tmp_path / "held.json"
    async with monitor(a_context(store, open_preferences=desk_of(kept)), size) as it:
        await it.press("2", "e")
        await it.until_shown("Format")
        path_line = it.app.screen.query_one("#path", Input)
        path_line.value = str(path)
        await it.press("enter")
        await it.until(lambda: path.exists() and it.trail and it.toasts)
        assert it.toasts == [f"4 rows written to {path}."]
    rows = {row["symbol"]: row for row in json.loads(path.read_text(encoding="utf-8"))}
    assert rows["VT"]["quantity"] == "0.12345678"
    assert rows["BRK B"]["market_value"] is None
    assert kept["export"]["folder"] == f"{tmp_path}/"


async def test_a_file_that_is_there_is_replaced_only_after_asking(
    store: Store, tmp_path: Path
) -> None:
    await a_book(store)
    path = tmp_path / "held.csv"
    path.write_text("precious", encoding="utf-8")
    async with monitor(a_context(store)) as it:
        await it.press("2", "e")
        await it.until_shown("Format")
        it.app.screen.query_one("#path", Input).value = str(path)
        await it.press("enter")
        await it.until_shown("Replace it?")
        await it.press("n")
        assert path.read_text(encoding="utf-8") == "precious"
        await it.press("enter", "y")
        await it.until(lambda: it.toasts)
        assert path.read_text(encoding="utf-8").startswith("symbol,")


async def test_hidden_amounts_stay_hidden_in_the_file(store: Store, tmp_path: Path) -> None:
    await a_book(store)
    path = tmp_path / "held.csv"
    async with monitor(a_context(store, hide_amounts=True)) as it:
        await it.press("2", "e")
        await it.until_shown("Amounts are hidden")
        it.app.screen.query_one("#path", Input).value = str(path)
        await it.press("enter")
        await it.until(lambda: it.toasts)
    text = path.read_text(encoding="utf-8")
    assert "16000" not in text
    assert "••••" in text


async def test_all_pages_of_a_long_list_are_exported(store: Store, tmp_path: Path) -> None:
    await a_book(store)
    path = tmp_path / "trades.csv"
    async with monitor(a_context(store)) as it:
        await it.press("6", "t")
        await it.until(lambda: len(it.table.source) == 453)
        await it.press("e")
        await it.until_shown("Format")
        it.app.screen.query_one("#path", Input).value = str(path)
        await it.press("enter")
        await it.until(lambda: it.toasts)
    lines = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    assert len(lines) == 453
    days = [dt.date.fromisoformat(line["trade_date"]) for line in lines]
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize("path", ["~\0/x.csv", "~\ud800/x.csv"])
async def test_a_home_that_nobody_can_have_is_said_in_the_dialog(store: Store, path: str) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("e")
        it.app.screen.query_one("#path", Input).value = path
        await it.press("enter")
        await it.until(lambda: "Nothing was written" in it.text)


async def test_a_folder_that_is_not_there_is_said_in_the_dialog(
    store: Store, tmp_path: Path
) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("2", "e")
        await it.until_shown("Format")
        it.app.screen.query_one("#path", Input).value = str(tmp_path / "none" / "x.csv")
        await it.press("enter")
        await it.until_shown("Nothing was written")
        await it.press("escape")
        assert it.trail == "Positions"


def desk_of(kept: dict[str, Any]) -> Any:
    class Desk:
        async def all(self) -> dict[str, Any]:
            return dict(kept)

        async def keep(self, name: str, value: Any) -> None:
            kept[name] = value

    async def opened() -> Desk:
        return Desk()

    return opened
