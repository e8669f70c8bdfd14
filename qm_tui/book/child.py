"""The process that books beside the one that answers keys: started, asked, ended."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from qm_tui.book.processes import ended, last_words, received, started
from qm_tui.domain.booking.apart import Piece, Task
from qm_tui.domain.booking.rows import COLUMNS, GroupRows, Row
from qm_tui.domain.pipes import packed

_log = logging.getLogger(__name__)

_AHEAD = 8
"""Tasks that are sent before the first answer is taken: so that the child never waits."""


class BookingDied(Exception):  # noqa: N818 - it happened to the child, and is told to the user
    """The booking process ended without a word: killed, or out of memory."""


class Child:
    """A process that books. Started with its first task."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None

    async def answers(self, tasks: Sequence[Task]) -> AsyncGenerator[Any, None]:
        """Yield the answers to tasks, in their order.

        Raises:
            BookingDied: the process ended early; what was answered until then holds.
        """
        process = await self._started()
        assert process.stdin is not None
        sent = 0
        try:
            for number in range(len(tasks)):
                while sent < min(number + _AHEAD, len(tasks)):
                    process.stdin.write(packed(tasks[sent]))
                    sent += 1
                # Not waited for: the child may write an answer before it reads on.
                yield await self._answer(process)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise await self._death(process) from error

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None:
            self._process = await started("qm_tui.domain.booking.apart")
        return self._process

    async def _answer(self, process: asyncio.subprocess.Process) -> Any:
        rows: dict[str, list[Row]] = {table: [] for table in COLUMNS}
        while True:
            message = await received(process)
            if isinstance(message, GroupRows):
                return replace(message, rows=rows)
            if not isinstance(message, Piece):
                return message
            rows[message.table] += message.rows
            # What has arrived already is read without a pause.
            await asyncio.sleep(0)

    async def _death(self, process: asyncio.subprocess.Process) -> BookingDied:
        _log.error("the booking process died: %s", await last_words(process))
        return BookingDied(
            "The process that derives lots ended early; the facts are stored, and what follows "
            "from them is derived the next time. If that ends early too, the log says why."
        )

    async def close(self) -> None:
        """End the process."""
        if self._process is not None:
            await ended(self._process)


@asynccontextmanager
async def a_child() -> AsyncIterator[Child]:
    """Have a process that books, and end it in any case."""
    child = Child()
    try:
        yield child
    finally:
        await child.close()
