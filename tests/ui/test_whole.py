"""What tells most is whole at every width, and no number is cut."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qm_tui.domain.instruments import Right, osi_symbol
from qm_tui.queries.discrepancy_views import DiscrepancyView
from qm_tui.queries.position_views import OptionView
from qm_tui.queries.pulse import pulse
from qm_tui.queries.sync_views import StatusView
from qm_tui.store.store import Store
from qm_tui.ui.break_words import CAUSE_WIDTH, CAUSES
from qm_tui.ui.cell import Tone
from qm_tui.ui.contracts import said_contract
from qm_tui.ui.format import Format, age
from qm_tui.ui.pulse.money import draw_money
from qm_tui.ui.pulse.next_steps import Step, draw_steps
from qm_tui.ui.screens.break_columns import break_columns
from qm_tui.ui.widgets.columns import lay_out
from qm_tui.ui.widgets.line_chart import Look, line_chart
from qm_tui.ui.widgets.status_bar import about_the_data
from tests.conftest import NOW
from tests.queries.test_netting import at_both_brokers
from tests.ui.books import a_book, a_context, monitor
from tests.ui.pulse_books import a_pulse_book
from tests.ui.test_activity import a_year

FORM = Format(zone=dt.UTC)


# --- discrepancies -----------------------------------------------------------------------------


def widths(cells: int) -> dict[str, int]:
    columns = break_columns(FORM, lambda: NOW, lambda row: "", of_one_account=False)
    return {placed.column.key: placed.width for placed in lay_out(columns, cells, {}).placed}


@pytest.mark.parametrize("cells", [79, 119, 249])
def test_causes_and_contracts_are_whole_at_every_width(cells: int) -> None:
    found = widths(cells)
    assert found["cause"] >= CAUSE_WIDTH >= max(len(words) for words, _ in CAUSES.values())
    assert found["symbol"] >= len(said_contract("GOOGL 261218C00170000"))
    assert {"severity", "difference", "currency_value"} <= found.keys()


def test_at_120_columns_it_is_said_whose_and_what_was_compared() -> None:
    assert {"account", "verdict"} <= widths(119).keys()


@given(
    st.from_regex(r"[A-Z]{1,5}", fullmatch=True),
    st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)),
    st.sampled_from(Right),
    st.integers(1, 99_999),
)
def test_a_contract_is_said_as_brokers_write_it(
    root: str, expiry: dt.date, right: Right, strike: int
) -> None:
    symbol = osi_symbol(root, expiry, right, Decimal(strike))
    assert symbol is not None
    said = f"{root} {expiry:%d%b%y}".upper()
    assert said_contract(symbol) == f"{said} {strike}{right.value}"


def test_what_is_no_option_keeps_its_name() -> None:
    for name in ("BRK B", "USD cash", "", "[b]X[/]", "AAPL  269999P00150000"):
        assert said_contract(name) == name


def test_a_contract_is_found_by_both_of_its_names() -> None:
    columns = break_columns(FORM, lambda: NOW, lambda row: "", of_one_account=False)
    what = next(column for column in columns if column.key == "symbol")
    row = a_break("AAPL  260515P00150000")
    assert what.cell(row).text == "AAPL 15MAY26 150P"
    assert what.text is not None
    assert what.text(row) == "AAPL 15MAY26 150P AAPL  260515P00150000"


def a_break(symbol: str) -> DiscrepancyView:
    return DiscrepancyView(
        id=1, account="U1", broker="ibkr", instrument_id=1, symbol=symbol, currency="USD", tag=None,
        verdict="quantity", status="open", severity="major", expected=Decimal(1),
        actual=Decimal(2), difference=Decimal(1), currency_value=Decimal(100),
        cause="unexplained", confidence=Decimal(0), explanation="", evidence=(), first_seen=NOW,
        last_seen=NOW,
    )  # fmt: skip


# --- screens -----------------------------------------------------------------------------------


async def test_totals_of_accounts_stand_below_their_columns(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store), (120, 40)) as it:
        end = it.table.edges["net_liquidation"]
        assert it.row("Σ USD")[:end].endswith("123,456.79")
        lines = it.lines
        assert next(n for n, line in enumerate(lines) if "Σ USD" in line) < next(
            n for n, line in enumerate(lines) if "margin used" in line
        )


async def test_at_80_columns_activity_says_whose_it_is(store: Store) -> None:
    await a_year(store)
    async with monitor(a_context(store), (80, 24)) as it:
        await it.press("6")
        await it.until_shown("12 happenings")
        assert "Account" in it.text
        assert "U1234567" in it.row("⇄ buy")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (250, 70)])
async def test_columns_are_chosen_beside_whole_columns(store: Store, size: tuple[int, int]) -> None:
    await a_book(store)
    async with monitor(a_context(store), size) as it:
        await it.press("2")
        table = it.table
        await it.press("C")
        dialog = it.app.screen

        def begins_at_an_edge() -> bool:
            start = dialog.query_one("#box").region.x
            at = start == table.region.right or start in table.edges.values()
            return at and size[0] - start >= 44

        await it.until(begins_at_an_edge)
        await it.press("down", "x")
        await it.until(begins_at_an_edge)


async def test_greeks_of_short_positions_stand_out_as_those_of_a_unit_do(store: Store) -> None:
    await at_both_brokers(store)
    async with monitor(a_context(store), (250, 40)) as it:
        await it.press("3")
        columns = {column.key: column for column in it.table.columns}
        held = [row for row in it.page.source.shown_now if row.quantity < 0]  # type: ignore[attr-defined]
        assert held
        for row in held:
            assert isinstance(row, OptionView)
            for key in ("position_delta", "position_gamma", "position_vega"):
                cell = columns[key].cell(row)
                assert (cell.text[0], cell.tone) == ("-", Tone.NEGATIVE)


async def test_nothing_is_drawn_while_the_program_ends(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        page = it.app._drawn_page
        assert page() is it.page
        it.app._running = False
        try:
            assert page() is None
        finally:
            it.app._running = True


# --- panels and lines --------------------------------------------------------------------------


def test_a_chart_of_hidden_amounts_has_no_marks_at_its_side() -> None:
    first = NOW.date()
    points = [(first + dt.timedelta(days=n), 100.0 + n) for n in range(30)]
    size = (60, 20)

    def drawn(look: Look) -> str:
        lines = line_chart(
            points, first, first + dt.timedelta(days=29), dt.timedelta(days=9), look, size
        )
        return "\n".join(line.plain for line in lines)

    assert "┤" in drawn(Look("", "", lambda value, step: f"{value:.0f}"))
    assert "┤" not in drawn(Look("", "", None))


@pytest.mark.parametrize("width", [20, 40, 78])
def test_where_a_step_leads_is_said_however_long_it_is(width: int) -> None:
    (line,) = draw_steps([Step(1, "words " * 40, "syncs", "7")], FORM, width, 1)
    assert line.plain.rstrip().endswith("… → 7")
    assert line.cell_length <= width


async def test_one_line_of_cash_is_the_sum(store: Store) -> None:
    await a_pulse_book(store)
    view = await pulse(store.reader, today=NOW.date())
    assert len(view.cash) > 1
    lines = [line.plain for line in draw_money(view, FORM, 40, 2)]
    assert lines[0].startswith("cash in all")
    assert lines[0].endswith(FORM.money(view.total_cash.value).text)
    assert not any("more" in line for line in lines)


def test_the_status_bar_leaves_out_what_has_no_room() -> None:
    status = StatusView(
        connections=("import",), newest_as_of=NOW, last_run_at=NOW, accounts=5, open_breaks=1,
        empty=False,
    )  # fmt: skip
    for room in range(12, 90):
        said = about_the_data(status, NOW, FORM, room).plain
        assert len(said) <= max(room, len("● import  data 0 s old"))
        assert "…" not in said
    assert "last import" in about_the_data(status, NOW, FORM, 90).plain


def test_what_is_years_old_is_said_in_years() -> None:
    said = {days: age(NOW, NOW - dt.timedelta(days=days)) for days in (700, 735, 1100, 9500)}
    assert said == {700: "100 w", 735: "2 y", 1100: "3 y", 9500: "26 y"}
