"""Read the store beside the program's event loop; each call sees one moment of it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeAlias, TypeVar

from sqlalchemy import Connection, Engine

from qm_tui.store.troubles import in_words

P = ParamSpec("P")
T = TypeVar("T")
Moment: TypeAlias = Connection
"""A read transaction, for those who hand it on and know nothing else about it."""


class Reader:
    """Runs selections in a thread of its own, one read transaction each.

    Synchronous SQLAlchemy Core in a thread, not its asyncio engine: that one loads the ORM, which
    would nearly double the time to the first rows.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._path = Path(engine.url.database or "")
        self._file = _identity(self._path)
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="store-reader")

    async def read(
        self, selection: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a selection and return what it returns.

        Raises:
            StoreRefused: the file cannot be read.
        """

        def run() -> T:
            with in_words(self._path), self._engine.connect() as connection:
                return selection(connection, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._threads, run)

    async def data_version(self) -> int:
        """Return a number that changes when anybody, in any process, has written to the store."""
        return await self.read(_data_version)

    @property
    def path(self) -> Path:
        """Where the store is."""
        return self._path

    async def is_in_its_place(self) -> bool:
        """Whether the file that is read is the one of that name.

        One that was deleted can be read and written as long as it is open, and is lost then.

        Raises:
            StoreRefused: nobody may look.
        """
        with in_words(self._path):
            return await asyncio.to_thread(_identity, self._path) == self._file

    async def close(self) -> None:
        """Let go of the file."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._engine.dispose()


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        at = path.stat()
    except PermissionError:
        raise
    except OSError:
        return None
    return at.st_dev, at.st_ino


def _data_version(connection: Connection) -> int:
    # One counter over connections of one pool could differ; what is stored of the newest run, of
    # what was decided (it marks), of what was derived and of runs under way does not.
    row = connection.exec_driver_sql(
        "SELECT coalesce(max(id), 0), count(finished_at), "
        "(SELECT generation FROM booking_state), (SELECT derivations FROM booking_state), "
        "(SELECT saves FROM booking_state) "
        "FROM sync_runs"
    ).one()
    return hash(tuple(row))
