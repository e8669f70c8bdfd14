"""The process that books beside the one that answers keys: started, asked, ended."""

import asyncio
import logging
import pickle
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from qm_tui.domain.booking.apart import LENGTH, Piece, Task, packed
from qm_tui.domain.booking.rows import COLUMNS, GroupRows, Row

_log = logging.getLogger(__name__)

_GRACE = 5.0
"""Seconds a child that was told to stop may take."""
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
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "qm_tui.domain.booking.apart",
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE, limit=2**22,
            )  # fmt: skip
        return self._process

    async def _answer(self, process: asyncio.subprocess.Process) -> Any:
        assert process.stdout is not None
        rows: dict[str, list[Row]] = {table: [] for table in COLUMNS}
        while True:
            length = int.from_bytes(await process.stdout.readexactly(LENGTH), "little")
            data = await process.stdout.readexactly(length)
            # What our own child wrote; nothing else has the other end of the pipe.
            message = pickle.loads(data)  # noqa: S301
            if isinstance(message, GroupRows):
                return replace(message, rows=rows)
            if not isinstance(message, Piece):
                return message
            rows[message.table] += message.rows
            # What has arrived already is read without a pause.
            await asyncio.sleep(0)

    async def _death(self, process: asyncio.subprocess.Process) -> BookingDied:
        assert process.stderr is not None
        said = (await process.stderr.read()).decode(errors="replace")
        _log.error("the booking process died: %s", said)
        return BookingDied(
            "The process that derives lots ended early; the facts are stored, and what follows "
            "from them is derived the next time. If that ends early too, the log says why."
        )

    async def close(self) -> None:
        """End the process."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _GRACE)
        except TimeoutError:
            process.kill()
            await process.wait()


@asynccontextmanager
async def a_child() -> AsyncIterator[Child]:
    """Have a process that books, and end it in any case."""
    child = Child()
    try:
        yield child
    finally:
        await child.close()
