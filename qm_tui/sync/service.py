"""Take a file in: recognize it, read it in small pieces, store all of it or nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from zoneinfo import ZoneInfo

from qm_tui.brokers.client import BrokerRefused, ReadOptions, Statement, StatementReader
from qm_tui.domain.events import SyncEvent, SyncFailed, SyncFinished, SyncProgress, SyncStarted
from qm_tui.store.runs import Source
from qm_tui.store.writer import Writer

CONNECTION = "import"
"""The name under which what came by file is known."""

Recognize = Callable[[Path], StatementReader]


class Importer:
    """Reads files into the store; each file is one transaction."""

    def __init__(self, writer: Writer, recognize: Recognize, timezone: ZoneInfo) -> None:
        self._writer = writer
        self._recognize = recognize
        self._timezone = timezone

    async def import_files(
        self, paths: Sequence[Path], account: str | None = None
    ) -> AsyncIterator[SyncEvent]:
        """Read the files one after the other and tell what happens.

        Closing the iterator cancels: of the file under way nothing is stored.
        """
        for path in paths:
            async with aclosing(self._import_file(path, account)) as events:
                async for event in events:
                    yield event

    async def _import_file(self, path: Path, account: str | None) -> AsyncIterator[SyncEvent]:
        options = ReadOptions(account=account, timezone=self._timezone)
        try:
            reader = await asyncio.to_thread(self._recognize, path)
            statement = await asyncio.to_thread(reader.open, path, options)
        except BrokerRefused as error:
            yield SyncFailed(source=path.name, reason=str(error))
            return
        source = _source(statement, options)
        yield SyncStarted(source=path.name, total_bytes=statement.document.size)
        if await self._writer.knows(source):
            yield SyncFinished(source=path.name, run=None, sections={}, already_known=True)
            return
        try:
            async with aclosing(self._store(path.name, statement, source)) as events:
                async for event in events:
                    yield event
        except BrokerRefused as error:
            yield SyncFailed(source=path.name, reason=str(error))

    async def _store(
        self, name: str, statement: Statement, source: Source
    ) -> AsyncIterator[SyncEvent]:
        total = statement.document.size
        async with self._writer.unit(source) as unit:
            for batch in statement.batches():
                await unit.save(batch)
                yield SyncProgress(
                    source=name, done_bytes=batch.bytes_read, total_bytes=total,
                    rows=unit.tally.rows,
                )  # fmt: skip
                # Saving yields to the loop only when there is something to save.
                await asyncio.sleep(0)
        yield SyncFinished(
            source=name,
            run=unit.run,
            sections=unit.tally.sections,
            refused=unit.tally.refused,
            novelties=unit.tally.news(),
            warnings=unit.tally.warnings,
            accounts=unit.accounts,
        )


def _source(statement: Statement, options: ReadOptions) -> Source:
    return Source(
        connection=CONNECTION,
        broker=statement.broker,
        kind="import",
        document=statement.document,
        options=f"{options.account or ''}|{options.timezone.key}",
    )
