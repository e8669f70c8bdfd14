"""What was kept in another year, by another release or by hand: none of it is sure."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from qm_tui.cli.preference_desk import PreferenceDesk
from qm_tui.domain.booking.words import LotMethod, View
from qm_tui.store.store import Store
from qm_tui.store.troubles import StoreRefused
from qm_tui.ui.context import Context
from qm_tui.ui.screens.lots_pages.choice import Choice
from tests.ui.books import a_book, a_context, monitor
from tests.ui.desk_books import a_desk

GONE = {
    "order": ["gone", "symbol"],
    "hidden": ["nowhere"],
    "widths": {"gone": 9},
    "orders": [["symbol", True], ["gone", True]],
    "filter": "gone>3",
    "extra": {"group": ["x"], "side": ["long"], "weight": {}, "closed": "yes", "method": []},
}
SCREENS = ("positions", "options", "accounts", "activity.all", "lots.open-lots", "syncs")


def keeping(store: Store) -> Context:
    """A context whose preferences are in the store."""

    async def open_preferences() -> PreferenceDesk:
        return PreferenceDesk(store)

    return a_context(store, open_preferences=open_preferences)


@pytest.mark.parametrize(
    "text",
    [
        "[1, 2]",
        "3",
        "{no json",
        '{"views.positions": [1], "views.accounts": {"named": {"a": 3}, "chosen": [1]},'
        ' "export": 7, "group.positions": {"a": 1}}',
    ],
)
async def test_preferences_of_any_shape_stop_nobody(
    store: Store, store_path: Path, text: str
) -> None:
    await a_desk(store)
    with sqlite3.connect(store_path) as connection:
        connection.execute("UPDATE users SET preferences = ?", (text,))
    connection.close()
    async with monitor(keeping(store)) as it:
        await it.press("2", "v")
        await it.until_shown("Views of positions")
        await it.press("escape", "e")
        await it.until_shown("Format")
        assert it.toasts == []


async def test_views_that_name_what_is_gone_show_the_rest(store: Store) -> None:
    await a_book(store)
    desk = PreferenceDesk(store)
    for name in SCREENS:
        kept = {"named": {"old": GONE}, "chosen": "old", "arrangement": None}
        await desk.keep(f"views.{name}", kept)
    async with monitor(keeping(store)) as it:
        for key in "1234567":
            await it.press(key)
            assert "gone" not in dict(it.table.orders)
        await it.press("2")
        assert it.table.orders == (("symbol", True),)
        assert len(it.table.source) == 4
        assert it.toasts == []


async def test_a_view_with_what_was_closed_today_shows_it_from_the_start(store: Store) -> None:
    await a_desk(store)
    view = {"extra": {"closed": True}}
    await PreferenceDesk(store).keep("views.positions", {"named": {"all": view}, "chosen": "all"})
    async with monitor(keeping(store)) as it:
        await it.press("2")
        await it.until_shown("closed today, realized")


@pytest.mark.parametrize(
    ("kept", "choice"),
    [
        (
            Choice(derived=False, view=View.BROKER).as_json(),
            Choice(derived=False, view=View.BROKER),
        ),
        (Choice(method=LotMethod.HIFO).as_json(), Choice(method=LotMethod.HIFO)),
        ({"derived": "no", "view": ["broker"], "method": "best"}, Choice()),
        ({}, Choice()),
    ],
)
def test_whose_lots_are_shown_is_kept(kept: dict[str, Any], choice: Choice) -> None:
    assert Choice().restored(kept) == choice


async def refused() -> PreferenceDesk:
    raise StoreRefused("portfolio.db: the file or its folder may not be written.")


class ReadOnly(PreferenceDesk):
    """The preferences of a store that can be read and not written."""

    @override
    async def keep(self, name: str, value: Any) -> None:
        raise StoreRefused("portfolio.db: the file or its folder may not be written.")


@pytest.mark.parametrize(
    ("keys", "shown"),
    [((">",), "positions"), (("C", "space", "enter"), "positions"), (("w", "a"), "by account")],
)
async def test_whatever_cannot_be_had_of_what_was_kept_one_arranges_as_one_likes(
    store: Store, keys: tuple[str, ...], shown: str
) -> None:
    await a_desk(store)
    async with monitor(a_context(store, open_preferences=refused)) as it:
        await it.press("2", *keys)
        await it.until(lambda: any("is not kept" in toast for toast in it.toasts))
        await it.until_shown(shown)


async def test_whatever_cannot_be_had_of_what_was_kept_all_screens_and_actions_are_there(
    store: Store,
) -> None:
    await a_desk(store)
    async with monitor(a_context(store, open_preferences=refused)) as it:
        await it.press("5")
        await it.until(lambda: it.page.loaded is not None)
        await it.press("v")
        await it.until_shown("Views of discrepancies")
        await it.press("escape", "ctrl+p")
        await it.type("sync every")
        await it.until_shown("Sync everything")


async def test_what_cannot_be_stored_holds_until_one_leaves_and_that_is_said(store: Store) -> None:
    await a_desk(store)

    async def open_preferences() -> PreferenceDesk:
        return ReadOnly(store)

    async with monitor(a_context(store, open_preferences=open_preferences)) as it:
        await it.press("2", "C", "s")
        await it.until_shown("Save this view as")
        await it.press("m", "i", "n", "e", "enter")
        await it.until(lambda: any("may not be written" in toast for toast in it.toasts))
        await it.press("v")
        await it.until_shown("● mine")


async def test_no_key_waits_for_a_store_that_another_program_holds_locked(
    store: Store, store_path: Path
) -> None:
    await a_desk(store)
    other = sqlite3.connect(store_path, isolation_level=None)
    async with monitor(keeping(store)) as it:
        await it.press("2", "v")
        await it.until_shown("Views of positions")
        await it.press("escape")
        other.execute("BEGIN IMMEDIATE")
        await it.press(">", "3")
        await it.until_shown("Options")
        assert not it.toasts
        other.execute("ROLLBACK")
        other.close()
        await it.until(lambda: not it.app.session.kept._writing)
    assert "views.positions" in await PreferenceDesk(store).all()
