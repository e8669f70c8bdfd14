"""What works on every screen: numbers, help, palette, amounts, themes, leaving."""

import asyncio
from dataclasses import replace
from functools import partial

import pytest
from textual.pilot import Pilot

from qm_tui.store.reader import Reader
from qm_tui.store.store import Store
from qm_tui.ui.app import MonitorApp
from qm_tui.ui.commands import MonitorCommands
from qm_tui.ui.dialogs.help import HelpDialog
from tests.ui.books import Monitor, a_book, a_context, monitor

SCREENS = {"1": "Accounts", "2": "Positions", "4": "Lots", "6": "Activity", "7": "Syncs"}


@pytest.mark.parametrize("key", SCREENS)
async def test_a_digit_shows_its_screen_with_rows(store: Store, key: str) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("2" if key == "1" else "1", key)
        assert it.trail == SCREENS[key]
        assert len(it.table.source) > 0


async def test_a_digit_leads_out_of_a_drill_down(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("enter", "enter", "1")
        assert it.trail == "Accounts"
        await it.press("2", "enter", "2")
        assert it.trail == "Positions"


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (200, 60)])
@pytest.mark.parametrize("key", SCREENS)
async def test_every_screen_fits_its_terminal(
    store: Store, key: str, size: tuple[int, int]
) -> None:
    await a_book(store)
    async with monitor(a_context(store), size) as it:
        await it.press(key)
        assert len(it.lines) == size[1]
        assert it.table.virtual_size.width <= it.table.size.width
        assert "####" not in it.text
        assert "? Help" in it.lines[-1]
        assert "data 3 h old" in it.lines[-2]


async def test_a_wide_terminal_shows_columns_that_a_narrow_one_leaves_out(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store), (80, 24)) as it:
        assert "Buying power" not in it.lines[1]
    async with monitor(a_context(store), (200, 60)) as it:
        assert "Buying power" in it.lines[1]


@pytest.mark.parametrize("key", SCREENS)
async def test_nothing_hostile_reaches_the_terminal(store: Store, key: str) -> None:
    await a_book(store)
    async with monitor(a_context(store), (200, 50)) as it:
        await it.press(key, "down")
        assert "\x1b" not in it.text
        assert "\x07" not in it.text


async def test_markup_in_a_name_is_shown_and_not_obeyed(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store), (200, 50)) as it:
        await it.press("down", "enter")
        assert "EVIL [red]x[/red] \ufffd[31mred\ufffd" in it.lines[0]
        await it.press("ctrl+p")
        await it.type("evil")
        await it.until_shown("EVIL [red]x")


async def test_help_lists_the_keys_that_work_here_and_searches(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("question_mark")
        assert isinstance(it.app.screen, HelpDialog)
        assert "Filter" in it.text
        assert "rows.filter" in it.text
        assert "qm-tui 0.1.0" in it.text
        everything = len(it.table.source)
        await it.type("amounts")
        assert len(it.table.source) == 2 < everything  # with its heading
        assert "app.amounts" in it.text
        await it.press("down", "escape")
        assert it.trail == "Accounts"


async def test_every_key_that_help_names_has_an_id(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        for key in SCREENS:
            await it.press(key)
            ours = [
                active.binding
                for active in it.app.screen.active_bindings.values()
                if type(active.node).__module__.startswith("qm_tui") and active.binding.show
            ]
            assert ours
            assert [binding.key for binding in ours if not binding.id] == []


@pytest.mark.parametrize(
    ("hint", "trail"),
    [("Open", "Positions / U1234567 / AAPL"), ("Raw row", "Positions / raw row"), ("Lots", "Lots")],
)
async def test_a_click_on_a_hint_does_what_the_key_does(
    store: Store, hint: str, trail: str
) -> None:
    await a_book(store)
    async with monitor(a_context(store), (250, 36)) as it:
        await it.press("2")
        await it.pilot.click("#hints", offset=(it.lines[-1].index(hint), 0))
        await it.settle()
        assert it.trail == trail


async def test_the_hints_are_of_the_keys_that_work_now(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store), (250, 36)) as it:
        await it.press("2")
        assert "Raw row" in it.lines[-1]
        await it.press("slash")
        assert "Keep it" in it.lines[-1]
        assert "Raw row" not in it.lines[-1]


@pytest.mark.parametrize("keys", ["2", "4", "1 enter", "1 enter enter"])
async def test_a_narrow_terminal_cuts_no_hint_that_only_this_screen_has(
    store: Store, keys: str
) -> None:
    await a_book(store)
    async with monitor(a_context(store), (80, 24)) as it:
        await it.press(*keys.split())
        assert "t Trades" in it.lines[-1]


async def test_where_there_are_no_rows_none_can_be_opened(store: Store) -> None:
    async with monitor(a_context(store), (80, 24)) as it:
        for key in SCREENS:
            await it.press(key)
            assert "Open" not in it.lines[-1]


async def test_a_key_can_be_given_to_another_hand(store: Store) -> None:
    await a_book(store)
    context = a_context(store, keys={"show.positions": "P", "table.down": "e"})
    async with monitor(context) as it:
        await it.press("e")
        assert it.table.cursor_index == 1
        await it.press("2")
        assert it.trail == "Accounts"
        await it.press("P")
        assert it.trail == "Positions"


async def test_the_palette_finds_screens_accounts_and_symbols(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        for typed, trail in (
            ("syncs", "Syncs"),
            ("main", "Syncs / Main"),
            ("msft", "Syncs / Main / MSFT"),
        ):
            await it.press("ctrl+p")
            await it.type(typed)
            await it.until(lambda: it.app.screen.query("OptionList").first().option_count)  # type: ignore[attr-defined]
            await it.press("enter")
            await it.until(partial(_is_at, it, trail))
        assert [position.symbol for position in it.page.feed.source.rows] == ["MSFT"]  # type: ignore[attr-defined]


async def test_the_palette_offers_every_action_of_the_screen(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        commands = MonitorCommands(it.app.screen)
        await commands.startup()
        titles = {hit.text async for hit in commands.discover()}
        assert {"Filter", "Sort", "Raw row", "Import", "Positions", "Main", "AAPL"} <= titles
        assert "Down" not in titles


async def test_amounts_are_hidden_everywhere_at_a_key(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        assert "123,456.79" in it.text
        await it.press("dollar_sign")
        assert "123,456.79" not in it.text
        assert "••••" in it.row("Main")
        assert "amounts hidden" in it.lines[-2]
        await it.press("enter")
        assert "16,000.00" not in it.text
        await it.press("escape", "dollar_sign")
        assert "123,456.79" in it.text


async def test_amounts_can_be_hidden_from_the_start(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store, hide_amounts=True)) as it:
        assert "123,456.79" not in it.text


@pytest.mark.parametrize("theme", ["qm-dark", "qm-light", "textual-dark", "no-such-theme", None])
async def test_a_theme_is_taken_from_the_configuration(store: Store, theme: str | None) -> None:
    async with monitor(a_context(store, theme=theme)) as it:
        known = theme if theme in it.app.available_themes else "qm-dark"
        assert it.app.theme == known


async def test_the_demo_says_that_it_is_one(store: Store) -> None:
    async with monitor(a_context(store, demo=True)) as it:
        assert "DEMO" in it.lines[-2]


async def test_a_store_that_cannot_be_opened_is_told_and_tried_again(store: Store) -> None:
    await a_book(store)
    attempts = []

    async def open_reader() -> Reader:
        attempts.append(1)
        if len(attempts) == 1:
            raise OSError("The [disk] is gone.")
        return store.reader

    async with monitor(a_context(store, open_reader=open_reader)) as it:
        await it.until(lambda: it.toasts)
        assert it.toasts == ["The [disk] is gone."]
        assert "Accounts could not be read" in it.text
        await it.press("r")
        assert "Main" in it.text


async def test_rows_stay_when_reading_them_again_fails(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await store.reader.close()
        await it.press("R")
        await it.until(lambda: it.toasts)
        assert "Main" in it.text


async def test_what_was_stored_meanwhile_is_shown_after_r(store: Store) -> None:
    async with monitor(a_context(store)) as it:
        assert "Welcome" in it.text
        await a_book(store)
        await it.press("r")
        assert "Main" in it.text
        assert "Welcome" not in it.text
        await it.press("j")
        assert it.table.cursor_index == 1


async def test_an_empty_store_says_what_to_do_next(store: Store) -> None:
    async with monitor(a_context(store), (80, 24)) as it:
        assert "Flex" in it.text
        assert "Press I" in it.text
        assert "--demo" in it.text
        assert "no data yet" in it.lines[-2]
        await it.press("2")
        assert "Press I to import" in it.text


def _is_at(it: Monitor, trail: str) -> bool:
    return it.trail == trail


def test_it_runs_and_leaves_as_a_program_does(store: Store) -> None:
    """With `App.run`, which starts tasks eagerly where Python can; `run_test` does not."""
    asyncio.run(a_book(store))
    seen: list[str] = []

    async def hand(pilot: Pilot[object]) -> None:
        while not (isinstance(pilot.app, MonitorApp) and pilot.app.session.status):
            await pilot.pause()
        seen.extend(pilot.app.session.status.connections)
        await pilot.press("2", "6", "question_mark", "escape", "q")

    closed: list[bool] = []

    async def close() -> None:
        closed.append(True)

    app = MonitorApp(replace(a_context(store), close=close))
    app.run(headless=True, auto_pilot=hand)
    assert seen == ["import"]
    assert closed == [True]
    assert app.return_code == 0
