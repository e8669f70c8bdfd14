"""What `$` hides where amounts are not in columns of their own."""

from pathlib import Path

from qm_tui.ui.pulse.breaks import draw_breaks
from qm_tui.ui.screens.pulse import PulseScreen
from tests.ui.books import monitor
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
