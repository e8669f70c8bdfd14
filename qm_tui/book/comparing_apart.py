"""Compares in a process of its own: the path of a store comes as argument, what is found goes out.

`python -m qm_tui.book.comparing_apart PATH` is started by whoever answers keys meanwhile. It only
reads the store.
"""

import asyncio
import logging
import sys
from asyncio.subprocess import Process
from collections.abc import Iterator
from pathlib import Path

from qm_tui.book.comparing import Comparison, compare
from qm_tui.book.processes import ended, last_words, received, started
from qm_tui.domain.pipes import tell, work_undisturbed
from qm_tui.domain.reconciliation.discrepancy import Discrepancy
from qm_tui.store.engine import reading_engine

_log = logging.getLogger(__name__)

_AT_ONCE = 100
"""Discrepancies in one message: it is unpacked between two keys."""


async def compared_apart(path: Path) -> Comparison | None:
    """Compare both sides of a store in another process; None where that ended early."""
    process = await started("qm_tui.book.comparing_apart", str(path), asked=False)
    try:
        return await _comparison(process)
    except asyncio.IncompleteReadError:
        _log.error("the process that compares died: %s", await last_words(process))
        return None
    finally:
        await ended(process)


async def _comparison(process: Process) -> Comparison:
    found: list[Discrepancy] = []
    while True:
        message = await received(process)
        if not isinstance(message, list):
            return Comparison(found=found, compared=message)
        found += message
        # What has arrived already is read without a pause.
        await asyncio.sleep(0)


def _messages(comparison: Comparison) -> Iterator[object]:
    for start in range(0, len(comparison.found), _AT_ONCE):
        yield list(comparison.found[start : start + _AT_ONCE])
    yield comparison.compared


def main(path: str) -> int:
    """Be the child."""
    work_undisturbed()
    engine = reading_engine(Path(path))
    with engine.connect() as connection:
        comparison = compare(connection)
    engine.dispose()
    try:
        tell(sys.stdout.buffer, _messages(comparison))
    except BrokenPipeError:
        return 1
    return 0


if __name__ == "__main__":
    # Under its real name, so that what is pickled here is known by it there.
    from qm_tui.book.comparing_apart import main as run

    sys.exit(run(sys.argv[1]))
