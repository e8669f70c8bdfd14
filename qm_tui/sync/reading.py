"""Read a large document in a process of its own, so that neither a key nor a core waits for it.

The child reads, normalizes and binds; the parent stores what comes through the pipe. A thread would
not do: all of it is Python, and Python's threads take turns.
"""

import asyncio
import logging
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass

from qm_tui.book.processes import ended, last_words, received, started
from qm_tui.brokers.client import BrokerRefused, Statement
from qm_tui.domain.pipes import packed, tell, told, work_undisturbed
from qm_tui.store.binding import Binder, BoundBatch, merged

_log = logging.getLogger(__name__)

_ROWS_AT_ONCE = 1000


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
    child = await started("qm_tui.sync.reading")
    assert child.stdin is not None
    try:
        child.stdin.write(packed(statement))
        child.stdin.close()
        while (message := await _received(child)) is not None:
            if isinstance(message, _Refused):
                raise BrokerRefused(message.reason)
            yield message
        if await child.wait():
            _log.error("the reading process died: %s", await last_words(child))
            raise ReadingDied(
                f"The process that read {statement.document.name} ended early. Try again; if it "
                "does so again, the log says why."
            )
    finally:
        await ended(child)


async def _received(child: Process) -> BoundBatch | _Refused | None:
    try:
        message: BoundBatch | _Refused = await received(child)
    except asyncio.IncompleteReadError:
        return None
    return message


def main() -> int:
    """Be the child: take a statement from standard input, write its batches to standard output."""
    statement: Statement = told(sys.stdin.buffer)
    out = sys.stdout.buffer
    work_undisturbed()
    try:
        for batch in bound_batches(statement):
            tell(out, [batch])
    except BrokerRefused as refused:
        tell(out, [_Refused(str(refused))])
    except BrokenPipeError:
        return 1
    return 0


if __name__ == "__main__":
    # Under its real name, so that what is pickled here is known by it there.
    from qm_tui.sync.reading import main as run

    sys.exit(run())
