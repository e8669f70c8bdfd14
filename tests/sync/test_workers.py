"""A connection's life: synced, followed, lost, found again; and what its user sees of it."""

import asyncio
import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from qm_tui.brokers.client import BrokerRefused, BrokerUnavailable, Update
from qm_tui.domain.batches import Batch
from qm_tui.domain.events import (
    Derived,
    SectionDone,
    SyncFailed,
    SyncFinished,
    SyncStarted,
)
from qm_tui.domain.health import Health, LinkState
from qm_tui.domain.live import LiveChange, names_of
from qm_tui.domain.records import Position
from qm_tui.domain.selection import Scope
from qm_tui.domain.words import Section
from qm_tui.queries.positions import positions
from qm_tui.store.runs import Source
from qm_tui.store.store import Store, open_store
from qm_tui.sync.links import Link
from tests.builders import a_balance, a_batch, a_position, a_trade, an_account, an_equity, holds
from tests.conftest import NOW
from tests.sync.scripted import (
    HOLDER,
    QUICK,
    Broker,
    Clock,
    Program,
    Scene,
    Step,
    a_program,
    runs_of,
)

AAPL, MSFT = an_equity("AAPL", "265598"), an_equity("MSFT", "272093")
AWAY = BrokerUnavailable("Nobody listens on 127.0.0.1:4001. Start TWS or IB Gateway.")
REFUSED = BrokerRefused("The gateway wants you to accept its terms. Log in once by hand.")


def a_holding(instrument: Any = AAPL, quantity: int = 10, at: dt.datetime = NOW) -> Position:
    return a_position(account="U1", instrument=instrument, quantity=quantity, as_of=at)


def held(*found: Position, at: dt.datetime = NOW, incomplete: str | None = None) -> Batch:
    """An answer about positions: all there are, or those that came."""
    whole = () if incomplete else (holds("positions", "U1", at),)
    return Batch(section=Section.POSITIONS, records=found, holds=whole, incomplete=incomplete)


def a_pull(*found: Position, at: dt.datetime = NOW) -> Sequence[Step]:
    return (
        a_batch(an_account("U1")),
        a_batch(a_balance(account="U1", as_of=at, value=1000), holds=[holds("balances", "U1", at)]),
        held(*(found or (a_holding(at=at),)), at=at),
    )


async def quantities(store: Store) -> dict[str, Decimal]:
    return {view.symbol: view.quantity for view in await positions(store.reader, Scope())}


def quantity_shown(program: Program) -> Decimal | None:
    shown = program.syncs.live.position("U1", names_of(AAPL))
    return None if shown is None else shown.quantity


# --- a good day --------------------------------------------------------------------------------


async def test_a_connection_is_synced_when_it_is_made_and_live_from_then_on(store: Store) -> None:
    broker = Broker(Scene(pulls=[a_pull()]))
    async with a_program(store, broker.link()) as program:
        health = await program.state(LinkState.LIVE)
        assert await quantities(store) == {"AAPL": 10}
        assert (health.says, health.accounts) == ("Connected to a script.", ("U1",))
        assert health.latency == dt.timedelta(milliseconds=12)
        assert health.last_success is not None
        assert health.data_as_of is not None
        assert (health.runs, health.failures) == (1, 0)
        assert health.next_sync is not None
    (run,) = await runs_of(store)
    assert (run.state, run.received, run.added) == ("done", 3, 3)
    states = [health.state for health in program.all(Health)]
    assert list(dict.fromkeys(states)) == [
        LinkState.CONNECTING,
        LinkState.SYNCING,
        LinkState.LIVE,
        LinkState.OFF,
    ]
    (finished,) = program.all(SyncFinished)
    assert finished.run == run.run
    assert [done.section.value for done in program.all(SectionDone)] == [
        "accounts",
        "balances",
        "positions",
    ]
    assert broker.made[0].closed == 1


async def test_what_is_pushed_is_shown_and_not_stored(store: Store) -> None:
    scene = Scene(pulls=[a_pull()])
    async with a_program(store, Broker(scene).link()) as program:
        await program.state(LinkState.LIVE)
        pushed = replace(a_holding(), market_price=Decimal(123))
        await asyncio.sleep(2 * QUICK.live_every)  # what the sync itself has changed is told
        told = len(program.all(LiveChange))
        scene.pushed.put_nowait(Update(records=(pushed,)))
        await program.until(
            lambda: program.syncs.live.position("U1", names_of(AAPL)) == pushed, "it is shown"
        )
        await program.until(lambda: len(program.all(LiveChange)) > told, "it is told")
        assert program.all(LiveChange)[-1].holdings == {("U1", "conid:265598")}
        assert await runs_of(store, "live") == []


async def test_what_changed_is_stored_at_once_and_is_no_sync(store: Store) -> None:
    scene = Scene(pulls=[a_pull()])
    async with a_program(store, Broker(scene).link()) as program:
        await program.state(LinkState.LIVE)
        later = NOW + dt.timedelta(minutes=1)
        bought = Batch(
            section=Section.POSITIONS,
            records=(a_holding(MSFT, 5, later), a_holding(AAPL, 0, later)),
            amends=True,
        )
        fill = a_batch(a_trade(account="U1", instrument=MSFT, quantity=5))
        scene.pushed.put_nowait(Update(changed=(bought, fill)))
        await program.until(lambda: program.all(Derived), "what follows is derived")
        assert await quantities(store) == {"MSFT": 5}
        assert program.health().runs == 1
    (live,) = await runs_of(store, "live")
    assert live.state == "done"
    assert len(await runs_of(store)) == 1


async def test_snapshots_are_stored_between_syncs(store: Store) -> None:
    later = NOW + dt.timedelta(minutes=5)
    scene = Scene(pulls=[a_pull()], snapshot=[held(a_holding(AAPL, 7, later), at=later)])
    quick = replace(QUICK, snapshot_every=0.02)
    async with a_program(store, Broker(scene).link(), intervals=quick) as program:
        await program.state(LinkState.LIVE)
        await program.until(
            lambda: any(done.run > 1 for done in program.all(SectionDone)), "a snapshot is stored"
        )
        assert await quantities(store) == {"AAPL": 7}


async def test_a_sync_is_repeated_at_its_interval_and_on_request(store: Store) -> None:
    broker, clock = Broker(Scene(pulls=[a_pull()])), Clock()
    async with a_program(store, broker.link(), now=clock) as program:
        await program.state(LinkState.LIVE)
        clock.later(hours=1)
        await program.until(lambda: len(program.all(SyncFinished)) == 2, "it is synced again")
        program.syncs.request(["another"])
        program.syncs.request(["ib"])
        await program.until(lambda: len(program.all(SyncFinished)) == 3, "it is synced at once")
        assert len(broker.made) == 1
        assert broker.made[0].known[2].held[0].symbol == "AAPL"


async def test_requests_while_a_sync_goes_on_are_one_more_sync_afterwards(store: Store) -> None:
    gate = asyncio.Event()
    broker = Broker(Scene(pulls=[[gate, *a_pull()]]))
    async with a_program(store, broker.link()) as program:
        await program.until(lambda: broker.pulls, "a sync is begun")
        for _ in range(5):
            program.syncs.request()
        gate.set()
        await program.until(lambda: len(program.all(SyncFinished)) == 2, "it is synced again")
        await program.state(LinkState.LIVE)
        await asyncio.sleep(0.03)
        assert broker.pulls == 2


async def test_a_broker_that_pushes_nothing_is_idle_between_syncs(store: Store) -> None:
    broker = Broker(Scene(pulls=[a_pull()], pushes=False))
    async with a_program(store, broker.link()) as program:
        await program.state(LinkState.IDLE)


# --- not everything came -----------------------------------------------------------------------


async def test_a_sync_that_was_not_whole_says_so_and_is_repeated_soon(store: Store) -> None:
    missing = "The positions did not come within 10 seconds."
    scene = Scene(pulls=[[a_batch(an_account("U1")), held(incomplete=missing)], a_pull()])
    quick = replace(QUICK, again_after=0.05)
    async with a_program(store, Broker(scene).link(), intervals=quick) as program:
        health = await program.state(LinkState.LIVE)
        assert health.says == f"{missing} Connected to a script."
        assert health.failures == 1
        assert health.last_success is None
        await program.until(lambda: len(program.all(SyncFinished)) == 2, "it is synced again")
        first, second = program.all(SyncFinished)
        assert first.incomplete == {Section.POSITIONS: missing}
        assert second.incomplete == {}
        await program.until(lambda: not program.health().says.startswith("The"), "all is well")
    assert [run.state for run in await runs_of(store)] == ["partial", "done"]


async def test_what_may_have_been_missed_is_pulled_again_but_not_without_end(store: Store) -> None:
    scene = Scene(pulls=[a_pull()])
    broker = Broker(scene)
    quick = replace(QUICK, resync_pause=0.3)
    async with a_program(store, broker.link(), intervals=quick) as program:
        await program.state(LinkState.LIVE)
        for _ in range(20):
            scene.pushed.put_nowait(Update(resync=True))
        await program.until(lambda: broker.pulls == 2, "it is synced again")
        assert await runs_of(store)
        for _ in range(20):
            scene.pushed.put_nowait(Update(resync=True))
        await program.until(scene.pushed.empty, "all is heard")
        assert broker.pulls == 2


async def test_a_brokers_side_that_is_away_leaves_what_is_known_and_says_so(store: Store) -> None:
    scene = Scene(pulls=[a_pull()])
    async with a_program(store, Broker(scene).link()) as program:
        await program.state(LinkState.LIVE)
        away = "The gateway has lost the connection to Interactive Brokers."
        scene.pushed.put_nowait(Update(fresh=False, says=away))
        health = await program.state(LinkState.STALE)
        assert health.says == away
        assert await quantities(store) == {"AAPL": 10}
        scene.pushed.put_nowait(Update(says="It is back.", delayed=True))
        health = await program.state(LinkState.LIVE)
        assert (health.says, health.delayed) == ("It is back.", True)


# --- lost and found ----------------------------------------------------------------------------


async def test_a_lost_connection_closes_nothing_and_is_made_again_by_itself(store: Store) -> None:
    scene = Scene(pulls=[a_pull()])
    again = Scene(pulls=[a_pull(a_holding(AAPL, 11, NOW + dt.timedelta(hours=1)))])
    broker = Broker(scene, Scene(connect=AWAY), Scene(connect=AWAY), again)
    async with a_program(store, broker.link()) as program:
        await program.state(LinkState.LIVE)
        scene.pushed.put_nowait(BrokerUnavailable("The gateway has closed the connection."))
        health = await program.state(LinkState.WAITING)
        assert health.says == "The gateway has closed the connection."
        assert health.next_try is not None
        assert await quantities(store) == {"AAPL": 10}
        await program.state(LinkState.LIVE)
        await program.until(lambda: program.health().runs == 3, "it is synced")
        assert await quantities(store) == {"AAPL": 11}
        assert [client.closed for client in broker.made] == [1, 1, 1, 0]
    # What was lost was no sync; that nobody answered afterwards is written down once.
    assert [(run.state, run.error) for run in await runs_of(store)] == [
        ("done", None),
        ("failed", str(AWAY)),
        ("done", None),
    ]


async def test_a_long_night_is_survived_and_written_down_once(store: Store) -> None:
    nights = [Scene(connect=AWAY)] * 40
    broker = Broker(*nights, Scene(pulls=[a_pull()]))
    quick = replace(QUICK, back_off_first=2, back_off_most=300, look_every=0.001)
    clock = Clock()
    async with a_program(store, broker.link(), intervals=quick, now=clock) as program:
        waits: list[dt.timedelta] = []
        for attempt in range(1, 41):
            health = await program.state(LinkState.WAITING)
            await program.until(lambda attempt=attempt: len(broker.made) == attempt, "it is tried")  # type: ignore[misc]
            health = await program.state(LinkState.WAITING)
            assert health.next_try is not None
            waits.append(health.next_try - clock())
            clock.later(seconds=300)
            await program.until(lambda attempt=attempt: len(broker.made) > attempt, "again")  # type: ignore[misc]
        await program.state(LinkState.LIVE)
        assert max(waits) <= dt.timedelta(seconds=300)
        assert waits[0] <= dt.timedelta(seconds=2)
    failed, done = await runs_of(store)
    assert (failed.state, done.state) == ("failed", "done")
    since = {health.since for health in program.all(Health) if health.state is LinkState.WAITING}
    assert len(since) == 1


async def test_a_request_tries_at_once(store: Store) -> None:
    broker = Broker(Scene(connect=AWAY), Scene(pulls=[a_pull()]))
    quick = replace(QUICK, back_off_first=300, back_off_most=300)
    async with a_program(store, broker.link(), intervals=quick) as program:
        await program.state(LinkState.WAITING)
        program.syncs.request()
        await program.state(LinkState.LIVE)


async def test_a_broker_that_wants_to_be_left_alone_is_left_alone(store: Store) -> None:
    clock = Clock()
    until = clock() + dt.timedelta(minutes=10)
    away = BrokerUnavailable("Too many requests.", not_before=until)
    broker = Broker(Scene(connect=away), Scene(pulls=[a_pull()]))
    async with a_program(store, broker.link(), now=clock) as program:
        health = await program.state(LinkState.WAITING)
        assert health.next_try == until
        clock.later(minutes=10)
        await program.state(LinkState.LIVE)


async def test_who_is_refused_waits_for_the_user(store: Store) -> None:
    broker = Broker(Scene(connect=REFUSED), Scene(pulls=[a_pull()]))
    clock = Clock()
    async with a_program(store, broker.link(), now=clock) as program:
        health = await program.state(LinkState.REFUSED)
        assert health.says == str(REFUSED)
        clock.later(days=2)
        await asyncio.sleep(0.05)
        assert len(broker.made) == 1
        program.syncs.request(["ib"])
        await program.state(LinkState.LIVE)
    failed = next(event for event in program.all(SyncFailed))
    assert (failed.reason, failed.cancelled) == (str(REFUSED), False)
    assert (await runs_of(store))[0].run == failed.run


async def test_a_link_that_cannot_be_made_is_refused_and_others_go_on(store: Store) -> None:
    def make() -> Any:
        raise BrokerRefused("Tastytrade is not live in this version.")

    tasty = Link(name="tasty", broker="tastytrade", make=make)
    async with a_program(store, tasty, Broker(Scene(pulls=[a_pull()])).link()) as program:
        await program.state(LinkState.LIVE, "ib")
        assert (await program.state(LinkState.REFUSED, "tasty")).says.startswith("Tastytrade")


async def test_a_connection_lost_in_the_middle_of_a_sync_fails_it_with_words(store: Store) -> None:
    scene = Scene(pulls=[[*a_pull(), asyncio.Event()]])
    lost = BrokerUnavailable("The gateway has closed the connection.")
    async with a_program(store, Broker(scene, Scene(connect=AWAY)).link()) as program:
        await program.until(lambda: len(program.all(SectionDone)) == 3, "something is stored")
        scene.pushed.put_nowait(lost)
        await program.state(LinkState.WAITING)
        assert await quantities(store) == {"AAPL": 10}
        (failed, *_) = program.all(SyncFailed)
        assert (failed.reason, failed.cancelled) == (str(lost), False)
    (run, *_) = await runs_of(store)
    assert (run.state, run.error, run.received) == ("failed", str(lost), 3)


async def test_a_pull_that_finds_the_connection_lost_says_so_on_record(store: Store) -> None:
    lost = BrokerUnavailable("The gateway has closed the connection.")
    broker = Broker(Scene(pulls=[[*a_pull(), lost]]), Scene(pulls=[a_pull()]))
    async with a_program(store, broker.link()) as program:
        await program.until(lambda: program.all(SyncFinished), "it is synced")
    first, second = await runs_of(store)
    assert (first.state, first.error, first.received) == ("failed", str(lost), 3)
    assert second.state == "done"


# --- the user, and the end ---------------------------------------------------------------------


async def test_a_sync_that_is_cancelled_keeps_what_it_stored_and_the_connection(
    store: Store,
) -> None:
    broker = Broker(Scene(pulls=[[*a_pull(), asyncio.Event()], a_pull()]))
    async with a_program(store, broker.link()) as program:
        await program.until(lambda: len(program.all(SectionDone)) == 3, "something is stored")
        (way,) = program.syncs.progress()
        assert (way.connection, way.run) == ("ib", 1)
        assert list(way.sections) == [Section.ACCOUNTS, Section.BALANCES, Section.POSITIONS]
        program.syncs.cancel("ib")
        program.syncs.cancel("nobody")
        await program.state(LinkState.LIVE)
        assert program.syncs.progress() == []
        (failed,) = program.all(SyncFailed)
        assert (failed.cancelled, failed.run) == (True, 1)
        assert await quantities(store) == {"AAPL": 10}
        assert (len(broker.made), broker.pulls) == (1, 1)
        program.syncs.request()
        await program.until(lambda: program.all(SyncFinished), "it is synced")
    assert [run.state for run in await runs_of(store)] == ["cancelled", "done"]


async def test_a_program_that_is_closed_in_the_middle_leaves_nothing_behind(store: Store) -> None:
    stuck = Scene(pulls=[[*a_pull(), asyncio.Event()]], closes=False)
    broker = Broker(stuck)
    quick = replace(QUICK, close_within=0.1)
    async with a_program(store, broker.link(), intervals=quick) as program:
        await program.until(lambda: len(program.all(SectionDone)) == 3, "something is stored")
        await asyncio.wait_for(program.syncs.close(), 1)
        assert broker.made[0].closed == 1
        assert program.health().state is LinkState.OFF
    assert await store.writer.lease("ib", "ibkr", "1@elsewhere test") is None
    assert [run.state for run in await runs_of(store)] == ["cancelled"]
    assert await quantities(store) == {"AAPL": 10}


async def test_what_was_pushed_last_is_stored_before_the_end(store: Store) -> None:
    scene = Scene(pulls=[a_pull()])
    later = NOW + dt.timedelta(minutes=1)
    async with a_program(
        store, Broker(scene).link(), intervals=replace(QUICK, store_after=3600)
    ) as program:
        await program.state(LinkState.LIVE)
        change = Batch(section=Section.POSITIONS, records=(a_holding(AAPL, 3, later),), amends=True)
        scene.pushed.put_nowait(Update(changed=(change,)))
        await program.until(scene.pushed.empty, "it is heard")
        await asyncio.sleep(0)
    assert await quantities(store) == {"AAPL": 3}


async def test_a_program_that_is_closed_before_it_began_says_nothing(store: Store) -> None:
    async with a_program(store, Broker().link()) as program:
        await program.syncs.close()
    assert program.all(SyncStarted) == []


# --- two programs ------------------------------------------------------------------------------


async def test_two_programs_never_sync_one_connection(store: Store) -> None:
    first, second = Broker(Scene(pulls=[a_pull()])), Broker(Scene(pulls=[a_pull()]))
    other = await open_store(store.path, lambda: NOW)
    async with a_program(other, second.link(), holder="1@elsewhere monitor") as waiting:
        await waiting.state(LinkState.LIVE)
        async with a_program(store, first.link()) as program:
            health = await program.state(LinkState.LEASED)
            assert "process 1 on elsewhere" in health.says
            assert f"{NOW:%Y-%m-%d}" in health.says
            assert first.made == []
            await waiting.syncs.close()
            await program.state(LinkState.LIVE)
            assert program.health().runs == 2
    await other.close()


async def test_who_has_lost_the_lease_stops(store: Store) -> None:
    broker, clock = Broker(Scene(pulls=[a_pull()])), Clock()
    quick = replace(QUICK, lease_every=0.2)
    other = await open_store(store.path, lambda: clock() + dt.timedelta(minutes=2))
    async with a_program(store, broker.link(), intervals=quick, now=clock) as program:
        await program.state(LinkState.LIVE)
        assert await other.writer.lease("ib", "ibkr", "1@elsewhere monitor") is None
        await program.state(LinkState.LEASED)
        assert broker.made[0].closed == 1
        await other.writer.release("ib", "1@elsewhere monitor")
        await program.state(LinkState.LIVE)
    await other.close()


async def test_the_lease_of_a_program_that_was_killed_is_taken_over(store: Store) -> None:
    assert await store.writer.lease("ib", "ibkr", "999999999@desk monitor") is None
    source = Source(connection="ib", broker="ibkr", kind="sync", live=True)
    left = store.writer.run(source)
    await left.__aenter__()
    async with a_program(store, Broker(Scene(pulls=[a_pull()])).link(), holder=HOLDER) as program:
        health = await program.state(LinkState.LIVE)
        assert (health.runs, health.failures) == (2, 1)
    assert [run.state for run in await runs_of(store)] == ["failed", "done"]


# --- what must not happen ----------------------------------------------------------------------


async def test_a_mistake_of_ours_is_seen_and_takes_nobody_along(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    broken = Broker(Scene(pulls=[[a_batch(an_account("U2")), KeyError("oops")]]), broker="ibkr")
    sound = Broker(Scene(pulls=[a_pull()]))
    quick = replace(QUICK, back_off_first=300, back_off_most=300)
    async with a_program(store, broken.link("bad"), sound.link(), intervals=quick) as program:
        health = await program.state(LinkState.WAITING, "bad")
        assert "mistake in this program" in health.says
        await program.state(LinkState.LIVE, "ib")
        (failed,) = program.all(SyncFailed)
        assert (failed.source, failed.run) == ("bad", 1 if failed.run == 1 else 2)
        program.syncs.request(["bad"])
        await program.until(lambda: len(broken.made) == 2, "it is tried again")
        await program.state(LinkState.WAITING, "bad")
    (seen, *_) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert seen.exc_info is not None
    assert isinstance(seen.exc_info[1], KeyError)


async def test_live_values_are_shown_while_a_large_import_is_stored(store: Store) -> None:
    scene = Scene(pulls=[a_pull()])
    async with a_program(store, Broker(scene).link()) as program:
        await program.state(LinkState.LIVE)
        source = Source(connection="import", broker="ibkr", kind="import")
        async with store.writer.unit(source) as unit:
            await unit.save(a_batch(a_balance(account="U9")))
            later = NOW + dt.timedelta(minutes=1)
            change = Batch(
                section=Section.POSITIONS, records=(a_holding(AAPL, 4, later),), amends=True
            )
            scene.pushed.put_nowait(Update(records=(a_holding(AAPL, 4, later),), changed=(change,)))
            await program.until(lambda: quantity_shown(program) == 4, "it is shown")
        await program.until(
            lambda: any(done.run > 2 for done in program.all(SectionDone)), "it is stored"
        )
        assert await quantities(store) == {"AAPL": 4}
