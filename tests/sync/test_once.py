"""One sync of several connections, as `qm-tui sync` asks for it."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any

import pytest

from qm_tui.brokers.client import BrokerRefused, BrokerUnavailable
from qm_tui.domain.events import (
    Derived,
    Reconciled,
    SectionDone,
    SyncFailed,
    SyncFinished,
    SyncStarted,
)
from qm_tui.domain.selection import Scope
from qm_tui.queries.positions import positions
from qm_tui.store.store import Store
from qm_tui.sync.links import Link
from qm_tui.sync.once import sync_once
from tests.builders import a_batch, a_trade
from tests.conftest import NOW
from tests.sync.scripted import (
    HOLDER,
    QUICK,
    Broker,
    Scene,
    Service,
    a_deriver,
    an_importer,
    runs_of,
)
from tests.sync.test_statements import a_statement
from tests.sync.test_workers import a_pull, held

AWAY = BrokerUnavailable("Nobody listens.")


async def synced(store: Store, *links: Link) -> list[Any]:
    events = sync_once(
        store, an_importer(store), a_deriver(store), links, lambda: NOW, HOLDER, QUICK
    )
    async with aclosing(events):
        return [event async for event in events]


def ends(told: Sequence[Any]) -> dict[str, Any]:
    """How each connection's sync ended."""
    found = [event for event in told if isinstance(event, SyncFinished | SyncFailed)]
    assert len({event.source for event in found}) == len(found)
    return {event.source: event for event in found}


async def is_free(store: Store, name: str) -> bool:
    return await store.writer.lease(name, "ibkr", "1@elsewhere test") is None


async def test_all_connections_are_synced_side_by_side_then_it_is_derived(store: Store) -> None:
    broker = Broker(Scene(pulls=[[*a_pull(), a_batch(a_trade(account="U1"))]]))
    told = await synced(store, broker.link(), Service([a_statement(1)]).link())
    came = ends(told)
    assert came["ib"].totals.added == 4
    assert came["flex"].totals.added == 1
    assert [type(event) for event in told[-2:]] == [Derived, Reconciled]
    assert [type(event) for event in told if event.__class__ is SyncStarted] == [SyncStarted] * 2
    assert broker.made[0].closed == 1
    assert await is_free(store, "ib")
    assert await is_free(store, "flex")
    assert not told[0].source.startswith("/")


async def test_one_that_fails_takes_no_other_along(store: Store) -> None:
    def make() -> Any:
        raise BrokerRefused("Not in this version.")

    told = await synced(
        store,
        Broker(Scene(connect=AWAY)).link("away"),
        Link(name="tasty", broker="tastytrade", make=make),
        Service([a_statement(1), AWAY]).link(),
        Broker(Scene(pulls=[[*a_pull(), AWAY]])).link("lost"),
        Broker(Scene(pulls=[[held(incomplete="They did not come.")]])).link("part"),
        Broker(Scene(pulls=[a_pull()])).link(),
    )
    came = ends(told)
    assert {name: getattr(end, "reason", None) for name, end in came.items()} == {
        "away": "Nobody listens.",
        "tasty": "Not in this version.",
        "flex": "Nobody listens.",
        "lost": "Nobody listens.",
        "part": None,
        "ib": None,
    }
    assert list(came["part"].incomplete.values()) == ["They did not come."]
    runs = {run.run: run for run in await runs_of(store)}
    assert {end.source: runs[end.run].state for end in came.values()} == {
        "away": "failed",
        "tasty": "failed",
        "flex": "failed",
        "lost": "failed",
        "part": "failed",
        "ib": "done",
    }
    assert {event.source for event in told if isinstance(event, SectionDone)} == {
        "flex",
        "lost",
        "part",
        "ib",
    }


async def test_a_connection_that_another_program_syncs_is_left_to_it(store: Store) -> None:
    await store.writer.lease("ib", "ibkr", "1@elsewhere monitor")
    broker = Broker()
    (told,) = await synced(store, broker.link())
    assert isinstance(told, SyncFailed)
    assert (told.leased, told.run) == (True, None)
    assert "process 1 on elsewhere" in told.reason
    assert f"{NOW:%Y-%m-%d %H:%M} UTC" in told.reason
    assert broker.made == []
    assert not await store.writer.renew("ib", HOLDER)
    assert await store.writer.renew("ib", "1@elsewhere monitor")


async def test_a_mistake_of_ours_is_seen_and_takes_no_other_along(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    broken = Broker(Scene(pulls=[[KeyError("oops")]])).link("bad")
    unmade = Broker(Scene(connect=KeyError("oops"))).link("worse")
    came = ends(await synced(store, broken, unmade, Broker(Scene(pulls=[a_pull()])).link()))
    assert "mistake in this program" in came["bad"].reason
    assert "mistake in this program" in came["worse"].reason
    assert isinstance(came["ib"], SyncFinished)
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 2
    assert all(record.exc_info for record in errors)


async def test_who_stops_listening_ends_all_syncs_and_keeps_what_came(store: Store) -> None:
    broker = Broker(Scene(pulls=[[*a_pull(), asyncio.Event()]]))
    events = sync_once(
        store, an_importer(store), a_deriver(store), [broker.link()], lambda: NOW, HOLDER, QUICK
    )
    async with aclosing(events):
        async for event in events:
            if isinstance(event, SectionDone) and event.section.value == "positions":
                break
    assert [view.symbol for view in await positions(store.reader, Scope())] == ["AAPL"]
    assert [run.state for run in await runs_of(store)] == ["cancelled"]
    assert broker.made[0].closed == 1
    assert await is_free(store, "ib")


async def test_nothing_to_sync_is_soon_done(store: Store) -> None:
    assert await synced(store) == []
