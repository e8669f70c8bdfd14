"""What brokers push reaches the screen in front; what breaks is told, and empties nothing."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from qm_tui.domain.events import Derived, SectionCounts, SectionDone, SyncFinished
from qm_tui.domain.health import LinkState
from qm_tui.domain.records import AccountNotice, Greeks, MarginRequirement
from qm_tui.domain.words import Section
from qm_tui.store.runs import Source
from qm_tui.store.store import Store
from qm_tui.ui import live_feed
from tests.builders import a_balance, a_batch, a_position, an_account, an_equity, an_option
from tests.conftest import NOW
from tests.ui.books import HOSTILE, Monitor, a_book, a_context, monitor
from tests.ui.scripted_syncs import ScriptedSyncs, a_health

SYNC = Source(connection="ib", broker="ibkr", kind="sync", live=True)
CALL = an_option(expiry="2026-03-20", conid="900")


async def a_syncing(it: Monitor, syncs: ScriptedSyncs) -> None:
    """Wait until the monitor listens."""
    await it.until(lambda: syncs.subscribed)


def counts(it: Monitor) -> list[int]:
    """Count how often the page in front is read from now on."""
    loads = [0]
    load = it.page.load

    async def counted(reader: object) -> None:
        loads[0] += 1
        await load(reader)  # type: ignore[arg-type]

    it.page.load = counted  # type: ignore[method-assign]
    return loads


def cursor(it: Monitor) -> Any:
    """The row under the cursor."""
    return it.table.cursor_row


# --- rows --------------------------------------------------------------------------------------


async def test_a_pushed_price_reaches_the_row_and_the_sum(store: Store) -> None:
    await a_book(store)
    syncs = ScriptedSyncs()
    async with monitor(a_context(store, open_syncs=syncs.open)) as it:
        await it.press("2")
        await a_syncing(it, syncs)
        loads = counts(it)
        syncs.push(
            a_position(market_price="200", market_value="20000", unrealized_pnl="5000", as_of=NOW)
        )
        await it.until(lambda: "20,000.00" in it.row("AAPL"))
        await it.until(lambda: "+4,971.23" in it.row("Σ USD"))
        assert it.row("AAPL").endswith("0 s")
        assert loads == [0]


async def test_rows_keep_their_places_under_the_cursor_until_they_are_sorted_anew(
    store: Store,
) -> None:
    await a_book(store)
    syncs = ScriptedSyncs()
    async with monitor(a_context(store, open_syncs=syncs.open)) as it:
        await it.press("2", "s", "v", "g")
        await a_syncing(it, syncs)
        before = [row.split()[1] for row in it.lines[2:5]]
        at = cursor(it).symbol
        syncs.push(a_position(instrument="MSFT", quantity=-3, market_value="999999", as_of=NOW))
        await it.until_shown("999,999.00")
        assert [row.split()[1] for row in it.lines[2:5]] == before
        assert cursor(it).symbol == at
        await it.press("s", "v", "s", "v")
        assert [row.strip("▸ ").split()[0] for row in it.lines[2:6]].index("MSFT") == 2


async def test_a_page_that_was_not_in_front_shows_what_came_meanwhile(store: Store) -> None:
    await a_book(store)
    syncs = ScriptedSyncs()
    async with monitor(a_context(store, open_syncs=syncs.open)) as it:
        await it.press("2", "6")
        await a_syncing(it, syncs)
        syncs.push(a_position(market_value="21000", as_of=NOW))
        await it.press("2")
        await it.until(lambda: "21,000.00" in it.row("AAPL"))


async def test_what_is_closed_disappears_and_what_is_opened_is_looked_for(store: Store) -> None:
    await a_book(store)
    syncs = ScriptedSyncs()
    async with monitor(a_context(store, open_syncs=syncs.open)) as it:
        await it.press("2")
        await a_syncing(it, syncs)
        new = a_position(instrument=an_equity("NEWCO", conid="77"), as_of=NOW)
        await store.writer.save(SYNC, a_batch(new, amends=True))
        syncs.push(new, a_position(instrument="MSFT", quantity=0, as_of=NOW))
        await it.until_shown("NEWCO")
        assert "MSFT" not in it.text


async def test_account_values_are_shown_as_they_come(store: Store) -> None:
    await a_book(store)
    syncs = ScriptedSyncs()
    async with monitor(a_context(store, open_syncs=syncs.open), (200, 40)) as it:
        await a_syncing(it, syncs)
        syncs.push(
            *(
                a_balance(tag=tag, value=value, as_of=NOW)
                for tag, value in (("NetLiquidation", "130000"), ("DailyPnL", "-77.5"))
            )
        )
        await it.until(lambda: "130,000.00" in it.row("Main"))
        assert "-77.50" in it.row("Main")
        assert "net 130,000.00" in it.row("Σ USD")


async def test_greeks_are_shown_as_they_come(store: Store) -> None:
    await store.writer.save(
        SYNC, a_batch(an_account(), a_position(instrument=CALL, quantity=-2, as_of=NOW))
    )
    syncs = ScriptedSyncs()
    async with monitor(a_context(store, open_syncs=syncs.open), (200, 40)) as it:
        await it.press("3")
        await a_syncing(it, syncs)
        assert "(1 without Greeks)" in it.row("Σ USD")
        syncs.push(
            Greeks(
                account="",
                instrument=CALL,
                as_of=NOW,
                delta=Decimal("0.5"),
                theta=Decimal("-0.05"),
                vega=Decimal("0.1"),
                underlying_price=Decimal(150),
                source="ibkr",
                delayed=True,
            )
        )
        await it.until(lambda: "-100.00" in it.row("2026-03-20"))
        assert "ibkr 0 s delayed" in it.row("2026-03-20")
        await it.until(lambda: "theta/day +10.00" in it.row("Σ USD"))
        assert "delta in money -15,000.00" in it.row("Σ USD")


async def test_an_option_leads_to_its_lots(store: Store) -> None:
    await store.writer.save(SYNC, a_batch(an_account(), a_position(instrument=CALL, as_of=NOW)))
    async with monitor(a_context(store)) as it:
        await it.press("3", "enter")
        assert it.trail == f"Options / U1234567 / {CALL.symbol}"


async def test_what_restricts_an_account_is_told_with_it(store: Store) -> None:
    notice = AccountNotice(
        account="DU1", kind="restriction", message=f"Closing orders only. {HOSTILE}", noticed_at=NOW
    )
    await store.writer.save(SYNC, a_batch(an_account("DU1")))
    await store.writer.save(SYNC, a_batch(notice, section=Section.NOTICES))
    async with monitor(a_context(store), (80, 24)) as it:
        assert "DU1 ! paper" in it.lines[2]
        assert "paper account" in it.text
        assert "! Closing orders only. EVIL [red]x[/red]" in it.text
        assert "\x1b" not in it.text


async def test_what_takes_the_margin_is_told_the_most_first(store: Store) -> None:
    required = [
        MarginRequirement(
            account="DU1", as_of=NOW, underlying_symbol=name, maintenance=Decimal(amount)
        )
        for name, amount in (("KO", 50), ("Total", 1050), (f"AMD{HOSTILE}", 1000))
    ]
    await store.writer.save(SYNC, a_batch(an_account("DU1")))
    await store.writer.save(SYNC, a_batch(*required, section=Section.MARGIN))
    async with monitor(a_context(store)) as it:
        line = it.row("margin by underlying")
        assert line.index("AMD") < line.index("KO")
        assert "1,000.00" in line
        assert "Total" not in line


async def test_the_margin_fills_two_lines_and_counts_the_rest(store: Store) -> None:
    required = [
        MarginRequirement(
            account="DU1", as_of=NOW, underlying_symbol=f"UND{n}", maintenance=Decimal(9000 - n)
        )
        for n in range(30)
    ]
    await store.writer.save(SYNC, a_batch(an_account("DU1")))
    await store.writer.save(SYNC, a_batch(*required, section=Section.MARGIN))
    async with monitor(a_context(store), (80, 24)) as it:
        first = it.lines.index(it.row("margin by underlying"))
        assert "UND0 9,000.00" in it.lines[first]
        assert "and 2" in it.lines[first + 1]
        assert "UND" not in it.lines[first + 2]


async def test_what_nobody_knows_the_cost_of_is_counted_beside_the_sum(store: Store) -> None:
    known = a_position(market_value="200", unrealized_pnl="50", as_of=NOW)
    moved_in = a_position(instrument=an_equity("KO"), market_value="70", as_of=NOW)
    unknown = replace(moved_in, unrealized_pnl=None)
    await store.writer.save(SYNC, a_batch(an_account(), known, unknown))
    async with monitor(a_context(store)) as it:
        await it.press("2")
        foot = it.row("Σ USD")
        assert "+50.00" in foot
        assert "unrealized (covers 74 % of value)" in foot


async def test_a_closed_account_is_marked_and_not_missed_in_the_sums(store: Store) -> None:
    closed = an_account("DU2", closed=NOW.date())
    await store.writer.save(SYNC, a_batch(an_account("DU1"), closed))
    await store.writer.save(SYNC, a_batch(a_balance(account="DU1", tag="NetLiquidation")))
    async with monitor(a_context(store)) as it:
        assert "DU2" in it.row("closed")
        assert "net liquidation without" not in it.text


@pytest.mark.parametrize("width", [80, 100, 110, 120, 160])
async def test_that_an_account_is_closed_is_not_cut(store: Store, width: int) -> None:
    closed = an_account("5WX00003", closed=NOW.date())
    await store.writer.save(SYNC, a_batch(an_account("DU1"), closed))
    async with monitor(a_context(store), (width, 24)) as it:
        assert "5WX00003 closed " in it.text


# --- what is stored ----------------------------------------------------------------------------


async def test_a_sync_of_many_sections_is_read_a_few_times(store: Store) -> None:
    await a_book(store)
    syncs = ScriptedSyncs()
    async with monitor(a_context(store, open_syncs=syncs.open)) as it:
        await a_syncing(it, syncs)
        await it.press("j")
        loads = counts(it)
        await store.writer.save(SYNC, a_batch(an_account("U0000001", nickname="New here")))
        done = SectionCounts(received=1)
        syncs.tell(
            *(SectionDone(source="ib", run=2, section=each, counts=done) for each in Section),
            SyncFinished(source="ib", run=2, sections={}),
            Derived(groups=0, lots=0, gains=0, findings=0, kinds={}, seconds=0.1),
        )
        await it.until_shown("New here")
        assert 1 <= loads[0] <= 3
        assert cursor(it).account == "U7654321", "the cursor stays on its row"
        assert it.table.cursor_index == 2


# --- the status bar ----------------------------------------------------------------------------

SAID: Mapping[str, Mapping[str, object]] = {
    "● ib live 2 s": {},
    "● ib live 2 s, delayed": {"delayed": True},
    "● ib live 2 s, part missing": {"lacking": True},
    "● ib data 2 s old, part missing": {"lacking": True, "state": LinkState.IDLE},
    "◐ ib out of touch, data 2 s old": {"state": LinkState.STALE},
    "○ ib tries again in 12 s": {
        "state": LinkState.WAITING, "next_try": NOW + dt.timedelta(seconds=12)
    },
    "! ib refused": {"state": LinkState.REFUSED},
    "⇄ ib elsewhere": {"state": LinkState.LEASED},
    "↻ ib syncing": {"state": LinkState.SYNCING},
    "○ ib connecting": {"state": LinkState.CONNECTING},
}  # fmt: skip


@pytest.mark.parametrize("said", SAID)
async def test_the_status_bar_says_how_a_connection_is(store: Store, said: str) -> None:
    await a_book(store)
    syncs = ScriptedSyncs()
    async with monitor(a_context(store, open_syncs=syncs.open), (140, 30)) as it:
        await a_syncing(it, syncs)
        syncs.change("ib", **SAID[said])
        await it.until(lambda: said in it.lines[-2])
        assert "ib-flex data 18 h old" in it.lines[-2]
        assert "Main" in it.text, "nothing is emptied"


async def test_at_80_columns_what_is_well_is_cut_and_what_is_not_is_said(store: Store) -> None:
    await a_book(store)
    syncs = ScriptedSyncs()
    for name in ("tasty", "second", "third"):
        syncs.links[name] = a_health(name)
    syncs.links["flex"] = a_health("flex", state=LinkState.REFUSED)
    async with monitor(a_context(store, open_syncs=syncs.open), (80, 24)) as it:
        await a_syncing(it, syncs)
        await it.until(lambda: "! flex refused" in it.lines[-2])
        assert "accounts" not in it.lines[-2]
        assert "● ib" in it.lines[-2]
        assert len(it.lines[-2]) <= 80


async def test_hostile_names_and_endless_sentences_do_no_harm(store: Store) -> None:
    await a_book(store)
    syncs = ScriptedSyncs()
    name = HOSTILE * 20
    syncs.links[name] = a_health(name, state=LinkState.REFUSED, says=HOSTILE * 500)
    async with monitor(a_context(store, open_syncs=syncs.open), (80, 24)) as it:
        await a_syncing(it, syncs)
        await it.press("7", "tab", "G")
        assert "\x1b" not in it.text
        assert "[red]x[/red]" in it.text
        assert len(it.lines) == 24


# --- what is asked for -------------------------------------------------------------------------


async def test_r_syncs_what_is_shown_and_says_so(store: Store) -> None:
    await a_book(store)
    syncs = ScriptedSyncs()
    async with monitor(a_context(store, open_syncs=syncs.open)) as it:
        await a_syncing(it, syncs)
        await it.press("r")
        assert syncs.asked == [["ib", "ib-flex"]]
        assert it.toasts == ["Syncing ib, ib-flex…"]
        await it.press("1", "down", "enter", "r")
        assert syncs.asked[1:] == [["ib"]]
        await it.press("R")
        assert syncs.asked[2:] == [["ib", "ib-flex"]]


async def test_r_without_connections_reads_again_and_says_nothing(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        loads = counts(it)
        await it.press("r", "R")
        assert loads[0] >= 2
        assert it.toasts == []


async def test_r_on_an_account_that_no_connection_reaches_says_so(store: Store) -> None:
    await a_book(store)
    await store.writer.save(
        Source(connection="import", broker="ibkr", kind="import"), a_batch(an_account("A1"))
    )
    syncs = ScriptedSyncs()
    async with monitor(a_context(store, open_syncs=syncs.open)) as it:
        await a_syncing(it, syncs)
        await it.press("g", "enter", "r")
        assert syncs.asked == []
        assert it.toasts == ["No connection reaches A1: read again from the store."]


# --- what breaks -------------------------------------------------------------------------------


async def test_a_subscription_that_breaks_is_told_and_begun_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_feed, "AGAIN", 0.01)
    await a_book(store)
    syncs = ScriptedSyncs()
    async with monitor(a_context(store, open_syncs=syncs.open)) as it:
        await a_syncing(it, syncs)
        syncs.die(f"It broke. {HOSTILE}")
        await it.until(lambda: syncs.subscribed == 2)
        assert it.toasts[0].startswith("It broke. EVIL [red]x[/red]")
        assert "\x1b" not in it.toasts[0]
        assert "Main" in it.text
        syncs.push(a_balance(tag="NetLiquidation", value="140000", as_of=NOW))
        await it.until(lambda: "140,000.00" in it.row("Main"))


async def test_syncs_that_cannot_be_opened_are_told_and_tried_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_feed, "AGAIN", 0.01)
    await a_book(store)
    syncs = ScriptedSyncs()
    tries = [0]

    async def open_syncs() -> ScriptedSyncs:
        tries[0] += 1
        if tries[0] == 1:
            raise OSError("No more files.")
        return syncs

    async with monitor(a_context(store, open_syncs=open_syncs)) as it:
        await a_syncing(it, syncs)
        assert tries == [2]
        assert any("No more files." in toast for toast in it.toasts)
        await it.until(lambda: "● ib live" in it.lines[-2])
