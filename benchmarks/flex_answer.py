"""What a Flex answer of 100,000 executions delays a key by, while it is fetched and stored.

    python -m benchmarks.flex_answer [--executions N]

The Flex web service is a double on loopback in a process of its own. The monitor runs on a
pseudo-terminal of 120 x 40 over a store of one account, and is asked to sync; until the answer is
stored and derived, keys move the cursor of the list of positions at random moments, and
are answered when the cursor is seen on its new line. The floor is the same keys when nothing runs.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks._measured import own_folder
from benchmarks.flex_generator import write_statement
from benchmarks.gateway_updates import Screen

_IDLE_KEYS = 60


def keys_while(screen: Screen, line: int, going_on: Callable[[int], bool]) -> list[float]:
    """Press keys until it is over; what each took."""
    chance = random.Random(7)  # noqa: S311 - when a key is pressed
    taken: list[float] = []
    while going_on(len(taken)):
        down = len(taken) % 2 == 0
        screen.for_seconds(chance.uniform(0.02, 0.15))
        taken.append(screen.press(b"j" if down else b"k", line + 1 if down else line))
    return taken


def told(name: str, taken: list[float]) -> None:
    ms = sorted(one * 1000 for one in taken)
    print(
        f"{name:24}{len(ms):6} keys   median {statistics.median(ms):6.1f} ms   "
        f"p95 {statistics.quantiles(ms, n=20)[-1]:6.1f} ms   worst {ms[-1]:6.1f} ms"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--executions", type=int, default=100_000)
    chosen = options.parse_args()
    with own_folder() as folder:
        statement, small = folder / "answer.xml", folder / "before.xml"
        write_statement(statement, executions=chosen.executions)
        write_statement(small, executions=200, seed=2)
        measure(folder, statement, small)


def measure(folder: Path, statement: Path, small: Path) -> None:
    store = folder / "portfolio.db"
    python = [sys.executable, "-m"]
    subprocess.run(  # noqa: S603 - our own program
        [*python, "qm_tui", "--store", str(store), "import", str(small)],
        check=True, capture_output=True,
    )  # fmt: skip
    service = subprocess.Popen(  # noqa: S603 - our own module
        [*python, "tests.simulators.flex", "--port", "0", "--statement", str(statement)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert service.stdout is not None
        base_url = service.stdout.readline().strip()
        (folder / "config.toml").write_text(
            '[[connection]]\nname = "ib-flex"\nbroker = "ibkr-flex"\nquery_id = "1"\n'
            f'base_url = "{base_url}"\n'
        )
        os.environ["QM_TUI_IB_FLEX_TOKEN"] = "1234567890"  # noqa: S105 - the double's
        run(store)
    finally:
        service.terminate()
        service.wait()


def run(store: Path) -> None:
    screen = Screen(["--store", str(store)])
    try:
        screen.until(b"Help")
        os.write(screen.terminal.fd, b"2j")
        screen.for_seconds(1.0)
        line = screen.line()
        begun = time.perf_counter()
        busy = keys_while(screen, line, lambda _: not settled(store) and elapsed(begun) < 120)
        seconds = elapsed(begun)
        screen.for_seconds(3.0)
        idle = keys_while(screen, line, lambda pressed: pressed < _IDLE_KEYS)
        print(f"\nstored and derived after {seconds:.1f} s")
        told("while it is stored", busy)
        told("at rest", idle)
        worst = (max(busy) - statistics.median(idle)) * 1000
        print(f"a key is delayed by at most {worst:.0f} ms  goal ≤ 100 ms")
    finally:
        screen.terminal.close()


def elapsed(begun: float) -> float:
    return time.perf_counter() - begun


def settled(store: Path) -> bool:
    """Tell whether the sync is stored and nothing waits to be derived."""
    import sqlite3  # noqa: PLC0415

    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as connection:
        done = connection.execute(
            "SELECT count(*) FROM sync_runs WHERE kind = 'sync' AND state <> 'running'"
        ).fetchone()[0]
        waiting = connection.execute("SELECT count(*) FROM dirty_marks").fetchone()[0]
    return bool(done) and not waiting


if __name__ == "__main__":
    main()
