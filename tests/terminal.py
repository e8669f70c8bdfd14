"""A real terminal for a program of its own: keys go in, an eye reads what stands on the screen."""

import contextlib
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pexpect
import pyte

_PATIENCE = 30
"""Seconds until something must have come: far more than it takes, on a machine that is busy."""


class Terminal:
    """The program under a pseudo-terminal of so many columns and rows."""

    def __init__(self, child: "pexpect.spawn[bytes]", columns: int, rows: int) -> None:
        self.child = child
        self.written = bytearray()
        """All that the program ever wrote."""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def lines(self) -> Sequence[str]:
        """What stands on the screen."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def press(self, keys: str) -> None:
        """Type."""
        self.child.send(keys)

    def until(self, condition: Callable[[], object]) -> None:
        """Read what the program writes until something is so."""
        end = time.monotonic() + _PATIENCE
        while not condition():
            assert time.monotonic() < end, f"It never came to be; the screen:\n{self.text}"
            assert self._read(), f"The program ended; the screen:\n{self.text}"

    def until_shown(self, text: str) -> None:
        self.until(lambda: text in self.text)

    def resize(self, columns: int, rows: int) -> None:
        """Make the window another size, as dragging its corner does."""
        self._screen.resize(rows, columns)
        self._screen.reset()
        self.child.setwinsize(rows, columns)

    def until_ended(self) -> int:
        """Read to the end, and return the exit status."""
        end = time.monotonic() + _PATIENCE
        while self._read():
            assert time.monotonic() < end, f"It does not end; the screen:\n{self.text}"
        self.child.wait()
        status: int | None = self.child.exitstatus
        assert status is not None, f"It was ended by signal {self.child.signalstatus}."
        return status

    def _read(self) -> bool:
        """Take in what comes within a moment; whether there may be more."""
        try:
            octets = self.child.read_nonblocking(65_536, timeout=0.05)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.written += octets
        # Pyte writes out what it does not know: the answers asked for in private sequences.
        self._stream.feed(re.sub(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]", b"", octets))
        return True


@contextlib.contextmanager
def terminal(
    folder: Path, *arguments: str, size: tuple[int, int] = (120, 40), **environment: str
) -> Iterator[Terminal]:
    """Run the program in a terminal, with a home of its own.

    Args:
        folder: where the program keeps what it keeps.
        arguments: of the command line.
        size: columns and rows.
        environment: what else it is told.
    """
    columns, rows = size
    known = {key: os.environ[key] for key in ("PATH", "PYTHONPATH", "LANG") if key in os.environ}
    known |= {"HOME": str(folder), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    child = pexpect.spawn(
        sys.executable,
        ["-m", "qm_tui", *arguments],
        env=known | {"LC_ALL": "C.UTF-8"} | environment,
        dimensions=(rows, columns),
        cwd=str(Path(__file__).parents[1]),
        timeout=_PATIENCE,
    )
    child.delaybeforesend = None
    try:
        yield Terminal(child, columns, rows)
    finally:
        child.close(force=True)
