import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import ColorSystem
from textual.color import Color

from qm_tui.ui.cell import fit, plain
from qm_tui.ui.widgets.columns import Column, lay_out
from tests.ui.widgets.table_app import COLUMNS, Holding, TableApp, a_holding, app_over, holdings
from tests.ui.widgets.test_record_table_paging import until

HOSTILE = [
    "[red]not red[/red] [@click=app.quit]x[/]",
    "bell\x07 escape \x1b[31mred\x1b[0m \x9b31m",
    "line\nbreak\r\ttab\x0b\x0c\x00\x7f",
    "\u202egnp.exe\u202c \u2066a\u2069 \u200eb\u200f",
    "日本語の会社名株式会社日本語",
    "👩‍👩‍👧‍👦 family, 🇺🇸 flag, ❤️ heart, 👍🏽",
    "e" + "\u0301" * 5000,
    "\u0301leading",
    "\ud800 lone surrogate",
    "A" * 10_000,
    "株" * 10_000,
    "\u200b" * 10_000,
    "שלום עולם",
    "\u2028\u2029\u0085\u00ad\ufeff",
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_stays_inside_its_cell(text: str) -> None:
    app = app_over([a_holding(0), a_holding(1, symbol=text, note=text), a_holding(2)])
    async with app.run_test(size=(60, 8)):
        assert {strip.cell_length for strip in app.lines()} == {app.table.size.width}
        for strip in app.lines():
            assert cell_len(strip.text) == app.table.size.width
            assert not {unicodedata.category(c) for c in strip.text} & {"Cc", "Cf", "Cs", "Zl"}
        hostile, harmless = app.lines()[2].text, app.lines()[3].text
        assert cell_len(hostile[: hostile.rindex("+1")]) == harmless.rindex("+2")


@given(text=st.text(st.characters(), max_size=80), width=st.integers(0, 20), right=st.booleans())
def test_any_text_takes_exactly_the_width_it_is_given(text: str, width: int, right: bool) -> None:
    fitted = fit(text, width, "right" if right else "left")
    assert cell_len(fitted) == width
    assert plain(fitted) == fitted


def test_ordinary_text_is_left_alone() -> None:
    assert (
        plain("Société Générale — 株式会社 -1,234.5 [x]")
        == "Société Générale — 株式会社 -1,234.5 [x]"
    )


def test_text_is_cut_with_an_ellipsis_and_a_number_is_never_cut() -> None:
    assert fit("ABCDEFG", 4, "left") == "ABC…"
    assert fit("日本語", 4, "left") == "日 …"
    assert fit("123456", 4, "right") == "####"
    assert fit("—", 6, "right") == "     —"


async def test_markup_is_shown_as_it_is() -> None:
    app = app_over([a_holding(0, symbol="[b]X[/b]")])
    async with app.run_test(size=(60, 8)):
        assert "[b]X[/b]" in app.texts()[1]


async def test_a_column_of_numbers_grows_to_its_widest_number() -> None:
    app = app_over([a_holding(0, gain=10**14), a_holding(1)])
    async with app.run_test(size=(60, 8)) as pilot:
        while "#" in app.texts()[1]:
            await pilot.pause()
        assert "+100,000,000,000,000" in app.texts()[1]


async def test_no_column_goes_while_one_scrolls_to_a_wider_number() -> None:
    app = app_over([*(a_holding(number) for number in range(40)), a_holding(40, gain=10**14)])
    async with app.run_test(size=(60, 8)) as pilot:
        await pilot.pause()
        header = app.texts()[0]
        await pilot.press("G")
        await until(pilot, lambda: "+100,000,000,000,000" in "".join(app.texts()))
        assert app.texts()[0] == header


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (80, ["symbol", "gain", "note", "number"]),
        (39, ["symbol", "gain", "note", "number"]),
        (38, ["symbol", "gain", "number"]),
        (32, ["symbol", "gain", "number"]),
        (31, ["symbol", "gain"]),
        (10, ["symbol", "gain"]),
    ],
)
def test_columns_are_dropped_by_their_order_when_it_is_narrow(width: int, shown: list[str]) -> None:
    layout = lay_out(COLUMNS, width, {})
    assert [placed.column.key for placed in layout.placed] == shown
    assert all(placed.width >= placed.column.least_width for placed in layout.placed)


def test_the_flexible_column_takes_what_is_left() -> None:
    layout = lay_out(COLUMNS, 100, {})
    assert layout.width == 100
    assert [placed.width for placed in layout.placed] == [10, 10, 67, 8]


@pytest.mark.parametrize("width", range(14, 90, 5))
async def test_every_line_is_as_wide_as_the_table(width: int) -> None:
    app = app_over(holdings(30))
    async with app.run_test(size=(width, 10)) as pilot:
        await pilot.press("end")
        assert app.table.cursor_index - app.table.visible_rows.start == (7 if width < 24 else 8)
        assert {strip.text[-1] for strip in app.lines()} <= {" "}, "the scrollbar hides something"
        assert {cell_len(strip.text) for strip in app.lines()} == {app.table.size.width}


async def test_the_cursor_is_seen_without_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = app_over(holdings(3))
    async with app.run_test(size=(60, 8)):
        style = next(iter(app.table.render_line(1))).style
        assert style is not None
        assert style.reverse
        assert style.bold


async def test_the_cursor_is_seen_with_sixteen_colors() -> None:
    app = app_over(holdings(3))
    async with app.run_test(size=(60, 8)):
        cursor, other = (next(iter(app.table.render_line(y))).style for y in (1, 2))
        assert cursor is not None
        assert other is not None
        assert cursor.bgcolor is not None
        assert other.bgcolor is not None
        assert cursor.bgcolor.downgrade(ColorSystem.STANDARD) != other.bgcolor.downgrade(
            ColorSystem.STANDARD
        )


async def test_tones_have_their_colors_from_the_stylesheet() -> None:
    class Red(TableApp):
        CSS = "RecordTable > .record-table--negative { color: #ff0000; }"

    column: Column[Holding] = COLUMNS[1]
    app = Red(app_over([a_holding(0), a_holding(1, gain=-5)]).table._next_source, [column])
    async with app.run_test(size=(60, 8)):
        styles = [segment.style for segment in app.table.render_line(2) if "-5" in segment.text]
        assert styles[0] is not None
        assert styles[0].color is not None
        assert Color.from_rich_color(styles[0].color) == Color.parse("#ff0000")
