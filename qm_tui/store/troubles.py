"""What can be wrong with the file or the disk under a store, in words for the user."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class StoreRefused(Exception):  # noqa: N818 - a state of the file, told to the user
    """The store cannot be used as it is, and was not touched. Speaks to the user."""


class RowRefused(Exception):  # noqa: N818 - what the store did; told to the user
    """The store refused a row that everybody before it let pass."""


_DAMAGED = "the file is damaged; `qm-tui db check` says how, a backup helps"
_CLOSED = "permission denied; you need the right to read the file, and to enter its folders"
_TROUBLES = {
    sqlite3.SQLITE_FULL: "there is no room left on the disk",
    sqlite3.SQLITE_IOERR: "the disk cannot be read or written; perhaps it is full",
    sqlite3.SQLITE_BUSY: "another program writes to it and does not come to an end; try again",
    sqlite3.SQLITE_LOCKED: "another program writes to it and does not come to an end; try again",
    sqlite3.SQLITE_READONLY: "the file or its folder may not be written",
    sqlite3.SQLITE_PERM: "the file or its folder may not be written",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened",
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}
"""By SQLite's primary result code. All else is a mistake of this program, and is seen as one."""


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Turn what the disk or another program did into a sentence.

    Raises:
        StoreRefused: instead of the driver's error; nothing of what was under way is stored.
    """
    # Late: the monitor's first frame does not wait for SQLAlchemy.
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415

    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        trouble = trouble_of(error.orig if isinstance(error, DBAPIError) else error)
        if trouble is None:
            raise
        raise StoreRefused(f"{path}: {trouble}.") from error
    except PermissionError as error:
        raise StoreRefused(f"{path}: {_CLOSED}.") from error


def trouble_of(error: BaseException | None) -> str | None:
    """Say what a driver's error means, None when it is no trouble from outside."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else _TROUBLES.get(code & 0xFF)
