"""What a sync of a few trades costs in a large book, beside deriving all of the book again.

    python -m benchmarks.lots_update [--trades N] [--instruments N] [--runs N]

A store of 100,000 trades in 1,000 instruments, with everything derived. A sync stores 50 trades in
10 of the instruments, and `derive_waiting` derives what follows from them; the floor is `rebuild`,
which derives everything and compares it with what is stored. Each sync is another one; the rebuilds
come after them, in the same store.
"""

import argparse
import asyncio
import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random

from benchmarks._busy_life import FIRST, a_store, keep, now
from benchmarks._lots import trades
from benchmarks._measured import figure, heading, line, own_folder
from qm_tui.book.deriving import derive_waiting, rebuild
from qm_tui.domain.records import Trade
from qm_tui.domain.words import OpenClose
from tests.builders import a_trade, an_equity

TOUCHED = 10
FEW = 50


def book(instruments: int, each: int) -> Iterator[Trade]:
    """All trades, instrument after instrument."""
    for instrument in range(instruments):
        stock = an_equity(f"S{instrument}", conid=str(100_000 + instrument))
        model = a_trade(instrument=stock, trade_date=FIRST)
        for number, (shares, cents, fee, minutes) in enumerate(trades(instrument, each)):
            yield _trade(model, f"{instrument}.{number}", shares, (cents, fee, minutes))


def few(instruments: int, run: int) -> list[Trade]:
    """The trades of a sync: the newest of their instruments."""
    random = Random(run)  # noqa: S311 - figures, no secret
    told: list[Trade] = []
    for instrument in random.sample(range(instruments), TOUCHED):
        stock = an_equity(f"S{instrument}", conid=str(100_000 + instrument))
        model = a_trade(instrument=stock, trade_date=FIRST)
        for number in range(FEW // TOUCHED):
            key = f"{instrument}.sync{run}.{number}"
            told.append(_trade(model, key, 10, (5_000, 100, 6_000_000 + run * 1000 + number)))
    return told


def _trade(model: Trade, key: str, shares: int, rest: tuple[int, int, int]) -> Trade:
    cents, fee, minutes = rest
    assert model.executed_at is not None
    moment = model.executed_at + minutes * _MINUTE
    return replace(
        model, key=f"TX:{key}", broker_trade_id=key, broker_transaction_id=key,
        broker_execution_id=key, quantity=Decimal(shares), price=Decimal(cents) / 100,
        proceeds=Decimal(-shares * cents) / 100, commission=Decimal(-fee) / 100, net_cash=None,
        executed_at=moment, trade_date=moment.date(),
        open_close=OpenClose.OPEN if shares > 0 else OpenClose.CLOSE,
    )  # fmt: skip


_MINUTE = dt.timedelta(minutes=1)


async def measure(path: Path, instruments: int, each: int, runs: int) -> None:
    updates: list[float] = []
    rebuilds: list[float] = []
    async with a_store(path) as store:
        await keep(store, list(book(instruments, each)))
        first = await derive_waiting(store.reader, store.writer, now)
        for run in range(runs):
            await keep(store, few(instruments, run))
            begun = time.perf_counter()
            outcome = await derive_waiting(store.reader, store.writer, now)
            updates.append((time.perf_counter() - begun) * 1000)
            assert outcome.groups == TOUCHED
        for _ in range(min(runs, 2)):
            begun = time.perf_counter()
            rebuilt = await rebuild(store.reader, store.writer, now)
            rebuilds.append((time.perf_counter() - begun) * 1000)
            assert not rebuilt.differences
    heading(f"{instruments * each:,} trades, {first.groups:,} groups", "ms", "rebuild")
    ours, floor = figure(updates), figure(rebuilds)
    line(f"{FEW} trades in {TOUCHED} instruments", ours, floor)
    print(f"{ours.median / floor.median:.2%} of a rebuild; goal ≤ 2 %")
    print(f"deriving it all for the first time: {first.seconds:.1f} s, {first.gains:,} gains")


def main() -> None:
    parser = argparse.ArgumentParser(description="What a sync costs in a large book.")
    parser.add_argument("--trades", type=int, default=100_000)
    parser.add_argument("--instruments", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=7)
    asked = parser.parse_args()
    each = asked.trades // asked.instruments
    with own_folder() as folder:
        asyncio.run(measure(folder / "portfolio.db", asked.instruments, each, asked.runs))


if __name__ == "__main__":
    main()
