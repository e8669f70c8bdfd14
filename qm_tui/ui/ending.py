"""How the monitor ends: workers first, then what is open, and the terminal as it was before."""

import asyncio
import logging
import os
import signal
import sys
from contextlib import suppress
from functools import partial
from threading import Timer
from types import FrameType

from textual.app import App
from textual.worker import Worker, WorkerError

_GRACE = 3
"""Seconds that workers are given to end when the monitor does."""
_LONGEST = 10
"""Seconds after which it ends all the same: a terminal that is gone may take no last word."""
_UNSEEN = 2
"""Seconds that closing may take before the terminal is given back."""
_UNSAID = 0.5
"""Seconds that it may take from then on before it is said why."""
_WAITS = (
    "qm-tui: The store is not free yet: something is being written, or another program holds it "
    "locked. Ctrl+C leaves at once; what is stored stays.\n"
)
_NAMES = ("SIGTERM", "SIGHUP")


def signals() -> list[signal.Signals]:
    """Return by what the system, or a terminal that is closed, asks a program to end.

    Who was started so that it is not to be heard (`nohup`) does not hear it.
    """
    known = [signal.Signals[name] for name in _NAMES if name in signal.Signals.__members__]
    return [one for one in known if signal.getsignal(one) is not signal.SIG_IGN]


async def end(app: App[None], status: int = 0) -> None:
    """Let workers end in order, then leave.

    Args:
        app: the monitor.
        status: with which the program ends.
    """
    app.workers.cancel_all()
    unfinished = [asyncio.ensure_future(_ended(worker)) for worker in app.workers]
    if unfinished:
        await asyncio.wait(unfinished, timeout=_GRACE)
    app.exit(return_code=status)


async def _ended(worker: Worker[object]) -> None:
    # It was cancelled, or has failed and been told about: both are ends.
    with suppress(WorkerError):
        await worker.wait()


async def close_in_sight(closing: asyncio.Future[None]) -> None:
    """Wait until all is closed, but not for long: the rest is for `see_closed`."""
    done, _ = await asyncio.wait([closing], timeout=_UNSEEN)
    for each in done:
        each.result()


def see_closed(runner: asyncio.Runner, closing: asyncio.Future[None] | None) -> None:
    """Wait, with the terminal given back, until all is closed; Ctrl+C leaves at once.

    SQLite waits for a lock in a thread that hears nothing. What it waits to write is all or
    nothing: to leave loses that, and harms no store.
    """
    waiting = Timer(_UNSAID, _say_what_it_waits_for)
    waiting.daemon = True
    waiting.start()
    before = signal.signal(signal.SIGINT, _leave)
    try:
        if closing is not None and not closing.done():
            runner.run(_closed(closing))
    finally:
        runner.close()
        waiting.cancel()
        signal.signal(signal.SIGINT, before)


async def _closed(closing: asyncio.Future[None]) -> None:
    await closing


def _say_what_it_waits_for() -> None:
    sys.stderr.write(_WAITS)
    sys.stderr.flush()


def _leave(number: int, _frame: FrameType | None) -> None:
    logging.shutdown()
    os._exit(128 + number)


def end_when_asked(app: App[None]) -> None:
    """Leave in order when a signal says so: else the terminal would stay as the monitor has it."""
    loop = asyncio.get_running_loop()
    for number in signals():
        # Not by the loop: one that waits for its terminal to take something would not hear it.
        signal.signal(number, partial(_hear, app, loop))


def _hear(
    app: App[None], loop: asyncio.AbstractEventLoop, number: int, _frame: FrameType | None
) -> None:
    # As shells say it: a program that was ended by a signal.
    status = 128 + number
    if loop.is_closed():
        raise SystemExit(status)
    at_the_latest = Timer(_LONGEST, os._exit, [status])
    at_the_latest.daemon = True
    at_the_latest.start()
    loop.call_soon_threadsafe(app.call_later, end, app, status)
