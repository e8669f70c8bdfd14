"""Open a store: prepared, private, with its reader and its writer."""

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qm_tui.store.engine import reading_engine, writing_engine
from qm_tui.store.migrate import is_current, prepare
from qm_tui.store.reader import Reader

if TYPE_CHECKING:
    from qm_tui.store.writer import Writer

Clock = Callable[[], dt.datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A store that is open for reading and writing."""

    path: Path
    reader: Reader
    writer: "Writer"

    async def close(self) -> None:
        """Let go of the file."""
        await self.writer.close()
        await self.reader.close()


async def open_reader(path: Path, now: Clock) -> Reader:
    """Open a store for reading alone, made or brought up to date first if need be.

    Raises:
        StoreRefused: the file is no store, or was written by a newer version.
    """
    if not is_current(path):
        await asyncio.to_thread(prepare, path, now())
    return Reader(reading_engine(path))


async def open_store(path: Path, now: Clock) -> Store:
    """Open a store for reading and writing; raises like `open_reader`."""
    # Late: the writer brings SQLAlchemy's asyncio and ORM along.
    from qm_tui.store.writer import Writer  # noqa: PLC0415

    reader = await open_reader(path, now)
    return Store(path=path, reader=reader, writer=Writer(writing_engine(path), now))
