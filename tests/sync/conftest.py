"""New stores for the tests of syncs, laid there ready made: making one takes longer than a test."""

from pathlib import Path

import pytest

from tests.store.stores import an_empty_store


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    """Where the test's store lies."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    return an_empty_store(folder)
