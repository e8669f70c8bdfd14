"""Each connection is synced by one program at a time."""

import asyncio
import os
import sys

import pytest

from qm_tui.store.leases import Leased
from qm_tui.store.reading.links import LinkHistory, link_history
from qm_tui.store.store import Store
from tests.conftest import NOW
from tests.store.live import BETWEEN, LIVE, Clock, recorded

US = f"{os.getpid()}@desk monitor"
OTHER = "1@desk monitor"
"""A process that lives as long as the machine."""


async def gone() -> str:
    """The holder's name of a process that is no more."""
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await child.wait()
    return f"{child.pid}@desk monitor"


async def link(store: Store) -> LinkHistory:
    (found,) = await store.reader.read(link_history, ["ib"])
    return found


async def test_who_comes_first_has_the_lease_and_others_learn_who_that_is(
    store: Store, clock: Clock
) -> None:
    assert await store.writer.lease("ib", "ibkr", OTHER) is None
    clock.passes(seconds=10)

    assert await store.writer.lease("ib", "ibkr", US) == Leased(holder=OTHER, since=NOW)
    assert await store.writer.lease("other", "ibkr", US) is None


async def test_a_lease_that_is_given_back_is_free(store: Store) -> None:
    await store.writer.lease("ib", "ibkr", OTHER)
    await store.writer.release("ib", US)
    assert await store.writer.lease("ib", "ibkr", US) is not None

    await store.writer.release("ib", OTHER)
    assert await store.writer.lease("ib", "ibkr", US) is None


async def test_a_lease_runs_out_unless_it_is_renewed(store: Store, clock: Clock) -> None:
    await store.writer.lease("ib", "ibkr", OTHER)
    clock.passes(seconds=50)
    assert await store.writer.renew("ib", OTHER)
    clock.passes(seconds=59)
    assert await store.writer.lease("ib", "ibkr", US) is not None

    clock.passes(seconds=1)
    assert await store.writer.lease("ib", "ibkr", US) is None
    assert not await store.writer.renew("ib", OTHER)


async def test_a_lease_of_a_process_that_is_gone_is_taken_over_at_once(store: Store) -> None:
    await store.writer.lease("ib", "ibkr", await gone())

    assert await store.writer.lease("ib", "ibkr", US) is None
    assert (await link(store)).lease_holder == US


async def test_what_lives_on_another_machine_cannot_be_told_and_is_waited_for(
    store: Store,
) -> None:
    holder = (await gone()).replace("@desk", "@elsewhere")
    await store.writer.lease("ib", "ibkr", holder)

    assert await store.writer.lease("ib", "ibkr", US) == Leased(holder=holder, since=NOW)


@pytest.mark.parametrize(
    "holder", ["nobody", "x@desk monitor", "0@desk a", "99999999999999@desk a"]
)
async def test_a_holder_that_is_no_process_is_waited_for(store: Store, holder: str) -> None:
    await store.writer.lease("ib", "ibkr", holder)

    assert await store.writer.lease("ib", "ibkr", US) is not None


async def test_whoever_takes_over_ends_the_runs_that_were_left(store: Store, clock: Clock) -> None:
    await store.writer.lease("ib", "ibkr", await gone())
    async with store.writer.run(LIVE), store.writer.run(BETWEEN):
        clock.passes(seconds=5)
        await store.writer.lease("ib", "ibkr", US)

        found = await recorded(store.reader, "state", "finished_at", "error")
        assert [(state, at) for state, at, _ in found] == [("failed", clock())] * 2
        assert "ended early" in found[0][2]


async def test_a_holder_who_asks_again_goes_on_with_his_run(store: Store, clock: Clock) -> None:
    await store.writer.lease("ib", "ibkr", US)
    async with store.writer.run(LIVE):
        clock.passes(seconds=20)
        assert await store.writer.lease("ib", "ibkr", US) is None

        assert await recorded(store.reader, "state") == ["running"]
        assert (await link(store)).lease_since == NOW


async def test_a_lease_leaves_other_connections_runs_alone(store: Store) -> None:
    async with store.writer.run(LIVE):
        await store.writer.lease("other", "ibkr", US)
        assert await recorded(store.reader, "state") == ["running"]


async def test_two_programs_never_both_have_it(store: Store) -> None:
    children = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.store.at_work", str(store.path), "lease",
            stderr=asyncio.subprocess.PIPE,
        )
        for _ in range(3)
    ]  # fmt: skip

    told = [(await child.communicate())[1] for child in children]

    # Each marks in the folder that it has the lease, and fails when the mark is there already.
    assert [child.returncode for child in children] == [0, 0, 0], told
