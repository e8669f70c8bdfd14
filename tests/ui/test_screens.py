"""Every screen: what it shows, where it leads, and that one comes back to where one was."""

import pytest

from qm_tui.store.runs import Source
from qm_tui.store.store import Store
from tests.builders import a_balance, a_batch, a_document, a_position, a_trade, an_account
from tests.conftest import NOW
from tests.ui.books import ROWS, TRADES, Monitor, a_book, a_context, monitor

TABS = {"a": "All", "t": "Trades", "c": "Cash", "x": "Transfers", "i": "Interest"}


# --- accounts ----------------------------------------------------------------------------------


async def test_accounts_are_shown_with_what_they_are_worth(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store), (200, 40)) as it:
        main = it.row("Main")
        assert "123,456.79" in main
        assert "4,000.00" in main
        assert main.endswith("3 h")
        assert "2 accounts" in it.lines[0]


async def test_the_cash_of_the_account_under_the_cursor_is_shown_by_currency(
    store: Store,
) -> None:
    await a_book(store)
    async with monitor(a_context(store), (80, 24)) as it:
        panel = it.row("margin used")
        assert "4,000.00" in panel
        assert "EUR -50.50" in it.row("U1234567  cash")
        await it.press("down")
        assert "USD 1,000.00" in it.row("U7654321  cash")


async def test_totals_name_the_accounts_they_could_not_include(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        assert "net 123,456.79" in it.row("Σ USD")
        assert "net liquidation without U7654321" in it.text


async def test_many_accounts_are_not_crowded_out_by_their_totals(store: Store) -> None:
    source = Source(connection="import", broker="ibkr", kind="import", document=a_document())
    accounts = [an_account(f"U10{n:02}") for n in range(15)]
    accounts += [an_account(f"U20{n:02}", base_currency=None) for n in range(14)]
    balances = [
        a_balance(account=f"U20{n:02}", tag="NetLiquidation", currency=c, as_of=NOW)
        for n in range(14)
        for c in ("EUR", "CHF")
    ]
    cash = [
        a_balance(tag="CashBalance", currency=c, account="U1000", value="123456.78", as_of=NOW)
        for c in ("USD", "EUR")
    ]
    await store.writer.save(source, a_batch(*accounts, *balances, *cash))
    async with monitor(a_context(store), (80, 24)) as it:
        assert "day P&L without 15 accounts" in " ".join(it.text.split())
        assert it.row("no base currency").strip() == "Σ no base currency: 14 accounts"
        assert len(it.table.visible_rows) >= 12


async def test_no_line_is_broken_between_a_name_and_its_number(store: Store) -> None:
    await a_book(store)
    await store.writer.save(
        Source(connection="import", broker="ibkr", kind="import", document=a_document(name="b")),
        a_batch(
            *(
                a_balance(tag=tag, value="1234567890.12", as_of=NOW)
                for tag in ("MaintMarginReq", "ExcessLiquidity", "BuyingPower")
            )
        ),
    )
    async with monitor(a_context(store), (80, 24)) as it:
        assert "buying power 1,234,567,890.12" in it.text


# --- positions, lots ---------------------------------------------------------------------------


async def test_quantities_are_exact_and_stand_with_their_points_in_one_line(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("2")
        assert "0.12345678" in it.row("VT")
        assert it.row("AAPL").index("100  ") + 3 == it.row("MSFT").index("-3  ") + 2


async def test_a_position_that_was_not_confirmed_is_marked(store: Store) -> None:
    await a_book(store)
    later = Source(
        connection="import", broker="ibkr", kind="import", document=a_document(name="later.xml")
    )
    await store.writer.save(later, a_batch(a_position(as_of=NOW)))
    async with monitor(a_context(store)) as it:
        await it.press("2")
        assert it.row("MSFT").endswith("? 3 h")
        assert it.row("AAPL").endswith("  0 s")


async def test_positions_are_summed_by_currency_without_the_unknown(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("2")
        foot = it.row("Σ USD")
        assert "(without BRK B)" in foot
        await it.press("slash")
        await it.type("msft")
        await it.until_shown("1 of 4")
        assert "without" not in it.row("Σ USD")


async def test_the_way_down_from_an_account_ends_at_the_brokers_own_row(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        steps = (
            ("Accounts / Main", "3 positions"),
            ("Accounts / Main / AAPL", "2 broker lots"),
            ("Accounts / Main / AAPL / trades", f"{TRADES} trades"),
            ("Accounts / Main / AAPL / trades / raw row", "row 6 of 12"),
        )
        for trail, summary in steps:
            await it.press("enter")
            await it.until_shown(summary)
            assert it.trail == trail
            assert (
                trail.replace("/", "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}") in it.lines[0]
            )


@pytest.mark.parametrize("back", ["escape", "left"])
async def test_going_back_finds_the_cursor_where_it_was(store: Store, back: str) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("enter", "down", "down", "enter", "right")
        await it.until_shown("3 trades")
        await it.press("down", "right")
        assert it.trail == "Accounts / Main / MSFT / trades / raw row"
        for trail, cursor in (
            ("Accounts / Main / MSFT / trades", 1),
            ("Accounts / Main / MSFT", 0),
            ("Accounts / Main", 2),
            ("Accounts", 0),
            ("Accounts", 0),
        ):
            await it.press(back)
            assert it.trail == trail
            assert it.table.cursor_index == cursor


async def test_below_a_position_of_all_accounts_stands_its_account(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("2", "enter")
        assert it.trail == "Positions / U1234567 / AAPL"


async def test_t_leads_from_a_position_to_its_trades_past_the_lots(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("2", "t")
        await it.until_shown(f"{TRADES} trades")
        assert it.trail == "Positions / U1234567 / AAPL / trades"


async def test_where_the_broker_reported_no_lots_t_leads_on_to_the_trades(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("down", "enter", "enter")
        assert "no open lots" in it.text
        await it.press("t")
        assert it.trail.endswith("/ VT / trades")


@pytest.mark.parametrize("key", ["enter", "right", "t"])
async def test_an_account_without_positions_leads_on_to_its_trades(store: Store, key: str) -> None:
    await a_book(store)
    source = Source(
        connection="import", broker="ibkr", kind="import", document=a_document(name="b")
    )
    await store.writer.save(source, a_batch(an_account("U1"), a_trade(account="U1")))
    async with monitor(a_context(store), (80, 24)) as it:
        await it.press("enter")
        assert it.trail == "Accounts / U1"
        said = "No open positions are stored for this account. t shows its trades and cash."
        assert said in it.text
        assert "Open" not in it.lines[-1]
        assert "t Trades" in it.lines[-1]
        await it.press(key)
        await it.until_shown("1 trade ")
        assert it.trail == "Accounts / U1 / trades"


async def test_a_filter_that_hides_all_positions_leads_nowhere(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("enter", "slash")
        await it.type("zzz")
        await it.until_shown("No row contains")
        await it.press("enter", "enter", "t")
        assert it.trail == "Accounts / Main"


@pytest.mark.parametrize("key", ["enter", "t"])
async def test_a_position_without_lots_leads_on_to_its_trades(store: Store, key: str) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("down", "enter", "enter", key)
        assert it.trail.endswith("/ VT / trades")


async def test_from_a_lot_of_all_accounts_one_comes_to_its_trades(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("4")
        assert "3 broker lots" in it.lines[0]
        await it.press("G", "enter")
        await it.until_shown("3 trades")
        assert it.trail == "Lots / U1234567 / MSFT / trades"


# --- activity ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "shown"), [("c", "24.50"), ("x", "→ in"), ("i", "-12.34")])
async def test_activity_has_a_tab_for_everything(store: Store, key: str, shown: str) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("6", key)
        await it.until_shown(shown)
        assert all(name in it.lines[1] for name in TABS.values())
        assert TABS[key] in it.underlined
        await it.press("t")
        await it.until_shown(f"{TRADES + 3} trades")


async def test_tab_steps_through_the_tabs(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("6")
        names = []
        for key in ("tab", "tab", "tab", "tab", "shift+tab"):
            await it.press(key)
            names.append(it.page.tab.name)  # type: ignore[attr-defined]
        assert names == ["Trades", "Cash", "Transfers", "Interest", "Transfers"]


async def test_a_tab_means_the_same_account_as_the_one_beside(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("enter", "enter", "enter", "c")
        assert it.trail == "Accounts / Main / AAPL / trades"
        assert it.page.scope.account == "U1234567"  # type: ignore[attr-defined]
        await it.press("escape")
        assert it.trail == "Accounts / Main / AAPL"


async def test_the_newest_trades_are_first_and_the_oldest_a_key_away(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("6", "t")
        await it.until_shown("2023-03-26")
        await it.press("G")
        await it.until(lambda: it.table.cursor_row is not None)
        await it.until_shown("2022-01-01")
        for _ in range(12):
            await it.press("pageup")
            await it.until(lambda: it.table.cursor_row is not None)
        assert 0 < it.table.cursor_index < 200
        await it.press("g")
        await it.until_shown("2023-03-26")


# --- sorting, filtering, copying ---------------------------------------------------------------


async def test_s_and_a_letter_sort_and_again_the_other_way_round(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("2", "s")
        assert "q Quantity" in it.text.replace("\N{NO-BREAK SPACE}", " ")
        await it.press("q")
        assert _symbols(it) == ["MSFT", "VT", "AAPL", "BRK B"]
        await it.press("s", "q")
        assert _symbols(it)[-1] == "MSFT"
        await it.press("s", "escape")
        assert _symbols(it)[-1] == "MSFT"


async def test_a_click_on_a_title_sorts(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("2")
        x = it.lines[1].index("Quantity")
        await it.pilot.click(it.table, offset=(x + 1, 0))
        await it.settle()
        assert _symbols(it)[0] == "MSFT"


async def test_a_long_list_is_sorted_by_the_store(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("6", "t")
        await it.until_shown(f"{TRADES + 3} trades")
        await it.press("s", "q")
        await it.until(lambda: _first_quantity(it) == 1)
        await it.press("s", "q")
        await it.until(lambda: _first_quantity(it) == TRADES)


async def test_rows_are_filtered_while_one_types(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("2", "slash")
        await it.type("us 7654")
        await it.until_shown("1 of 4 positions")
        assert _symbols(it) == ["VT"]
        await it.press("enter", "j")
        assert "/ us 7654" in it.text
        await it.press("escape")
        assert "4 positions" in it.lines[0]
        assert "/ us" not in it.text
        assert it.trail == "Positions"


async def test_escape_in_the_filter_shows_all_rows_again(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("2", "slash")
        await it.type("zzz")
        await it.until_shown("No row contains “zzz”.")
        await it.press("escape")
        assert len(_symbols(it)) == 4
        assert it.table.has_focus


async def test_a_long_list_is_filtered_by_the_store(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("6", "t")
        await it.until_shown(f"{TRADES + 3} trades")
        await it.press("slash")
        await it.type("msft 2022")
        await it.until_shown(f"3 of {TRADES + 3} trades")
        await it.press("enter", "escape")
        await it.until(lambda: len(it.table.source) == TRADES + 3)


async def test_a_filtered_count_is_right_where_more_than_a_page_passes(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("6", "t", "slash")
        await it.type("aapl")
        await it.until_shown(f"{TRADES} of {TRADES + 3} trades")
        await it.press("enter", "r")
        await it.until_shown(f"{TRADES} of {TRADES + 3} trades")


async def test_the_count_of_a_filter_is_told_when_it_is_known_and_not_guessed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("6", "t")
        await it.until_shown(f"{TRADES + 3} trades")
        said: list[str] = []
        # What the header says when a count arrives, not only what it says in the end.
        monkeypatch.setattr(it.page.feed, "_on_count", lambda: said.append(it.page.summary()))  # type: ignore[attr-defined]
        await it.press("slash")
        await it.type("msft")
        await it.until(lambda: said)
        assert set(said) == {f"3 of {TRADES + 3} trades"}


async def test_y_copies_the_row_with_tabs_between_the_columns(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("2", "y")
        fields = it.app.clipboard.split("\t")
        assert fields[:2] == ["AAPL", "U1234567"]
        assert "16,000.00" in fields
        assert it.toasts == ["Row sent to the terminal's clipboard."]


# --- syncs, raw rows -------------------------------------------------------------------------


async def test_an_import_leads_to_its_changes_and_they_to_their_rows(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store), (160, 40)) as it:
        await it.press("7")
        assert "statement.xml" in it.text
        assert "partial" in it.text
        await it.press("enter")
        await it.until_shown("! refused")
        assert it.trail == "Syncs / 1 statement.xml"
        assert "+ added" in it.text
        await it.press("enter")
        await it.until_shown("row 4 of 12")


async def test_o_opens_the_raw_row_from_any_row_that_has_one(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("2", "o")
        assert it.trail == "Positions / raw row"
        assert "row 1 of 12" in it.lines[0]
        await it.press("escape", "1", "o")
        assert it.toasts == ["This row comes from no document."]


async def test_enter_on_a_row_without_a_document_says_so_and_is_not_offered(store: Store) -> None:
    await store.writer.save(
        Source(connection="demo", broker="ibkr", kind="sync"),
        a_batch(an_account(), a_trade(document_row=None)),
    )
    async with monitor(a_context(store)) as it:
        await it.press("6", "t")
        assert "Open" not in it.lines[-1]
        assert "Raw row" not in it.lines[-1]
        for key in ("enter", "o", "enter"):
            await it.press(key)
        assert it.trail == "Activity"
        assert it.toasts == ["This row comes from no document."]


async def test_a_raw_row_shows_fields_and_text_and_obeys_nothing_in_them(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("2", "o")
        assert "statement.xml" in it.lines[1]
        assert "U1234567" in it.row("accountId ")
        assert it.text.count("[red]x[/red] \ufffd[31mred\ufffd") == 2
        assert "\x1b" not in it.text


@pytest.mark.parametrize(("forth", "back"), [("]", "["), ("n", "p")])
async def test_one_steps_through_the_rows_of_a_document(
    store: Store, forth: str, back: str
) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("2", "o", back)
        assert "row 1 of 12" in it.lines[0]
        await it.press(*[forth] * 14)
        assert "row 12 of 12" in it.lines[0]
        assert "11" in it.row("tradeID ")
        await it.press(back)
        assert "row 11 of 12" in it.lines[0]


async def test_y_copies_the_text_of_a_raw_row_unchanged(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("2", "o", "y")
        assert it.app.clipboard == ROWS[0]


def _symbols(it: Monitor) -> list[str]:
    source = it.table.source
    rows = [source.row(index) for index in range(len(source))]
    return [row.symbol for row in rows if row is not None]


def _first_quantity(it: Monitor) -> object:
    row = it.table.source.row(0)
    return None if row is None else row.quantity
