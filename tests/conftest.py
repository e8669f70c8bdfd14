"""What tests share: a real store in a temporary folder, and a clock that stands still."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from qm_tui.store.store import Store, open_store
from tests.store.laid import lay

NOW = dt.datetime(2026, 3, 2, 15, 30, tzinfo=dt.UTC)


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
