"""The history of transactions: whole, whatever the broker makes of its pages."""

import datetime as dt
import json
import zlib
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from qm_tui.brokers.client import Known
from qm_tui.brokers.tastytrade.cursor import Cursor, Days, Reach, together
from qm_tui.brokers.tastytrade.documents import kept
from qm_tui.brokers.tastytrade.settings import History
from qm_tui.brokers.tastytrade.windows import windows
from qm_tui.domain.batches import Batch
from qm_tui.domain.words import Section
from tests.brokers.tastytrade.clients import (
    NOW,
    QUIET,
    connected,
    cursors,
    failed,
    ids,
    in_the_book,
    pulled,
)
from tests.brokers.tastytrade.opened import opened
from tests.simulators.tastytrade import TastytradeDouble
from tests.simulators.tastytrade_acts import ACTS, as_if, changed, right, row_changed
from tests.simulators.tastytrade_example import CLOSED, MARGIN
from tests.simulators.tastytrade_fault import Fault, Outcome
from tests.simulators.tastytrade_faults_answers import HISTORY
from tests.simulators.tastytrade_faults_history import (
    HISTORY_FAULTS,
    SMALL,
    add_row,
    restate_fee,
)
from tests.simulators.tastytrade_history import LongHistory

TODAY = dt.date(2026, 11, 20)
YEAR = dt.timedelta(days=365)
SET = [fault for fault in HISTORY_FAULTS if not fault.happens]


# --- windows, cursors, documents -----------------------------------------------------------------


def test_windows_lie_side_by_side_and_reach_from_the_beginning_of_time_to_now() -> None:
    found = windows(dt.date(2024, 1, 2), TODAY, YEAR, from_the_oldest=True)

    assert [window.params() for window in found] == [
        {"end-date": "2024-12-31"},
        {"start-date": "2025-01-01", "end-date": "2025-12-31"},
        {"start-date": "2026-01-01"},
    ]
    assert found[-1].last == TODAY


def test_one_window_is_asked_for_without_days_where_the_history_is_short() -> None:
    (window,) = windows(dt.date(2026, 11, 1), TODAY, YEAR, from_the_oldest=True)
    assert window.params() == {}


def test_a_day_that_is_yet_to_come_is_asked_for_up_to_now() -> None:
    (window,) = windows(TODAY + dt.timedelta(days=3), TODAY, YEAR)
    assert (window.first, window.is_latest) == (TODAY, True)


def test_a_window_has_halves_until_it_is_a_day() -> None:
    (window,) = windows(dt.date(2026, 11, 18), TODAY, YEAR)
    halves = window.halves()
    assert halves is not None
    assert [half.params() for half in halves] == [
        {"start-date": "2026-11-18", "end-date": "2026-11-19"},
        {"start-date": "2026-11-20"},
    ]
    assert halves[1].halves() is None


def test_a_cursor_is_read_as_it_was_written() -> None:
    reach = Reach(first=dt.date(2024, 1, 2), last=TODAY, begins=dt.date(2024, 5, 1))
    again = (Days(TODAY, TODAY), Days(TODAY + YEAR, TODAY + 2 * YEAR))
    cursor = Cursor().moved("A", reach).moved("B", replace(reach, begins=None, again=again))
    assert Cursor.read(cursor.text()) == cursor


@pytest.mark.parametrize(
    "text",
    [
        "", "nonsense", "[]", '{"A": 7}', '{"A": {"from": "2024-01-02"}}', '{"A": null}',
        '{"A": {"from": "2024-01-02", "through": "soon"}}',
        '{"A": {"from": "2024-01-02", "through": "2023-01-02"}}',
        '{"A": {"from": "2024-01-02", "through": "2024-01-02", "again": [["2024-01-02"]]}}',
    ],
)  # fmt: skip
def test_a_cursor_that_makes_no_sense_is_none(text: str) -> None:
    assert Cursor.read(text) == Cursor()


async def test_an_answer_is_kept_byte_for_byte_and_each_row_can_be_found_in_it() -> None:
    async with TastytradeDouble() as double:
        double.book.accounts[MARGIN].history = LongHistory(900, MARGIN)
        async with opened(double.base_url) as access:
            path = f"/accounts/{MARGIN}/transactions"
            answer = await access.ask(path, {"per-page": 900}, what="The transactions")
    document, blocks = kept(answer, "transactions", "tastytrade-transactions")

    whole = b"".join(zlib.decompress(block.data) for block in blocks)
    assert (whole, document.size) == (answer.body, len(answer.body))
    assert len(blocks) > 1
    assert answer.items is not None
    for block in blocks:
        offsets = memoryview(block.row_offsets).cast("I")
        for row, offset in enumerate(offsets, start=block.first_row):
            begin = block.offset + offset
            found, _ = json.JSONDecoder().raw_decode(whole[begin:].decode())
            assert found["id"] == answer.items[row].value["id"]


# --- against the double --------------------------------------------------------------------------


@pytest.mark.parametrize("fault", SET, ids=[fault.name for fault in SET])
async def test_no_row_is_lost_whatever_the_pages_are_like(fault: Fault) -> None:
    async with TastytradeDouble() as double:
        fault.apply(double)
        async with connected(double) as client:
            found = await pulled(client)
            asked = len(double.requests(HISTORY))
        assert asked < 400
        lost = in_the_book(double) - ids(found)
        if fault.outcome is Outcome.WHOLE:
            assert not lost
            assert failed(found) == {}
        else:
            assert not lost or Section.TRANSACTIONS in failed(found)
        double.heal()
        async with connected(double) as client:
            found += await pulled(client, cursors(found))
    assert ids(found) == in_the_book(double) | ids(found)


async def test_a_history_that_breaks_off_goes_on_where_it_stopped() -> None:
    settings = replace(QUIET, history=History(page=100, fallback_page=50))
    async with TastytradeDouble() as double:
        long = LongHistory(1000, MARGIN, per_day=2)
        double.book.accounts = {MARGIN: double.book.accounts[MARGIN]}
        double.book.accounts[MARGIN].history = long
        double.act(HISTORY, *[right] * 6, *[ACTS["error"]] * 3)
        async with connected(double, settings) as client:
            before = await pulled(client)
            asked = len(double.requests(HISTORY))
            assert "The transactions of" in failed(before)[Section.TRANSACTIONS]
            after = await pulled(client, cursors(before))
            again = double.requests(HISTORY)[asked:]

    assert len(ids(before)) >= 400
    assert len(ids(before) | ids(after)) == 1000
    # All of it a second time would be ten pages.
    assert len(again) < 8
    assert "start-date" in again[0].params
    # Only now are there days of which nothing is missing up to today.
    reach = Cursor.read(cursors(after).cursors[Section.TRANSACTIONS]).of(MARGIN)
    assert reach is not None
    assert reach.last == TODAY


async def test_a_cursor_never_stands_behind_a_row_that_is_missing() -> None:
    settings = replace(QUIET, history=History(page=50, fallback_page=50, rereads=0))
    async with TastytradeDouble() as double:
        long = LongHistory(400, MARGIN, per_day=1)
        double.book.accounts = {MARGIN: double.book.accounts[MARGIN]}
        double.book.accounts[MARGIN].history = long
        async with connected(double, settings) as client:
            seen: set[str] = set()
            for batch in await pulled(client):
                seen |= ids([batch])
                if batch.section is Section.TRANSACTIONS and batch.cursor is not None:
                    reach = Cursor.read(batch.cursor).of(MARGIN)
                    assert reach is not None
                    known = {300_000_000 + i for i in range(400) if long.day(i) <= reach.last}
                    assert {str(one) for one in known} <= seen


async def test_what_is_late_and_what_is_restated_comes_with_the_next_sync() -> None:
    async with TastytradeDouble() as double, connected(double) as client:
        before = await pulled(client)
        add_row(double.book, days_ago=3)
        restate_fee(double.book)
        after = await pulled(client, cursors(before))

        assert len(ids(after) - ids(before)) == 1
        assert ids(before) | ids(after) == in_the_book(double)
        assert all("start-date" in one.params for one in double.requests(HISTORY)[-3:])


async def test_what_was_before_the_opening_is_brought_too() -> None:
    def old(row: dict[str, object]) -> None:
        row |= {"executed-at": "2016-03-01T15:00:00.000+00:00", "transaction-date": "2016-03-01"}

    async with TastytradeDouble() as double:
        old(double.book.accounts[MARGIN].rows[0])
        async with connected(double) as client:
            found = await pulled(client)
        assert ids(found) == in_the_book(double)


async def test_a_history_that_begins_in_the_middle_says_from_when() -> None:
    async with TastytradeDouble() as double:
        rows = double.book.accounts[MARGIN].rows
        # The deposit, and all of the first year, are not told any more.
        rows[:] = [row for row in rows if row["transaction-date"] >= "2024-03-01"]
        async with connected(double) as client:
            found = await pulled(client)
            again = await pulled(client, cursors(found))

    for batches in (found, again):
        (warning,) = [w for batch in batches for w in batch.warnings if "middle" in w]
        assert MARGIN in warning
        assert "2024-03-01" in warning
        notices = [record for batch in batches if batch.section is Section.NOTICES
                   for record in batch.records]  # fmt: skip
        assert [(one.account, one.kind) for one in notices] == [(MARGIN, "information")]  # type: ignore[attr-defined]


async def test_a_window_that_was_whole_is_covered_and_a_day_is_covered_once() -> None:
    def covered(batches: list[Batch]) -> list[tuple[str, dt.date, dt.date]]:
        return [(one.account, one.from_date, one.to_date) for batch in batches
                for one in batch.coverage]  # fmt: skip

    async with TastytradeDouble() as double, connected(double) as client:
        found = await pulled(client)
        again = await pulled(client, cursors(found))

    days = [(first, last) for account, first, last in covered(found) if account == CLOSED]
    assert days[-1][1] == TODAY
    assert all(later[0] == earlier[1] + dt.timedelta(days=1)
               for earlier, later in pairwise(days))  # fmt: skip
    assert covered(again) == []


async def test_memory_stays_flat_for_each_page_is_let_go_of() -> None:
    async with TastytradeDouble() as double:
        double.book.accounts[MARGIN].history = LongHistory(6000, MARGIN)
        async with connected(double) as client:
            largest = 0
            async for batch in client.pull(cursors([])):
                largest = max(largest, len(batch.records))
    assert largest <= QUIET.history.page


async def test_one_bad_row_costs_one_row_and_is_kept_as_it_came() -> None:
    def spoil(row: dict[str, object]) -> None:
        row["quantity"] = "a handful"

    async with TastytradeDouble() as double:
        double.act(f"/accounts/{MARGIN}/transactions", row_changed(spoil, 2))
        async with connected(double) as client:
            found = await pulled(client)
        (refused,) = [row for batch in found for row in batch.refused]
        assert "a handful" in refused.text
        assert len(in_the_book(double) - ids(found)) == 1


@pytest.mark.parametrize(
    "names", [("id",), ("executed-at", "transaction-date")], ids=["without id", "without a day"]
)
async def test_a_row_that_was_refused_comes_once_it_can_be_read(names: tuple[str, ...]) -> None:
    def spoil(row: dict[str, object]) -> None:
        for name in names:
            row.pop(name)

    path = f"/accounts/{MARGIN}/transactions"
    async with TastytradeDouble() as double:
        double.act(path, row_changed(spoil, 3))
        async with connected(double) as client:
            found = await pulled(client)
        assert len(in_the_book(double) - ids(found)) == 1
        double.heal()
        async with connected(double) as client:
            found += await pulled(client, cursors(found))
        assert ids(found) == in_the_book(double)
        before = len(double.requests(path))
        async with connected(double) as client:
            found += await pulled(client, cursors(found))
        assert len(double.requests(path)) - before == 1, "it is asked for no longer"


async def test_a_row_that_is_never_readable_costs_one_question_a_time() -> None:
    def spoil(payload: dict[str, Any]) -> None:
        for row in payload["data"]["items"]:
            if row["id"] == 245_000_005:
                row["quantity"] = "a handful"

    path = f"/accounts/{MARGIN}/transactions"
    async with TastytradeDouble() as double:
        double.always[path] = changed(spoil)
        found: list[Batch] = []
        for _ in range(2):
            async with connected(double) as client:
                found += await pulled(client, cursors(found))
        before = len(double.requests(path))
        async with connected(double) as client:
            pull = await pulled(client, cursors(found))
        assert len(double.requests(path)) - before == 2
        assert [row.section for batch in pull for row in batch.refused] == ["transactions"]


def test_days_to_ask_again_are_put_together_where_they_touch_and_where_they_are_many() -> None:
    days = [Days(TODAY + n * YEAR, TODAY + n * YEAR) for n in range(30)]
    near = Days(TODAY, TODAY + dt.timedelta(days=9))
    assert together([*days[:2], near]) == (near, days[1])
    many = together([*days, near])
    assert len(many) == 20
    assert (many[0].first, many[-1].last) == (days[0].first, days[-1].last)


async def test_rows_that_come_at_the_end_are_no_reason_to_begin_again() -> None:
    async with TastytradeDouble() as double:
        double.act(HISTORY, SMALL, as_if(add_row, per_page="7"))
        double.always[HISTORY] = SMALL
        async with connected(double) as client:
            found = await pulled(client)
        assert ids(found) == in_the_book(double)
        first_pages = [one for one in double.requests(HISTORY) if one.params["page-offset"] == "0"]
        assert len({str(one) for one in first_pages}) == len(first_pages)


async def test_pages_of_different_sizes_are_not_put_together() -> None:
    async with TastytradeDouble() as double:
        double.act(HISTORY, SMALL, right)
        async with connected(double) as client:
            found = await pulled(client)
        assert ids(found) == in_the_book(double)
        assert failed(found) == {}


@pytest.mark.parametrize("ahead", [dt.timedelta(days=20), YEAR])
async def test_a_clock_that_was_ahead_loses_nothing(ahead: dt.timedelta) -> None:
    async with TastytradeDouble() as double:
        async with connected(double, now=NOW + ahead) as client:
            before = await pulled(client)
        double.book.now += dt.timedelta(days=18)
        add_row(double.book, days_ago=16)
        async with connected(double, now=double.book.now) as client:
            after = await pulled(client, cursors(before))

        assert ids(before) | ids(after) == in_the_book(double)


async def test_days_that_a_clock_made_known_before_they_came_are_asked_for_again() -> None:
    known = Cursor().moved(MARGIN, Reach(first=dt.date(2024, 1, 2), last=TODAY + YEAR))
    async with TastytradeDouble() as double, connected(double) as client:
        found = await pulled(client, Known(cursors={Section.TRANSACTIONS: known.text()}))

        assert ids(found) == in_the_book(double)


async def test_what_is_booked_late_with_a_day_long_past_comes_within_a_month() -> None:
    async with TastytradeDouble() as double:
        async with connected(double) as client:
            before = await pulled(client)
        add_row(double.book, days_ago=200)
        double.book.now += dt.timedelta(days=20)
        async with connected(double, now=double.book.now) as client:
            soon = await pulled(client, cursors(before))
        double.book.now += dt.timedelta(days=11)
        async with connected(double, now=double.book.now) as client:
            later = await pulled(client, cursors([*before, *soon]))

        late = in_the_book(double) - ids(before)
        assert len(late) == 1
        assert not late & ids(soon)
        assert late <= ids(later)


async def test_a_history_that_was_never_whole_goes_on_and_does_not_begin_anew() -> None:
    known = Cursor().moved(MARGIN, Reach(first=dt.date(2023, 12, 19), last=TODAY))
    async with TastytradeDouble() as double, connected(double) as client:
        found = await pulled(client, Known(cursors={Section.TRANSACTIONS: known.text()}))

        asked = [one for one in double.requests(HISTORY) if MARGIN in one.path]
        assert all("start-date" in one.params for one in asked)
        assert Cursor.read(cursors(found).cursors[Section.TRANSACTIONS]).reaches[MARGIN].whole
