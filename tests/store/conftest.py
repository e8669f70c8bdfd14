"""What tests of the store share: a store whose clock a test can move."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from qm_tui.store.store import Store, open_store
from tests.conftest import NOW
from tests.store.laid import lay
from tests.store.live import Clock


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until the test moves it."""
    return Clock(NOW)


@pytest.fixture
async def store(store_path: Path, clock: Clock) -> AsyncIterator[Store]:
    """A new store."""
    opened = await open_store(lay(store_path), clock)
    yield opened
    await opened.close()
