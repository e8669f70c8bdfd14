"""Without any color: what colors say is said by reverse, dim and bold."""

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from qm_tui.store.store import Store
from qm_tui.ui.no_color import contrast, without_color
from tests.ui.books import a_book, a_context, monitor

BLACK, WHITE = Color(0, 0, 0), Color(255, 255, 255)


def drawn(style: Style) -> Style:
    [segment] = without_color("#000000").apply([Segment("text", style)], BLACK)
    assert segment.style is not None
    return segment.style


def test_contrast_goes_from_one_to_twenty_one() -> None:
    assert contrast(BLACK, BLACK) == 1
    assert contrast(WHITE, BLACK) == contrast(BLACK, WHITE) == pytest.approx(21)


def test_a_background_that_stands_out_is_reversed_and_a_faint_text_is_dimmed() -> None:
    cursor = drawn(Style(color="#000000", bgcolor="#40a0ff", bold=True))
    assert (cursor.reverse, cursor.bold, cursor.color, cursor.bgcolor) == (True, True, None, None)
    muted = drawn(Style(color="#666666", bgcolor="#0a0a0a"))
    assert (muted.reverse, muted.dim, muted.color, muted.bgcolor) == (None, True, None, None)
    plain = drawn(Style(color="#ffffff", bgcolor="#101010", underline=True))
    assert (plain.reverse, plain.dim, plain.underline) == (None, None, True)


@pytest.mark.parametrize("theme", ["qm-dark", "qm-light", "qm-16"])
async def test_no_screen_has_a_color_and_each_shows_its_cursor(
    store: Store, monkeypatch: pytest.MonkeyPatch, theme: str
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    await a_book(store)
    async with monitor(a_context(store, theme=theme)) as it:
        for digit in "12345670":
            await it.press(digit)
            strips = it.app.screen._compositor.render_strips()
            styles = [segment.style for strip in strips for segment in strip if segment.style]
            assert all(style.color is None and style.bgcolor is None for style in styles)
            has_rows = digit in "12"
            assert any(style.reverse for style in styles) or not has_rows, digit
