"""The palette among names that would be markup, and where the store cannot be read."""

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from textual.content import Content

from qm_tui.cli.preference_desk import PreferenceDesk
from qm_tui.store.store import Store
from qm_tui.store.troubles import StoreRefused
from qm_tui.ui.commands import escaped
from tests.ui.books import a_context, monitor
from tests.ui.desk_books import a_desk

MARKUP = "[/] [bold]loud[/bold] [@click=app.quit]x"


async def test_a_store_that_cannot_be_read_takes_no_actions_away(store: Store) -> None:
    async def refused() -> NoReturn:
        raise StoreRefused("portfolio.db was made by a newer version.")

    async with monitor(replace(a_context(store), open_reader=refused)) as it:
        await it.press("ctrl+p")
        await it.type("errors")
        await it.until_shown("key E")


@pytest.mark.parametrize("text", [MARKUP, "[", "\\[b]", "\\\\[/]", "[red", "]", "[[/]", "\\"])
def test_markup_is_shown_as_it_was_written(text: str) -> None:
    assert Content.from_markup(escaped(text)).plain == text


async def test_names_that_would_be_markup_are_found_and_do_no_harm(
    store: Store, store_path: Path
) -> None:
    await a_desk(store)
    with sqlite3.connect(store_path) as connection:
        connection.execute("UPDATE instruments SET description = ?", (MARKUP,))
        connection.execute("UPDATE instruments SET symbol = '[/x]' WHERE symbol = 'SIE'")
        connection.execute("UPDATE accounts SET nickname = '[/]'")
    connection.close()
    desk = PreferenceDesk(store)
    await desk.keep("views.positions", {"named": {"[/]": {}, "[red]x": {}}})

    async def open_preferences() -> PreferenceDesk:
        return desk

    async with monitor(a_context(store, open_preferences=open_preferences)) as it:
        await it.press("2", "ctrl+p")
        await it.until_shown("Search for commands")
        await it.type("view [")
        await it.until_shown("View [/]")
        await it.until_shown("View [red]x")
        await it.press("escape", "ctrl+p")
        await it.type("loud")
        await it.until_shown(MARKUP)
        await it.until_shown("[/x]")
