"""A program that compares both sides of a store in another process: `-m tests.book.reconciles`."""

import asyncio
import sys
from pathlib import Path

from qm_tui.book.reconciling import Reconciler
from qm_tui.store.store import open_store
from tests.conftest import NOW


async def reconcile(path: Path) -> None:
    """Compare, and keep what does not add up."""
    store = await open_store(path, lambda: NOW)
    try:
        await Reconciler(store.reader, store.writer, lambda: NOW, apart_from=0).reconcile()
    finally:
        await store.close()


if __name__ == "__main__":
    asyncio.run(reconcile(Path(sys.argv[1])))
