"""Opens the file of a store, also in a folder in which nothing can be written.

A store keeps a log and an index of it beside itself, even for those who only read. Where they can
be made by nobody the file is read as one that never changes.
"""

import os
import sqlite3
from pathlib import Path


def connect(path: Path, *, timeout: float, any_thread: bool = False) -> sqlite3.Connection:
    """Connect to a store's file; the driver begins no transactions by itself.

    Args:
        path: of the file, which is made where it is not there.
        timeout: Seconds to wait for others.
        any_thread: Whether others than this thread may use it.
    """
    sealed = is_sealed(path)
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?immutable=1" if sealed else path,
        uri=sealed,
        timeout=timeout,
        isolation_level=None,
        check_same_thread=not any_thread,
    )


def is_sealed(path: Path) -> bool:
    """Tell whether nobody can be writing to a store: there is no log, and none can be made."""
    return (
        path.exists()
        and not os.access(path.parent, os.W_OK)
        and not path.with_name(f"{path.name}-wal").exists()
    )
