"""What `$` hides where amounts are not in columns of their own."""

import re
from decimal import Decimal
from pathlib import Path

from qm_tui.ui.exports.formats import Json
from qm_tui.ui.format import Format
from qm_tui.ui.masked import masked
from qm_tui.ui.pulse.breaks import draw_breaks
from qm_tui.ui.screens.pulse import PulseScreen
from qm_tui.ui.screens.table_screen import TableScreen
from tests.ui.books import ZONE, Monitor, monitor
from tests.ui.whole_book import a_whole_context, whole_store


async def test_what_a_run_changed_is_told_without_amounts(tmp_path: Path) -> None:
    async with (
        whole_store(tmp_path) as store,
        monitor(a_whole_context(store, hide_amounts=True), (160, 40)) as it,
    ):
        await it.press("7", "G", "enter")
        await it.until_shown("2025-03-20")
        assert "AAPL 2025-03-20 •••• •••• USD" in it.text
        assert "MSFT  260116C00420000 2025-12-10 -•••• •••• USD" in it.text


async def test_the_broker_s_own_row_is_shown_without_numbers(tmp_path: Path) -> None:
    async with (
        whole_store(tmp_path) as store,
        monitor(a_whole_context(store, hide_amounts=True), (160, 40)) as it,
    ):
        await it.press("6", "t", "o")
        await it.until_shown('symbol="AAPL"')
        assert 'tradeID="••••"' in it.text
        await it.press("dollar_sign")
        assert 'tradeID="••••"' not in it.text


async def test_the_pulse_explains_breaks_without_amounts(tmp_path: Path) -> None:
    async with (
        whole_store(tmp_path) as store,
        monitor(a_whole_context(store), (250, 70), first="pulse") as it,
    ):
        await it.until_shown("▼")
        page = it.page
        assert isinstance(page, PulseScreen)
        assert page.view is not None
        assert page.view.breaks is not None
        told = [one.explanation for one in page.view.breaks.worst]
        lines = draw_breaks(page.view, page.session.format, 120, 30)
        assert any(text in line.plain for text in told for line in lines)
        page.session.format.hidden = True
        lines = draw_breaks(page.view, page.session.format, 120, 30)
        sentences = [line.plain for line in lines if line.plain.startswith("    ")]
        assert any("••••" in line for line in sentences)
        assert not any(text in line for text in told for line in sentences)


SCREENS = ("0", "2", "4 w", "4 f", "5 enter", "6 t o", "7 G enter", "E")
"""Keys that lead to what tells amounts otherwise than in columns, from any other such place."""


async def told_of(it: Monitor, keys: str) -> str:
    """What a screen shows, and would export, once amounts are hidden that were seen there."""
    await it.press(*keys.split())
    it.app.action_toggle_amounts()
    await it.settle()
    page, text = it.page, it.text
    if isinstance(page, TableScreen):
        form: Json[object] = Json(page.table.columns, hidden=True)
        text += form.rows([row for _, row in page.table.source.loaded()])
    it.app.action_toggle_amounts()
    if len(it.app.screen_stack) > 1:
        await it.press("escape")
    # Columns stay as wide as they were.
    return re.sub("[ ─]+", " ", text)


async def test_whoever_has_a_hundredth_more_shows_the_same(tmp_path: Path) -> None:
    seen, told = [], []
    for times in (Decimal(1), Decimal("1.01")):
        async with (
            whole_store(tmp_path / str(times), times=times) as store,
            monitor(a_whole_context(store), (190, 40), first="pulse") as it,
        ):
            await it.until(lambda: it.app.session.syncs)
            seen.append(it.text)
            told.append({keys: await told_of(it, keys) for keys in SCREENS})
    assert seen[0] != seen[1]
    once, more = told
    assert [keys for keys in SCREENS if once[keys] != more[keys]] == []


def test_a_symbol_that_is_a_number_hides_no_less() -> None:
    form = Format(zone=ZONE, hidden=True)
    text = "sold 700 700 on 2024-01-05 for 7,700.00 (1.700); 700."
    assert masked(form, text, "700") == "sold 700 700 on 2024-01-05 for •••• (••••); 700."
