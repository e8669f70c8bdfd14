"""Statements that are fetched: stored each as a whole, once a day, and their files deleted."""

import asyncio
import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

from qm_tui.brokers.client import BrokerRefused, BrokerUnavailable, Progress, Waits
from qm_tui.domain.events import Derived, SectionDone, SyncFailed, SyncFinished, SyncWaits
from qm_tui.domain.health import LinkState
from qm_tui.domain.selection import Scope
from qm_tui.queries.activity import trades
from qm_tui.store.reading.known import covered
from qm_tui.store.reading.links import link_history
from qm_tui.store.runs import Source
from qm_tui.store.store import Store
from tests.conftest import NOW
from tests.simulators.flex import document, small_statement
from tests.sync.scripted import QUICK, Clock, Service, a_program, runs_of

AWAY = BrokerUnavailable("The Flex service is not available.")
EXPIRED = BrokerRefused("The token has expired. Make a new one and run `qm-tui login flex`.")


def a_statement(month: int, account: str = "U1") -> bytes:
    return document(
        small_statement(dt.date(2025, month, 1), dt.date(2025, month, 28), account=account)
    )


async def stored(store: Store) -> int:
    return await trades(store.reader, Scope()).count()


async def test_statements_are_fetched_at_the_first_start_and_their_files_are_deleted(
    store: Store,
) -> None:
    service = Service([Waits(says="It is being made."), a_statement(2), a_statement(1)])
    async with a_program(store, service.link()) as program:
        health = await program.state(LinkState.IDLE, "flex")
        assert await stored(store) == 2
        assert health.next_sync is not None
        assert health.accounts == ("U1",)
        assert (health.runs, health.failures) == (1, 0)
        assert not service.folders[0].exists()
        await program.until(lambda: program.all(Derived), "what follows is derived")
    assert [event.says for event in program.all(SyncWaits)] == ["It is being made."]
    (finished,) = program.all(SyncFinished)
    assert (finished.totals.added, finished.accounts, finished.already_known) == (2, ["U1"], False)
    fetch, *_ = await runs_of(store)
    assert (fetch.state, fetch.run) == ("done", finished.run)
    documents = await runs_of(store, "import")
    assert [(run.connection, run.name) for run in documents] == [
        ("flex", "flex 1"),
        ("flex", "flex 2"),
    ]
    assert {done.run for done in program.all(SectionDone)} == {run.run for run in documents}
    assert [days.from_date.month for days in await store.reader.read(covered, "flex")] == [1, 2]
    assert service.closed == 1


async def test_statements_are_fetched_again_when_the_next_ones_are_made(store: Store) -> None:
    service, clock = Service([a_statement(1)], [a_statement(2)]), Clock()
    async with a_program(store, service.link(), now=clock) as program:
        await program.state(LinkState.IDLE, "flex")
        assert len(service.asked) == 1
        clock.later(hours=23)
        await asyncio.sleep(0.05)
        assert len(service.asked) == 1
        clock.later(hours=1)
        await program.until(lambda: len(program.all(SyncFinished)) == 2, "they are fetched again")
        assert await stored(store) == 2
        known, unfinished = service.asked[1]
        assert (len(known), unfinished) == (1, False)


async def test_a_program_that_starts_again_the_same_day_fetches_nothing(store: Store) -> None:
    service, clock = Service([a_statement(1)]), Clock()
    for _ in range(2):
        async with a_program(store, service.link(), now=clock) as program:
            health = await program.state(LinkState.IDLE, "flex")
            assert (health.runs, health.failures) == (1, 0)
    assert len(service.asked) == 1


async def test_a_request_fetches_at_once_and_a_known_statement_changes_nothing(
    store: Store,
) -> None:
    service = Service([a_statement(1)])
    async with a_program(store, service.link()) as program:
        await program.state(LinkState.IDLE, "flex")
        program.syncs.request()
        await program.until(lambda: len(program.all(SyncFinished)) == 2, "they are fetched again")
        assert program.all(SyncFinished)[1].already_known
        await program.state(LinkState.IDLE, "flex")
    assert await stored(store) == 1
    assert [run.state for run in await runs_of(store)] == ["done", "done"]


async def test_what_the_service_warns_of_is_kept_with_the_fetch(store: Store) -> None:
    service = Service([a_statement(1)])
    service.says = ("Tick Open Positions in the query, or lots cannot be compared.",)
    async with a_program(store, service.link()) as program:
        health = await program.state(LinkState.IDLE, "flex")
        assert health.says == service.says[0]
    (history,) = await store.reader.read(link_history, ["flex"])
    assert history.warnings == tuple(service.says)
    (finished,) = program.all(SyncFinished)
    assert list(finished.warnings) == list(service.says)


async def test_a_fetch_that_fails_keeps_what_came_and_goes_on_later(store: Store) -> None:
    service = Service([a_statement(2), AWAY], [AWAY], [a_statement(1)])
    async with a_program(store, service.link()) as program:
        await program.until(lambda: program.all(SyncFinished), "it goes on by itself")
        assert await stored(store) == 2
        await program.state(LinkState.IDLE, "flex")
        assert program.health("flex").failures == 2
    assert [unfinished for _, unfinished in service.asked] == [False, True, True]
    assert [(run.state, run.error) for run in await runs_of(store)] == [
        ("failed", str(AWAY)),
        ("failed", str(AWAY)),
        ("done", None),
    ]
    assert [event.reason for event in program.all(SyncFailed)] == [str(AWAY)] * 2


async def test_a_token_that_expired_waits_for_the_user_and_is_not_forgotten(store: Store) -> None:
    service, clock = Service([EXPIRED], [EXPIRED], [a_statement(1)]), Clock()
    async with a_program(store, service.link(), now=clock) as program:
        health = await program.state(LinkState.REFUSED, "flex")
        assert health.says == str(EXPIRED)
        clock.later(days=3)
        await asyncio.sleep(0.05)
        assert len(service.asked) == 1
    async with a_program(store, service.link(), now=clock) as program:
        await program.state(LinkState.REFUSED, "flex")
        program.syncs.request(["flex"])
        await program.state(LinkState.IDLE, "flex")
    assert await stored(store) == 1


async def test_a_document_that_cannot_be_read_is_refused_and_deleted(store: Store) -> None:
    service = Service([a_statement(1)[:-40]])
    async with a_program(store, service.link()) as program:
        health = await program.state(LinkState.REFUSED, "flex")
        assert health.says
        assert not service.folders[0].exists()
    assert await stored(store) == 0
    (run,) = await runs_of(store)
    assert (run.state, run.error) == ("failed", health.says)


async def test_a_countdown_and_the_bytes_are_seen_while_they_last(store: Store) -> None:
    until = NOW + dt.timedelta(minutes=1)
    waits, arrives = asyncio.Event(), asyncio.Event()
    service = Service(
        [
            Waits(says="Too many requests.", until=until),
            waits,
            Progress(name="a", done_bytes=10, total_bytes=100),
            arrives,
        ]
    )
    async with a_program(store, service.link()) as program:
        await program.until(
            lambda: any(way.until == until for way in program.syncs.progress()), "it waits"
        )
        (way,) = program.syncs.progress()
        assert (way.says, way.run) == ("Too many requests.", 1)
        waits.set()
        await program.until(
            lambda: any(way.done_bytes for way in program.syncs.progress()), "it arrives"
        )
        (way,) = program.syncs.progress()
        assert (way.says, way.until, way.done_bytes, way.total_bytes) == ("", None, 10, 100)
        arrives.set()
        await program.state(LinkState.IDLE, "flex")


async def test_a_fetch_that_is_cancelled_is_not_begun_again_by_itself(store: Store) -> None:
    service = Service([a_statement(2), asyncio.Event()], [a_statement(1)])
    async with a_program(store, service.link()) as program:
        await program.until(lambda: program.all(SectionDone), "something is stored")
        program.syncs.cancel("flex")
        await program.state(LinkState.IDLE, "flex")
        (failed,) = program.all(SyncFailed)
        assert failed.cancelled
        assert not service.folders[0].exists()
        await asyncio.sleep(0.05)
        assert len(service.asked) == 1
        program.syncs.request()
        await program.until(lambda: program.all(SyncFinished), "it is fetched")
    assert await stored(store) == 2
    assert [unfinished for _, unfinished in service.asked] == [False, True]
    assert [run.state for run in await runs_of(store)] == ["cancelled", "done"]


async def test_a_fetch_that_was_killed_is_known_to_be_unfinished(store: Store) -> None:
    assert await store.writer.lease("flex", "ibkr-flex", "999999999@desk monitor") is None
    source = Source(connection="flex", broker="ibkr-flex", kind="sync")
    await store.writer.run(source).__aenter__()
    left = store.path.parent / "incoming-flex"
    left.mkdir()
    (left / "half.xml").write_bytes(b"<Flex")
    service = Service([a_statement(1)])
    async with a_program(store, service.link()) as program:
        await program.state(LinkState.IDLE, "flex")
    assert service.asked == [([], True)]
    assert not left.exists()


async def test_a_name_of_a_connection_is_no_way_out_of_the_folder(store: Store) -> None:
    service = Service([a_statement(1)])
    async with a_program(store, service.link("../../a/b")) as program:
        await program.state(LinkState.IDLE, "../../a/b")
    assert service.folders[0].parent == store.path.parent


async def test_each_connection_has_the_zone_it_is_configured_with(store: Store) -> None:
    service = Service([a_statement(1)])
    link = replace(service.link(), timezone=ZoneInfo("Asia/Tokyo"))
    async with a_program(store, link, intervals=QUICK) as program:
        await program.state(LinkState.IDLE, "flex")
    (one,) = (await trades(store.reader, Scope()).page(None, 10))[:1]
    assert one.executed_at == dt.datetime(2025, 1, 1, 0, 30, tzinfo=dt.UTC)
