"""The portfolio pulse: every panel and key, at every size, with nothing cut and nothing leaked."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from qm_tui.domain.health import LinkState
from qm_tui.queries.discrepancy_views import DiscrepancyView
from qm_tui.queries.net_liquidation import ValueSeries
from qm_tui.queries.pulse import pulse
from qm_tui.queries.pulse_views import Breaks, PulseView
from qm_tui.store.runs import Source
from qm_tui.store.store import Store
from qm_tui.ui.format import Format
from qm_tui.ui.pulse.breaks import draw_breaks
from qm_tui.ui.pulse.drawings import DRAWINGS
from qm_tui.ui.pulse.links import state_of
from qm_tui.ui.pulse.worth import draw_worth
from qm_tui.ui.session import Session
from qm_tui.ui.widgets.panel import Panel
from tests.builders import a_batch, an_account
from tests.conftest import NOW
from tests.ui.books import HOSTILE, ZONE, Monitor, a_book, a_context, monitor
from tests.ui.pulse_books import TODAY, a_pulse_book, pushed
from tests.ui.scripted_syncs import ScriptedSyncs, a_health

SIZES = [(80, 24), (120, 40), (250, 70)]
SOURCE = Source(connection="ib", broker="ibkr", kind="sync", live=True)


def the_focused(it: Monitor) -> str:
    return (it.app.focused and it.app.focused.id) or ""


async def test_it_is_the_first_screen(store: Store) -> None:
    await a_pulse_book(store)
    async with monitor(a_context(store), first="pulse") as it:
        assert it.trail == "Pulse"
        assert the_focused(it) == "worth"
        await it.press("1", "0")
        assert it.trail == "Pulse"


ESSENTIAL = (
    "454,650.12 USD", "▲ +1,034.75  +0.23 %", "▲ +21,330.00", "30,100.25", "2,449.50", "54 %",
    "94 % c", "Everyday", "Retirement", "Abroad", "not reconciled yet", "AAPL 230", "◆", "NVDA",
    "+1,022.75", "ib-flex", "up to date", "margin of Retirement is close to a margin call",
)  # fmt: skip
TOO_LONG = ("Retireme…", "NVDA 115P …")
"""Of which it is enough to see the beginning where there is no room."""


async def test_the_essentials_are_seen_uncut_at_every_size(store: Store) -> None:
    await a_pulse_book(store)
    syncs = ScriptedSyncs()
    context = a_context(store, open_syncs=syncs.open)
    async with monitor(context, (250, 70), first="pulse") as it:
        await it.until_shown("live")
        for text in ("Unrealized", "Fri 03-06", "at 231.4", "available", "in the money", "Cash"):
            assert text in it.text
        for size in SIZES:
            await it.pilot.resize_terminal(*size)
            await it.until(lambda: all(panel.region.area for panel in boxes(it)))
            await it.pilot.pause()
            assert [text for text in ESSENTIAL if text not in it.text] == [], size
            assert len(it.lines) == size[1]
            left_over = it.text
            for name in TOO_LONG:
                left_over = left_over.replace(name, "")
            assert "…" not in left_over
            assert "###" not in it.text
            # Every box is closed on its right side: no line is longer than its panel.
            for panel in boxes(it):
                rows = range(*panel.region.line_span)
                edges = {it.lines[row][panel.region.right - 1] for row in rows}
                assert edges <= set("│╮╯┃┓┛"), (panel.id, size)


def boxes(it: Monitor) -> list[Panel]:
    return [panel for panel in it.app.screen.query(Panel) if panel.id != "next"]


WAYS = {
    "right": "money", "l": "money", "down": "accounts", "j": "accounts", "j j": "expiring",
    "l j": "breaks", "j l k": "money", "j j l": "movers", "G": "links", "G h": "movers",
    "G g": "worth", "G left left left": "expiring", "end up": "breaks", "tab": "money",
    "tab tab shift+tab": "money", "up": "next",
}  # fmt: skip


async def test_keys_move_between_panels(store: Store) -> None:
    await a_pulse_book(store)
    async with monitor(a_context(store), (80, 24), first="pulse") as it:
        for keys, panel in WAYS.items():
            it.app.screen.query_one("#worth").focus()
            await it.pilot.press(*keys.split())
            assert the_focused(it) == panel, keys


LEADS_TO = {
    "worth": "Pulse / charts", "money": "Accounts", "accounts": "Accounts",
    "breaks": "Discrepancies", "expiring": "Options", "movers": "Positions", "links": "Syncs",
    "next": "Accounts",
}  # fmt: skip


async def test_enter_goes_to_the_screen_a_panel_speaks_of(store: Store) -> None:
    await a_pulse_book(store)
    async with monitor(a_context(store), first="pulse") as it:
        for panel, trail in LEADS_TO.items():
            it.app.screen.query_one(f"#{panel}").focus()
            await it.press("enter")
            await it.until(partial(_is_at, it, trail))
            await it.press("0")


def _is_at(it: Monitor, trail: str) -> bool:
    return it.trail == trail


async def test_a_second_click_enters(store: Store) -> None:
    await a_pulse_book(store)
    async with monitor(a_context(store), first="pulse") as it:
        await it.pilot.click("#links")
        assert the_focused(it) == "links"
        await it.pilot.double_click("#links")
        await it.until(lambda: it.trail == "Syncs")


async def test_z_draws_a_year_instead_of_90_days(store: Store) -> None:
    await a_pulse_book(store)
    async with monitor(a_context(store), first="pulse") as it:
        assert "1 year" not in it.text
        await it.press("z")
        assert "1 year" in it.text
        await it.press("z")
        assert "1 year" not in it.text


async def test_hidden_amounts_are_hidden_in_every_panel(store: Store) -> None:
    await a_pulse_book(store)
    context = a_context(store, hide_amounts=True)
    async with monitor(context, (250, 70), first="pulse") as it:
        for amount in ("454,650", "1,034", "30,100", "312,450", "208,000", "1,022.75"):
            assert amount not in it.text
        assert "••••" in it.text
        assert "94 %" in it.text
        await it.press("dollar_sign")
        assert "454,650.12" in it.text


async def test_text_from_outside_is_shown_and_obeyed_by_nobody(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store), (80, 24), first="pulse") as it:
        for size in SIZES:
            await it.pilot.resize_terminal(*size)
            assert "\x1b" not in it.text
            assert "EVIL [r" in it.text
            assert all(len(line) <= size[0] for line in it.lines)


async def test_an_empty_store_says_how_to_begin(store: Store) -> None:
    async with monitor(a_context(store), (80, 24), first="pulse") as it:
        for text in ("Welcome to qm-tui", "Press I", "--demo", "qm-tui doctor"):
            assert text in it.text
        await a_pulse_book(store)
        await it.press("r")
        assert "454,650.12 USD" in it.text
        assert "Welcome" not in it.text


async def test_accounts_of_which_nothing_is_known_yet_are_unknown_not_zero(store: Store) -> None:
    await store.writer.save(SOURCE, a_batch(an_account()))
    async with monitor(a_context(store), (80, 24), first="pulse") as it:
        assert "— USD" in it.row("USD")
        assert "no history yet" in it.text
        assert "no option expires" in it.text
        assert "0.00" not in it.text


async def test_a_refused_connection_comes_first_with_what_to_do(store: Store) -> None:
    await a_pulse_book(store)
    syncs = ScriptedSyncs()
    says = "The token was refused. Run `qm-tui login ib-flex`."
    syncs.links["ib-flex"] = a_health("ib-flex", state=LinkState.REFUSED, says=says)
    async with monitor(a_context(store, open_syncs=syncs.open), first="pulse") as it:
        await it.until_shown("qm-tui login ib-flex")
        assert "! ib-flex" in it.text
        await it.press("up", "enter")
        await it.until(lambda: it.trail == "Syncs")


async def test_a_connection_says_how_it_is_as_soon_as_it_changes(store: Store) -> None:
    await a_pulse_book(store)
    syncs = ScriptedSyncs()
    async with monitor(a_context(store, open_syncs=syncs.open), first="pulse") as it:
        await it.until_shown("live")
        syncs.change("ib", delayed=True)
        await it.until_shown("live delayed")
        syncs.change("ib", state=LinkState.WAITING, next_try=NOW + dt.timedelta(seconds=20))
        await it.until_shown("again in 20 s")


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (30, "○ tasty     again in 20 s  1 h"),
        (26, "○ tasty again in 20 s  1 h"),
        (25, "○ tasty      in 20 s  1 h"),
        (20, "○ tasty in 20 s  1 h"),
        (18, "○ tasty    in 20 s"),
    ],
)
def test_where_there_is_little_room_a_connection_keeps_its_name(width: int, line: str) -> None:
    next_try, hour = NOW + dt.timedelta(seconds=20), NOW - dt.timedelta(hours=1)
    health = a_health("tasty", state=LinkState.WAITING, next_try=next_try, data_as_of=hour)
    assert state_of(health, NOW, width, with_age=True).plain == line


async def test_what_is_pushed_is_shown_and_only_its_panels_are_drawn_again(store: Store) -> None:
    await a_pulse_book(store)
    syncs = ScriptedSyncs()
    async with monitor(a_context(store, open_syncs=syncs.open), first="pulse") as it:
        await it.until_shown("live")
        drawn: list[str] = []
        for panel in it.app.screen.query(Panel):
            told = panel.bring_up_to_date

            def noted(panel: Panel = panel, told: Any = told) -> bool:
                if is_other := told():
                    drawn.append(panel.id or "")
                return bool(is_other)

            panel.bring_up_to_date = noted  # type: ignore[method-assign]
        syncs.tell(pushed(syncs.live))
        await it.until_shown("+1,334.75")
        assert set(drawn) == {"worth", "accounts"}


async def test_what_is_not_in_the_sums_is_named(store: Store) -> None:
    await a_pulse_book(store, rate=False)
    async with monitor(a_context(store), first="pulse") as it:
        assert "without U2222222 (EUR): no rate" in it.text
        assert "no exchange rate for EUR" in it.text
        assert "410,650.12" in it.text


async def test_an_account_of_which_nobody_told_the_currency_is_named_so(store: Store) -> None:
    await a_pulse_book(store)
    await store.writer.save(SOURCE, a_batch(an_account("U3", base_currency=None)))
    async with monitor(a_context(store), first="pulse") as it:
        assert "without U3: no currency" in it.text
        assert "no base currency told of U3: sums go without" in it.text


def a_break(symbol: str, severity: str = "major", **changes: Any) -> DiscrepancyView:
    usual: dict[str, Any] = {
        "id": 1, "account": "U1234567", "broker": "ibkr", "instrument_id": 1, "symbol": symbol,
        "currency": "USD", "tag": None, "verdict": "quantity", "status": "open",
        "severity": severity, "expected": Decimal(1), "actual": Decimal(2),
        "difference": Decimal(1), "currency_value": Decimal(4628), "cause": "missing_trade",
        "confidence": Decimal("0.8"), "explanation": f"A purchase of {symbol} is not there.",
        "evidence": (), "first_seen": NOW, "last_seen": NOW,
    }  # fmt: skip
    return DiscrepancyView(**usual | changes)


async def with_breaks(store: Store, breaks: Breaks) -> PulseView:
    return replace(await pulse(store.reader, today=TODAY), breaks=breaks)


async def test_breaks_are_counted_and_the_worst_named_with_their_cause(store: Store) -> None:
    worst = (a_break("AAPL"), a_break("SPY   260306C00640000"), a_break(HOSTILE, "minor"))
    view = await with_breaks(store, Breaks(major=2, minor=1, dust=3, worst=worst))
    form = Format(zone=ZONE)
    lines = [line.plain for line in draw_breaks(view, form, 60, 6)]
    assert lines[0] == "▲ 2 major  △ 1 minor  · 3 dust"
    assert lines[1].split()[:6] == ["▲", "AAPL", "a", "trade", "is", "missing"]
    assert lines[1].endswith("4,628.00")
    assert lines[2].startswith("▲ SPY 640C 03-06 ")
    assert lines[1].index("a trade is") == lines[2].index("a trade is")
    assert "\x1b" not in "".join(lines)
    tall = "\n".join(line.plain for line in draw_breaks(view, form, 60, 20))
    assert "A purchase of AAPL is not there." in tall


async def test_where_everything_adds_up_it_says_so(store: Store) -> None:
    view = await with_breaks(store, Breaks(major=0, minor=0, dust=2, worst=()))
    lines = [line.plain for line in draw_breaks(view, Format(zone=ZONE), 40, 5)]
    assert lines == ["✓ everything adds up", "· 2 too small to matter"]


async def test_what_cannot_be_compared_is_not_said_to_add_up(store: Store) -> None:
    view = await with_breaks(store, Breaks(major=0, minor=0, dust=0, unknown=3, worst=()))
    lines = [line.plain for line in draw_breaks(view, Format(zone=ZONE), 40, 5)]
    assert lines == ["✓ what can be compared adds up", "? 3 cannot be compared"]


async def test_no_panel_draws_more_than_it_has_room_for(store: Store) -> None:
    await a_pulse_book(store)
    session = Session(a_context(store))
    breaks = Breaks(major=9, minor=1, dust=0, worst=tuple(a_break("X" * 90) for _ in range(9)))
    full = replace(await pulse(store.reader, today=TODAY), breaks=breaks)
    empty = replace(full, accounts=(), margins=(), expiring=(), movers=(), cash=())
    for view in (full, empty):
        for name, draw in DRAWINGS.items():
            for width in (18, 22, 28, 44, 70, 150):
                for height in (1, 2, 4, 5, 9, 30):
                    lines = draw(view, session, "90 days", width, height)
                    assert lines, (name, width, height)


async def test_what_an_account_brought_along_is_no_gain(store: Store) -> None:
    before, now = TODAY - dt.timedelta(days=60), TODAY
    history = ValueSeries(
        account=None, name="All accounts", currency="USD",
        points=((before, Decimal(1000)), (now, Decimal(9000))),
    )  # fmt: skip
    view = replace(await pulse(store.reader, today=TODAY), history=history)
    form = Format(zone=ZONE)
    alone = draw_worth(view, form, TODAY, "90 days", 60, 12)
    assert alone[-1].plain.endswith("▲ +800.0 %")
    joined = replace(view, begun=(("Savings", TODAY - dt.timedelta(days=3)),))
    together = draw_worth(joined, form, TODAY, "90 days", 60, 12)
    assert together[-1].plain.endswith("Savings came later")
