"""What tests share: a real store in a temporary folder, and a clock that stands still."""

import datetime as dt
import gc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from qm_tui.store.store import Store, open_store
from tests.store.laid import lay

NOW = dt.datetime(2026, 3, 2, 15, 30, tzinfo=dt.UTC)


def pytest_configure() -> None:
    # Late: processes that tests start take the time from here, and nothing else.
    from tests.once import begin  # noqa: PLC0415

    begin()


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Have the garbage collector pass over modules and tests: none of them becomes garbage.

    What it looks at is a quarter of all the time of tests of the monitor, else: each makes far more
    than the 700 objects after which it begins.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 20)


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    """Where the test's store lies."""
    return tmp_path / "data" / "portfolio.db"


@pytest.fixture
async def store(store_path: Path) -> AsyncIterator[Store]:
    """A new store."""
    opened = await open_store(lay(store_path), lambda: NOW)
    yield opened
    await opened.close()
