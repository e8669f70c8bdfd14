"""`qm-tui db`: check the store, derive everything in it again, copy it."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from qm_tui.cli.environment import Environment
from qm_tui.cli.parts import opened_store
from qm_tui.cli.progress import Progress
from qm_tui.store.checks import found_problems, sizes
from qm_tui.store.migrate import backup
from qm_tui.store.store import open_reader
from qm_tui.store.troubles import StoreRefused
from qm_tui.ui.cell import plain

if TYPE_CHECKING:
    from qm_tui.book.deriving import Difference


async def db(here: Environment, action: str, target: Path | None) -> int:
    """Run `db check`, `db rebuild` or `db backup` and return the exit status."""
    if not here.store_path.exists():
        raise StoreRefused(f"{here.store_path}: there is no store yet; import a statement first.")
    match action:
        case "check":
            return await _check(here)
        case "rebuild":
            return await _rebuild(here)
        case _:
            return await _backup(here, target)


async def _check(here: Environment) -> int:
    reader = await open_reader(here.store_path, here.now)
    try:
        found = await reader.read(found_problems)
        counts = await reader.read(sizes)
    finally:
        await reader.close()
    for problem in found:
        here.out.write(f"{plain(problem)}\n")
    if found:
        here.err.write(f"qm-tui: {here.store_path} has {len(found)} problems.\n")
        return 1
    total = sum(counts.values())
    here.out.write(
        f"{here.store_path}: whole; {total:,} facts, {counts['trades']:,} of them trades.\n"
    )
    return 0


async def _rebuild(here: Environment) -> int:
    # Late: the other commands need no booking.
    from qm_tui.book.deriving import BookingDied, rebuild  # noqa: PLC0415
    from qm_tui.book.reconciling import Reconciler  # noqa: PLC0415

    progress = Progress(here.err)
    async with opened_store(here) as parts:
        try:
            rebuilt = await rebuild(
                parts.store.reader, parts.store.writer, here.now, tell=progress.derive
            )
            await Reconciler(parts.store.reader, parts.store.writer, here.now).reconcile()
        except BookingDied as error:
            progress.clear()
            here.err.write(f"qm-tui: {plain(str(error))}\n")
            return 1
    progress.clear()
    done = rebuilt.outcome
    here.out.write(
        f"{here.store_path}: {done.groups:,} groups derived again in {done.seconds:.1f} s: "
        f"{done.lots:,} open lots, {done.gains:,} realized gains, {done.findings:,} to look at.\n"
    )
    for difference in rebuilt.differences:
        here.err.write(f"qm-tui: {_described(difference)}\n")
    if not rebuilt.differences:
        here.out.write("All of it was as it should be.\n")
        return 0
    return 3


def _described(difference: "Difference") -> str:
    what = difference.table.replace("_", " ")
    return (
        f"{plain(difference.symbol)} of {plain(difference.place.taxpayer)}: {what} were not as "
        f"they follow from the facts ({difference.stored:,} rows wrong, {difference.derived:,} "
        "missing); corrected."
    )


async def _backup(here: Environment, target: Path | None) -> int:
    stamp = f"{here.now():%Y%m%dT%H%M%SZ}"
    copy = target or here.store_path.with_name(f"{here.store_path.stem}.{stamp}.backup.db")
    await asyncio.to_thread(backup, here.store_path, copy)
    here.out.write(f"{copy}\n")
    return 0
