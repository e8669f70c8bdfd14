"""Back and forward over the screens one has seen, each as it was."""

import asyncio
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.store.store import Store
from qm_tui.ui.history import History
from qm_tui.ui.screens.positions import PositionsScreen
from tests.ui.books import Monitor, a_book, a_context, monitor

PLACES = st.lists(st.integers(0, 5), min_size=1, max_size=20)


def ways(history: History[Any]) -> tuple[int, int]:
    """How many steps lead back, and how many forward."""
    back = next(steps for steps in count() if history.step(-1) is None)
    both = next(steps for steps in count() if history.step(1) is None)
    history.step(back - both)
    return back, both - back


@given(PLACES)
@settings(max_examples=50)
def test_going_back_and_forward_again_leads_to_the_same_place(places: list[int]) -> None:
    history: History[int] = History()
    for place in places:
        history.visit(place)
    here = history.here
    if history.step(-1) is not None:
        assert history.step(1) == here
    assert history.here == here


@given(PLACES, st.integers(-3, 3))
@settings(max_examples=50)
def test_a_step_that_leads_nowhere_changes_nothing(places: list[int], steps: int) -> None:
    history: History[int] = History(most=10)
    for place in places:
        history.visit(place)
    back, forward = ways(history)
    before = history.here
    if history.step(steps) is None:
        assert history.here == before
        assert steps < -back or steps > forward
    else:
        assert ways(history) == (back + steps, forward - steps)


@given(PLACES, st.integers(0, 3), st.integers(6, 9))
@settings(max_examples=50)
def test_a_new_place_forgets_what_was_ahead(places: list[int], back: int, new: int) -> None:
    history: History[int] = History()
    for place in places:
        history.visit(place)
    history.step(-back)
    history.visit(new)
    assert history.here == new
    assert ways(history)[1] == 0


def test_returning_to_the_place_before_is_a_step_back() -> None:
    history: History[str] = History()
    for place in ("accounts", "positions", "accounts"):
        history.visit(place, returning=True)
    assert ways(history) == (0, 1)
    assert history.step(1) == "positions"


def test_going_there_on_purpose_is_a_step_forward() -> None:
    history: History[str] = History()
    for place in ("accounts", "positions", "accounts"):
        history.visit(place)
    assert ways(history) == (2, 0)


SIZES = [(80, 24), (160, 40)]


@pytest.mark.parametrize(
    ("size", "back", "forward"),
    [(SIZES[0], "ctrl+b", "ctrl+f"), (SIZES[1], "alt+left", "alt+right")],
)
async def test_history_goes_over_screens_and_drill_downs(
    store: Store, size: tuple[int, int], back: str, forward: str
) -> None:
    await a_book(store)
    async with monitor(a_context(store), size) as it:
        await it.press("1", "2", "enter", "6")
        assert it.trail == "Activity"
        await it.press(back)
        assert it.trail == "Positions / U1234567 / AAPL"
        await it.press(back)
        assert it.trail == "Positions"
        await it.press(back)
        assert it.trail == "Accounts"
        await it.press(forward, forward, forward)
        assert it.trail == "Activity"


async def test_a_screen_that_was_left_is_made_again_with_its_cursor_and_filter(
    store: Store,
) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("1", "enter", "slash")
        await it.type("u1234567" if "Account" in it.lines[1] else "a")
        await it.press("enter", "down")
        left = it.page
        symbol = _row(it).symbol
        shown = len(it.table.source)
        await it.press("7", "1")
        assert it.trail == "Accounts"
        await it.press("ctrl+b", "ctrl+b")
        assert it.page is not left
        assert it.trail == "Accounts / Main"
        await it.until(lambda: it.table.cursor_row is not None)
        assert _row(it).symbol == symbol
        assert len(it.table.source) == shown


async def test_esc_is_a_step_back_and_forward_leads_there_again(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("2", "down", "enter", "escape", "ctrl+f")
        assert it.trail.startswith("Positions / ")
        await it.press("escape")
        assert it.trail == "Positions"
        assert it.table.cursor_index == 1


async def test_a_tab_far_down_in_a_paged_list_is_found_again(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("2", "t")
        await it.until(lambda: len(it.table.source) == 450)
        await it.press("G")
        await it.until(lambda: it.table.cursor_row is not None)
        last = _row(it).broker_trade_id
        await it.press("2", "1", "ctrl+b", "ctrl+b")
        await it.until(lambda: it.table.cursor_index == 449)
        await it.until(lambda: it.table.cursor_row is not None)
        assert _row(it).broker_trade_id == last


async def test_the_end_of_history_is_said(store: Store) -> None:
    async with monitor(a_context(store)) as it:
        await it.press("ctrl+f")
        assert it.toasts == ["There is no screen after this one."]


@pytest.mark.parametrize("size", SIZES)
async def test_a_crumb_leads_back_by_a_click(store: Store, size: tuple[int, int]) -> None:
    await a_book(store)
    async with monitor(a_context(store), size) as it:
        await it.press("1", "enter", "enter")
        assert it.trail == "Accounts / Main / AAPL"
        await it.pilot.click("#header", offset=(it.lines[0].index("Main"), 0))
        await it.settle()
        assert it.trail == "Accounts / Main"


def _row(it: Monitor) -> Any:
    return it.table.cursor_row


async def test_what_is_opened_while_screens_are_taken_away_stays(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("enter")
        await it.until_shown("AAPL")
        it.app.action_show("accounts")
        # One turn at a time: the widgets of the screen that goes are still there.
        async with asyncio.timeout(30):
            while len(it.app.screen_stack) > 1:  # noqa: ASYNC110 - nothing tells of the moment
                await asyncio.sleep(0)
        it.app.push_screen(PositionsScreen(it.app.session, ("Accounts", "New")))
        await it.settle()
        await it.until(lambda: it.trail == "Accounts / New")
