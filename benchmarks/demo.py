"""What the living demo costs: processor and memory of the monitor on a pseudo-terminal.

    python -m benchmarks.demo [--seconds N] [--hour MINUTES] [--hours N]

Processor: 500 live instruments, prices pushed 20 times a second, of which a third move each time;
120 x 40, the positions in front, then the pulse and the options. Beside it, in the same run,
`benchmarks._bare_repaint`: an app that repaints a third of as many lines 20 times a second and does
nothing else. Goal: 30 % of a core. Memory: the usual demo for an hour that passes in so many
minutes (its clock, its syncs, snapshots and absences run faster), on changing screens; goal:
160 MB, flat. Of that, what is mapped from files is the system's to take back: libraries, and the
store as far as it was read. What an hour brings shows from the second one on, when every screen,
statement and cache is there; of what is passed in a minute, twenty times as much waits to be tidied
up as in an hour that lasts one.
"""

import argparse
import os
import select
import signal
import statistics
import struct
import sys
import time
from collections.abc import Sequence
from contextlib import contextmanager
from fcntl import ioctl
from pathlib import Path
from pty import fork
from termios import TIOCSWINSZ
from typing import TYPE_CHECKING

from benchmarks._measured import own_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROWS, _COLUMNS = 40, 120
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_START = 9.0
"""Seconds until the first sync is over and everything is derived."""
_LOOKED_AT = "023567"
_WARM = 10
"""Minutes after which caches are full and memory should not grow."""
_SCREENS = (("2", "positions"), ("0", "pulse"), ("3", "options"))


class Program:
    """A program on a terminal that somebody reads."""

    def __init__(self, pid: int, terminal: int) -> None:
        self.pid = pid
        self._terminal = terminal
        self.written = 0

    def watch(self, seconds: float) -> None:
        """Read what it writes for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self._terminal], [], [], left)[0]:
                self.written += len(os.read(self._terminal, 65536))

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._terminal, keys.encode())

    @property
    def processor(self) -> float:
        """Seconds of processor so far."""
        after_name = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / _TICKS

    @property
    def memory(self) -> float:
        """Resident, in MB."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * _PAGE / 1e6

    @property
    def mapped(self) -> float:
        """Of it, what is mapped from files."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[2]) * _PAGE / 1e6

    def load(self, seconds: float) -> tuple[float, float]:
        """Return the share of a core and the kilobytes a second, over so long."""
        before, written, began = self.processor, self.written, time.monotonic()
        self.watch(seconds)
        took = time.monotonic() - began
        return (self.processor - before) / took, (self.written - written) / took / 1e3


@contextmanager
def running(module: str, *arguments: str) -> "Iterator[Program]":
    """Run a module on a terminal of its own, until it is left."""
    pid, terminal = fork()
    if not pid:
        os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606
    ioctl(terminal, TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
    try:
        yield Program(pid, terminal)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)


def processor(seconds: float) -> None:
    """Measure what 500 live instruments cost, beside an app that only repaints."""
    print(f"{'500 live instruments, 20 updates a second':44} core   KB/s   RSS MB")
    with own_folder() as folder:
        asked = ("--instruments", "500", "--ticks", "20", "--folder", str(folder))
        with running("benchmarks._demo_child", *asked) as monitor:
            monitor.watch(_START + 3)
            for key, name in _SCREENS:
                monitor.press(key)
                monitor.watch(3)
                core, rate = monitor.load(seconds)
                print(f"  {name:42} {core:4.0%} {rate:6.0f} {monitor.memory:8.0f}   goal 30 %")
                if not rate:
                    raise SystemExit(f"the {name} of the demo do not move: nothing was measured")
        with running("benchmarks._bare_repaint", "20", "0.33") as bare:
            bare.watch(3)
            core, rate = bare.load(seconds)
            name = "floor: an app that only repaints"
            print(f"  {name:42} {core:4.0%} {rate:6.0f} {bare.memory:8.0f}")


def memory(minutes: float, hours: int) -> None:
    """Print what the usual demo takes, while each of some hours passes in so many minutes."""
    a_minute = minutes * 60 / 60
    print(
        f"\nthe usual demo, an hour in {minutes:g} minutes: RSS in MB, of it from files, goal 160"
    )
    points: list[tuple[float, float]] = []
    with own_folder() as folder:
        asked = ("--speed", str(60 / minutes), "--ticks", "10", "--folder", str(folder))
        with running("benchmarks._demo_child", *asked) as monitor:
            monitor.watch(_START)
            print(f"  {0:>4} min {monitor.memory:8.1f} {monitor.mapped:8.1f}")
            for minute in range(1, 60 * hours + 1):
                # Now somebody looks at all screens, now at one of them for a while.
                step = (minute - 1) % 5
                for key in _LOOKED_AT[2 * step : 2 * step + 2]:
                    monitor.press(key)
                    monitor.watch(a_minute / 2)
                if 2 * step >= len(_LOOKED_AT):
                    monitor.watch(a_minute)
                points.append((minute, monitor.memory))
                if not minute % (5 * hours):
                    took = f"{monitor.memory:8.1f} {monitor.mapped:8.1f}"
                    print(f"  {minute:>4} min {took}", flush=True)
    print(f"  most {max(memory for _, memory in points):.0f} MB; by straight lines, MB an hour:")
    for hour in range(hours):
        first = max(60 * hour, _WARM)
        of_it = [point for point in points if first <= point[0] <= 60 * (hour + 1)]
        slope, _ = statistics.linear_regression(*zip(*of_it, strict=True))
        print(f"  {slope * 60:+.1f} from minute {first} to {60 * (hour + 1)}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--hour", type=float, default=1.0, metavar="MINUTES")
    parser.add_argument("--hours", type=int, default=1)
    asked = parser.parse_args(arguments)
    if asked.seconds:
        processor(asked.seconds)
    if asked.hour:
        memory(asked.hour, asked.hours)


if __name__ == "__main__":
    main()
