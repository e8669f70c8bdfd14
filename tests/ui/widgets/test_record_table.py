from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from qm_tui.ui.widgets.record_table import RecordTable
from qm_tui.ui.widgets.row_source import ListSource
from tests.ui.widgets.table_app import Holding, TableApp, a_holding, app_over, holdings

SIZE = (60, 12)
"""Eleven rows below the header."""


@pytest.mark.parametrize(
    ("keys", "cursor"),
    [
        ("down", 1),
        ("j", 1),
        ("j j j k", 2),
        ("j up", 0),
        ("up", 0),
        ("pagedown", 11),
        ("pagedown pagedown pageup", 11),
        ("ctrl+d", 5),
        ("ctrl+d ctrl+d ctrl+u", 5),
        ("end", 99),
        ("G", 99),
        ("G down", 99),
        ("G pagedown", 99),
        ("G home", 0),
        ("G g", 0),
        ("G pageup", 88),
    ],
)
async def test_a_key_moves_the_cursor_and_keeps_it_in_sight(keys: str, cursor: int) -> None:
    app = app_over(holdings(100))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(*keys.split())
        assert app.table.cursor_index == cursor
        assert cursor in app.table.visible_rows
        drawn = app.texts()[1 + cursor - app.table.visible_rows.start]
        assert drawn.startswith(f"▸ SYM{cursor:03}")


async def test_the_last_row_is_on_the_last_line() -> None:
    app = app_over(holdings(100))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("end")
        assert app.texts()[0].startswith("  Symbol")
        assert app.texts()[-1].startswith("▸ SYM099")


@pytest.mark.parametrize("key", ["enter", "right", "l"])
async def test_a_key_chooses_the_row_under_the_cursor(key: str) -> None:
    rows = holdings(3)
    app = app_over(rows)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("j", key)
        chosen = app.said[-1]
        assert isinstance(chosen, RecordTable.Chosen)
        assert chosen.row is rows[1]


@pytest.mark.parametrize("key", ["left", "h"])
async def test_a_key_leaves_when_there_is_nothing_to_the_left(key: str) -> None:
    app = app_over(holdings(3))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(key)
        assert isinstance(app.said[-1], RecordTable.LeaveRequested)


async def test_columns_that_must_stay_scroll_sideways_and_left_goes_back_first() -> None:
    app = app_over(holdings(3))
    async with app.run_test(size=(18, 8)) as pilot:
        assert "Symbol" in app.texts()[0]
        await pilot.press("shift+right")
        assert app.texts()[0].endswith("Gain")
        assert "Symbol" not in app.texts()[0]
        assert {strip.cell_length for strip in app.lines()} == {app.table.size.width}
        await pilot.press("left")
        assert "Symbol" in app.texts()[0]
        assert not any(isinstance(said, RecordTable.LeaveRequested) for said in app.said)


async def test_space_marks_a_row_and_goes_on_and_the_mark_is_drawn() -> None:
    app = app_over(holdings(5))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("space", "space", "up", "space")
        assert app.table.marked_keys == {0}
        assert app.texts()[1].startswith("• SYM000")
        app.table.action_first()
        assert app.texts()[1].startswith("◆ SYM000")


async def test_every_row_the_cursor_comes_to_is_announced_once() -> None:
    rows = holdings(5)
    app = app_over(rows)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("j", "j", "k", "k", "k")
        announced = [said.row.id for said in app.said if isinstance(said, RecordTable.Highlighted)]
        assert announced == [0, 1, 2, 1, 0]


async def test_a_click_takes_the_cursor_and_the_next_one_chooses() -> None:
    app = app_over(holdings(5))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.click(RecordTable, offset=(5, 3))
        assert app.table.cursor_index == 2
        assert not any(isinstance(said, RecordTable.Chosen) for said in app.said)
        await pilot.click(RecordTable, offset=(5, 3))
        assert isinstance(app.said[-1], RecordTable.Chosen)
        await pilot.click(RecordTable, offset=(5, 9))
        assert app.table.cursor_index == 2


async def test_a_click_on_a_title_sorts_and_the_next_one_reverses_with_unknown_last() -> None:
    gains = [Decimal(3), None, Decimal(-1), Decimal(7), None]
    app = app_over([a_holding(number, gain=gain) for number, gain in enumerate(gains)])
    async with app.run_test(size=SIZE) as pilot:
        await pilot.click(RecordTable, offset=(18, 0))
        assert [line.split()[-1] for line in app.texts()[1:6]] == ["2", "0", "3", "1", "4"]
        assert "Gain▲" in app.texts()[0]
        await pilot.click(RecordTable, offset=(18, 0))
        assert [line.split()[-1] for line in app.texts()[1:6]] == ["3", "0", "2", "1", "4"]
        assert "Gain▼" in app.texts()[0]
        asked = [said for said in app.said if isinstance(said, RecordTable.SortRequested)]
        assert [(said.column_key, said.reverse) for said in asked] == [
            ("gain", False),
            ("gain", True),
        ]


async def test_the_cursor_stays_on_its_row_when_sorted() -> None:
    rows = holdings(100)
    app = app_over(rows)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("j", "j")
        app.table.sort_by("gain", reverse=True)
        await pilot.pause()
        assert app.table.cursor_row is rows[2]
        assert app.table.cursor_index == 97
        assert 97 in app.table.visible_rows


async def test_the_cursor_stays_on_its_key_when_other_rows_are_shown() -> None:
    app = app_over(holdings(50))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(*["j"] * 10)
        newer = [a_holding(number, note="new") for number in range(5, 60)]
        app.table.show(ListSource[Holding](newer, key=lambda holding: holding.id))
        await pilot.pause()
        row = app.table.cursor_row
        assert row is not None
        assert (row.id, row.note, app.table.cursor_index) == (10, "new", 5)


async def test_the_cursor_stays_near_when_its_row_is_gone() -> None:
    app = app_over(holdings(50))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("end")
        app.table.show(ListSource[Holding](holdings(20), key=lambda holding: holding.id))
        await pilot.pause()
        assert app.table.cursor_index == 19
        app.table.show(ListSource[Holding]([], key=lambda holding: holding.id))
        await pilot.pause()
        assert app.table.cursor_row is None
        assert app.texts()[1].strip() == "Nothing here."
        await pilot.press("j", "enter", "space", "end", "pageup")
        assert app.table.cursor_index == 0


async def test_a_filter_hides_rows_and_the_cursor_stays_on_its_key() -> None:
    rows = holdings(50)
    source = ListSource[Holding](rows, key=lambda holding: holding.id)
    app = TableApp(source)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(*["j"] * 10)
        source.filter(lambda holding: holding.id % 5 == 0)
        await pilot.pause()
        assert len(source) == 10
        assert app.table.cursor_row is rows[10]
        source.filter(None)
        await pilot.pause()
        assert app.table.cursor_index == 10


async def test_only_changed_rows_in_sight_are_repainted() -> None:
    rows = holdings(100)
    app = app_over(rows)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        app.table.repainted.clear()
        for number in (3, 7, 50, 99):
            rows[number] = replace(rows[number], note="changed")
        app.table.update_rows([3, 50])
        app.table.update_rows([99])
        app.table.update_indexes([7])
        while not app.table.repainted:
            await pilot.pause(0.01)
        assert sorted(region.y for region in app.table.repainted) == [4, 8]
        assert "changed" in app.texts()[4]
        assert "changed" in app.texts()[8]


async def test_the_timer_of_updates_rests_when_nothing_changes() -> None:
    app = app_over(holdings(10))
    async with app.run_test(size=SIZE) as pilot:
        timer = app.table._frames
        assert timer is not None
        runs: Callable[[], bool] = timer._active.is_set
        assert not runs()
        app.table.update_rows([1])
        assert runs()
        while runs():
            await pilot.pause(0.01)


async def test_a_resize_lays_the_columns_out_anew_and_keeps_the_cursor_in_sight() -> None:
    app = app_over(holdings(100))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press(*["j"] * 25)
        await pilot.resize_terminal(40, 8)
        await pilot.pause()
        assert 25 in app.table.visible_rows
        assert {strip.cell_length for strip in app.lines()} == {app.table.size.width}


async def test_the_cursor_looks_different_with_focus_and_without() -> None:
    app = app_over(holdings(3))
    async with app.run_test(size=SIZE) as pilot:
        focused = next(iter(app.table.render_line(1))).style
        app.set_focus(None)
        await pilot.pause()
        assert next(iter(app.table.render_line(1))).style != focused


async def test_a_theme_changes_the_lines_that_are_kept() -> None:
    app = app_over(holdings(3))
    async with app.run_test(size=SIZE) as pilot:
        dark = next(iter(app.table.render_line(2))).style
        app.theme = "textual-light"
        await pilot.pause()
        assert next(iter(app.table.render_line(2))).style != dark
