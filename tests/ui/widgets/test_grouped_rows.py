from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.widgets.grouped_source import GroupedSource
from qm_tui.ui.widgets.headings import Grouping, GroupKey, Heading, Sum
from qm_tui.ui.widgets.record_table import RecordTable
from qm_tui.ui.widgets.row_source import ListSource
from qm_tui.ui.widgets.sort_keys import SortKey
from tests.ui.widgets.table_app import Holding, TableApp, a_holding

SIZE = (60, 14)
BY_NOTE: Grouping[Holding] = Grouping(key=lambda h: h.note, title=lambda h: h.note, column="note")
BY_SYMBOL: Grouping[Holding] = Grouping(key=lambda h: h.symbol, title=lambda h: h.symbol)
GAIN: SortKey[Holding] = SortKey(by=lambda h: h.gain, reverse=True, column="gain")


def sums(rows: Sequence[Holding]) -> Mapping[str, Sum]:
    total = sum((row.gain for row in rows if row.gain is not None), Decimal(0))
    tone = Tone.NEGATIVE if total < 0 else Tone.POSITIVE
    return {"gain": Sum(cell=Cell(f"{total:+,}", tone), value=total)}


def grouped(
    rows: Sequence[Holding], *levels: Grouping[Holding]
) -> tuple[ListSource[Holding], GroupedSource[Holding]]:
    inner = ListSource[Holding](rows, key=lambda holding: holding.id)
    return inner, GroupedSource(inner, levels or (BY_NOTE,), sums)


def fold_all(source: GroupedSource[Holding]) -> None:
    source.folded = source.update_headings()


def unfold_all(source: GroupedSource[Holding]) -> None:
    source.folded = frozenset()


def lines(source: GroupedSource[Holding]) -> list[str]:
    """Headings by their titles, rows by their ids."""
    drawn = []
    for index in range(len(source)):
        heading, row = source.heading(index), source.row(index)
        assert (heading is None) is not (row is None)
        drawn.append("  " * heading.level + heading.title if heading else str(row and row.id))
    return drawn


def some() -> list[Holding]:
    return [
        a_holding(1, note="b", gain=Decimal(1), symbol="X"),
        a_holding(2, note="a", gain=Decimal(5), symbol="Y"),
        a_holding(3, note="b", gain=Decimal(9), symbol="Y"),
        a_holding(4, note="c", gain=None, symbol="X"),
        a_holding(5, note="a", gain=Decimal(-7), symbol="X"),
    ]


def test_rows_stand_under_their_headings_in_the_order_they_have() -> None:
    inner, source = grouped(some())
    assert lines(source) == ["a", "2", "5", "b", "1", "3", "c", "4"]
    inner.sort([GAIN])
    source.sort([GAIN])
    assert lines(source) == ["b", "3", "1", "c", "4", "a", "2", "5"]
    source.sort([SortKey(by=lambda h: h.note, reverse=True, column="note")])
    assert lines(source) == ["c", "4", "b", "1", "3", "a", "2", "5"]


def test_groups_within_groups_have_headings_and_sums_of_their_own() -> None:
    _, source = grouped(some(), BY_NOTE, BY_SYMBOL)
    assert lines(source) == [
        "a",
        "  X",
        "5",
        "  Y",
        "2",
        "b",
        "  X",
        "1",
        "  Y",
        "3",
        "c",
        "  X",
        "4",
    ]
    heads = [head for at in range(len(source)) if (head := source.heading(at)) is not None]
    assert [head.cells["gain"].text for head in heads] == [
        "-2", "-7", "+5", "+10", "+1", "+9", "+0", "+0",
    ]  # fmt: skip
    assert [head.count for head in heads] == [2, 1, 1, 2, 1, 1, 1, 1]
    source.fold(GroupKey(("b",)), folded=True)
    assert lines(source) == ["a", "  X", "5", "  Y", "2", "b", "c", "  X", "4"]
    assert source.find(3) == source.find(GroupKey(("b",))) == 5
    fold_all(source)
    assert lines(source) == ["a", "b", "c"]
    assert source.find(4) == 2
    unfold_all(source)
    assert len(source) == 13


def test_a_filter_leaves_groups_with_rows_and_sums_of_what_is_shown() -> None:
    inner, source = grouped(some())
    source.on_changed = lambda arrived: None
    inner.filter(lambda holding: holding.gain is not None and holding.gain > 0)
    assert lines(source) == ["a", "2", "b", "1", "3"]
    heading = source.heading(0)
    assert heading is not None
    assert heading.cells["gain"].text == "+5"


def test_changing_values_change_sums_and_no_places() -> None:
    rows = some()
    _, source = grouped(rows)
    source.sort([GAIN])
    before = lines(source)
    kept = source.heading(5)
    rows[0] = replace(rows[0], gain=Decimal(-1000))
    assert source.update_headings([1]) == {GroupKey(("b",))}
    assert lines(source) == before
    heading = source.heading(0)
    assert heading is not None
    assert heading.cells["gain"].text == "-991"
    assert source.heading(5) is kept
    source.sort([GAIN])
    assert lines(source)[0] == "c"


rows_of = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.none() | st.integers(-3, 3)),
    max_size=25,
)


@settings(max_examples=60)
@given(cells=rows_of, folded=st.sets(st.sampled_from("abc")), reverse=st.booleans())
def test_groups_part_the_rows(
    cells: list[tuple[str, str, int | None]], folded: set[str], reverse: bool
) -> None:
    rows = [
        a_holding(at, note=note, symbol=symbol, gain=None if gain is None else Decimal(gain))
        for at, (note, symbol, gain) in enumerate(cells)
    ]
    _, source = grouped(rows, BY_NOTE, BY_SYMBOL)
    source.sort([SortKey(by=lambda h: h.gain, reverse=reverse, column="gain")])
    source.folded = frozenset(GroupKey((note,)) for note in folded)
    shown = [row for at in range(len(source)) if (row := source.row(at)) is not None]
    assert sorted(row.id for row in shown) == [row.id for row in rows if row.note not in folded]
    path: list[Heading] = []
    below: dict[GroupKey, list[Holding]] = {}
    for at in range(len(source)):
        assert source.find(source.key(at)) == at
        if (heading := source.heading(at)) is not None:
            path = [*path[: heading.level], heading]
        elif (row := source.row(at)) is not None:
            assert path[-1].key == GroupKey((row.note, row.symbol))
            for above in path:
                below.setdefault(above.key, []).append(row)
    for key, members in below.items():
        index = source.find(key)
        assert index is not None
        heading = source.heading(index)
        assert heading is not None
        assert (heading.count, heading.cells) == (
            len(members),
            {"gain": sums(members)["gain"].cell},
        )


async def test_a_heading_is_drawn_with_its_sum_under_the_title_of_the_column() -> None:
    app = TableApp()
    async with app.run_test(size=SIZE) as pilot:
        app.table.show(grouped(some())[1])
        await pilot.pause()
        drawn = app.texts()
        assert drawn[1].startswith("▸ ▾ a (2)")
        assert drawn[4].startswith("  ▾ b (2)")
        assert drawn[4].index("+10") + 3 == drawn[0].index("Gain") + 4
        assert {strip.cell_length for strip in app.lines()} == {app.table.size.width}


@pytest.mark.parametrize(
    ("keys", "drawn"),
    [
        ("enter", ["a", "b", "1", "3", "c", "4"]),
        ("space", ["a", "b", "1", "3", "c", "4"]),
        ("left", ["a", "b", "1", "3", "c", "4"]),
        ("left right", ["a", "2", "5", "b", "1", "3", "c", "4"]),
        ("enter enter", ["a", "2", "5", "b", "1", "3", "c", "4"]),
        ("j j j h", ["a", "2", "5", "b", "c", "4"]),
    ],
)
async def test_a_key_folds_the_group_under_the_cursor(keys: str, drawn: list[str]) -> None:
    app = TableApp()
    async with app.run_test(size=SIZE) as pilot:
        _, source = grouped(some())
        app.table.show(source)
        await pilot.pause()
        await pilot.press(*keys.split())
        assert lines(source) == drawn
        assert app.table.cursor_row is None
        assert app.table.cursor_heading is not None
        assert not any(isinstance(said, RecordTable.LeaveRequested) for said in app.said)
        await pilot.press("left", "left")
        assert isinstance(app.said[-1], RecordTable.LeaveRequested)


async def test_a_click_folds_a_heading_and_right_goes_on_to_its_rows() -> None:
    app = TableApp()
    async with app.run_test(size=SIZE) as pilot:
        _, source = grouped(some())
        app.table.show(source)
        await pilot.click(RecordTable, offset=(5, 4))
        assert lines(source) == ["a", "2", "5", "b", "c", "4"]
        assert app.table.cursor_index == 3
        await pilot.click(RecordTable, offset=(5, 4))
        await pilot.press("right")
        assert app.table.cursor_row == some()[0]


async def test_rows_that_change_have_the_headings_above_them_drawn_again() -> None:
    app = TableApp()
    rows = some()
    async with app.run_test(size=SIZE) as pilot:
        app.table.show(grouped(rows)[1])
        await pilot.pause()
        app.table.repainted.clear()
        rows[2] = replace(rows[2], gain=Decimal(99))
        app.table.update_rows([3])
        while not app.table.repainted:
            await pilot.pause(0.01)
        assert sorted(region.y for region in app.table.repainted) == [4, 6]
        assert "+100" in app.texts()[4]


async def test_the_cursor_stays_where_a_fold_hides_its_row_and_is_on_it_again_after() -> None:
    app = TableApp()
    async with app.run_test(size=SIZE) as pilot:
        inner, source = grouped(some())
        app.table.show(source)
        app.table.move_cursor(5)
        source.fold(GroupKey(("b",)), folded=True)
        assert app.table.cursor_index == 3
        source.fold(GroupKey(("b",)), folded=False)
        await pilot.pause()
        assert app.table.cursor_row == some()[2]
        app.table.show(inner)
        await pilot.pause()
        assert app.table.cursor_row == some()[2]
        inner.filter(lambda holding: holding.id > 2)
        assert app.table.cursor_index == 0


Step = Callable[[RecordTable[Holding], ListSource[Holding], GroupedSource[Holding]], None]
STEPS: dict[str, Step] = {
    "sort": lambda table, inner, source: table.sort_by("gain"),
    "add": lambda table, inner, source: table.sort_by("symbol", add=True),
    "filter": lambda table, inner, source: inner.filter(lambda h: h.id % 3 != 1),
    "all": lambda table, inner, source: inner.filter(),
    "group": lambda table, inner, source: table.show(source),
    "ungroup": lambda table, inner, source: table.show(inner),
    "fold": lambda table, inner, source: fold_all(source),
    "unfold": lambda table, inner, source: unfold_all(source),
    "replace": lambda table, inner, source: inner.replace([*reversed(inner.rows)]),
}


@settings(max_examples=4, deadline=None)
@given(steps=st.lists(st.sampled_from(sorted(STEPS)), min_size=15, max_size=40))
async def test_the_cursor_stays_on_its_row_whatever_is_done_to_the_others(steps: list[str]) -> None:
    app = TableApp()
    rows = [a_holding(at, note="abcd"[at % 4], symbol=f"S{at % 3}") for at in range(30)]
    async with app.run_test(size=SIZE):
        inner, source = grouped(rows)
        app.table.show(inner)
        app.table.move_cursor(8)
        for step in steps:
            STEPS[step](app.table, inner, source)
            table = app.table
            assert table.cursor_index in table.visible_rows or table._cursor_key == 8
            row = table.cursor_row
            if row is None:
                heading = table.cursor_heading
                assert heading is not None
                assert (heading.key, heading.folded) == (GroupKey(("a",)), True)
            else:
                assert row.id == 8
