"""Other processes: what they do to a store, and whether any is left behind."""

import select
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE = 60.0
"""Seconds after which a condition that did not come true fails the test."""


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Look again and again, letting others run meanwhile, until a condition is true."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        select.select([], [], [], 0.002)


def size_of(path: Path) -> int:
    """Return a file's size; nothing where there is no file."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def children(process: int) -> list[int]:
    """Return the children of a process that run."""
    found = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found += [int(number) for number in task.read_text().split()]
        except FileNotFoundError:
            continue
    return found


def is_running(process: int) -> bool:
    """Tell whether a process is there and has not ended."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def kill(process: "subprocess.Popen[bytes]") -> None:
    """End a process at once, and see it off."""
    process.kill()
    process.wait(PATIENCE)
