"""New stores, each a copy of one: to make the schema anew takes half a second."""

import datetime as dt
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import closing
from functools import cache
from pathlib import Path

from qm_tui.store.migrate import prepare
from qm_tui.store.store import Store

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


_books: dict[object, bytes] = {}
"""Name → the file of a store that holds the book."""


async def lay_book(store: Store, name: object, make: Callable[[], Awaitable[None]]) -> None:
    """Write a book into a store: as it says the first time, and then a copy of what that was.

    Args:
        store: nothing was written to it so far, or the book is made in the long way.
        name: of the book; one name, one book.
        make: writes it.
    """
    with closing(sqlite3.connect(store.path)) as connection:
        is_new = not connection.execute("SELECT count(*) FROM sync_runs").fetchone()[0]
        if is_new and name in _books:
            with closing(sqlite3.connect(":memory:")) as book:
                book.deserialize(_books[name])
                book.backup(connection)
            return
    await make()
    if is_new:
        with closing(sqlite3.connect(store.path)) as connection:
            whole = bytearray(connection.serialize())
        # Its header says that it has a journal beside it: in memory there is no such thing.
        whole[18:20] = b"\x01\x01"
        _books[name] = bytes(whole)
