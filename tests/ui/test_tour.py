"""The tour goes to real screens, speaks at their foot, and leaves everything else alone."""

from typing import Any

import pytest
from textual.widgets import Static

from qm_tui.store.store import Store
from qm_tui.ui.dialogs import tour_stops
from qm_tui.ui.dialogs.tour import TourPanel
from qm_tui.ui.dialogs.tour_stops import STOPS
from tests.ui.books import Monitor, a_book, a_context, monitor


@pytest.fixture(autouse=True)
def what_is_not_there_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """In these books nothing is told twice, which some stops would point at."""
    monkeypatch.setattr(tour_stops, "_PATIENCE", 0.1)


async def until_at(it: Monitor, number: int) -> None:
    """Wait until the tour has stopped somewhere."""
    await it.until(lambda: it.app.tour and it.app.tour.number == number and panels(it))
    await it.until(lambda: isinstance(it.app.focused, TourPanel))
    await it.until_shown(STOPS[number].title)


def panels(it: Monitor) -> list[Any]:
    return list(it.page.query(TourPanel))


def stop_of(it: Monitor) -> int | None:
    assert it.app.tour is not None
    return it.app.tour.number


async def test_the_demo_offers_its_tour_and_f1_begins_it(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store, demo=True)) as it:
        assert any("F1 shows" in one.message for one in it.app._notifications)
        await it.press("f1")
        await until_at(it, 0)
        assert f"1/{len(STOPS)}" in it.text


async def test_the_tour_goes_through_all_stops_and_ends(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store, demo=True)) as it:
        await it.press("f1")
        for number in range(len(STOPS)):
            await until_at(it, number)
            assert len(it.app.screen_stack[-1].query(TourPanel)) == 1
            await it.pilot.press("enter")
        await it.until(lambda: it.app.tour and it.app.tour.number is None)
        assert not panels(it)
        assert not it.app.session.format.hidden


async def test_one_can_go_back_a_stop_and_end_the_tour(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store, demo=True)) as it:
        await it.press("f1")
        await until_at(it, 0)
        await it.pilot.press("enter")
        await until_at(it, 1)
        await it.pilot.press("backspace")
        await until_at(it, 0)
        await it.pilot.press("escape")
        await it.until(lambda: it.app.tour and it.app.tour.number is None and not panels(it))
        assert it.app.focused is not None


async def test_keys_that_are_not_the_tours_do_what_they_always_do(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store, demo=True)) as it:
        await it.press("f1")
        await until_at(it, 0)
        await it.press("2")
        assert it.app.current_mode == "positions"
        assert not panels(it)
        await it.press("f1")
        await until_at(it, 0)


async def test_outside_the_demo_f1_is_help(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("f1")
        assert it.app.tour is None
        assert it.app.screen.query(Static)
        assert type(it.app.screen).__name__ == "HelpDialog"


async def test_a_hasty_enter_between_two_stops_opens_nothing(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store, demo=True)) as it:
        await it.press("f1")
        await until_at(it, 0)
        before: int | None = 0
        while before is not None:
            await it.pilot.press("enter", "enter")
            await it.until(lambda: it.app.tour and not it.app.tour.is_under_way)
            await it.until(lambda: len(panels(it)) == (stop_of(it) is not None))
            here = stop_of(it)
            assert here is None or here > before
            before = here
        assert it.app.current_mode == "pulse"
        assert len(it.app.screen_stack) == 1
