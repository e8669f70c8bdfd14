"""Compares in a process of its own: the path of a store comes as argument, what is found goes out.

`python -m qm_tui.book.comparing_apart PATH` is started by whoever answers keys meanwhile. It only
reads the store.
"""

import asyncio
import gc
import logging
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path

from qm_tui.book.comparing import Comparison, compare
from qm_tui.domain.booking.apart import LENGTH, packed
from qm_tui.domain.reconciliation.discrepancy import Discrepancy
from qm_tui.store.engine import reading_engine

_log = logging.getLogger(__name__)

_AT_ONCE = 100
"""Discrepancies in one message: it is unpacked between two keys."""
_GRACE = 5.0
"""Seconds a child that was told to stop may take."""


async def compared_apart(path: Path) -> Comparison | None:
    """Compare both sides of a store in another process; None where that ended early."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "qm_tui.book.comparing_apart", str(path),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE, limit=2**22,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        return await _received(process.stdout)
    except asyncio.IncompleteReadError:
        said = (await process.stderr.read()).decode(errors="replace")
        _log.error("the process that compares died: %s", said)
        return None
    finally:
        await _end(process)


async def _received(source: asyncio.StreamReader) -> Comparison:
    found: list[Discrepancy] = []
    while True:
        length = int.from_bytes(await source.readexactly(LENGTH), "little")
        # What our own child wrote; nothing else has the other end of the pipe.
        message = pickle.loads(await source.readexactly(length))  # noqa: S301
        if not isinstance(message, list):
            return Comparison(found=found, compared=message)
        found += message
        # What has arrived already is read without a pause.
        await asyncio.sleep(0)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    try:
        # It has said all; or nobody waits for what it still says.
        process.terminate()
        await asyncio.wait_for(process.wait(), _GRACE)
    except ProcessLookupError:
        await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _messages(comparison: Comparison) -> Iterator[object]:
    for start in range(0, len(comparison.found), _AT_ONCE):
        yield list(comparison.found[start : start + _AT_ONCE])
    yield comparison.compared


def main(path: str) -> int:
    """Be the child."""
    # Little of what is made here makes cycles; looking for them would cost a tenth of the time.
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
    engine = reading_engine(Path(path))
    with engine.connect() as connection:
        comparison = compare(connection)
    engine.dispose()
    out = sys.stdout.buffer
    try:
        for message in _messages(comparison):
            out.write(packed(message))
        out.flush()
    except BrokenPipeError:
        return 1
    return 0


if __name__ == "__main__":
    # Under its real name, so that what is pickled here is known by it there.
    from qm_tui.book.comparing_apart import main as run

    sys.exit(run(sys.argv[1]))
