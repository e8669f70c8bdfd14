"""What it costs to derive the lots of a busy life from a store, beside the engine that books them.

    python -m benchmarks.lots_busy_account [--activities N] [--runs N]

14,400 facts of twelve years in 249 instruments, with everything on: stocks in pieces, options with
exercises, assignments and expiries, splits, capital returned, transfers, wash sales across two
taxable accounts and an IRA. Ours is `derive_waiting` on a store in which nothing is derived yet:
from reading facts to committed lots, gains and adjustments, with the process that books them (its
start as well). The floor is the engine alone: the events of the same groups, which are translated
before, booked in every view that differs (`book_views`). Translation is printed beside it.
"""

import argparse
import asyncio
import shutil
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks._busy_life import ACTIVITIES, a_store, busy_life, keep, keep_household, now
from benchmarks._measured import figure, heading, line, own_folder
from qm_tui.book.deriving import Outcome, derive_waiting
from qm_tui.domain.booking.engine import book_views
from qm_tui.domain.booking.facts import GroupFacts
from qm_tui.domain.booking.plain import facts_of
from qm_tui.domain.booking.translate.group import events_of
from qm_tui.store.reader import Reader
from qm_tui.store.reading.booking_marks import all_portions, groups_of


async def make_store(path: Path, activities: int) -> None:
    async with a_store(path) as store:
        await keep_household(store)
        await keep(store, busy_life(activities))


async def derive(path: Path) -> tuple[float, Outcome]:
    async with a_store(path) as store:
        begun = time.perf_counter()
        outcome = await derive_waiting(store.reader, store.writer, now)
        return time.perf_counter() - begun, outcome


async def group_facts(path: Path) -> list[GroupFacts]:
    async with a_store(path) as store:
        return await _groups(store.reader)


async def _groups(reader: Reader) -> list[GroupFacts]:
    portions = await reader.read(all_portions)
    groups = [await reader.read(partial(groups_of, portion=portion)) for portion in portions]
    return [facts_of(group) for some in groups for group in some]


def engine_seconds(groups: Sequence[GroupFacts]) -> tuple[float, float]:
    """Translate every group, then book it; return what each of the two took."""
    translating = booking = 0.0
    for facts in groups:
        begun = time.perf_counter()
        events = events_of(facts).events
        translated = time.perf_counter()
        book_views(events, securities=facts.securities, accounts=facts.accounts)
        booking += time.perf_counter() - translated
        translating += translated - begun
    return translating, booking


async def measure(folder: Path, activities: int, runs: int) -> None:
    empty = folder / "facts.db"
    await make_store(empty, activities)
    groups = await group_facts(empty)
    derived: list[float] = []
    engine: list[float] = []
    translation: list[float] = []
    outcome = Outcome()
    for number in range(runs):
        path = folder / f"derived{number}.db"
        shutil.copy(empty, path)
        translated, booked = engine_seconds(groups)
        taken, outcome = await derive(path)
        derived.append(taken)
        engine.append(booked)
        translation.append(translated)
    heading(f"{activities:,} activities, {outcome.groups} groups", "seconds", "engine")
    line("from facts to committed lots", figure(derived), figure(engine), "goal ≤ 8×")
    line("of it, translation", figure(translation), figure(engine))
    print(f"{outcome.lots:,} lots, {outcome.gains:,} gains, {outcome.findings} findings")
    print("findings:", ", ".join(f"{kind} {count}" for kind, count in outcome.kinds.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description="What deriving a busy life costs.")
    parser.add_argument("--activities", type=int, default=ACTIVITIES)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    with own_folder() as folder:
        asyncio.run(measure(folder, asked.activities, asked.runs))


if __name__ == "__main__":
    main()
