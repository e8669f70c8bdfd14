"""Take a file in: recognize it, read it in small pieces, store all of it or nothing."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from qm_tui.brokers.client import BrokerRefused, ReadOptions, Statement, StatementReader
from qm_tui.domain.batches import RefusedRow
from qm_tui.domain.events import SyncEvent, SyncFailed, SyncFinished, SyncProgress, SyncStarted
from qm_tui.store.binding import Binder, BoundBatch
from qm_tui.store.runs import Source
from qm_tui.store.troubles import StoreRefused
from qm_tui.store.unit import Unit
from qm_tui.store.writer import AlreadyStored, RowRefused, Writer
from qm_tui.sync.deriving import Deriver
from qm_tui.sync.reading import ReadingDied, read_apart

CONNECTION = "import"
"""The name under which what came by file is known."""

_LARGE = 4_000_000
"""Bytes from which a document is read by a process of its own, which takes a moment to start."""

Recognize = Callable[[Path], StatementReader]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Intake:
    """How a document comes in."""

    told: str
    """What it is called in what is told of it."""
    called: str
    """What it is called in the store."""
    connection: str
    kind: str
    account: str | None = None
    warnings: Sequence[str] = ()


class Importer:
    """Reads files into the store; each file is one transaction."""

    def __init__(
        self,
        writer: Writer,
        recognize: Recognize,
        timezone: ZoneInfo,
        *,
        deriver: Deriver | None = None,
        apart_from: int = _LARGE,
    ) -> None:
        self._writer = writer
        self._recognize = recognize
        self._timezone = timezone
        self._deriver = deriver
        self._apart_from = apart_from
        self.last_stored: str | None = None
        """The file that was stored last, also if nobody waited any more to hear of it."""

    async def import_files(
        self, paths: Sequence[Path], account: str | None = None
    ) -> AsyncGenerator[SyncEvent, None]:
        """Read the files one after the other, then derive, and tell what happens.

        Closing the iterator cancels: of the file under way nothing is stored, and what is not
        derived yet is so the next time.
        """
        for path in paths:
            async with aclosing(self._import_file(path, account)) as events:
                async for event in events:
                    yield event
        if self._deriver is not None:
            async with aclosing(self._deriver.derive()) as derived:
                async for one in derived:
                    yield one

    async def take_in(
        self, path: Path, *, connection: str, called: str, warnings: Sequence[str] = ()
    ) -> AsyncGenerator[SyncEvent, None]:
        """Store a document that a connection fetched, as one of its syncs, and tell it.

        Args:
            path: of the document; it stays.
            connection: that fetched it.
            called: what the document is called.
            warnings: what else is to be said of it.
        """
        intake = _Intake(
            told=connection, called=called, connection=connection, kind="sync", warnings=warnings
        )
        async with aclosing(self._take(path, intake)) as events:
            async for event in events:
                yield event

    async def _import_file(
        self, path: Path, account: str | None
    ) -> AsyncGenerator[SyncEvent, None]:
        name = _told(path.name)
        intake = _Intake(told=name, called=name, connection=CONNECTION, kind="import")
        async with aclosing(self._take(path, replace(intake, account=account))) as events:
            async for event in events:
                yield event

    async def _take(self, path: Path, intake: "_Intake") -> AsyncGenerator[SyncEvent, None]:
        name = intake.told
        try:
            async with aclosing(self._read(path, intake)) as events:
                async for event in events:
                    yield event
        except AlreadyStored as known:
            yield _known(name, known.refused)
        except (BrokerRefused, ReadingDied, RowRefused, StoreRefused) as error:
            yield SyncFailed(source=name, reason=str(error))
        except OSError as error:
            why = (error.strerror or "unknown reason").lower()
            yield SyncFailed(source=name, reason=f"{name} cannot be read: {why}.")

    async def _read(self, path: Path, intake: "_Intake") -> AsyncGenerator[SyncEvent, None]:
        name = intake.told
        options = ReadOptions(account=intake.account, timezone=self._timezone)
        reader = await asyncio.to_thread(self._recognize, path)
        statement = await asyncio.to_thread(reader.open, path, options)
        source = _source(statement, options, intake)
        yield SyncStarted(source=name, total_bytes=statement.document.size)
        refused = await self._writer.known(source)
        if refused is not None:
            yield _known(name, refused)
            return
        large = statement.document.size >= self._apart_from
        batches = read_apart(statement) if large else _read_here(statement)
        async with aclosing(self._store(intake, batches, source)) as events:
            async for event in events:
                yield event

    async def _store(
        self, intake: "_Intake", batches: AsyncGenerator[BoundBatch, None], source: Source
    ) -> AsyncGenerator[SyncEvent, None]:
        name = intake.told
        assert source.document is not None
        total = source.document.size
        unit: Unit | None = None
        try:
            async with self._writer.unit(source) as unit, aclosing(batches):
                async for batch in batches:
                    await unit.save_bound(batch)
                    yield SyncProgress(
                        source=name, done_bytes=batch.rest.bytes_read, total_bytes=total,
                        rows=unit.tally.rows,
                    )  # fmt: skip
                if unit.tally.refused and not unit.tally.rows:
                    raise BrokerRefused(_all_refused(name, unit.tally.refused))
                unit.tally.warn(*intake.warnings)
        finally:
            if unit is not None and unit.stored:
                self.last_stored = name
        yield SyncFinished(
            source=name,
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


def _told(name: str) -> str:
    """Write a file's name as text: it may hold bytes that are none."""
    return os.fsencode(name).decode("utf-8", "replace")


def _known(name: str, refused: list[RefusedRow]) -> SyncFinished:
    return SyncFinished(source=name, run=None, sections={}, refused=refused, already_known=True)


def _all_refused(name: str, refused: Sequence[RefusedRow]) -> str:
    first = refused[0]
    return (
        f"{name}: none of its {len(refused):,} rows can be read, so nothing is stored. The first: "
        f"row {first.document_row}, {first.field} = {first.text[:60]!r}: {first.reason}"
    )


def _source(statement: Statement, options: ReadOptions, intake: _Intake) -> Source:
    return Source(
        connection=intake.connection,
        broker=statement.broker,
        kind=intake.kind,
        document=replace(statement.document, name=intake.called),
        options=f"{options.account or ''}|{options.timezone.key}",
    )
