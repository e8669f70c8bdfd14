"""A comparison that is killed: nothing is half written, nobody is left, the next one ends."""

import asyncio
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from sqlite3 import connect

import pytest

from qm_tui.store.store import open_store
from tests.book.following import derived
from tests.book.reconciles import reconcile
from tests.book.test_reconciling import bought, held, history, seen
from tests.builders import an_equity
from tests.cli.program import ROOT
from tests.conftest import NOW
from tests.store.stores import an_empty_store, tell
from tests.sync.processes import children, is_running, kill, size_of, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks which processes run")

MANY = 80
"""Holdings that all differ: so that a moment in the middle is not hard to meet."""
_ROWS = (
    "SELECT key, status, verdict, expected, actual, severity, cause, confidence, explanation, "
    "evidence, reopened FROM discrepancies ORDER BY key"
)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which nothing adds up and nothing was compared yet."""

    async def make(path: Path) -> None:
        store = await open_store(path, lambda: NOW)
        try:
            stocks = [an_equity(f"S{number}", conid=str(9_000 + number)) for number in range(MANY)]
            bought_ = [
                bought(10 + number, instrument=stock, key=f"TX:{number}")
                for number, stock in enumerate(stocks)
            ]
            await tell(store, history(*bought_), seen(*(held(5, stock) for stock in stocks)))
            await derived(store)
        finally:
            await store.close()

    path = an_empty_store(tmp_path_factory.mktemp("broken"))
    asyncio.run(make(path))
    return path


def rows(path: Path) -> list[tuple[object, ...]]:
    with closing(connect(path)) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return file.execute(_ROWS).fetchall()


def a_copy(broken: Path, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return Path(shutil.copy(broken, folder / "portfolio.db"))


@pytest.mark.parametrize("while_it", ["compares", "writes"])
def test_a_killed_comparison_leaves_the_store_whole_and_the_next_one_ends_in_the_same(
    broken: Path, tmp_path: Path, while_it: str
) -> None:
    undisturbed = a_copy(broken, tmp_path / "undisturbed")
    asyncio.run(reconcile(undisturbed))
    path = a_copy(broken, tmp_path / "killed")
    before = size_of(path.with_name(f"{path.name}-wal"))

    running = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "tests.book.reconciles", str(path)], cwd=ROOT
    )
    started: list[int] = []

    def in_the_middle() -> bool:
        started[:] = children(running.pid) or started
        if while_it == "compares":
            return bool(started)
        grown = size_of(path.with_name(f"{path.name}-wal")) > before
        return grown or running.poll() is not None

    try:
        wait_until(in_the_middle, f"it {while_it}")
    finally:
        kill(running)
    wait_until(lambda: not any(map(is_running, started)), "the one that compares is gone")

    half = rows(path)
    assert not half or half == rows(undisturbed)
    asyncio.run(reconcile(path))
    assert len(rows(path)) >= MANY
    assert rows(path) == rows(undisturbed)
