"""Deriving that is killed, cancelled, or loses the process that books for it."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qm_tui.book.deriving import BookingDied
from qm_tui.store.store import Store
from tests.book.following import derived, following, groups, marks, rebuilt
from tests.builders import a_batch, a_trade, an_equity
from tests.cli.program import ROOT
from tests.store.stores import differences, tell, told
from tests.sync.processes import children, is_running, kill, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")

INSTRUMENTS = 60
IN_PORTIONS = """
import asyncio, datetime as dt, sys
from pathlib import Path
from qm_tui.book.deriving import derive_waiting
from qm_tui.store.reading import booking_marks
from qm_tui.store.store import open_store

booking_marks.FACTS_AT_ONCE = int(sys.argv[2])
now = lambda: dt.datetime(2026, 3, 2, tzinfo=dt.UTC)

async def main():
    store = await open_store(Path(sys.argv[1]), now)
    await derive_waiting(
        store.reader, store.writer, now, tell=lambda done, total: print(done, flush=True)
    )
    await store.close()

asyncio.run(main())
"""


async def traded(store: Store, each: int) -> None:
    """Every instrument was traded as often."""
    trades = [
        a_trade(
            instrument=an_equity(f"S{number}", conid=str(number + 1)),
            key=f"TX:{number}:{time}",
            quantity=100 if time % 2 == 0 else -60,
            trade_date=f"2024-01-{time % 28 + 1:02}",
        )
        for number in range(INSTRUMENTS)
        for time in range(each)
    ]
    await tell(store, told(a_batch(*trades)))


async def helpers() -> list[int]:
    """Wait until a process books for this one."""
    while not (found := children(os.getpid())):  # noqa: ASYNC110 - nobody tells of it
        await asyncio.sleep(0)
    return found


@pytest.mark.parametrize("after", [0, 6, 30], ids=lambda groups: f"after {groups} groups")
@pytest.mark.parametrize("apart", [False, True], ids=["here", "apart"])
async def test_deriving_that_is_killed_leaves_marks_of_what_is_not_derived(
    store: Store, after: int, apart: bool
) -> None:
    each = 36 if apart else 6
    await traded(store, each)
    at_once = 2 * each if not apart else 2200
    running = subprocess.Popen(  # noqa: ASYNC220, S603
        [sys.executable, "-c", IN_PORTIONS, str(store.path), str(at_once)],
        stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert running.stdout is not None
    for line in running.stdout:
        if int(line) >= after:
            break
    left = children(running.pid)
    kill(running)
    running.stdout.close()
    for helper in left:
        wait_until(lambda helper=helper: not is_running(helper), "the booking process ended")  # type: ignore[misc]

    waiting, there = await marks(store.reader), len(await groups(store.reader))
    assert waiting + there == INSTRUMENTS
    if not apart:
        assert there >= after
    assert (await derived(store)).groups == waiting
    assert (await rebuilt(store)).differences == []


async def test_deriving_whose_booking_process_is_killed_says_so_and_can_be_repeated(
    store: Store,
) -> None:
    await traded(store, 36)
    deriving = asyncio.create_task(derived(store))
    for helper in await helpers():
        os.kill(helper, 9)

    with pytest.raises(BookingDied, match="derived the next time"):
        await deriving

    assert await marks(store.reader) == INSTRUMENTS
    assert (await derived(store)).groups == INSTRUMENTS


async def test_deriving_that_is_cancelled_leaves_no_process_and_no_half_group(
    store: Store,
) -> None:
    await traded(store, 36)
    deriving = asyncio.create_task(derived(store))
    await helpers()
    deriving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await deriving

    assert children(os.getpid()) == []
    assert await marks(store.reader) + len(await groups(store.reader)) == INSTRUMENTS
    await derived(store)
    assert (await rebuilt(store)).differences == []


async def test_two_that_derive_at_once_end_in_the_same_rows(store: Store) -> None:
    await traded(store, 8)

    await asyncio.gather(derived(store), derived(store))

    assert await marks(store.reader) == 0
    found = await following(store.reader)
    assert (await rebuilt(store)).differences == []
    assert differences(found, await following(store.reader)) == []


def test_the_process_that_books_loads_nothing_but_what_it_needs() -> None:
    code = "import qm_tui.domain.booking.apart, sys; print(*sorted(sys.modules))"
    loaded = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        capture_output=True, check=True, text=True, cwd=Path(ROOT),
    ).stdout.split()  # fmt: skip

    assert not {"sqlalchemy", "textual", "asyncio", "qm_tui.store"} & set(loaded)
