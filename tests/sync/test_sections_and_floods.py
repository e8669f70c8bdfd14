"""Sections that fail one by one, and updates that come all the time."""

import asyncio
import datetime as dt
from dataclasses import replace
from decimal import Decimal

from qm_tui.brokers.client import Update
from qm_tui.domain.batches import Batch
from qm_tui.domain.events import SectionDone, SyncFinished
from qm_tui.domain.health import Health, LinkState
from qm_tui.domain.live import LiveChange, names_of
from qm_tui.domain.records import Position
from qm_tui.domain.selection import Scope
from qm_tui.domain.words import Section
from qm_tui.queries.positions import positions
from qm_tui.store.store import Store
from tests.builders import a_balance, a_batch, a_position, an_account, an_equity, holds
from tests.conftest import NOW
from tests.store.live import sections
from tests.sync.scripted import Broker, Scene, a_program, runs_of

AAPL = an_equity("AAPL", "265598")
HELD = a_position(account="U1", instrument=AAPL, quantity=10, as_of=NOW)
WHOLE = a_batch(HELD, holds=[holds("positions", "U1", NOW)])
UPDATES = 200


def priced(number: int) -> Position:
    at = NOW + dt.timedelta(minutes=1, milliseconds=number)
    return replace(HELD, market_price=Decimal(number), as_of=at)


async def test_a_section_that_cannot_be_stored_fails_alone(store: Store) -> None:
    broken = a_batch(a_balance(account="U1", currency=None))
    broker = Broker(Scene(pulls=[(a_batch(an_account("U1")), broken, WHOLE)]))
    async with a_program(store, broker.link()) as program:
        health = await program.state(LinkState.LIVE)
        assert "balances" in health.says
        assert [view.symbol for view in await positions(store.reader, Scope())] == ["AAPL"]
    done = {one.section: one.error for one in program.all(SectionDone)}
    assert done[Section.ACCOUNTS] is done[Section.POSITIONS] is None
    assert "nothing of it is stored" in (done[Section.BALANCES] or "")
    (run,) = await runs_of(store)
    assert run.state == "partial"
    assert await sections(store.reader, "section", "state") == [
        ("accounts", "done"),
        ("balances", "failed"),
        ("positions", "done"),
    ]


async def test_what_is_pushed_while_the_first_sync_goes_on_is_shown_before_it_ends(
    store: Store,
) -> None:
    gate = asyncio.Event()
    scene = Scene(pulls=[(a_batch(an_account("U1")), gate, WHOLE)])
    async with a_program(store, Broker(scene).link()) as program:
        await program.state(LinkState.SYNCING)
        scene.pushed.put_nowait(Update(records=(priced(7),)))
        await program.until(lambda: program.all(LiveChange), "a change is told")
        assert program.all(SyncFinished) == []
        assert program.syncs.live.position("U1", names_of(AAPL)) == priced(7)
        assert program.health().state is LinkState.SYNCING
        gate.set()
        await program.state(LinkState.LIVE)


async def test_a_flood_of_updates_is_a_trickle_of_news(store: Store) -> None:
    scene = Scene(pulls=[(a_batch(an_account("U1")), WHOLE)])
    async with a_program(store, Broker(scene).link()) as program:
        await program.state(LinkState.LIVE)
        await program.until(lambda: program.all(LiveChange), "what was answered is told")
        before = len(program.told)
        begun = asyncio.get_running_loop().time()
        for number in range(UPDATES):
            latency = dt.timedelta(milliseconds=number)
            scene.pushed.put_nowait(Update(records=(priced(number),), latency=latency))
        last = UPDATES - 1
        await program.until(
            lambda: program.syncs.live.position("U1", names_of(AAPL)) == priced(last),
            "all is known",
        )
        told = program.told[before:]
        seconds = asyncio.get_running_loop().time() - begun
        # A change at once, then one each 20 ms as these tests have it; health once a second.
        assert sum(isinstance(one, LiveChange) for one in told) <= 2 + seconds / 0.02
        assert sum(isinstance(one, Health) for one in told) <= 2 + seconds
        assert program.health().latency == dt.timedelta(milliseconds=last)


async def test_a_hasty_stream_of_changes_is_stored_together_and_to_the_last(store: Store) -> None:
    scene = Scene(pulls=[(a_batch(an_account("U1")), WHOLE)])
    async with a_program(store, Broker(scene).link()) as program:
        await program.state(LinkState.LIVE)
        for number in range(1, 41):
            resized = replace(priced(number), quantity=Decimal(number))
            change = Batch(section=Section.POSITIONS, records=(resized,), amends=True)
            scene.pushed.put_nowait(Update(changed=(change,)))
        await program.until(lambda: len(program.all(SectionDone)) == 42, "all are stored")
    assert [view.quantity for view in await positions(store.reader, Scope())] == [40]
    assert len(await runs_of(store, "live")) < 10
