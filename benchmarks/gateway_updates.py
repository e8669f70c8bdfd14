"""What pushed updates cost, as fast as bare ib_insync decodes them, and what keys feel of it.

    python -m benchmarks.gateway_updates [--positions N] [--seconds S]

The gateway, a double on loopback in a process of its own, pushes marks of all positions and values
of the account as fast as its client takes them: first to bare ib_insync, then to the monitor, on a
pseudo-terminal of 120 x 40 with its screen of positions in front. CPU is that of the client's
process, per message; keys move the cursor at random moments, and are answered when the cursor is
seen on its new line; their floor is the same keys before the flood, which a busy machine raises as
well; memory is what the process holds, at the beginning and at the end. When the flood is over,
every mark on the screen has to be the one pushed last.
"""

import argparse
import os
import random
import re
import select
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks._gateway import LAST_MARK, Flood, Gateway, a_gateway
from benchmarks._measured import own_folder
from benchmarks.gateway_connect import PATIENCE, write_config
from benchmarks.table import Terminal

_MOVED = re.compile(rb"\x1b\[(\d+);\d+H(?:\x1b\[[\d;]*m)*\xe2\x96\xb8")
"""The cursor's sign, and on which line of the terminal it is written."""
_TICKS = os.sysconf("SC_CLK_TCK")
_SETTLE = 4.0


@dataclass(frozen=True, slots=True)
class Spent:
    flood: Flood
    cpu: float
    """Seconds."""

    @property
    def each(self) -> float:
        """Microseconds of CPU per message."""
        return self.cpu / self.flood.messages * 1e6


def cpu_of(pid: int) -> float:
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / _TICKS


def memory_of(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def bare(gateway: Gateway, positions: int, seconds: float) -> Spent:
    client = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "benchmarks._bare_gateway", str(gateway.port), str(positions)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert client.stdout is not None
        client.stdout.readline()
        gateway.connected_at()
        client.stdout.readline()
        before = cpu_of(client.pid)
        gateway.begin_flood(seconds)
        flood = gateway.flooded()
        time.sleep(0.5)
        return Spent(flood, cpu_of(client.pid) - before)
    finally:
        client.kill()
        client.wait()


class Screen:
    """The monitor on its terminal, and what it writes."""

    def __init__(self, arguments: list[str]) -> None:
        self.terminal = Terminal(arguments, module="qm_tui")
        self.written = bytearray()

    def read(self, patience: float) -> bool:
        if not select.select([self.terminal.fd], [], [], patience)[0]:
            return False
        self.written += os.read(self.terminal.fd, 1 << 16)
        return True

    def until(self, text: bytes) -> None:
        while text not in self.written:
            if not self.read(PATIENCE):
                raise TimeoutError(f"nothing more after {bytes(self.written[-2000:])!r}")

    def for_seconds(self, seconds: float) -> None:
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self.read(left)
            del self.written[:-20_000]

    def press(self, key: bytes, line: int) -> float:
        """Seconds until the cursor is seen on a line."""
        self.written.clear()
        begun = time.perf_counter()
        os.write(self.terminal.fd, key)
        while str(line).encode() not in _MOVED.findall(self.written):
            if not self.read(5.0):
                raise TimeoutError(f"the cursor did not come to line {line}")
        return time.perf_counter() - begun

    def keys(self, line: int, seconds: float) -> list[float]:
        """Seconds that keys took which move the cursor from a line to the next one and back."""
        took: list[float] = []
        chance = random.Random(7)  # noqa: S311 - when a key is pressed
        end = time.perf_counter() + seconds
        while time.perf_counter() < end or len(took) % 2:
            down = len(took) % 2 == 0
            self.for_seconds(chance.uniform(0.05, 0.4))
            took.append(self.press(b"j" if down else b"k", line + 1 if down else line))
        return took

    def line(self) -> int:
        """The line on which the cursor was last written."""
        return int(_MOVED.findall(self.written)[-1])


@dataclass(frozen=True, slots=True)
class Felt:
    spent: Spent
    keys: list[float]
    quiet: list[float]
    """Keys before the flood."""
    before: float
    after: float
    right: bool


def monitor(folder: Path, gateway: Gateway, positions: int, seconds: float) -> Felt:
    screen = Screen(["--store", str(folder / "portfolio.db")])
    pid = screen.terminal.pid
    try:
        screen.until(b"Help")
        os.write(screen.terminal.fd, b"2")
        gateway.connected_at()
        screen.until(f"{positions:,} positions".encode())
        screen.for_seconds(_SETTLE)
        os.write(screen.terminal.fd, b"j")
        screen.for_seconds(1.0)
        line = screen.line()
        quiet = screen.keys(line, seconds / 2)
        cpu, before = cpu_of(pid), memory_of(pid)
        gateway.begin_flood(seconds)
        keys = screen.keys(line, seconds - 1)
        screen.for_seconds(3.0)
        flood = gateway.flooded()
        spent = Spent(flood, cpu_of(pid) - cpu)
        after = memory_of(pid)
        screen.written.clear()
        os.write(screen.terminal.fd, b"$$")  # has every row written again
        screen.for_seconds(2.0)
        shown = screen.written.count(LAST_MARK.encode())
        return Felt(spent, keys, quiet, before, after, right=shown >= 20)
    finally:
        screen.terminal.close()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--positions", type=int, default=5_000)
    options.add_argument("--seconds", type=float, default=25)
    chosen = options.parse_args()
    with own_folder() as folder, a_gateway(chosen.positions) as gateway:
        write_config(folder, gateway)
        floor = bare(gateway, chosen.positions, chosen.seconds)
        felt = monitor(folder, gateway, chosen.positions, chosen.seconds)
    ours = felt.spent
    print(
        f"\n{chosen.positions:,} positions, {chosen.seconds:.0f} s of updates, as fast as they go"
    )
    for name, spent in (("ib_insync", floor), ("monitor", ours)):
        rate = spent.flood.messages / spent.flood.seconds
        print(f"{name:12}{rate:10,.0f} messages/s {spent.each:8.1f} µs of CPU each")
    print(f"CPU of the monitor per message: {ours.each / floor.each:.2f}×  goal ≤ 1.5×")
    for name, keys in (("in the flood", felt.keys), ("before it", felt.quiet)):
        p95, median = statistics.quantiles(keys, n=20)[-1], statistics.median(keys)
        took = [f"{each * 1000:.0f} ms" for each in (median, p95, max(keys))]
        print(f"key to paint {name}: {len(keys)} keys, median {took[0]}, p95 {took[1]}, worst"
              f" {took[2]}  goal p95 < 50 ms")  # fmt: skip
    print(f"memory: {felt.before:.1f} MB before, {felt.after:.1f} MB after  goal flat")
    print(f"the last marks are on the screen: {'yes' if felt.right else 'NO'}")


if __name__ == "__main__":
    main()
