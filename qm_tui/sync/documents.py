"""Take a document in: recognize it, read it in small pieces, store all of it or nothing."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path

from qm_tui.brokers.client import BrokerRefused, ReadOptions, Statement, StatementReader
from qm_tui.domain.batches import RefusedRow
from qm_tui.domain.events import SyncEvent, SyncFinished, SyncProgress, SyncStarted
from qm_tui.store.binding import Binder, BoundBatch
from qm_tui.store.runs import Source
from qm_tui.store.unit import Unit
from qm_tui.store.writer import AlreadyStored, Writer
from qm_tui.sync.reading import read_apart

LARGE = 4_000_000
"""Bytes from which a document is read by a process of its own, which takes a moment to start."""

Recognize = Callable[[Path], StatementReader]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """How a document is read, and under which names it is kept."""

    path: Path
    name: str
    """What it is called in what is told and stored."""
    source: str
    """Of the events that are told."""
    connection: str
    options: ReadOptions
    warnings: Sequence[str] = ()
    """What is to be kept with its own."""
    stored: Callable[[], None] = lambda: None
    """Called when it is stored, also if nobody waits any more to hear of it."""


class Documents:
    """Reads documents into the store; each is one transaction."""

    def __init__(self, writer: Writer, recognize: Recognize, apart_from: int = LARGE) -> None:
        self._writer = writer
        self._recognize = recognize
        self._apart_from = apart_from

    async def take_in(self, intake: Intake) -> AsyncGenerator[SyncEvent, None]:
        """Read a document and tell what happens; closing the iterator leaves nothing behind.

        Raises:
            BrokerRefused: it cannot be used as it is.
            ReadingDied, RowRefused, StoreRefused: nothing of it is stored.
            OSError: the file cannot be read.
        """
        try:
            async with aclosing(self._read(intake)) as events:
                async for event in events:
                    yield event
        except AlreadyStored as known:
            yield _known(intake, known.refused)

    async def _read(self, intake: Intake) -> AsyncGenerator[SyncEvent, None]:
        reader = await asyncio.to_thread(self._recognize, intake.path)
        statement = await asyncio.to_thread(reader.open, intake.path, intake.options)
        source = _source(statement, intake)
        yield SyncStarted(source=intake.source, total_bytes=statement.document.size)
        refused = await self._writer.known(source)
        if refused is not None:
            yield _known(intake, refused)
            return
        large = statement.document.size >= self._apart_from
        batches = read_apart(statement) if large else _read_here(statement)
        async with aclosing(self._store(intake, batches, source)) as events:
            async for event in events:
                yield event

    async def _store(
        self, intake: Intake, batches: AsyncGenerator[BoundBatch, None], source: Source
    ) -> AsyncGenerator[SyncEvent, None]:
        assert source.document is not None
        total = source.document.size
        unit: Unit | None = None
        try:
            async with self._writer.unit(source) as unit, aclosing(batches):
                async for batch in batches:
                    await unit.save_bound(batch)
                    yield SyncProgress(
                        source=intake.source, done_bytes=batch.rest.bytes_read, total_bytes=total,
                        rows=unit.tally.rows,
                    )  # fmt: skip
                if unit.tally.refused and not unit.tally.rows:
                    raise BrokerRefused(_all_refused(intake.name, unit.tally.refused))
                unit.tally.warn(*intake.warnings)
        finally:
            if unit is not None and unit.stored:
                intake.stored()
        yield SyncFinished(
            source=intake.source,
            run=unit.run,
            sections=unit.tally.sections,
            refused=unit.tally.refused,
            novelties=unit.tally.news(),
            warnings=unit.tally.warnings,
            accounts=unit.accounts,
        )


async def _read_here(statement: Statement) -> AsyncGenerator[BoundBatch, None]:
    binder = Binder()
    for batch in statement.batches():
        yield binder.bind(batch)
        # Saving yields to the loop only when there is something to save.
        await asyncio.sleep(0)


def told(name: str) -> str:
    """Write a file's name as text: it may hold bytes that are none."""
    return os.fsencode(name).decode("utf-8", "replace")


def _known(intake: Intake, refused: list[RefusedRow]) -> SyncFinished:
    return SyncFinished(
        source=intake.source, run=None, sections={}, refused=refused, already_known=True
    )


def _all_refused(name: str, refused: Sequence[RefusedRow]) -> str:
    first = refused[0]
    return (
        f"{name}: none of its {len(refused):,} rows can be read, so nothing is stored. The first: "
        f"row {first.document_row}, {first.field} = {first.text[:60]!r}: {first.reason}"
    )


def _source(statement: Statement, intake: Intake) -> Source:
    options = intake.options
    return Source(
        connection=intake.connection,
        broker=statement.broker,
        kind="import",
        document=replace(statement.document, name=intake.name),
        options=f"{options.account or ''}|{options.timezone_of(statement.broker).key}",
    )
