"""What 5,000 DXLink events a second cost the monitor, and what keys feel of them.

    python -m benchmarks.tastytrade_stream [--symbols N] [--events N] [--seconds S]

The broker is a double on loopback in a process of its own; it pushes quotes, trades and Greeks of
everything that is held, in bunches as the broker does. The monitor runs on a pseudo-terminal of
120 x 40 with its screen of positions in front. CPU is that of its process, as a share of one core;
keys move the cursor at random moments, and are answered when the cursor is seen on its new line.
The floor is the same keys before anything is pushed. When the flood is over, every mark on the
screen has to be the one pushed last.
"""

import argparse
import os
import random
import time
from pathlib import Path

from benchmarks._measured import own_folder
from benchmarks._tastytrade import LAST_MARK, Broker, a_broker
from benchmarks.flex_answer import told
from benchmarks.gateway_updates import Screen, cpu_of, memory_of

_SETTLE = 6.0
_IDLE = 5.0


def keys_for(screen: Screen, line: int, seconds: float) -> list[float]:
    """Press keys for a while; what each took."""
    chance = random.Random(7)  # noqa: S311 - when a key is pressed
    keys: list[float] = []
    end = time.perf_counter() + seconds
    # In pairs, so that the cursor is where it was.
    while time.perf_counter() < end or len(keys) % 2:
        down = len(keys) % 2 == 0
        screen.for_seconds(chance.uniform(0.05, 0.4))
        keys.append(screen.press(b"j" if down else b"k", line + 1 if down else line))
    return keys


def run(folder: Path, broker: Broker, held: int, chosen: argparse.Namespace) -> None:
    broker.configure(folder)
    screen = Screen(["--store", str(folder / "portfolio.db")])
    pid = screen.terminal.pid
    try:
        screen.until(b"Help")
        os.write(screen.terminal.fd, b"2")
        screen.until(b"live")
        screen.for_seconds(_SETTLE)
        os.write(screen.terminal.fd, b"j")
        screen.for_seconds(1.0)
        line = screen.line()
        idle = keys_for(screen, line, _IDLE)
        cpu, before = cpu_of(pid), memory_of(pid)
        broker.begin_flood(chosen.events, chosen.seconds)
        busy = keys_for(screen, line, chosen.seconds - 1)
        flood = broker.flooded()
        used = cpu_of(pid) - cpu
        screen.for_seconds(2.0)
        after = memory_of(pid)
        screen.written.clear()
        os.write(screen.terminal.fd, b"$$")  # has every row written again
        screen.for_seconds(2.0)
        shown = screen.written.count(LAST_MARK.encode())
    finally:
        screen.terminal.close()
    rate = flood.events / flood.seconds
    print(f"\n{held:,} instruments, {flood.seconds:.0f} s of {rate:,.0f} events/s")
    told("keys at rest", idle)
    told("keys in the flood", busy)
    print("goal: p95 ≤ 50 ms in the flood")
    print(f"CPU: {used / flood.seconds:.0%} of one core  goal ≤ 60 %")
    print(f"memory: {before:.1f} MB before, {after:.1f} MB after")
    print(f"the last marks are on the screen: {'yes' if shown >= 20 else f'NO, {shown}'}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--symbols", type=int, default=500)
    options.add_argument("--events", type=float, default=5_000)
    options.add_argument("--seconds", type=float, default=60)
    chosen = options.parse_args()
    stocks = chosen.symbols - chosen.symbols // 5
    options_held = chosen.symbols - stocks
    with own_folder() as folder, a_broker(stocks, options=options_held) as broker:
        run(folder, broker, chosen.symbols, chosen)


if __name__ == "__main__":
    main()
