"""What matching a million plain trades costs, first in, first out, in 1,000 instruments.

    python -m benchmarks.lots_fifo [--trades N] [--instruments N] [--runs N]

The engine alone, without translation and store, instrument after instrument, as booking groups are
booked: the trades of one are made, booked and forgotten before the next. Only the booking is timed.
Beside it, in the same run and on the same trades: a loop over integers without any rules, which
keeps what each sale took of which lot as tuples (the floor; all instruments at once, as the trades
came), and beancount's booking of the first 10,000 (the peer; its transactions made before).
Memory is the high-water mark of a process that books all instruments, and of one that books ten:
it follows the largest group, not the history.
"""

import argparse
import subprocess
import sys
import time
from decimal import Decimal
from operator import itemgetter
from pathlib import Path

from benchmarks._lots import ACCOUNT, ACCOUNTS, bare, fills, security, trades
from benchmarks._measured import figure, heading, line
from qm_tui.domain.booking.engine import book_history
from tests.domain.booking import beancount_books

PEER = 10_000
MB = 1024 / 1e6


def engine_seconds(instruments: int, each: int) -> tuple[float, Decimal]:
    """Book everything; return what it took, and all that was gained."""
    taken, gained = 0.0, Decimal(0)
    for instrument in range(instruments):
        events = fills(instrument, list(trades(instrument, each)))
        known = security(instrument)
        begun = time.process_time()
        booked = book_history(events, securities=known, accounts=ACCOUNTS)
        taken += time.process_time() - begun
        gained += sum((closed.gain or Decimal(0) for closed in booked.slices), Decimal(0))
    return taken, gained


def floor_seconds(instruments: int, each: int) -> tuple[float, int]:
    """Match the same trades as they came, in one loop; return what it took, and the cents."""
    rows = [
        (ACCOUNT, instrument, *trade)
        for instrument in range(instruments)
        for trade in trades(instrument, each)
    ]
    rows.sort(key=itemgetter(5))
    begun = time.process_time()
    slices = bare(rows)
    taken = time.process_time() - begun
    return taken, sum(proceeds - cost for _, _, _, proceeds, cost, _, _ in slices)


def peer_seconds(instruments: int, each: int) -> float:
    """What beancount takes for a trade, of the first ones as they came."""
    first = min(each, max(1, PEER // instruments))
    events = [
        fill
        for instrument in range(min(instruments, PEER))
        for fill in fills(instrument, list(trades(instrument, first)))
    ]
    events.sort(key=lambda fill: fill.day)
    transactions = beancount_books.entries(events)
    begun = time.process_time()
    beancount_books.book(transactions, "FIFO")
    return (time.process_time() - begun) / len(events)


def memory_of(instruments: int, each: int) -> float:
    """Book in a process of its own; return the most memory it had, in MB."""
    asked = ["--trades", str(instruments * each), "--instruments", str(instruments), "--memory"]
    command = [sys.executable, "-m", "benchmarks.lots_fifo", *asked]
    return float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)  # noqa: S603 - ourselves


def say_memory(instruments: int, each: int) -> None:
    for instrument in range(instruments):
        events = fills(instrument, list(trades(instrument, each)))
        book_history(events, securities=security(instrument), accounts=ACCOUNTS)
    # Not what `resource` says: that begins with the memory of the process that started this one.
    status = Path("/proc/self/status").read_text().splitlines()
    (high,) = (text.split()[1] for text in status if text.startswith("VmHWM"))
    print(int(high) * MB)


def main() -> None:
    parser = argparse.ArgumentParser(description="What matching plain trades costs.")
    parser.add_argument("--trades", type=int, default=1_000_000)
    parser.add_argument("--instruments", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--memory", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    each = asked.trades // asked.instruments
    if asked.memory:
        say_memory(asked.instruments, each)
        return
    ours: list[float] = []
    floor: list[float] = []
    peer: list[float] = []
    for _ in range(asked.runs):
        peer.append(peer_seconds(asked.instruments, each) * 1e6)
        engine, gained = engine_seconds(asked.instruments, each)
        loop, cents = floor_seconds(asked.instruments, each)
        if abs(gained * 100 - cents) > asked.trades:  # the loop rounds to cents
            raise ArithmeticError(f"{gained} is not {cents} cents")
        ours.append(engine / asked.trades * 1e6)
        floor.append(loop / asked.trades * 1e6)
    print(f"{asked.trades:,} trades in {asked.instruments:,} instruments, {asked.runs} runs")
    heading("first in, first out", "µs a trade", "beside")
    line("the engine, beside a bare loop", figure(ours), figure(floor), "goal ≤ 6×")
    line("beancount, beside the engine", figure(peer), figure(ours), "goal ≥ 15×")
    print(f"the engine: {1e6 / figure(ours).median:,.0f} trades a second")
    all_of_it, ten = memory_of(asked.instruments, each), memory_of(10, each)
    print(f"memory: {all_of_it:.1f} MB for {asked.instruments:,} instruments, {ten:.1f} MB for 10")


if __name__ == "__main__":
    main()
