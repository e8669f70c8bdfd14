"""Processes of our own that work beside the one that answers keys: started, heard, ended."""

import asyncio
import pickle
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from typing import Any

from qm_tui.domain.pipes import LENGTH

_GRACE = 5.0
"""Seconds a child that was told to stop may take."""
_BUFFER = 2**22


async def started(module: str, *arguments: str, asked: bool = True) -> Process:
    """Start a module of ours as a process.

    Args:
        module: its full name; it says what it finds on its standard output.
        arguments: of its command line.
        asked: whether something will come through its standard input.
    """
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments,
        stdin=PIPE if asked else DEVNULL, stdout=PIPE, stderr=PIPE, limit=_BUFFER,
    )  # fmt: skip


async def received(process: Process) -> Any:
    """Take the next message that a child sends.

    Raises:
        asyncio.IncompleteReadError: it has ended, or what it said is cut off.
    """
    assert process.stdout is not None
    length = int.from_bytes(await process.stdout.readexactly(LENGTH), "little")
    # What our own child wrote; nothing else has the other end of the pipe.
    return pickle.loads(await process.stdout.readexactly(length))  # noqa: S301


async def last_words(process: Process) -> str:
    """Return what a child that has died said of it: for the log."""
    assert process.stderr is not None
    return (await process.stderr.read()).decode(errors="replace")


async def ended(process: Process) -> None:
    """End a child, unless it has ended."""
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
