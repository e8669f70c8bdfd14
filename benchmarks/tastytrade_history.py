"""What a history of 100,000 transactions costs, beside the bare SDK on the same pages.

    python -m benchmarks.tastytrade_history [--transactions N] [--runs N]

The broker is a double on loopback in a process of its own, which makes each row while it is asked
for. The floor is `Account.get_history` of the SDK: all pages fetched and decoded into its models,
nothing kept of what came. Ours fetches the same pages, checks that none shifted, and makes records
and documents of them. Both are processes of their own; memory is the most each held. Beside it,
once: the whole of `qm-tui sync`, which stores and derives everything.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from benchmarks._measured import figure, heading, line, own_folder
from benchmarks._tastytrade import Broker, a_broker
from qm_tui.brokers.tastytrade.settings import History


def process(module: str, *arguments: object) -> tuple[float, float]:
    """Seconds and megabytes."""
    ran = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)],
        check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    seconds, memory = ran.stdout.split()[-2:]
    return float(seconds), float(memory)


def synced(folder: Path, broker: Broker) -> tuple[float, float]:
    """The whole program, from its start to its end."""
    broker.configure(folder)
    begun = time.perf_counter()
    child = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "qm_tui", "--store", str(folder / "portfolio.db"), "sync"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stderr is not None
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    assert os.waitstatus_to_exitcode(status) in {0, 3}, said
    assert re.search("transactions", said), said
    return time.perf_counter() - begun, usage.ru_maxrss / 1000


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--transactions", type=int, default=100_000)
    options.add_argument("--runs", type=int, default=3)
    chosen = options.parse_args()
    rows, page = chosen.transactions, History().page
    with own_folder() as folder, a_broker(transactions=rows) as broker:
        floors = [process("_bare_tastytrade", broker.base_url, rows, page) for _ in _runs(chosen)]
        ours = [process("_tastytrade_pull", broker.base_url, rows) for _ in _runs(chosen)]
        seconds, memory = synced(folder, broker)
    heading(f"{rows:,} transactions in pages of {page:,}, {chosen.runs} runs of each", "", "SDK")
    line(
        "fetched and made into records, s",
        figure([took for took, _ in ours]), figure([took for took, _ in floors]), "goal ≤ 1.5×",
    )  # fmt: skip
    line(
        "memory of the process, MB",
        figure([held for _, held in ours]), figure([held for _, held in floors]), "goal ≤ 300 MB",
    )  # fmt: skip
    print(f"qm-tui sync, stored and derived: {seconds:.1f} s, {memory:.0f} MB")


def _runs(chosen: argparse.Namespace) -> range:
    return range(chosen.runs)


if __name__ == "__main__":
    main()
