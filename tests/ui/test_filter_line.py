"""The line in which rows are filtered: what it shows, offers and remembers."""

from typing import Any

from qm_tui.store.store import Store
from qm_tui.ui.widgets.filter_bar import FilterBar
from tests.ui.books import HOSTILE, TRADES, Monitor, a_book, a_context, monitor
from tests.ui.desk_books import IRA, a_desk


def _rows(it: Monitor) -> list[Any]:
    source = it.table.source
    return [row for row in (source.row(at) for at in range(len(source))) if row is not None]


def _symbols(it: Monitor) -> list[str]:
    return [row.symbol for row in _rows(it)]


def _bar(it: Monitor) -> FilterBar:
    return it.app.screen.query_one(FilterBar)


async def _typed(it: Monitor, text: str) -> None:
    """Empty the line and type something else."""
    _bar(it).input.value = ""
    await it.type(text)


async def test_conditions_filter_while_one_types(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store), (80, 24)) as it:
        await it.press("2", "slash")
        await it.type("is:short pnl<0")
        await it.until_shown("1 of 4 positions")
        assert _symbols(it) == ["MSFT"]
        await _typed(it, "!is:short")
        await it.until_shown("3 of 4 positions")


async def test_what_is_wrong_is_said_and_the_rows_stay(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store), (80, 24)) as it:
        await it.press("2", "slash")
        await it.type("qty<0")
        await it.until_shown("1 of 4 positions")
        await it.type(" foo<3")
        await it.until_shown("there is no field “foo” here")
        assert _symbols(it) == ["MSFT"]
        await it.press("enter")
        assert _bar(it).input.has_focus
        await it.press("escape")
        assert len(_symbols(it)) == 4
        assert not it.app.screen.query(FilterBar)


async def test_what_has_only_been_begun_changes_nothing(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store), (80, 24)) as it:
        await it.press("2", "slash")
        await it.type("qty<0 ")
        await it.until_shown("1 of 4 positions")
        await it.type("account")
        await it.until_shown(": contains")
        await it.type(":")
        await it.until_shown("U7654321")
        await it.until(lambda: _bar(it)._applied.endswith("account:"))
        assert "1 of 4 positions" in it.lines[0]
        assert "✗" not in it.text


async def test_tab_takes_what_is_offered(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store), (80, 24)) as it:
        await it.press("2", "slash")
        await it.type("sym")
        await it.until_shown("⇥ symbol:")
        await it.press("tab")
        await it.type("ms")
        await it.until_shown("⇥ MSFT")
        await it.press("tab")
        assert _bar(it).input.value == "symbol:MSFT "
        await it.until_shown("1 of 4 positions")
        await it.press("enter")
        assert "/ symbol:MSFT" in it.text
        assert it.table.has_focus


async def test_up_and_down_walk_through_former_filters_of_all_screens(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store), (80, 24)) as it:
        await it.press("2", "slash")
        await it.type("qty<0")
        await it.press("enter", "escape", "6", "t", "slash")
        await it.type("price>5")
        await it.press("enter", "escape", "slash")
        await it.type("x")
        await it.press("up")
        assert _bar(it).input.value == "price>5"
        await it.press("up", "up")
        assert _bar(it).input.value == "qty<0"
        await it.press("down", "down")
        assert _bar(it).input.value == "x"


async def test_an_account_is_found_by_its_nickname_once_that_is_known(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store), (80, 24)) as it:
        await it.press("2", "slash")
        await it.type("account:main")
        await it.until_shown("3 of 4 positions")


async def test_an_account_is_found_by_how_it_is_taxed(store: Store) -> None:
    await a_desk(store)
    async with monitor(a_context(store)) as it:
        await it.press("2", "slash")
        await it.type("account:ira")
        await it.until_shown("1 of ")
        assert {row.account for row in _rows(it)} == {IRA}


async def test_a_long_list_knows_how_accounts_are_taxed(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store), (80, 24)) as it:
        await it.press("6", "t", "slash")
        await it.type("account:taxable symbol:msft")
        await it.until(lambda: 0 < len(it.table.source) < TRADES)
        await _typed(it, "account:roth")
        await it.until_shown(f"0 of {TRADES + 3} trades")


async def test_the_filter_is_there_when_one_comes_back_and_reads_again(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store), (80, 24)) as it:
        await it.press("2", "slash")
        await it.type("qty<0")
        await it.press("enter", "1", "2", "r")
        assert _symbols(it) == ["MSFT"]
        assert "/ qty<0" in it.text
        await it.press("slash")
        assert _bar(it).input.value == "qty<0"


async def test_a_long_list_is_narrowed_by_the_store(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store), (80, 24)) as it:
        await it.press("6", "t", "slash")
        await it.type("qty>3 date<2022-02 symbol:aapl -msft account:main")
        await it.until_shown(f"28 of {TRADES + 3} trades")
        await _typed(it, "stale:yes")
        await it.until_shown("there is no field “stale” here")


async def test_only_marked_rows_can_be_shown(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store), (80, 24)) as it:
        await it.press("2", "space", "slash")
        await it.type("is:marked")
        await it.until_shown("1 of 4 positions")
        assert _symbols(it) == ["AAPL"]


async def test_hostile_names_are_offered_without_harm(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store), (80, 24)) as it:
        await it.press("1", "slash")
        await it.type("nick")
        await it.press("tab")
        await it.type("ev")
        await it.until_shown("⇥ ")
        assert "\x1b[31m" not in it.text
        await it.press("tab")
        await it.until_shown("1 of 2 accounts")
        assert HOSTILE.split()[0] in _bar(it).input.value
