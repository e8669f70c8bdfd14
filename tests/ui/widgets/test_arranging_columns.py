from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.widgets.arrangement import Arrangement
from qm_tui.ui.widgets.columns import lay_out
from qm_tui.ui.widgets.record_table import RecordTable
from qm_tui.ui.widgets.row_source import ListSource
from tests.ui.widgets.table_app import COLUMNS, TableApp, a_holding, app_over, holdings

SIZE = (60, 12)
KEYS = [column.key for column in COLUMNS]
some_keys = st.lists(st.sampled_from([*KEYS, "gone"]), max_size=7)


@given(
    order=some_keys,
    hidden=st.frozensets(st.sampled_from([*KEYS, "gone"])),
    widths=st.dictionaries(st.sampled_from(KEYS), st.integers(1, 60)),
    available=st.integers(5, 120),
)
def test_no_arrangement_loses_a_column(
    order: list[str], hidden: frozenset[str], widths: dict[str, int], available: int
) -> None:
    arrangement = Arrangement(order=tuple(order), hidden=hidden, widths=widths)
    ordered = arrangement.ordered(COLUMNS)
    assert sorted(column.key for column in ordered) == sorted(KEYS)
    named = [key for key in dict.fromkeys(order) if key in KEYS]
    assert [column.key for column in ordered if column.key in named] == named
    shown = arrangement.arranged(COLUMNS)
    assert shown
    assert {column.key for column in ordered} - {column.key for column in shown} <= hidden
    placed = lay_out(shown, available, {}, widths).placed
    assert all(one.width == widths.get(one.column.key, one.width) for one in placed)


async def test_columns_are_shown_in_the_order_and_width_that_is_wanted() -> None:
    app = app_over([a_holding(1, gain=Decimal(1_000_000), note="hello")])
    async with app.run_test(size=SIZE) as pilot:
        arrangement = Arrangement(order=("number", "gain"), hidden=frozenset({"symbol"}))
        app.table.arrange_columns(arrangement)
        await pilot.pause()
        assert app.texts()[0].split() == ["Number", "Gain", "Note"]
        assert [column.key for column in app.table.arranged] == ["number", "gain", "note"]
        assert len(app.table.columns) == 4
        app.table.arrange_columns(Arrangement(widths={"gain": 5, "symbol": 4}))
        await pilot.pause()
        assert "#####" in app.texts()[1]
        assert "SYM…" in app.texts()[1]
        app.table.arrange_columns(Arrangement())
        await pilot.pause()
        assert "+1,000,000" in app.texts()[1]


async def test_a_hidden_column_still_sorts_and_is_still_searched() -> None:
    source = ListSource(holdings(5), key=lambda holding: holding.id)
    app = TableApp(source)
    async with app.run_test(size=SIZE) as pilot:
        app.table.arrange_columns(Arrangement(hidden=frozenset({"gain"})))
        app.table.sort_by("gain", reverse=True)
        source.filter(words=["+4"], columns=app.table.columns)
        await pilot.pause()
        assert app.texts()[1].startswith("▸ SYM004")
        source.filter()
        assert [row.id for row in source.shown] == [4, 3, 2, 1, 0]


async def test_the_column_pointed_at_is_made_wider_and_narrower() -> None:
    app = app_over(holdings(3))
    async with app.run_test(size=SIZE) as pilot:
        assert app.table.column == "symbol"
        await pilot.press("shift+right", "greater_than_sign", "greater_than_sign")
        assert app.table.column == "gain"
        assert app.table.arrangement.widths == {"gain": 12}
        await pilot.press("less_than_sign")
        said = app.said[-1]
        assert isinstance(said, RecordTable.ArrangementChanged)
        assert said.arrangement.widths == {"gain": 11}
        cell = app.table.cursor_cell
        assert cell is not None
        assert cell.text == "+0"
        await pilot.press(*["less_than_sign"] * 20)
        assert app.table.arrangement.widths == {"gain": 3}


async def test_the_column_pointed_at_stands_out_in_the_header_and_under_the_cursor() -> None:
    app = app_over(holdings(3))
    async with app.run_test(size=SIZE) as pilot:
        assert not any(segment.style and segment.style.reverse for segment in app.lines()[0])
        await pilot.press("shift+right", "j")
        header = [s.text for s in app.lines()[0] if s.style and s.style.reverse]
        assert [text.strip() for text in header] == ["Gain"]
        pointed = [s.text for s in app.lines()[2] if s.style and s.style.underline]
        assert "".join(pointed).strip() == "+1"
        assert not any(s.style and s.style.underline for s in app.lines()[1])


async def test_several_columns_sort_and_the_header_says_in_which_order() -> None:
    rows = [a_holding(n, symbol="BA"[n % 2], gain=Decimal(n // 2)) for n in range(6)]
    app = app_over(rows)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.click(RecordTable, offset=(5, 0))
        assert "Symbol▲" in app.texts()[0]
        await pilot.click(RecordTable, offset=(18, 0), shift=True)
        await pilot.click(RecordTable, offset=(18, 0), shift=True)
        assert list(app.table.orders) == [("symbol", False), ("gain", True)]
        assert "Symbol▲1" in app.texts()[0]
        assert "Gain▼2" in app.texts()[0]
        assert [line.split()[-1] for line in app.texts()[1:7]] == ["5", "3", "1", "4", "2", "0"]
        asked = [said for said in app.said if isinstance(said, RecordTable.SortRequested)]
        assert asked[-1].orders == (("symbol", False), ("gain", True))
        app.table.sort_by("symbol", add=True)
        assert list(app.table.orders) == [("symbol", True), ("gain", True)]
        app.table.sort_by("gain")
        assert list(app.table.orders) == [("gain", False)]
        app.table.order_by((("symbol", False), ("gain", False)))
        assert list(app.table.orders) == [("symbol", False), ("gain", False)]
        assert [line.split()[-1] for line in app.texts()[1:7]] == ["1", "3", "5", "0", "2", "4"]


async def test_ranges_are_marked_and_all_marks_taken_away() -> None:
    source = ListSource(holdings(9), key=lambda holding: holding.id)
    app = TableApp(source)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("j", "space", "j", "j", "M")
        assert app.table.marked_keys == {1, 2, 3, 4}
        source.filter(lambda holding: holding.id > 2)
        assert [row.id for row in app.table.marked_rows()] == [3, 4, 1, 2]
        await pilot.press("U")
        assert app.table.marked_keys == frozenset()
        await pilot.press("M")
        assert len(app.table.marked_keys) == 1


@pytest.mark.parametrize(
    ("strength", "bold", "dim"), [(0, False, False), (1, True, False), (-1, False, True)]
)
async def test_what_matters_more_is_bold_and_what_matters_less_is_dim(
    strength: int, bold: bool, dim: bool
) -> None:
    column = COLUMNS[1]
    strong = type(column)(
        key="gain",
        title="Gain",
        width=10,
        cell=lambda holding: Cell(f"{holding.id}!", Tone.POSITIVE, strength),
    )
    source = ListSource(holdings(2), key=lambda holding: holding.id)
    app = TableApp(source, [strong])
    async with app.run_test(size=SIZE):
        style = next(s.style for s in app.lines()[2] if "1!" in s.text)
        assert style is not None
        assert (bool(style.bold), bool(style.dim)) == (bold, dim)


async def test_a_place_on_the_screen_tells_its_row() -> None:
    app = app_over(holdings(50))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("end")
        assert app.table.row_at(3, 11) == 49
        assert app.table.row_at(3, 0) is None
        assert app.table.row_at(-1, 3) is None


async def test_texts_of_many_rows_are_read_while_nothing_happens() -> None:
    source = ListSource(holdings(2500), key=lambda holding: holding.id)
    app = TableApp(source)
    async with app.run_test(size=SIZE) as pilot:
        timer = app.table._ahead
        assert timer is not None
        reads: Callable[[], bool] = timer._active.is_set
        while reads():
            await pilot.pause(0.02)
        assert source._order._values.texts.complete


async def test_to_sort_by_a_column_that_is_gone_leaves_header_rows_and_message_at_one() -> None:
    app = app_over(holdings(3))
    async with app.run_test(size=(80, 10)) as pilot:
        table = app.table
        table.order_by([("symbol", True), ("gone", False)])
        await pilot.pause()
        assert table.orders == (("symbol", True),)
        assert "Symbol▼" in app.texts()[0]
        assert [table.source.key(at) for at in range(3)] == [2, 1, 0]
        asked = [one for one in app.said if isinstance(one, RecordTable.SortRequested)]
        assert [one.orders for one in asked] == [(("symbol", True),)]
        table.order_by([("gone", False)])
        await pilot.pause()
        assert table.orders == (("symbol", True),)
        assert [table.source.key(at) for at in range(3)] == [2, 1, 0]
