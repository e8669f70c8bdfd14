"""The engines of a store: one that writes, one that reads, and how SQLite is told to behave."""

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from qm_tui.store.columns import add_functions
from qm_tui.store.sealed import connect

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

BUSY_TIMEOUT_MS = 60_000
"""How long a writer waits for another process: longer than the import of a large statement."""

# Engines hide parameters: an error is logged with its statement, and what somebody owns is no part
# of a log.


def _listen(engine: Engine, pragmas: tuple[str, ...], begin: str) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # The driver must not open transactions by itself: its default mode loses updates.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        add_functions(connection)

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Any) -> None:
        connection.exec_driver_sql(begin)


def reading_engine(path: Path) -> Engine:
    """Make the engine that reads: a transaction sees one moment of the store and cannot write."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)),  # a name may hold what a URL would take apart
        creator=lambda: connect(path, any_thread=True, timeout=BUSY_TIMEOUT_MS / 1000),
        poolclass=QueuePool,
        pool_size=2,
        max_overflow=0,
        hide_parameters=True,
    )
    _listen(engine, ("query_only=ON", "cache_size=-16000", "mmap_size=268435456"), "BEGIN")
    return engine


def writing_engine(path: Path) -> "AsyncEngine":
    """Make the engine that writes: one connection, every transaction begun IMMEDIATE."""
    # Late: this import brings the ORM along, and only who writes has to pay for it.
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415

    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path)),
        pool_size=1,
        max_overflow=0,
        pool_timeout=3600,
        hide_parameters=True,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
    )
    _listen(
        engine.sync_engine,
        (
            "journal_mode=WAL",
            "foreign_keys=ON",
            "synchronous=NORMAL",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "cache_size=-32000",
        ),
        "BEGIN IMMEDIATE",
    )

    @event.listens_for(engine.sync_engine, "invalidate")
    def roll_back(connection: Any, _record: Any, _error: Any) -> None:
        # Who is cancelled amid a statement has his connection closed. That alone does not end the
        # transaction while anything remembers the statement, and nobody else could write.
        with suppress(sqlite3.Error, ValueError):
            connection.rollback()

    return engine


async def let_go_of_pages(connection: "AsyncConnection") -> None:
    """Free what the connection remembers of the file and nobody needs now.

    It would grow with the file for as long as the program runs. The system still has the pages.
    """
    if connection.dialect.name == "sqlite":
        await connection.exec_driver_sql("PRAGMA shrink_memory")


async def written_elsewhere(connection: "AsyncConnection") -> int:
    """Return a number that changes when another connection, of any process, wrote to the file."""
    return int((await connection.exec_driver_sql("PRAGMA data_version")).scalar_one())
