"""New stores, each a copy of one: to make the schema anew takes half a second."""

import datetime as dt
import tempfile
from functools import cache
from pathlib import Path

from qm_tui.store.migrate import prepare

_SOMETIME = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)


@cache
def _empty() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        prepare(path, _SOMETIME)
        return path.read_bytes()


def lay(path: Path) -> Path:
    """Lay a new store where there is none, for its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    path.write_bytes(_empty())
    return path
