"""Keys that come faster than the screens: each is for what the one before has led to."""

import pytest
from textual.events import Key
from textual.widgets import Input

from qm_tui.store.store import Store
from tests.ui.books import Monitor, a_book, a_context, monitor


def at_once(it: Monitor, keys: str) -> None:
    """Have the terminal hand over keys in one piece."""
    for character in keys:
        named = {"/": "slash", "\r": "enter"}.get(character, character)
        it.app.post_message(Key(named, character))


async def test_what_follows_a_slash_stands_in_the_filter_and_does_nothing_else(
    store: Store,
) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("2")
        await it.until_shown("positions")
        at_once(it, "/qtyq>0")
        await it.until_shown("qtyq>0")
        assert it.app.is_running
        assert len(it.app.screen_stack) == 1


@pytest.mark.parametrize("digits", ["2", "12", "7632"])
async def test_a_slash_after_a_digit_is_for_the_screen_of_that_digit(
    store: Store, digits: str
) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        at_once(it, f"{digits}/qqq")
        await it.until_shown("qqq")
        assert it.app.current_mode == "positions"


async def test_no_key_is_lost(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("2")
        await it.until_shown("positions")
        at_once(it, "/" + "abcdefghij" * 20)
        await it.until(lambda: [len(line.value) for line in it.app.screen.query(Input)] == [200])
        assert it.app.screen.query_one(Input).value == "abcdefghij" * 20
