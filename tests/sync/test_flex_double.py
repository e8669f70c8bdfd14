"""The Flex service's own client, against a double of the web service, as the monitor uses it."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from qm_tui.brokers.ibkr.flex_service import FlexService
from qm_tui.brokers.ibkr.flex_settings import FlexSettings
from qm_tui.domain.events import Derived, SyncFailed, SyncFinished, SyncWaits
from qm_tui.domain.health import LinkState
from qm_tui.store.store import Store
from qm_tui.sync.links import Link
from tests.brokers.ibkr.flex_asked import IMPATIENT, token
from tests.simulators.flex import FlexDouble
from tests.simulators.flex_acts import act_named
from tests.store.stores import contents
from tests.sync.scripted import QUICK, ZONE, Clock, Program, a_program, runs_of

PATIENT = replace(QUICK, statements_first=300, statements_most=300)


@asynccontextmanager
async def a_monitor(
    store: Store, double: FlexDouble, secret: str, settings: FlexSettings = IMPATIENT
) -> AsyncIterator[Program]:
    clock = Clock()

    async def secrets(name: str) -> str:
        assert name == "token"
        return secret

    def make() -> FlexService:
        return FlexService(
            name="flex", query_id="123456", secrets=secrets, now=clock, timezone=ZONE,
            base_url=double.url, settings=settings,
        )  # fmt: skip

    link = Link(name="flex", broker="ibkr-flex", make=make, timezone=ZONE)
    async with a_program(store, link, intervals=PATIENT, now=clock) as program:
        yield program


def left_beside(store: Store) -> list[str]:
    """What lies beside the store and is none of its files."""
    return [
        path.name
        for path in store.path.parent.iterdir()
        if not path.name.startswith(store.path.name)
    ]


async def test_all_there_is_comes_at_the_first_start_and_nothing_is_left_over(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    secret = token()
    caplog.set_level(logging.DEBUG)
    async with FlexDouble(token=secret, in_progress=2) as double:
        async with a_monitor(store, double, secret) as program:
            health = await program.state(LinkState.IDLE, "flex")
            await program.until(lambda: program.all(SyncFinished), "it is fetched")
            health = await program.state(LinkState.IDLE, "flex")
            assert health.next_sync is not None
            await program.until(lambda: program.all(Derived), "what follows is derived")
            asked = len(double.sent())
            assert program.all(SyncWaits)
        # The same day nothing new is to be had, and nobody is asked.
        async with a_monitor(store, double, secret) as program:
            await program.state(LinkState.IDLE, "flex")
            assert len(double.sent()) == asked
    trades = (await contents(store.reader))["trades"]
    assert trades
    assert left_beside(store) == []
    (run,) = await runs_of(store)
    assert run.state == "done"
    assert secret not in caplog.text
    assert secret.encode() not in store.path.read_bytes()


async def test_a_token_that_expired_is_told_and_a_new_one_is_tried_when_asked(
    store: Store,
) -> None:
    secret = token()
    async with (
        FlexDouble(token=secret, send_acts=[act_named("1012")]) as double,
        a_monitor(store, double, secret) as program,
    ):
        health = await program.state(LinkState.REFUSED, "flex")
        assert "token" in health.says
        (failed,) = program.all(SyncFailed)
        assert failed.reason == health.says
        program.syncs.request(["flex"])
        await program.until(lambda: program.all(SyncFinished), "it is fetched")
        assert (await program.state(LinkState.IDLE, "flex")).failures == 1
    assert (await contents(store.reader))["trades"]


async def test_while_a_statement_is_made_one_sees_for_how_long(store: Store) -> None:
    secret = token()
    slow = replace(IMPATIENT, poll_first=30, poll_most=30, poll_limit=300)
    async with (
        FlexDouble(token=secret, in_progress=9) as double,
        a_monitor(store, double, secret, slow) as program,
    ):
        await program.until(
            lambda: any(way.until for way in program.syncs.progress()), "it counts down"
        )
        (way,) = program.syncs.progress()
        assert way.says
        assert way.connection == "flex"
        program.syncs.cancel("flex")
        await program.until(lambda: program.all(SyncFailed), "it is cancelled")
        await program.state(LinkState.IDLE, "flex")
    assert left_beside(store) == []


async def test_a_service_that_is_out_of_order_is_tried_later(store: Store) -> None:
    secret = token()
    resets = [act_named("reset")] * 5
    async with (
        FlexDouble(token=secret, send_acts=resets) as double,
        a_monitor(store, double, secret) as program,
    ):
        health = await program.state(LinkState.WAITING, "flex")
        assert health.next_try is not None
        double.send_acts.clear()
        program.syncs.request()
        await program.until(lambda: program.all(SyncFinished), "it is fetched")
        await program.state(LinkState.IDLE, "flex")
