"""All of a row beside its table, sums below its columns, keys in the borders of the pulse."""

from collections.abc import Iterator

from qm_tui.store.store import Store
from qm_tui.ui.cell import fit
from qm_tui.ui.widgets.beside import Beside, RowPanel, at_the_point
from qm_tui.ui.widgets.panel import Panel
from tests.ui.books import Monitor, a_book, a_context, monitor
from tests.ui.desk_books import a_desk

WIDE, USUAL, NARROW = (240, 40), (120, 40), (80, 24)


def panel(it: Monitor) -> RowPanel:
    return it.app.screen.query_one(RowPanel)


def shows_row(it: Monitor) -> bool:
    return it.app.screen.query_one(Beside).shows_row


def said(it: Monitor) -> str:
    return panel(it).render().plain


async def test_a_wide_terminal_shows_all_of_the_row_under_the_cursor(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store), WIDE) as it:
        await it.press("2")
        await it.until(lambda: "AAPL" in said(it))
        assert "Cost basis" in said(it)
        first = said(it)
        await it.press("end")
        await it.until(lambda: said(it) != first)
        assert str(getattr(it.table.cursor_row, "symbol", None)) in said(it)


async def test_where_there_is_less_room_it_is_there_when_asked_for(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store), USUAL) as it:
        await it.press("2")
        assert not shows_row(it)
        await it.press("D")
        assert shows_row(it)
        await it.press("D")
        assert not shows_row(it)


async def test_a_narrow_terminal_says_that_there_is_no_room_for_it(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store), NARROW) as it:
        await it.press("2", "D")
        await it.until_shown("no room for it")
        assert not shows_row(it)


async def test_hidden_amounts_are_hidden_beside_the_table_too(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store), WIDE) as it:
        await it.press("2")
        await it.until(lambda: "Value" in said(it))
        value = next(line.split()[-1] for line in said(it).splitlines() if "Value" in line)
        await it.press("dollar_sign")
        assert value not in said(it)


async def test_sums_stand_below_the_columns_they_are_of(store: Store) -> None:
    await a_desk(store)
    async with monitor(a_context(store), USUAL) as it:
        await it.press("2")
        await it.until_shown("Σ all in USD")
        for column in ("market_value", "unrealized_pnl"):
            edge = it.table.edges[column]
            for line in sums(it):
                number = line[:edge].split()[-1]
                assert number[-3] == "." or number == "—", (column, line)


def sums(it: Monitor) -> Iterator[str]:
    yield from (line for line in it.text.splitlines() if line.lstrip().startswith("Σ"))


def test_numbers_of_different_digits_have_their_points_in_one_line() -> None:
    written = [at_the_point(each).rjust(16) for each in ("12.50", "1,200", "0.1234", "-3.1 %")]
    assert len({len(each.split(".")[0]) for each in written if "." in each}) == 1
    assert written[1].rstrip().endswith("1,200")
    assert len(written[1].rstrip()) == written[0].index(".")


async def test_borders_of_the_pulse_name_the_keys_that_lead_on(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store, keys={"show.accounts": "f5"}), first="pulse") as it:
        await it.until_shown("Accounts")
        titles = {each.id: str(each.border_title) for each in it.app.screen.query(Panel)}
        assert "5" in titles["breaks"]
        assert "f5" in titles["accounts"]


def test_a_sentence_is_not_cut_within_a_number() -> None:
    said = "the broker's cost: 30,000.00 in all"
    assert fit(said, 25, "left").rstrip() == "the broker's cost: …"
    assert len(fit(said, 25, "left")) == 25
    assert fit(said, 30, "left") == "the broker's cost: 30,000.00 …"
    assert fit("261218C00215000 and more", 8, "left") == "261218C…"
    assert fit("é the cost: 30,000.00 in all", 17, "left").rstrip() == "é the cost: …"
