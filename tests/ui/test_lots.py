"""The lots screen: lots, gains, years, adjustments and findings, and what leads out of them."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from qm_tui.brokers.registry import recognize
from qm_tui.queries import hypothetical
from qm_tui.store.runs import Source
from qm_tui.store.store import Store, open_store
from qm_tui.sync.deriving import Deriver
from qm_tui.sync.service import Importer
from qm_tui.ui.screens.lots import LotsScreen
from tests.builders import a_batch, a_document
from tests.conftest import NOW
from tests.ui.books import ZONE, Monitor, a_book, a_context, monitor
from tests.ui.lot_books import MARKUP, a_book_to_derive, a_derived_book, derive, trade

WIDE = (200, 60)
NARROW = (80, 24)
SIZES = [NARROW, WIDE]
PAGES = {"p": "Open", "c": "Closed", "n": "Net by year", "a": "Adjustments", "f": "Findings"}


def _screen(it: Monitor) -> LotsScreen:
    page = it.page
    assert isinstance(page, LotsScreen)
    return page


def _rows(it: Monitor) -> list[Any]:
    source = it.page.table.source  # type: ignore[attr-defined]
    return [source.row(index) for index in range(len(source))]


async def test_a_dialog_that_is_left_twice_takes_no_page_with_it(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("4")
        for key in ("m", "s", "x", "question_mark"):
            await it.press(key)
            dialog = it.app.screen
            assert dialog is not it.page
            dialog.dismiss()
            dialog.dismiss()
            await it.press("g")
            assert it.app.screen is it.page
        await it.press("enter")
        trades = it.page
        trades.dismiss()
        trades.dismiss()
        await it.until_shown("open lots")
        assert it.trail == "Lots"


# --- the pages -----------------------------------------------------------------------------------


async def test_open_lots_are_derived_and_say_how_long_they_are_held(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store), WIDE) as it:
        await it.press("4")
        assert "derived  ·  taxpayer's view  ·  accounts' own methods" in it.lines[2]
        assert it.lines[2].endswith("lots follow all facts")
        assert " long " in it.row("2024-01-10")
        assert " in 19 d " in it.row("2025-03-20")
        assert "+3,000.00" in it.row("2024-01-10")
        assert "-4,000.00" in it.row("2025-03-20")


async def test_an_unknown_basis_says_so_and_is_named_below(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store), WIDE) as it:
        await it.press("4")
        assert "unknown" in it.row("VT")
        assert "(1 unknown)" in it.row("Σ USD")


async def test_what_a_wash_sale_added_stands_with_the_lot(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store), WIDE) as it:
        await it.press("4")
        assert "500.00" in it.row("MSFT")
        assert "4,050.00" in it.row("MSFT")
        await it.press("v")
        assert "economic view" in it.lines[2]
        assert "3,550.00" in it.row("MSFT")
        await it.press("v")
        assert "broker's view" in it.lines[2]
        await it.press("v")
        assert "taxpayer's view" in it.lines[2]


async def test_losses_are_marked_as_washed_or_provisional(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store), NARROW) as it:
        await it.press("4", "c")
        assert it.row("MSFT").split()[-1] == "wash"
        assert it.row("NVDA").split()[-1] == "prov."
        assert "-500.00" in it.row("MSFT")
        assert "—" in it.row("TSLA")
        assert "(1 unknown)" in it.text


async def test_years_are_summed_by_how_accounts_are_taxed(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store), WIDE) as it:
        await it.press("4", "n")
        assert "3 years" in it.lines[0]
        assert "+2,500.00" in it.row("2025 taxable")
        assert "+300.00" in it.row("2024 ira")
        assert it.row("2026 taxable").partition("│")[0].split()[-1] == "1"
        assert "-100.00" in it.row("Σ taxable")


async def test_enter_on_a_year_shows_its_gains_and_escape_the_year_again(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("4", "n", "down", "enter")
        await it.until_shown("1 realized gain of 2025 ")
        assert "Closed" in it.underlined
        assert [row.symbol for row in _rows(it)] == ["AAPL"]
        assert "+2,500.00" in it.row("Σ taxable")
        await it.press("escape")
        await it.until_shown("3 years")
        assert "Net by year" in it.underlined
        year = _screen(it).table.cursor_row
        assert year is not None
        assert year.year == 2025
        await it.press("c")
        await it.until_shown("5 realized gains ")
        assert it.trail == "Lots"


async def test_enter_meant_for_the_former_page_leads_nowhere(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("4", "c")
        await it.until_shown("5 realized gains ")
        former = _screen(it).table
        await it.press("n")
        await it.until_shown("3 years")
        former.action_choose()
        former.sort_by("gain")
        former.action_back()
        await it.press("down")
        assert it.trail == "Lots"
        assert "Net by year" in it.underlined


async def test_a_year_is_kept_under_a_filter_and_under_another_method(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("4", "n", "enter", "slash")
        await it.type("msft")
        await it.until_shown("1 of ")
        await it.press("enter", "m", "h")
        await it.until_shown("1 of ")
        assert [row.symbol for row in _rows(it)] == ["MSFT"]


async def test_an_adjustment_says_what_became_of_the_loss(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("4", "a")
        assert "500.00" in it.row("MSFT")
        assert "The loss is of 2026-02-20 in " in it.text
        await it.press("v")
        assert "No loss was disallowed in this view." in it.text


async def test_a_finding_is_told_in_words_and_leads_to_its_source(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store), NARROW) as it:
        await it.press("4", "f")
        row = next(n for n, row in enumerate(_rows(it)) if row.symbol == "TSLA")
        await it.press(*["down"] * row)
        assert "2026-01-15" in it.row("TSLA")
        assert "ore was closed than is known" in it.text
        await it.press("enter")
        await it.until_shown("row 9 of 12")
        assert it.trail == "Lots / raw row"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("key", PAGES)
async def test_every_page_fits_its_terminal(store: Store, key: str, size: tuple[int, int]) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store), size) as it:
        await it.press("4", "c", key)
        table = _screen(it).table
        assert PAGES[key] in it.underlined
        assert len(table.source) > 0
        assert table.virtual_size.width <= table.size.width
        assert "####" not in it.text
        assert "lots follow all facts" in it.lines[2]
        assert "? Help" in it.lines[-1]


async def test_tab_goes_from_page_to_page(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("4")
        for name in ["Closed", "Net by year", "Adjustments", "Findings", "Open"]:
            await it.press("tab")
            assert name in it.underlined
        await it.press("shift+tab")
        assert "Findings" in it.underlined


async def test_markup_in_a_symbol_is_shown_and_not_obeyed(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("4", "slash")
        await it.type("[red")
        await it.until_shown("1 of ")
        await it.press("enter")
        assert MARKUP in it.text
        await it.press("x")
        assert f"What if: sell {MARKUP}" in it.text
        await it.press("escape", "w")
        assert it.trail == f"Lots / U1234567 / {MARKUP} / why"
        assert MARKUP in it.lines[0]


# --- sources, methods ----------------------------------------------------------------------------


async def test_b_shows_what_the_broker_reported_and_again_what_is_derived(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("4", "b")
        assert "as the brokers reported" in it.lines[2]
        assert "1 broker lot" in it.lines[0]
        await it.press("w")
        assert it.toasts == [
            "What the broker reported has no steps; b shows what follows from the facts."
        ]
        await it.press("c")
        assert "No broker reported realized gains." in it.text
        await it.press("n")
        assert "derived" in it.lines[2]
        assert "+2,500.00" in it.text
        await it.press("p", "b")
        assert "derived" in it.lines[2]


async def test_while_nothing_is_derived_the_brokers_lots_are_shown(store: Store) -> None:
    await a_book_to_derive(store)
    async with monitor(a_context(store)) as it:
        await it.press("4")
        assert "1 broker lot" in it.lines[0]
        assert "as the brokers reported" in it.lines[2]
        assert "to do…" in it.lines[2]
        await it.press("n")
        assert "Nothing is derived yet." in it.text
        await derive(store)
        await it.press("p", "R")
        await it.until_shown("open lots")
        assert it.lines[2].endswith("lots follow all facts")


@pytest.mark.parametrize("key", PAGES)
async def test_an_empty_store_has_nothing_to_show_and_says_so(store: Store, key: str) -> None:
    async with monitor(a_context(store), NARROW) as it:
        await it.press("4", key)
        assert "nothing derived yet" in it.lines[2]
        for each in ("w", "x", "enter", "t"):
            await it.press(each)
        assert it.trail == "Lots"


async def test_a_book_without_lots_has_pages_to_go_through(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("4", *PAGES, "v", "m", "a", "A", "escape")
        assert it.trail == "Lots"


async def test_a_narrow_line_says_all_of_what_is_supposed(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store), NARROW) as it:
        await it.press("4", "m")
        assert " v AVERAGE" in it.text
        await it.press("v")
        assert "taxpayer's view  ·  what if every sale had used AVERAGE" in it.lines[2]


async def test_m_and_a_letter_show_what_another_method_would_have_left(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("4", "m")
        assert "what if every sale had used" in it.text
        await it.press("h")
        assert "what if every sale had used HIFO" in it.lines[2]
        lots = {
            row.acquisition_date.year: row.quantity for row in _rows(it) if row.symbol == "AAPL"
        }
        assert lots == {2024: 100, 2025: 50}
        await it.press("c")
        assert "-2,500.00" in it.row("2025-12-01")
        await it.press("n")
        assert "as it was: HIFO is for lots and gains" in it.lines[2]
        await it.press("p", "m", "a")
        assert "accounts' own methods" in it.lines[2]


async def test_a_sum_is_of_the_rows_that_are_shown(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store), WIDE) as it:
        await it.press("4", "slash")
        await it.type("msft")
        await it.until_shown("1 of ")
        assert "basis 4,050.00" in it.row("Σ USD")


# --- down and back -------------------------------------------------------------------------------


async def test_the_way_down_goes_from_position_to_lots_to_trades_to_the_row(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store)) as it:
        for trail, shown in (
            ("Accounts / Main", "2 positions"),
            ("Accounts / Main / AAPL", "2 open lots"),
            ("Accounts / Main / AAPL / trades", "3 trades"),
            ("Accounts / Main / AAPL / trades / raw row", "row 3 of 12"),
        ):
            await it.press("enter")
            await it.until_shown(shown)
            assert it.trail == trail


@pytest.mark.parametrize("page", ["c", "a"])
async def test_enter_on_a_gain_or_an_adjustment_leads_to_its_trades(
    store: Store, page: str
) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("4", page, "slash")
        await it.type("msft")
        await it.press("enter", "enter")
        await it.until_shown("3 trades")
        assert it.trail == "Lots / U1234567 / MSFT / trades"


async def test_the_lots_of_a_position_name_it_above_and_need_no_column(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store), NARROW) as it:
        await it.press("enter", "enter")
        await it.until_shown("2 open lots")
        assert "Symbol" not in it.lines[3]
        assert "Value" in it.lines[3]


# --- why -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_w_tells_the_steps_of_a_lot_and_enter_leads_to_the_brokers_row(
    store: Store, size: tuple[int, int]
) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store), size) as it:
        await it.press("4", "slash")
        await it.type("msft")
        await it.press("enter", "w")
        await it.until_shown("oldest first")
        assert it.trail == "Lots / U1234567 / MSFT / why"
        assert "2026-02-25" in it.text
        assert "4,050.00" in it.text
        await it.press("G", "enter")
        await it.until_shown("of 12")
        assert it.trail.endswith("/ why / raw row")
        await it.press("escape", "escape")
        assert it.trail == "Lots"


async def test_w_tells_why_a_gain_is_what_it_is(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("4", "c", "slash")
        await it.type("aapl 2025")
        await it.until_shown("1 of ")
        await it.press("enter", "w")
        await it.until_shown("2,500")
        assert it.trail.endswith("AAPL / why")


async def test_w_explains_what_was_only_supposed_as_it_was_supposed(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("4", "m", "h", "c", "slash")
        await it.type("aapl 2025-12")
        await it.until_shown("1 of ")
        await it.press("enter", "w")
        await it.until_shown("oldest first")
        assert "2025-03-20" in it.text
        assert "2024-01-10" not in it.text


async def test_a_row_whose_facts_have_changed_is_no_longer_explained(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("4", "slash")
        await it.type("msft")
        await it.press("enter")
        source = Source(
            connection="import", broker="ibkr", kind="import", document=a_document(name="b")
        )
        more = trade("MSFT", "2026-01-02", 10, 300, row=1)
        await store.writer.save(source, a_batch(more))
        await it.press("w")
        await it.until_shown("This is not so any more")


# --- help, keys ----------------------------------------------------------------------------------


async def test_help_names_the_keys_of_the_lots_with_their_ids(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store), WIDE) as it:
        await it.press("4", "question_mark")
        await it.type("lots.")
        for name in ("why", "what-if", "view", "method", "source", "set-method", "closed"):
            assert f"lots.{name} " in it.text + " "


async def test_what_makes_no_sense_on_a_page_is_not_offered(store: Store) -> None:
    await a_derived_book(store)
    async with monitor(a_context(store), WIDE) as it:
        await it.press("4")
        assert "w Why" in it.lines[-1]
        await it.press("n")
        assert "w Why" not in it.lines[-1]
        await it.press("w", "x", "m")
        assert it.trail == "Lots"
        assert "what if every" not in it.text


# --- what is derived meanwhile -------------------------------------------------------------------


async def test_what_another_connection_derives_appears_by_itself(store: Store) -> None:
    await a_book_to_derive(store)
    elsewhere = await open_store(store.path, lambda: NOW)
    async with monitor(a_context(store)) as it:
        await it.press("4")
        assert "to do…" in it.lines[2]
        await it.until(lambda: it.app.session.version is not None)
        await derive(elsewhere)
        await it.until_shown("lots follow all facts")
        assert "open lots" in it.lines[0]
    await elsewhere.close()


async def test_lots_follow_an_import_without_being_asked(store: Store, tmp_path: Path) -> None:
    await a_derived_book(store)
    path = tmp_path / "more.csv"
    path.write_text(
        "Date,Symbol,Quantity,Price,Commission,Type\n2026-02-26,ZM,7,80,0,BUY\n", "utf-8"
    )

    async def open_importer() -> Importer:
        deriver = Deriver(store.reader, store.writer, lambda: NOW)
        return Importer(store.writer, recognize, ZONE, deriver=deriver)

    async with monitor(a_context(store, open_importer=open_importer)) as it:
        await it.press("4", "I")
        await it.type(str(path))
        await it.press("shift+tab")
        await it.type("U1234567")
        await it.press("enter")
        await it.until_shown("1 row added")
        await it.press("escape")
        await it.until_shown("2026-02-26")
        assert "560.00" in it.row("ZM ")
        assert it.lines[2].endswith("lots follow all facts")


async def test_a_key_is_answered_while_a_method_is_being_supposed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_derived_book(store)
    go_on = asyncio.Event()
    lots_if = hypothetical.lots_if

    async def slowly(*args: Any, **options: Any) -> Any:
        await go_on.wait()
        return await lots_if(*args, **options)

    # The real answer, only later: what is on the screen meanwhile is what the test is about.
    monkeypatch.setattr(hypothetical, "lots_if", slowly)
    async with monitor(a_context(store)) as it:
        await it.press("4", "m")
        await it.pilot.press("h")
        await it.until_shown("working…")
        before = _rows(it)
        assert len(before) > 3
        await it.pilot.press("down")
        await it.until(lambda: _screen(it).table.cursor_index == 1)
        go_on.set()
        await it.settle()
        assert "working…" not in it.text
        assert _rows(it) != before
