"""Laws of lines drawn with characters: never outside, gaps kept, the ends at the ends."""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.ui.widgets.line_chart import day_ticks, nice
from qm_tui.ui.widgets.sparkline import BLOCKS, blocks, braille, over_time, scaled

FIRST = dt.date(2025, 1, 1)
APART = dt.timedelta(days=10)
numbers = st.floats(allow_nan=False, allow_infinity=False, width=32) | st.integers(0, 5)
values = st.lists(st.none() | numbers, min_size=1, max_size=60)


@settings(max_examples=60)
@given(values, st.integers(1, 40))
def test_no_value_is_drawn_outside_and_no_gap_is_filled(
    drawn: list[float | None], steps: int
) -> None:
    levels = scaled(drawn, steps)
    assert [level is None for level in levels] == [value is None for value in drawn]
    assert all(0 <= level < steps for level in levels if level is not None)


@settings(max_examples=40)
@given(values)
def test_a_higher_value_is_never_drawn_lower(drawn: list[float | None]) -> None:
    levels = scaled(drawn, 8)
    known = sorted(
        (value, level)
        for value, level in zip(drawn, levels, strict=True)
        if value is not None and level is not None
    )
    assert [level for _, level in known] == sorted(level for _, level in known)


@settings(max_examples=40)
@given(values)
def test_a_line_of_blocks_has_a_character_a_value(drawn: list[float | None]) -> None:
    line = blocks(drawn)
    assert len(line) == len(drawn)
    assert [character == " " for character in line] == [value is None for value in drawn]
    assert set(line) <= {*BLOCKS, " "}


@settings(max_examples=40)
@given(drawn=values, height=st.integers(1, 6), filled=st.booleans())
def test_braille_fills_its_rows_and_leaves_gaps_empty(
    drawn: list[float | None], height: int, *, filled: bool
) -> None:
    rows = braille(drawn, height, filled=filled)
    assert len(rows) == height
    assert {len(row) for row in rows} == {(len(drawn) + 1) // 2}
    for column in range(0, len(drawn), 2):
        is_empty = all(value is None for value in drawn[column : column + 2])
        assert is_empty == all(row[column // 2] == " " for row in rows)


def test_what_does_not_change_is_in_the_middle() -> None:
    assert blocks([3.0, 3.0]) == BLOCKS[3] * 2
    assert scaled([None, None], 4) == [None, None]


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 300), st.none() | st.floats(-1e9, 1e9)), max_size=30),
    st.integers(2, 80),
)
def test_what_nobody_knows_is_not_drawn(
    known: list[tuple[int, float | None]], columns: int
) -> None:
    days = dict(sorted(known, key=lambda one: one[0]))
    points = [(FIRST + dt.timedelta(days=day), value) for day, value in days.items()]
    last = FIRST + dt.timedelta(days=300)
    drawn = over_time(points, FIRST, last, columns, APART)
    assert len(drawn) == columns
    there = [value for value in days.values() if value is not None]
    for column, value in enumerate(drawn):
        day = 300 * column / (columns - 1)
        near = [abs(day - one) for one, what in days.items() if what is not None]
        if value is not None:
            assert min(there) - 1 <= value <= max(there) + 1
            assert min(near) <= max(APART.days, 300 / (columns - 1))
        else:
            assert not any(distance == 0 for distance in near)


def test_a_gap_between_two_statements_stays_a_gap() -> None:
    points = [(FIRST + dt.timedelta(days=day), 1.0) for day in (*range(10), *range(60, 101))]
    drawn = over_time(points, FIRST, FIRST + dt.timedelta(days=100), 101, APART)
    assert drawn[:10] == [1.0] * 10
    assert drawn[10:60] == [None] * 50
    assert drawn[60:] == [1.0] * 41


@settings(max_examples=60)
@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9), st.integers(2, 12))
def test_marks_beside_a_chart_are_few_and_inside(low: float, span: float, at_most: int) -> None:
    steps, step = nice(low, low + span, at_most)
    assert len(steps) <= at_most + 1
    assert all(low - step * 1e-6 <= one <= low + span + step * 1e-6 for one in steps)


@settings(max_examples=40)
@given(st.integers(1, 9000), st.integers(1, 20))
def test_days_below_a_chart_are_inside_and_in_order(span: int, at_most: int) -> None:
    last = FIRST + dt.timedelta(days=span)
    days = [day for day, _ in day_ticks(FIRST, last, at_most)]
    assert days == sorted(set(days))
    assert all(FIRST <= day <= last for day in days)
