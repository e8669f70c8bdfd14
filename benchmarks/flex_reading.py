"""What reading a Flex statement costs, beside the standard library's bare pass over the same file.

Usage: python benchmarks/flex_reading.py [--executions N] [--details]
"""

import argparse
import tempfile
import time
import tracemalloc
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.flex_generator import write_statement
from qm_tui.brokers.client import ReadOptions
from qm_tui.brokers.ibkr.flex_statement import FlexReader

_OPTIONS = ReadOptions(timezone=ZoneInfo("America/New_York"))


def read(path: Path) -> int:
    statement = FlexReader().open(path, _OPTIONS)
    return sum(len(batch.records) for batch in statement.batches())


def bare(path: Path) -> int:
    count = 0
    for _, element in ET.iterparse(path):  # noqa: S314 - our own file
        element.clear()
        count += 1
    return count


def best_of(times: int, what: Callable[[Path], int], path: Path) -> float:
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        what(path)
        taken.append(time.perf_counter() - begin)
    return min(taken)


def peak_of(what: Callable[[Path], int], path: Path) -> float:
    tracemalloc.start()
    what(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2**20


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--executions", type=int, default=20_000)
    parser.add_argument("--details", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "statement.xml"
        write_statement(path, executions=given.executions, details=given.details)
        floor = best_of(3, bare, path)
        ours = best_of(3, read, path)
        print(f"{given.executions:,} executions, {path.stat().st_size / 2**20:.0f} MiB")
        print(f"iterparse + clear   {floor:6.2f} s")
        print(f"statement reader    {ours:6.2f} s   {ours / floor:.2f} ×")
        print(f"peak of our objects {peak_of(read, path):6.1f} MiB")


if __name__ == "__main__":
    main()
