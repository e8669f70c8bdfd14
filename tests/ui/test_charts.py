"""The charts page: its tabs and keys, gaps, hidden amounts, colors that it can do without."""

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.queries.charts import By, charts
from qm_tui.store.store import Store
from qm_tui.ui.format import Format
from qm_tui.ui.pulse.charts import (
    bar_of,
    draw_allocation,
    draw_gains,
    draw_value,
)
from qm_tui.ui.widgets.line_chart import Look, line_chart
from tests.ui.books import ZONE, a_book, a_context, monitor
from tests.ui.pulse_books import EURO, IRA, TODAY, a_pulse_book

LOOK = Look("$primary", "$text-muted", lambda value, _: f"{value:.0f}")
APART = dt.timedelta(days=10)


def dots(text: str) -> int:
    return sum(0x2800 < ord(character) <= 0x28FF for character in text)


async def test_every_key_shows_another_chart_or_another_way(store: Store) -> None:
    await a_pulse_book(store)
    async with monitor(a_context(store), (120, 40), first="pulse") as it:
        await it.press("c")
        assert it.trail == "Pulse / charts"
        assert "One year" in it.text
        assert "All accounts   454,650.12 USD" in it.text
        assert dots(it.text) > 100
        for key, text in {
            "m": "One month", "t": "Three months", "y": "One year", "f": "Five years",
            "e": "All there is", "left": "Five years", "h": "One year", "l": "Five years",
            "right": "All there is", "down": "312,450.12", "j": "40,000.00", "k": "312,450.12",
            "up": "454,650.12",
            "a": "By asset class", "o": "By account", "i": "By underlying", "t ": "By asset class",
            "u": "Unrealized P&L", "d": "P&L of the day", "r": "Unrealized P&L",
            "tab": "All there is", "shift+tab": "Unrealized P&L",
        }.items():  # fmt: skip
            await it.pilot.press(key.strip())
            await it.pilot.pause()
            assert text in it.text, key
        await it.press("escape")
        assert it.trail == "Pulse"


async def test_charts_are_a_key_away_from_accounts_and_positions(store: Store) -> None:
    await a_pulse_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("c")
        assert it.trail == "Accounts / charts"
        await it.press("escape", "enter", "c", "a", "o")
        assert it.trail.endswith("/ charts")
        assert it.trail.startswith("Accounts / ")
        chart = "\n".join(it.lines[1:-2])
        assert len({name for name in ("U1234567", IRA, EURO) if name in chart}) == 1


async def test_charts_fit_every_size_and_grow_with_it(store: Store) -> None:
    await a_pulse_book(store)
    async with monitor(a_context(store), (80, 24), first="pulse") as it:
        await it.press("c")
        seen = []
        for size in ((80, 24), (120, 40), (250, 70)):
            await it.pilot.resize_terminal(*size)
            for tab in "nau":
                await it.pilot.press(tab)
                await it.pilot.pause()
                panel = it.app.screen.query_one("#chart")
                edges = {
                    it.lines[y][panel.region.right - 1] for y in range(*panel.region.line_span)
                }
                assert edges <= set("┃┓┛"), (tab, size)
                assert "…" not in it.text
                if tab == "n":
                    seen.append(dots(it.text))
        assert seen == sorted(seen)


async def test_hidden_amounts_hide_the_axis(store: Store) -> None:
    await a_pulse_book(store)
    context = a_context(store, hide_amounts=True)
    async with monitor(context, (120, 40), first="pulse") as it:
        await it.press("c")
        for tab in "nau":
            await it.press(tab)
            for amount in (" k┤", "454,650", "40,693", "217,072"):
                assert amount not in it.text
        await it.press("n", "dollar_sign")
        assert " k┤" in it.text


async def test_a_book_without_a_past_says_so(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store), (80, 24), first="pulse") as it:
        await it.press("c", "a", "i", "u")
        assert "AAPL" in it.text
        assert "\x1b" not in it.text
    view = await charts(store.reader)
    form = Format(zone=ZONE)
    drawn = draw_value(view, form, TODAY + dt.timedelta(days=900), 0, "1 m", 60, 12)
    assert "nothing is known of this time" in drawn[-1].plain


async def test_an_empty_store_has_charts_that_say_so(store: Store) -> None:
    view, form = await charts(store.reader), Format(zone=ZONE)
    assert "nothing is known" in draw_value(view, form, TODAY, 0, "1 y", 60, 12)[0].plain
    assert "nothing is held" in draw_allocation(view, form, By.TYPE, 60, 12)[0].plain
    assert "nobody knows" in draw_gains(view, form, "unrealized", 60, 12)[0].plain


async def test_bars_say_all_or_sum_what_has_no_room(store: Store) -> None:
    await a_pulse_book(store)
    view, form = await charts(store.reader), Format(zone=ZONE)
    for height in (8, 40):
        for lines in (
            draw_allocation(view, form, By.UNDERLYING, 70, height),
            draw_gains(view, form, "unrealized", 70, height),
        ):
            assert len(lines) <= height
            assert {line.cell_length for line in lines[3:] if line.plain.strip()} == {70}
            assert any("others" in line.plain for line in lines) == (height < 12)
    total = draw_gains(view, form, "unrealized", 70, 40)[0].plain
    assert str(sum((value for _, value in view.unrealized), Decimal(0)).quantize(1)) in (
        total.replace(",", "")
    )


def test_no_line_is_drawn_through_a_gap() -> None:
    first = dt.date(2025, 1, 1)
    days = (*range(20), *range(80, 101))
    points = [(first + dt.timedelta(days=day), float(day)) for day in days]
    last = first + dt.timedelta(days=100)
    lines = [line.plain for line in line_chart(points, first, last, APART, LOOK, (80, 20))]
    start = lines[0].index("│") + 1
    width = 80 - start
    middle = [line[start + width // 4 : start + width * 3 // 4] for line in lines[:-2]]
    assert dots("".join(middle)) == 0
    assert dots("".join(lines)) > 10


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 400), st.none() | st.floats(-1e12, 1e12)), max_size=40),
    st.integers(20, 130), st.integers(4, 30),
)  # fmt: skip
def test_a_chart_is_exactly_as_large_as_its_room(
    known: list[tuple[int, Any]], width: int, height: int
) -> None:
    first = dt.date(2025, 1, 1)
    days = dict(sorted(known, key=lambda one: one[0]))
    points = [(first + dt.timedelta(days=day), value) for day, value in days.items()]
    last = first + dt.timedelta(days=400)
    lines = line_chart(points, first, last, APART, LOOK, (width, height))
    assert lines == [] or len(lines) <= height
    assert all(line.cell_length <= width for line in lines)
    assert not any("\x1b" in line.plain for line in lines)


@settings(max_examples=50)
@given(st.floats(0, 2), st.integers(1, 60))
def test_a_bar_is_as_long_as_its_share(share: float, width: int) -> None:
    bar = bar_of(share, width)
    assert len(bar) <= width
    assert bool(bar) == (share > 0)
    assert abs(len(bar) - min(share, 1) * width) <= 1
