"""`qm-tui db`: check the store, copy it."""

import asyncio
from pathlib import Path

from qm_tui.cli.environment import Environment
from qm_tui.store.checks import found_problems, sizes
from qm_tui.store.migrate import backup
from qm_tui.store.store import open_reader
from qm_tui.store.troubles import StoreRefused
from qm_tui.ui.cell import plain


async def db(here: Environment, action: str, target: Path | None) -> int:
    """Run `db check` or `db backup` and return the exit status."""
    if not here.store_path.exists():
        raise StoreRefused(f"{here.store_path}: there is no store yet; import a statement first.")
    return await (_check(here) if action == "check" else _backup(here, target))


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


async def _backup(here: Environment, target: Path | None) -> int:
    stamp = f"{here.now():%Y%m%dT%H%M%SZ}"
    copy = target or here.store_path.with_name(f"{here.store_path.stem}.{stamp}.backup.db")
    await asyncio.to_thread(backup, here.store_path, copy)
    here.out.write(f"{copy}\n")
    return 0
