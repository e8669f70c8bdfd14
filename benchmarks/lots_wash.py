"""How the cost of wash sales grows: twice the trades should cost little more than twice as much.

    python -m benchmarks.lots_wash [--trades N] [--runs N]

The taxpayer's view of the engine alone, in processor time, at N and at 2 N trades: in instruments
of 1,000 trades each, in one that is traded once a day, in one that is traded every three minutes
around the clock (14,400 trades stand in a window of thirty days), and in the same in three accounts
of which one is an IRA. The floor is the economic view of the same trades.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle

from benchmarks._lots import BEGINNING, fills, trades
from benchmarks._measured import figure, heading, line
from qm_tui.domain.booking.engine import book_history
from qm_tui.domain.booking.events import Fill
from qm_tui.domain.booking.securities import AccountRules, Security
from qm_tui.domain.booking.words import View
from qm_tui.domain.words import TaxTreatment

ACCOUNTS = {
    1: AccountRules(id=1, number="U1"),
    2: AccountRules(id=2, number="U2"),
    3: AccountRules(id=3, number="U3", tax=TaxTreatment.IRA),
}
MANY = 1000
DAILY, BUSY = 1441, 3


def many(count: int) -> list[list[Fill]]:
    return [fills(number, list(trades(number, MANY))) for number in range(count // MANY)]


def daily(count: int) -> list[list[Fill]]:
    return [fills(1, list(trades(1, count, minutes=DAILY)))]


def busy(count: int) -> list[list[Fill]]:
    return [fills(1, list(trades(1, count, minutes=BUSY)))]


def three_accounts(count: int) -> list[list[Fill]]:
    """Each trade in the account whose turn it is, with shorts where there was nothing to sell."""
    (told,) = busy(count)
    turns = zip(told, cycle(ACCOUNTS), strict=False)
    return [[replace(fill, account=account, opens=None) for fill, account in turns]]


def seconds(groups: list[list[Fill]], view: View) -> tuple[float, int]:
    """Book every group; return what it took, and how many losses were adjusted."""
    adjusted = 0
    begun = time.process_time()
    for events in groups:
        number = events[0].security
        known = {number: Security(id=number, symbol="S")}
        booked = book_history(events, securities=known, accounts=ACCOUNTS, view=view)
        adjusted += len(booked.adjustments)
    return time.process_time() - begun, adjusted


def measure(name: str, tell: Callable[[int], list[list[Fill]]], count: int, runs: int) -> None:
    sizes = {size: tell(size) for size in (count, 2 * count)}
    ours: dict[int, list[float]] = {size: [] for size in sizes}
    floor: dict[int, list[float]] = {size: [] for size in sizes}
    washes: dict[int, int] = {}
    for _ in range(runs):
        for size, groups in sizes.items():
            floor[size].append(seconds(groups, View.ECONOMIC)[0] / size * 1e6)
            spent, washes[size] = seconds(groups, View.TAXPAYER)
            ours[size].append(spent / size * 1e6)
    for size in sizes:
        what = f"{name}, {size:,} ({washes[size]:,} washes)"
        line(what, figure(ours[size]), figure(floor[size]))
    # The least: what else the machine does makes a run longer, never shorter.
    growth = 2 * min(ours[2 * count]) / min(ours[count])
    print(f"twice the trades take {growth:.2f} times as long; goal ≤ 2.3")


def main() -> None:
    parser = argparse.ArgumentParser(description="How the cost of wash sales grows.")
    parser.add_argument("--trades", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    heading(f"wash sales since {BEGINNING}", "µs a trade", "economic")
    for name, tell in (
        ("many", many), ("once a day", daily), ("day-traded", busy), ("accounts", three_accounts),
    ):  # fmt: skip
        measure(name, tell, asked.trades, asked.runs)


if __name__ == "__main__":
    main()
