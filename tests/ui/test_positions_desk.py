"""Positions and options at the desk: grouped, weighed, narrowed, of former days, closed today."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.queries.grouping import WeightOf
from qm_tui.queries.positions import positions
from qm_tui.store.store import Store
from qm_tui.ui.format import Format
from qm_tui.ui.heading_sums import position_heading, summed
from qm_tui.ui.screens.positions import PositionsScreen
from qm_tui.ui.sums import as_stored, position_sums
from qm_tui.ui.widgets.grouped_source import GroupedSource
from tests.book.reconciled import reconciled
from tests.builders import a_position
from tests.conftest import NOW
from tests.ui.books import ZONE, Monitor, a_book, a_context, monitor
from tests.ui.desk_books import MAIN, YESTERDAY, a_desk
from tests.ui.scripted_syncs import ScriptedSyncs

LARGE = (200, 40)


def titles(it: Monitor) -> list[str]:
    """The headings, in their order."""
    source = it.table.source
    assert isinstance(source, GroupedSource)
    found = [source.heading(index) for index in range(len(source))]
    return [heading.title for heading in found if heading is not None]


# --- groups ------------------------------------------------------------------------------------


GROUPS = {
    "a": ["5WX00001", "U1234567 Main", "U7654321 Old age"],
    "u": ["AAPL", "MSFT", "SIE"],
    "t": ["Stocks", "Options"],
    "b": ["Interactive Brokers", "Tastytrade"],
    "k": ["Fun", "IRA", "Taxable"],
    "c": ["EUR", "USD"],
}


async def test_w_and_a_letter_group_positions(store: Store) -> None:
    await a_desk(store)
    context = a_context(store, categories={"5WX00001": "Fun"})
    async with monitor(context, LARGE) as it:
        await it.press("2")
        for letter, expected in GROUPS.items():
            await it.press("w", letter)
            assert titles(it) == expected
        assert " · by currency" in it.lines[0]
        await it.press("w", "n")
        assert " · by " not in it.lines[0]


async def test_the_way_of_grouping_is_found_again_on_another_screen(store: Store) -> None:
    await a_desk(store)
    async with monitor(a_context(store), LARGE) as it:
        await it.press("2", "w", "t", "1", "2")
        assert titles(it) == ["Stocks", "Options"]


async def test_a_heading_says_sums_of_its_rows_and_folds(store: Store) -> None:
    await a_desk(store)
    async with monitor(a_context(store), LARGE) as it:
        await it.press("2", "w", "c")
        heading = it.row("▾ EUR")
        assert "1,600.00" in heading
        assert "1.9 %" in heading
        await it.press("g", "enter")
        assert "SIE" not in it.text
        assert "▸" in it.row("EUR (1)")


async def test_a_heading_over_several_currencies_is_in_the_base_currency(store: Store) -> None:
    await a_desk(store)
    async with monitor(a_context(store), LARGE) as it:
        await it.press("2", "w", "a")
        # 20,000 + 1,600 EUR - 600 + 900
        assert "22,220.00" in it.row("U1234567 Main")


async def test_headings_follow_what_is_pushed(store: Store) -> None:
    await a_desk(store)
    syncs = ScriptedSyncs()
    async with monitor(a_context(store, open_syncs=syncs.open), LARGE) as it:
        await it.press("2", "w", "c")
        await it.until(lambda: syncs.subscribed)
        later = NOW.replace(minute=31)
        syncs.push(a_position(account=MAIN, market_price="210", as_of=later))
        await it.until(lambda: "31,220.00" in it.row("▾ USD"))


money = st.none() | st.decimals(-10_000, 10_000, places=2)


@given(values=st.lists(money, max_size=8))
@settings(max_examples=40, deadline=None)
def test_a_sum_is_that_of_what_is_known_and_says_when_that_is_not_all(
    values: list[Decimal | None],
) -> None:
    form = Format(zone=ZONE)
    told = summed(values, form.money)
    known = [value for value in values if value is not None]
    assert told.value == (sum(known, Decimal(0)) if known else None)
    assert told.cell.text.startswith("?") == (bool(known) and len(known) < len(values))


async def test_headings_of_currencies_sum_to_what_the_foot_says(store: Store) -> None:
    await a_desk(store)
    held = await positions(store.reader)
    for each in position_sums(map(as_stored, held)):
        rows = [view for view in held if view.currency == each.currency]
        told = position_heading(rows, Format(zone=ZONE), None, WeightOf.ALL)
        assert told["market_value"].value == each.market_value.value
        assert told["unrealized_pnl"].value == each.unrealized_pnl.value


# --- weights, sides, totals --------------------------------------------------------------------


async def test_percent_changes_what_is_the_whole(store: Store) -> None:
    await a_desk(store)
    async with monitor(a_context(store), LARGE) as it:
        await it.press("2")
        assert "20.0 %" in it.row("20,000.00")
        await it.press("percent_sign")
        assert "40.0 %" in it.row("20,000.00")


async def test_totals_are_told_by_currency_and_in_all_and_name_what_they_lack(
    store: Store,
) -> None:
    await a_desk(store)
    async with monitor(a_context(store), LARGE) as it:
        await it.press("2")
        assert "1,600.00" in it.row("Σ EUR")
        foot = it.row("Σ all in USD")
        assert "32,140.00" in foot
        assert "(covers 98 % of value)" in foot
        assert " 32.1 %" in foot


async def test_capital_l_shows_long_then_short_then_all(store: Store) -> None:
    await a_desk(store)
    async with monitor(a_context(store), LARGE) as it:
        await it.press("2", "L")
        assert "5 positions · long only" in it.text
        await it.press("L")
        assert "2 positions · short only" in it.text
        await it.press("L")
        assert "7 positions" in it.text


async def test_capital_t_shows_what_was_closed_today_and_what_it_brought(store: Store) -> None:
    await a_desk(store)
    async with monitor(a_context(store), LARGE) as it:
        await it.press("2")
        assert "KO" not in it.text
        await it.press("T")
        assert "closed" in it.row("KO")
        assert "+77.00" in it.row("KO")
        assert "2 positions closed today, realized +70.00" in it.text
        await it.press("T")
        assert "KO" not in it.text


async def test_what_is_pushed_as_closed_is_closed_today(store: Store) -> None:
    await a_desk(store)
    syncs = ScriptedSyncs()
    async with monitor(a_context(store, open_syncs=syncs.open), LARGE) as it:
        await it.press("2")
        await it.until(lambda: syncs.subscribed)
        later = NOW.replace(minute=31)
        syncs.push(a_position(account=MAIN, quantity=0, realized_pnl="123", as_of=later))
        await it.press("T")
        closed = next(line for line in it.lines if "AAPL" in line and "closed" in line)
        assert "+123.00" in closed


# --- what does not add up, former days ---------------------------------------------------------


async def test_only_what_does_not_add_up_is_shown_after_an_exclamation_mark(store: Store) -> None:
    await a_book(store)
    await reconciled(store)
    async with monitor(a_context(store), LARGE) as it:
        await it.press("2")
        assert "!" in it.row("AAPL")
        await it.press("exclamation_mark")
        assert "broken only" in it.lines[0]
        assert "VT " not in it.text or "!" in it.row("VT ")
        await it.press("exclamation_mark")
        assert "4 positions" in it.text


async def test_brackets_step_through_days_and_escape_returns_to_now(store: Store) -> None:
    await a_desk(store)
    async with monitor(a_context(store), LARGE) as it:
        await it.press("2", "left_square_bracket")
        assert f"as of {YESTERDAY.date()}" in it.lines[0]
        assert "2 positions" in it.lines[0]
        await it.press("left_square_bracket")
        assert it.toasts == ["Nothing earlier is stored."]
        await it.press("escape")
        assert "7 positions" in it.lines[0]
        await it.press("left_square_bracket", "right_square_bracket")
        assert "as of" not in it.lines[0]


async def test_each_bracket_is_a_step_however_quickly_they_come(store: Store) -> None:
    await a_desk(store)
    async with monitor(a_context(store), LARGE) as it:
        await it.press("2")
        page = it.page
        assert isinstance(page, PositionsScreen)
        page.action_earlier()
        page.action_earlier()
        await it.until(lambda: it.toasts == ["Nothing earlier is stored."])
        await it.until_shown(f"as of {YESTERDAY.date()}")


async def test_accounts_of_a_former_day_lead_to_the_positions_of_that_day(store: Store) -> None:
    await a_desk(store)
    async with monitor(a_context(store), LARGE) as it:
        await it.press("1", "left_square_bracket", "g", "down", "enter")
        assert f"as of {YESTERDAY.date()}" in it.lines[0]
        assert "2 positions" in it.lines[0]


async def test_a_view_that_is_kept_holds_the_groups_and_the_side(store: Store) -> None:
    await a_desk(store)
    async with monitor(a_context(store), LARGE) as it:
        await it.press("2", "w", "c", "L")
        page = it.page
        state = page.view_state()  # type: ignore[attr-defined]
        await it.press("w", "n", "L", "L")
        page.restore_view_state(state)  # type: ignore[attr-defined]
        await it.settle()
        assert "long only · by currency" in it.lines[0]


# --- options -----------------------------------------------------------------------------------


async def test_options_show_what_expires_first_with_a_sign_and_whether_it_is_in_the_money(
    store: Store,
) -> None:
    await a_desk(store)
    async with monitor(a_context(store), LARGE) as it:
        await it.press("3")
        rows = [line for line in it.lines if "2026-" in line]
        assert [row.split()[2 if row[0] == "▸" else 1] for row in rows] != []
        assert "! 4" in rows[0]
        assert "ITM" in rows[0]
        assert "!" not in rows[1]


async def test_options_are_grouped_with_their_greeks_summed(store: Store) -> None:
    await a_desk(store)
    async with monitor(a_context(store), (250, 40)) as it:
        await it.press("3")
        for letter, first in {"e": "2026-03-06", "a": "5WX00001", "u": "AAPL"}.items():
            await it.press("w", letter)
            assert titles(it)[0] == first
        # 2 short puts of -0.2 and a call of 0.8
        assert "120.00" in it.row("▾ AAPL")


async def test_the_foot_of_options_says_for_how_many_greeks_are_unknown(store: Store) -> None:
    await a_desk(store)
    async with monitor(a_context(store), LARGE) as it:
        await it.press("3")
        assert "(1 without Greeks)" in it.text


@pytest.mark.parametrize("width", [80, 120, 250])
async def test_nothing_is_cut_at_any_width(store: Store, width: int) -> None:
    await a_desk(store)
    async with monitor(a_context(store), (width, 24)) as it:
        for key in ("1", "2", "3"):
            await it.press(key)
            assert "###" not in it.text
            assert all(len(line) <= width for line in it.lines)
