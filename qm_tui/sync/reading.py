"""Read a large document in a process of its own, so that neither a key nor a core waits for it.

The child reads, normalizes and binds; the parent stores what comes through the pipe. A thread would
not do: all of it is Python, and Python's threads take turns.
"""

import asyncio
import gc
import logging
import pickle
import sys
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from qm_tui.brokers.client import BrokerRefused, Statement
from qm_tui.store.binding import Binder, BoundBatch, merged

_log = logging.getLogger(__name__)

_LENGTH = 4
_ROWS_AT_ONCE = 1000
_GRACE = 5.0
"""Seconds a child that was told to stop may take."""


@dataclass(frozen=True, slots=True)
class _Refused:
    reason: str


class ReadingDied(Exception):  # noqa: N818 - it happened to the child, and is told to the user
    """The reading process ended without a word: killed, or out of memory."""


def bound_batches(statement: Statement) -> Iterator[BoundBatch]:
    """Bind a statement's batches; those of one section that follow each other are joined."""
    binder = Binder()
    waiting: list[BoundBatch] = []
    rows = 0
    for batch in statement.batches():
        bound = binder.bind(batch)
        if waiting and (rows >= _ROWS_AT_ONCE or batch.section != waiting[0].rest.section):
            yield merged(waiting)
            waiting, rows = [], 0
        waiting.append(bound)
        rows += len(batch.records)
    if waiting:
        yield merged(waiting)


async def read_apart(statement: Statement) -> AsyncGenerator[BoundBatch, None]:
    """Yield a document's bound batches, read by a child process that ends with this generator.

    Raises:
        BrokerRefused: the document cannot be used, in words for the user.
        ReadingDied: the child ended without a word.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "qm_tui.sync.reading", stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, limit=2**22,
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    try:
        child.stdin.write(pickle.dumps(statement))
        child.stdin.close()
        while (message := await _receive(child.stdout)) is not None:
            if isinstance(message, _Refused):
                raise BrokerRefused(message.reason)
            yield message
        if await child.wait():
            _log.error("the reading process died: %s", (await child.stderr.read()).decode())
            raise ReadingDied(
                f"The process that read {statement.document.name} ended early. Try again; if it "
                "does so again, the log says why."
            )
    finally:
        await _end(child)


async def _receive(stream: asyncio.StreamReader) -> BoundBatch | _Refused | None:
    try:
        length = int.from_bytes(await stream.readexactly(_LENGTH), "little")
        data = await stream.readexactly(length)
    except asyncio.IncompleteReadError:
        return None
    # What our own child wrote; nothing else has the other end of the pipe.
    message: BoundBatch | _Refused = pickle.loads(data)  # noqa: S301
    return message


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is not None:
        return
    child.terminate()
    try:
        await asyncio.wait_for(child.wait(), _GRACE)
    except TimeoutError:
        child.kill()
        await child.wait()


def _send(out: BinaryIO, message: BoundBatch | _Refused) -> None:
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    out.write(len(data).to_bytes(_LENGTH, "little"))
    out.write(data)
    out.flush()


def main() -> int:
    """Be the child: take a statement from standard input, write its batches to standard output."""
    statement: Statement = pickle.load(sys.stdin.buffer)  # noqa: S301 - what our parent wrote
    out = sys.stdout.buffer
    # Nothing here makes cycles; looking for them again and again would cost a tenth of the time.
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
    try:
        for batch in bound_batches(statement):
            _send(out, batch)
    except BrokerRefused as refused:
        _send(out, _Refused(str(refused)))
    except BrokenPipeError:
        return 1
    return 0


if __name__ == "__main__":
    # Under its real name, so that what is pickled here is known by it there.
    from qm_tui.sync.reading import main as run

    sys.exit(run())
