"""Keys that work everywhere: jump, pause, help, palette, columns, views, and keys given others."""

from functools import partial
from typing import Any

import pytest

from qm_tui.domain.live import LiveChange
from qm_tui.store.store import Store
from qm_tui.ui.commands import Command, MonitorCommands, found
from qm_tui.ui.dialogs.jump import JumpDialog
from qm_tui.ui.key_ids import clashes, key_ids
from tests.ui.books import a_book, a_context, monitor
from tests.ui.test_hands_exports import desk_of

SIZES = [(80, 24), (160, 40)]


@pytest.mark.parametrize("size", SIZES)
async def test_a_letter_jumps_to_a_crumb_and_to_a_tab(store: Store, size: tuple[int, int]) -> None:
    await a_book(store)
    async with monitor(a_context(store), size) as it:
        await it.press("6", "semicolon")
        dialog = it.app.screen
        assert isinstance(dialog, JumpDialog)
        letter = next(k for k, t in dialog.targets.items() if t.action and "'c'" in t.action)
        await it.press(letter)
        await it.until(lambda: it.page.tab_key == "c")  # type: ignore[attr-defined]
        await it.press("1", "enter", "enter", "semicolon")
        dialog = it.app.screen
        assert isinstance(dialog, JumpDialog)
        letter = next(k for k, t in dialog.targets.items() if t.action == "app.climb(1)")
        await it.press(letter)
        await it.until(lambda: it.trail == "Accounts")


async def test_any_other_key_ends_jumping(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("2", "semicolon", "escape")
        assert it.trail == "Positions"
        assert not isinstance(it.app.screen, JumpDialog)


@pytest.mark.parametrize("size", SIZES)
async def test_a_pause_counts_what_waits_and_ends_with_the_newest(
    store: Store, size: tuple[int, int]
) -> None:
    async with monitor(a_context(store), size) as it:
        await it.press("p")
        assert "paused 0:00" in it.lines[-2]
        it.app._live._show_change(LiveChange(instruments=frozenset({"conid:1", "conid:2"})))
        it.app._read_again()
        it.page.show_status()
        await it.until_shown("3 updates waiting")
        await a_book(store)
        await it.press("P")
        assert "paused" not in it.lines[-2]
        await it.press("1")
        await it.until_shown("U1234567")


async def test_help_is_in_sections_and_names_what_can_be_filtered_by(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store), (100, 60)) as it:
        await it.press("2", "question_mark")
        assert "This screen" in it.text
        assert "Rows" in it.text
        await it.type("qty")
        await it.until_shown("What / filters by")
        assert "quantity" in it.text
        await it.press("home", "ctrl+k")
        await it.type("pause")
        await it.until_shown("Everywhere")
        assert "app.pause" in it.text


async def test_the_palette_offers_themes_views_and_numbers(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("2")
        commands = MonitorCommands(it.app.screen)
        await commands.startup()
        titles = {hit.text async for hit in commands.discover()}
        assert {"Theme qm-dark", "View plain", "Main", "AAPL", "Discrepancies"} <= titles
        hits = [hit.text async for hit in commands.search("U1234567")]
        assert "Main" in hits


def test_a_symbol_is_found_among_thousands() -> None:
    places = [Command(f"SYM{n}", "positions", lambda: None) for n in range(20_000)]
    best = [place.title for _, place in found(places, "sym777")]
    assert best[0] == "SYM777"
    assert best[1] == "SYM7770"
    assert len(best) == 11


@pytest.mark.parametrize("size", SIZES)
async def test_columns_are_hidden_moved_and_kept(store: Store, size: tuple[int, int]) -> None:
    await a_book(store)
    kept: dict[str, Any] = {}
    async with monitor(a_context(store, open_preferences=desk_of(kept)), size) as it:
        await it.press("2", "C")
        table = it.page.table  # type: ignore[attr-defined]
        first, second = (column.key for column in table.columns[:2])
        await it.press("J", "down", "x")
        assert table.arranged[0].key == second
        assert len(table.arranged) == len(table.columns) - 1
        await it.press("enter")
        await it.until(lambda: "views.positions" in kept)
        assert kept["views.positions"]["arrangement"]["order"][:2] == [second, first]
    async with monitor(a_context(store, open_preferences=desk_of(kept)), size) as it:
        await it.press("2")
        await it.until(lambda: it.table.arranged[0].key == second)


async def test_esc_leaves_columns_as_they_were(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("2")
        before = it.table.arranged
        await it.press("C", "x", "plus", "K", "escape")
        assert it.table.arranged == before


@pytest.mark.parametrize("size", SIZES)
async def test_a_view_is_saved_chosen_deleted_and_had_back(
    store: Store, size: tuple[int, int]
) -> None:
    await a_book(store)
    kept: dict[str, Any] = {}
    async with monitor(a_context(store, open_preferences=desk_of(kept)), size) as it:
        await it.press("2", "slash")
        await it.type("msft")
        await it.press("enter", "v")
        await it.until_shown("as the screen was made")
        await it.press("s")
        await it.until_shown("Save this view as")
        await it.type("mine")
        await it.press("enter")
        await it.until(lambda: "views.positions" in kept)
        assert kept["views.positions"]["named"]["mine"]["filter"] == "msft"
        await it.press("V")
        await it.until_shown("Views of positions")
        await it.press("enter")
        await it.until(lambda: len(it.table.source) == 4)
        await it.press("v")
        await it.until_shown("Views of positions")
        await it.press("down", "d")
        await it.until(lambda: "mine" not in (kept["views.positions"] or {}).get("named", {}))
        await it.press("u", "down", "enter")
        await it.until(lambda: len(it.table.source) == 1)


async def test_columns_begin_as_the_configuration_has_them(store: Store) -> None:
    await a_book(store)
    wanted = {"positions": ["quantity", "symbol"], "lots": {"open": ["symbol"]}}
    async with monitor(a_context(store, columns=wanted)) as it:
        assert it.toasts == []
        await it.press("2")
        assert [column.key for column in it.table.arranged] == ["quantity", "symbol"]
        await it.press("4")
        assert [column.key for column in it.table.arranged] == ["symbol"]


async def test_columns_that_there_are_not_are_complained_of(store: Store) -> None:
    wanted = {"position": [], "positions": ["sybol"], "options": "symbol"}
    async with monitor(a_context(store, columns=wanted)) as it:
        said = "\n".join(trouble.says for trouble in it.app.session.troubles)
        assert "[ui.columns] position: there is no such table" in said
        assert "[ui.columns] positions: there is no sybol" in said
        assert "[ui.columns] options: a list of columns was expected" in said


def test_every_kind_of_id_is_known() -> None:
    ids = key_ids()
    for each in ("app.pause", "rows.export", "table.mark", "lots.why", "export.write",
                 "columns.up", "views.undo", "history.back", "activity.trades"):  # fmt: skip
        assert each in ids


def test_keys_given_to_two_things_are_complained_of() -> None:
    assert list(clashes({})) == []
    assert list(clashes({"rows.export": "f8"})) == []
    said = list(clashes({"rows.export": "p"}))
    assert said
    assert "app.pause" in said[0]
    assert "rows.export" in said[0]


@pytest.mark.parametrize(
    ("binding", "shown"),
    [
        ("app.jump", "jump to a letter"),
        ("app.pause", "paused"),
        ("rows.columns", "space shows"),
        ("rows.export", "Format"),
        ("show.syncs", "Syncs"),
    ],
)
async def test_every_kind_of_key_can_be_given_another(
    store: Store, binding: str, shown: str
) -> None:
    await a_book(store)
    async with monitor(a_context(store, keys={binding: "f9"})) as it:
        await it.press("2", "f9")
        await it.until_shown(shown)


async def test_a_dialogs_key_can_be_given_another(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store, keys={"columns.leave": "f9"})) as it:
        await it.press("2", "C", "f9")
        await it.until(partial(_is_page, it))


def _is_page(it: Any) -> bool:
    return it.app.screen is it.page


@pytest.mark.parametrize("width", [80, 100, 131])
async def test_no_hint_is_cut_in_the_middle(store: Store, width: int) -> None:
    await a_book(store)
    async with monitor(a_context(store), (width, 24)) as it:
        await it.press("2")
        assert "…" not in it.lines[-1]
        assert it.lines[-1].endswith("Palette")
