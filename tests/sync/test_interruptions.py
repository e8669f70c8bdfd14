"""Whatever interrupts a sync: a wish, a cancel, a mistake, the end of the program, the disk."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing, closing, contextmanager
from dataclasses import replace
from sqlite3 import SQLITE_FULL, OperationalError, connect

import pytest
from sqlalchemy import Connection, Engine, event
from typing_extensions import override

from qm_tui.brokers.client import BrokerUnavailable, Known, Update
from qm_tui.domain.batches import Batch
from qm_tui.domain.events import SectionDone, SyncFailed, SyncFinished
from qm_tui.domain.health import Health, LinkState
from qm_tui.domain.selection import Scope
from qm_tui.domain.words import Section
from qm_tui.queries.positions import positions
from qm_tui.store.store import Store
from qm_tui.sync.once import sync_once
from tests.builders import a_batch, a_position, an_account, holds
from tests.conftest import NOW
from tests.sync.scripted import (
    HOLDER,
    QUICK,
    Broker,
    Clock,
    Program,
    Scene,
    ScriptedClient,
    Step,
    a_deriver,
    a_program,
    an_importer,
    runs_of,
)

LOST = BrokerUnavailable("The gateway has closed the connection.")
PULL: Sequence[Step] = (
    a_batch(an_account("U1")),
    a_batch(
        a_position(account="U1", quantity=10, as_of=NOW), holds=[holds("positions", "U1", NOW)]
    ),
)
PATIENT = replace(QUICK, back_off_first=300, back_off_most=300)


class Interrupted(ScriptedClient):
    """A client within which something is cancelled that nobody asked to cancel."""

    in_pull = in_updates = False

    @override
    async def pull(self, known: Known) -> AsyncIterator[Batch]:
        async for batch in super().pull(known):
            yield batch
        if self.in_pull:
            raise asyncio.CancelledError

    @override
    async def updates(self) -> AsyncIterator[Update]:
        async for update in super().updates():
            if self.in_updates:
                raise asyncio.CancelledError
            yield update


class Interrupting(Broker):
    """Makes one such client, and sound ones after it."""

    def __init__(self, *scenes: Scene, **where: bool) -> None:
        super().__init__(*scenes)
        self._where = where

    @override
    def make(self) -> ScriptedClient:
        client = Interrupted(self, self.scenes[min(len(self.made), len(self.scenes) - 1)])
        if not self.made:
            for name, value in self._where.items():
                setattr(client, name, value)
        self.made.append(client)
        return client


# --- a wish --------------------------------------------------------------------------------------


async def test_who_asks_while_it_syncs_gets_one_more_sync(store: Store) -> None:
    gate = asyncio.Event()
    broker = Broker(Scene(pulls=[[*PULL, gate], PULL]))
    async with a_program(store, broker.link()) as program:
        await program.until(program.syncs.progress, "it syncs")
        for _ in range(5):
            program.syncs.request()
        gate.set()
        await program.until(lambda: len(program.all(SyncFinished)) == 2, "it has synced twice")
        await program.state(LinkState.LIVE)
        await settled(program)
        assert broker.pulls == 2


async def test_who_cancels_takes_his_wish_back_too(store: Store) -> None:
    broker = Broker(Scene(pulls=[[*PULL, asyncio.Event()], PULL]))
    async with a_program(store, broker.link()) as program:
        await program.until(lambda: len(program.all(SectionDone)) == 2, "it syncs")
        program.syncs.request()
        program.syncs.cancel("ib")
        await program.state(LinkState.LIVE)
        await settled(program)
        assert broker.pulls == 1


async def test_cancelling_where_nothing_goes_on_changes_nothing(store: Store) -> None:
    broker = Broker(Scene(pulls=[PULL]))
    async with a_program(store, broker.link()) as program:
        program.syncs.cancel("ib")
        await program.state(LinkState.LIVE)
        program.syncs.cancel("ib")
        program.syncs.cancel("ib")
        await settled(program)
        assert program.health().state is LinkState.LIVE
        assert program.all(SyncFailed) == []
        assert len(broker.made) == 1


# --- a mistake -----------------------------------------------------------------------------------


async def test_a_stream_that_is_cancelled_from_within_ends_the_connection(store: Store) -> None:
    scene = Scene(pulls=[PULL])
    broker = Interrupting(scene, in_updates=True)
    async with a_program(store, broker.link()) as program:
        await program.state(LinkState.LIVE)
        scene.pushed.put_nowait(Update(says="Something happened."))
        await program.until(lambda: len(broker.made) == 2, "another connection is made")
        await program.state(LinkState.LIVE)


async def test_a_pull_that_is_cancelled_from_within_is_no_wish_of_the_user(store: Store) -> None:
    broker = Interrupting(Scene(pulls=[PULL]), in_pull=True)
    async with a_program(
        store, broker.link(), intervals=replace(QUICK, again_after=0.02)
    ) as program:
        await program.until(lambda: program.all(SyncFailed), "it is told")
        (failed, *_) = program.all(SyncFailed)
        assert not failed.cancelled
        assert "closed" not in failed.reason
        await program.until(
            lambda: len(program.all(SyncFailed) + program.all(SyncFinished)) > 1,
            "it is tried again",
        )


async def test_what_cannot_be_stored_is_dropped_and_the_rest_goes_on(store: Store) -> None:
    scene = Scene(pulls=[PULL])
    broker = Broker(scene)
    poison = Batch(section=Section.POSITIONS, records=(object(),), amends=True)  # type: ignore[arg-type]
    async with a_program(store, broker.link()) as program:
        await program.state(LinkState.LIVE)
        scene.pushed.put_nowait(Update(changed=(poison,)))
        await program.until(lambda: len(broker.made) == 2, "the worker begins again")
        await program.state(LinkState.LIVE)
        sound = Batch(
            section=Section.POSITIONS,
            records=(a_position(account="U1", quantity=7, as_of=NOW.replace(hour=16)),),
            amends=True,
        )
        scene.pushed.put_nowait(Update(changed=(sound,)))
        await program.until(
            lambda: any(
                done.run > 2
                and not done.error
                and done.counts.received == 1
                and done.section is Section.POSITIONS
                for done in program.all(SectionDone)[2:]
            ),
            "the next is stored",
        )
        made = len(broker.made)
        await settled(program)
        assert len(broker.made) == made


# --- the disk ------------------------------------------------------------------------------------


async def test_a_store_that_cannot_be_written_is_told_and_tried_again(store: Store) -> None:
    """As on a full disk; where nothing can be written, nothing is taken from the broker."""
    broker = Broker(Scene(pulls=[PULL]))
    with full_disk(store):
        async with a_program(store, broker.link(), intervals=PATIENT) as program:
            health = await program.state(LinkState.WAITING)
            assert "no room left on the disk" in health.says
            assert health.next_try is not None
            attempts = len(program.all(Health))
            # A wish is granted once, and not on and on.
            program.syncs.request()
            await program.until(lambda: program.health().next_try != health.next_try, "it is tried")
            await settled(program)
            assert len(program.all(Health)) <= attempts + 2
            assert broker.made == []


async def test_a_disk_that_fills_while_it_syncs_loses_nothing_and_goes_on_later(
    store: Store,
) -> None:
    gate = asyncio.Event()
    broker = Broker(Scene(pulls=[[PULL[0], gate, PULL[1]], PULL]))
    async with a_program(
        store, broker.link(), intervals=replace(QUICK, again_after=0.05)
    ) as program:
        await program.until(lambda: program.all(SectionDone), "something is stored")
        with full_disk(store):
            gate.set()
            await program.until(lambda: program.all(SyncFailed), "it is told")
            (failed, *_) = program.all(SyncFailed)
            assert "no room left on the disk" in failed.reason
        await program.until(lambda: program.all(SyncFinished), "it has synced")
        await program.state(LinkState.LIVE)
        assert len(broker.made) == 1
        shown = await positions(store.reader, Scope())
        assert [int(view.quantity) for view in shown] == [10]


@contextmanager
def full_disk(store: Store) -> Iterator[None]:
    """Have every transaction that writes to a store fail as on a full disk."""

    def refuse(connection: Connection) -> None:
        url = connection.engine.url
        if url.get_driver_name() == "aiosqlite" and url.database == str(store.path):
            error = OperationalError("database or disk is full")
            error.sqlite_errorcode = SQLITE_FULL
            raise error

    event.listen(Engine, "begin", refuse)
    try:
        yield
    finally:
        event.remove(Engine, "begin", refuse)


# --- the end -------------------------------------------------------------------------------------


async def test_a_connection_that_is_lost_within_a_sync_is_on_record_as_the_reason(
    store: Store,
) -> None:
    scene = Scene(pulls=[[*PULL, asyncio.Event()]])
    broker = Broker(scene, Scene(connect=LOST))
    async with a_program(store, broker.link(), intervals=PATIENT) as program:
        await program.until(lambda: len(program.all(SectionDone)) == 2, "something is stored")
        scene.pushed.put_nowait(LOST)
        await program.state(LinkState.WAITING)
        (run,) = await runs_of(store)
        assert (run.state, run.error) == ("failed", str(LOST))


async def test_leaving_in_the_middle_of_one_sync_leaves_no_trace_in_the_log(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    broker = Broker(Scene(pulls=[[*PULL, asyncio.Event()]]))
    events = sync_once(
        store, an_importer(store), a_deriver(store), [broker.link()], Clock(), HOLDER, QUICK
    )
    async with aclosing(events):
        async for event in events:
            if isinstance(event, SectionDone):
                break
    await asyncio.sleep(0)
    gc.collect()
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []
    assert [run.state for run in await runs_of(store)] == ["cancelled"]
    assert broker.made[0].closed == 1


async def test_the_end_comes_soon_even_if_another_program_writes(store: Store) -> None:
    broker = Broker(Scene(pulls=[PULL]))
    async with a_program(store, broker.link()) as program:
        await program.state(LinkState.LIVE)
        with closing(connect(store.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            begun = time.monotonic()
            await program.syncs.close()
            took = time.monotonic() - begun
            assert broker.made[0].closed == 1
        # What came too late goes on once the other one has written.
        await program.until(
            lambda: not any(task.get_name() == "sync ib" for task in asyncio.all_tasks()),
            "it ended",
        )
        assert took <= 2 * QUICK.close_within + 0.3


async def settled(program: Program) -> None:
    """Let everything that is on its way arrive."""
    for _ in range(40):
        await asyncio.sleep(0.001)
