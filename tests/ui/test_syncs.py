"""The screen of connections and runs: what it says, what is cancelled, what is synced."""

import datetime as dt

import pytest

from qm_tui.domain.events import SectionCounts
from qm_tui.domain.health import LinkState
from qm_tui.domain.words import Section
from qm_tui.store.runs import Source
from qm_tui.store.store import Store
from tests.builders import a_batch, a_position, an_account
from tests.conftest import NOW
from tests.ui.books import HOSTILE, a_book, a_context, monitor
from tests.ui.scripted_syncs import Going, ScriptedSyncs, a_health

SYNC = Source(connection="ib", broker="ibkr", kind="sync", live=True)
EXPIRED = (
    "The token of ib-flex has expired. Make a new one in Client Portal → Performance & Reports → "
    "Flex Queries → Flex Web Service, then run `qm-tui login ib-flex`."
)


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_connections_are_told_with_what_to_do(store: Store, size: tuple[int, int]) -> None:
    await a_book(store)
    syncs = ScriptedSyncs()
    syncs.links["ib-flex"] = a_health(
        "ib-flex", state=LinkState.REFUSED, says=EXPIRED, failures=3, next_sync=None
    )
    async with monitor(a_context(store, open_syncs=syncs.open), size) as it:
        await it.until(lambda: syncs.subscribed)
        await it.press("7", "tab", "down")
        row = next(line for line in it.lines[2:5] if "ib-flex" in line)
        assert "! refused" in row
        assert "3 of 20" in row
        assert "qm-tui login ib-flex" in " ".join(it.text.split())
        assert "● live" in it.lines[2]
        assert "statement.xml" in it.text
        assert "####" not in it.text


async def test_a_connection_that_waits_counts_down(store: Store) -> None:
    syncs = ScriptedSyncs()
    syncs.links["ib"] = a_health(
        state=LinkState.WAITING, next_try=NOW + dt.timedelta(seconds=42), says="Nothing answers."
    )
    async with monitor(a_context(store, open_syncs=syncs.open)) as it:
        await it.until(lambda: syncs.subscribed)
        await it.press("7")
        assert "42 s" in it.lines[2]
        assert "ib: Nothing answers." in it.text


async def test_the_first_screen_says_what_keeps_everything_from_coming(store: Store) -> None:
    syncs = ScriptedSyncs()
    syncs.links = {"tasty": a_health("tasty", state=LinkState.CONNECTING, failures=0)}
    async with monitor(a_context(store, open_syncs=syncs.open), (80, 24)) as it:
        await it.until(lambda: syncs.subscribed)
        assert "shown here by itself" in it.text
        says = "The login was refused. Run `qm-tui login tasty`, for so it will never do."
        syncs.change("tasty", state=LinkState.REFUSED, says=says)
        await it.until_shown("! tasty: refused")
        assert "Run `qm-tui login tasty`" in it.text
        await it.press("r")
        assert "! tasty: refused" in it.text
        syncs.change("tasty", state=LinkState.SYNCING, says="")
        await it.until_shown("shown here by itself")


async def test_positions_that_failed_to_come_are_not_said_to_be_none(store: Store) -> None:
    syncs = ScriptedSyncs()
    syncs.links = {"tasty": a_health("tasty", last_success=None, runs=1, failures=1)}
    await store.writer.save(SYNC, a_batch(an_account()))
    async with monitor(a_context(store, open_syncs=syncs.open), (80, 24)) as it:
        await it.until(lambda: syncs.subscribed)
        await it.press("2")
        assert "not all of tasty has come yet" in it.text
        await it.press("3")
        assert "not all of tasty has come yet" in it.text


async def test_what_runs_is_shown_with_its_progress_and_can_be_cancelled(store: Store) -> None:
    await a_book(store)
    syncs = ScriptedSyncs()
    async with monitor(a_context(store, open_syncs=syncs.open), (200, 40)) as it:
        await it.until(lambda: syncs.subscribed)
        await it.press("7")
        assert "Cancel" not in it.lines[-1]
        syncs.going = [
            Going(
                sections={Section.POSITIONS: SectionCounts(received=5000, added=12)},
                says="contract details",
            )
        ]
        syncs.change("ib", state=LinkState.SYNCING)
        await it.until_shown("ib: contract details, 5,000 rows")
        assert "↻ contract details" in it.lines[2]
        assert "Cancel" in it.lines[-1]
        await it.press("c")
        assert syncs.cancelled == ["ib"]
        assert "Cancelling the sync of ib" in it.toasts[-1]
        syncs.going = []
        syncs.change("ib", state=LinkState.LIVE)
        await it.until(lambda: "contract details" not in it.text)
        await it.press("c")
        assert syncs.cancelled == ["ib"]


async def test_a_stored_run_that_goes_on_counts_up(store: Store) -> None:
    syncs = ScriptedSyncs()
    async with store.writer.run(SYNC) as run:
        await run.save(a_batch(an_account(), a_position(as_of=NOW)))
        syncs.going = [
            Going(
                run=run.number,
                sections={Section.POSITIONS: SectionCounts(received=77, changed=76)},
            )
        ]
        async with monitor(a_context(store, open_syncs=syncs.open), (200, 40)) as it:
            await it.until(lambda: syncs.subscribed)
            await it.press("7")
            await it.until_shown("ib: positions, 77 rows")
            running = it.row("↻ running")
            assert " 76 " in running
            assert it.text.count("↻ running") == 1


async def test_r_syncs_the_connection_under_the_cursor(store: Store) -> None:
    await a_book(store)
    syncs = ScriptedSyncs()
    async with monitor(a_context(store, open_syncs=syncs.open)) as it:
        await it.until(lambda: syncs.subscribed)
        await it.press("7", "r")
        assert it.toasts == ["Syncing ib…"]
        await it.press("tab", "down", "r")
        assert it.toasts == ["Syncing ib-flex…"]
        assert syncs.asked == [["ib"], ["ib-flex"]]


async def test_a_run_is_told_by_section_and_its_error_in_full(store: Store) -> None:
    why = f"The gateway did not answer {HOSTILE} " + "within thirty seconds " * 8 + "at all."
    async with store.writer.run(SYNC) as run:
        await run.save(a_batch(an_account()))
        await run.save(a_batch(a_position(as_of=NOW), incomplete=why))
    async with monitor(a_context(store), (80, 24)) as it:
        await it.press("7")
        assert "◐ partial" in it.text
        await it.press("enter")
        await it.until_shown("= seen")
        assert "positions" in it.text
        await it.press("tab", "down")
        await it.until(lambda: "at all." in it.text)
        assert "\x1b" not in it.text
        await it.press("tab", "escape")
        assert it.trail == "Syncs"


async def test_without_a_sync_running_the_store_says_how_they_went(store: Store) -> None:
    async with store.writer.run(SYNC) as run:
        await run.save(a_batch(an_account()))
    await store.writer.note_failure(SYNC, "Nothing answers at 127.0.0.1 port 4001.", NOW)
    async with monitor(a_context(store)) as it:
        await it.press("7")
        assert "○ off" in it.lines[2]
        assert "1 of 2" in it.lines[2]
        assert "Nothing answers at 127.0.0.1 port 4001." in it.text


async def test_imports_alone_have_no_connections_above_them(store: Store) -> None:
    await a_book(store)
    async with monitor(a_context(store)) as it:
        await it.press("7")
        assert "Connection" not in it.text
        assert "statement.xml" in it.text


@pytest.mark.parametrize("name", ["show.imports", "show.syncs"])
async def test_the_former_name_of_the_key_still_works(store: Store, name: str) -> None:
    async with monitor(a_context(store, keys={name: "Z"})) as it:
        await it.press("Z")
        assert it.trail == "Syncs"
        assert it.toasts == []
