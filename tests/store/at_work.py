"""A program of its own that syncs a connection: saves a section, says so, and goes on for ever.

    python -m tests.store.at_work STORE HOW

HOW is `save`, or `lease`: then it takes the lease as often as it can, and says when it has it.
"""

import asyncio
import datetime as dt
import os
import sys
from pathlib import Path

from qm_tui.store.store import Store, open_store
from tests.builders import MOMENT, a_batch, a_position, an_equity, holds
from tests.store.live import LIVE

HOLDER = "{}@desk sync"


async def save(store: Store) -> None:
    """Save a section of a run that never ends."""
    holder = HOLDER.format(os.getpid())
    if await store.writer.lease("ib", "ibkr", holder) is not None:
        sys.exit("the lease is somebody else's")
    async with store.writer.run(LIVE) as run:
        one = a_position(instrument=an_equity("AAPL", "1"))
        await run.save(a_batch(one, holds=[holds("positions")]))
        print("saved", flush=True)  # noqa: T201 - the parent waits for it
        await asyncio.Event().wait()


async def take_turns(store: Store) -> None:
    """Take the lease some times, each time with a mark beside the store while it is held."""
    holder = HOLDER.format(os.getpid())
    mark = store.path.with_name("held")
    taken = 0
    while taken < 15:
        if await store.writer.lease("ib", "ibkr", holder) is None:
            mark.touch(exist_ok=False)
            mark.unlink()
            await store.writer.release("ib", holder)
            taken += 1


async def main(path: str, how: str) -> None:
    """Open the store and work on it."""
    store = await open_store(Path(path), lambda: MOMENT + dt.timedelta(seconds=1))
    await (save(store) if how == "save" else take_turns(store))
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
