"""Books groups: a few of them here, a piece at a time; many in a process of their own."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any

from qm_tui.book.child import Child, a_child
from qm_tui.domain.booking.apart import Task, done

MUCH = 2_000
"""Facts from which another process books: it takes a moment to start, and no key waits for it."""
LONG = 300
"""Facts of one group: it cannot be booked in pieces."""


class Bookkeeper:
    """Books groups wherever it is best."""

    def __init__(self, child: Child) -> None:
        self._child = child

    async def answers(self, tasks: Sequence[Task]) -> AsyncGenerator[Any, None]:
        """Yield the answers to tasks, in their order.

        Raises:
            BookingDied: the other process ended early.
        """
        sizes = [task.group.size for task in tasks]
        if sum(sizes) < MUCH and max(sizes, default=0) < LONG:
            for task in tasks:
                yield done(task)
                await asyncio.sleep(0)
            return
        async with aclosing(self._child.answers(tasks)) as answers:
            async for answer in answers:
                yield answer


@asynccontextmanager
async def a_bookkeeper() -> AsyncIterator[Bookkeeper]:
    """Have groups booked, and end in any case what was started for it."""
    async with a_child() as child:
        yield Bookkeeper(child)
