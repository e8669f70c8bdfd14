"""An order that is found out where it is looked at is the order of a whole sort."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.ui.widgets.grouped_source import GroupedSource
from qm_tui.ui.widgets.headings import Grouping
from qm_tui.ui.widgets.live_source import LiveSource
from qm_tui.ui.widgets.row_order import RowOrder
from qm_tui.ui.widgets.row_source import ListSource
from qm_tui.ui.widgets.sort_keys import SortKey, Values
from tests.ui.widgets.table_app import Holding, a_holding, app_over

SIZE = (60, 12)
"""Eleven rows below the header."""
MANY = 6000
"""More than are sorted at once."""
CLOSE = ["0.1", "0.10000000000000000001", "1E+400", "2E+400", "-1E+400", "1", "1.00", "0"]
gains = st.one_of(
    st.none(),
    st.sampled_from(CLOSE).map(Decimal),
    st.decimals(allow_nan=False, allow_infinity=False, places=2),
)
rows_of = st.lists(
    st.tuples(gains, st.sampled_from("aab"), st.sampled_from(["x", "y", None])), max_size=70
)
KEYS = (lambda row: row[0], lambda row: row[1], lambda row: row[2])
ways = st.lists(st.tuples(st.sampled_from(KEYS), st.booleans()), min_size=1, max_size=3)


def plainly_sorted(rows: Sequence[Any], keys: Sequence[SortKey[Any]], among: Any) -> list[int]:
    result = list(among)
    for key in reversed(keys):
        known = [at for at in result if key.by(rows[at]) is not None]
        unknown = [at for at in result if key.by(rows[at]) is None]
        result = sorted(known, key=lambda at: key.by(rows[at]), reverse=key.reverse) + unknown
    return result


@settings(max_examples=150)
@given(
    rows=rows_of, ways=ways, at_once=st.integers(1, 9), every=st.integers(1, 3),
    known=st.sets(st.sampled_from(KEYS)), looks=st.lists(st.floats(0, 1, exclude_max=True)),
)  # fmt: skip
def test_wherever_one_looks_first_there_is_what_a_whole_sort_puts_there(
    rows: list[Any], ways: Any, at_once: int, every: int, known: Any, looks: list[float]
) -> None:
    keys = [SortKey(by=by, reverse=reverse) for by, reverse in ways]
    among = range(0, len(rows), every)
    order = RowOrder(
        among,
        keys,
        rows=rows,
        known={by: Values(list(map(by, rows))) for by in known},
        at_once=at_once,
    )
    expected = plainly_sorted(rows, keys, among)
    for look in looks if expected else ():
        index = int(look * len(expected))
        assert order[index] == expected[index]
        assert order.index(expected[-1 - index]) == len(expected) - 1 - index
    assert sorted(order.among()) == list(among)
    assert list(order) == expected
    assert [order[index] for index in range(len(order))] == expected
    with pytest.raises(IndexError):
        order[len(expected)]
    assert order.index(len(rows)) is None


def many() -> list[Holding]:
    return [
        a_holding(
            number,
            symbol=f"S{number * 7919 % 5}",
            gain=None if number % 11 == 0 else Decimal(number * 7919 % 1000),
        )
        for number in range(MANY)
    ]


BY_SYMBOL: SortKey[Holding] = SortKey(by=lambda h: h.symbol, column="symbol")
BY_GAIN: SortKey[Holding] = SortKey(by=lambda h: h.gain, reverse=True, column="gain")


def ids(rows: Sequence[Holding], keys: Sequence[SortKey[Holding]]) -> list[int]:
    return [rows[at].id for at in plainly_sorted(rows, keys, range(len(rows)))]


def test_for_the_first_page_the_further_columns_of_few_rows_are_read() -> None:
    rows, read = many(), []

    def gain(holding: Holding) -> Decimal | None:
        read.append(holding.id)
        return holding.gain

    source = ListSource(rows, key=lambda holding: holding.id)
    by_id: SortKey[Holding] = SortKey(by=lambda h: -h.id)
    source.sort([by_id, SortKey(by=gain)])
    assert [source.key(index) for index in range(40)] == [*range(MANY - 1, MANY - 41, -1)]
    assert len(read) < MANY / 2


def test_rows_that_are_replaced_meanwhile_stay_where_they_were_sorted_to() -> None:
    rows = many()
    source = ListSource(rows, key=lambda holding: holding.id)
    expected = ids(rows, [BY_SYMBOL, BY_GAIN])
    source.sort([BY_SYMBOL, BY_GAIN])
    first = [source.key(index) for index in range(11)]
    for at, row in enumerate(rows):
        rows[at] = replace(row, symbol="other", gain=Decimal(at))
    assert first + [source.key(index) for index in range(11, MANY)] == expected
    source.sort([BY_SYMBOL, BY_GAIN])
    assert [source.key(index) for index in range(MANY)] == list(range(MANY - 1, -1, -1))


def test_rows_over_which_something_newer_is_laid_are_sorted_by_what_it_was_then() -> None:
    stored = many()
    news = {row.id: replace(row, gain=Decimal(row.id * 31 % 997)) for row in stored[::2]}
    source = LiveSource(
        stored, key=lambda holding: holding.id, latest=lambda row: news.get(row.id, row)
    )
    expected = ids([news.get(row.id, row) for row in stored], [BY_GAIN])
    source.sort([BY_GAIN])
    assert [source.key(index) for index in range(11)] == expected[:11]
    news.clear()
    source.forget()
    assert [source.key(index) for index in range(MANY)] == expected


def test_rows_in_groups_are_sorted_as_a_whole_sort_does() -> None:
    rows = many()
    inner = ListSource(rows, key=lambda holding: holding.id)
    by_symbol: Grouping[Holding] = Grouping(key=lambda h: h.symbol, title=lambda h: h.symbol)
    source = GroupedSource(inner, [by_symbol], lambda _: {})
    source.sort([BY_GAIN])
    drawn = [row.id for index in range(len(source)) if (row := source.row(index)) is not None]
    assert drawn == ids(rows, [BY_SYMBOL, BY_GAIN])


async def test_cursor_marks_and_place_are_kept_and_keys_go_where_the_whole_order_says() -> None:
    rows = many()
    app = app_over(rows)
    async with app.run_test(size=SIZE) as pilot:
        table = app.table
        await pilot.press("j", "j", "space", "G", "k", "k", "space", "k")
        cursor, marked = table.cursor_row, table.marked_keys
        line = table.cursor_index - table.scroll_offset.y
        assert cursor is not None
        table.order_by([("symbol", False), ("gain", True)])
        await pilot.pause()
        expected = ids(rows, [BY_SYMBOL, BY_GAIN])
        assert table.cursor_row is cursor
        assert table.cursor_index == expected.index(cursor.id)
        assert table.cursor_index - table.scroll_offset.y == line
        assert table.marked_keys == marked == {2, MANY - 3}
        await pilot.press("G")
        assert table.cursor_row is rows[expected[-1]]
        await pilot.press("pageup")
        assert table.cursor_row is rows[expected[-12]]
        await pilot.press("g", "ctrl+d")
        assert table.cursor_row is rows[expected[5]]
        drawn = [text[2:].split()[:2] for text in app.texts()[1:]]
        assert [one[0] for one in drawn] == [rows[at].symbol for at in expected[:11]]
        table.move_cursor(MANY // 2)
        assert [row.id for row in table.marked_rows()] == [one for one in expected if one in marked]
        assert table.cursor_row is rows[expected[MANY // 2]]
