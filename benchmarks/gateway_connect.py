"""How soon 5,000 positions of a gateway are on the screen, beside bare ib_insync, in the same run.

    python -m benchmarks.gateway_connect [--positions N] [--runs N]

The gateway is a double on loopback in a process of its own. The clock starts when it accepts the
connection, so that starting Python counts for neither. Bare ib_insync ends when `portfolio()` is
full; the monitor, on a pseudo-terminal of 120 x 40 with its screen of positions in front and an
empty store, when the header counts all positions: they are stored by then, and on the screen.
"""

import argparse
import os
import select
import subprocess
import sys
import time
from pathlib import Path

from benchmarks._gateway import Gateway, a_gateway
from benchmarks._measured import figure, heading, line, own_folder
from benchmarks.table import Terminal

PATIENCE = 120.0


def bare(gateway: Gateway, positions: int) -> float:
    client = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "benchmarks._bare_gateway", str(gateway.port), str(positions)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert client.stdout is not None
        client.stdout.readline()
        begun = gateway.connected_at()
        return float(client.stdout.readline()) - begun
    finally:
        client.kill()
        client.wait()


def write_config(folder: Path, gateway: Gateway) -> None:
    (folder / "config.toml").write_text(
        f'[[connection]]\nname = "ib"\nbroker = "ibkr"\nport = {gateway.port}\n'
    )


def monitor(folder: Path, gateway: Gateway, positions: int, run: int) -> float:
    terminal = Terminal(["--store", str(folder / f"{run}.db")], module="qm_tui")
    try:
        _until(terminal, b"Help")
        os.write(terminal.fd, b"2")
        begun = gateway.connected_at()
        _until(terminal, f"{positions:,} positions".encode())
        return time.perf_counter() - begun
    finally:
        terminal.close()


def _until(terminal: Terminal, text: bytes) -> None:
    written = bytearray()
    while text not in written:
        if not select.select([terminal.fd], [], [], PATIENCE)[0]:
            raise TimeoutError(f"nothing more after {bytes(written[-2000:])!r}")
        written += os.read(terminal.fd, 1 << 16)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--positions", type=int, default=5_000)
    options.add_argument("--runs", type=int, default=5)
    chosen = options.parse_args()
    floors: list[float] = []
    ours: list[float] = []
    with own_folder() as folder, a_gateway(chosen.positions) as gateway:
        write_config(folder, gateway)
        for run in range(chosen.runs + 1):
            floor = bare(gateway, chosen.positions) * 1000
            mine = monitor(folder, gateway, chosen.positions, run) * 1000
            if run:  # the first of each warms the system's caches
                floors.append(floor)
                ours.append(mine)
    heading(f"{chosen.positions:,} positions, {chosen.runs} connections of each", "ms", "ib_insync")
    line("connect to rows on the screen", figure(ours), figure(floors), "goal ≤ 2.0×")


if __name__ == "__main__":
    main()
