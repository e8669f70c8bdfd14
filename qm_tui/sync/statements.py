"""Statements that a broker makes when asked: fetched, stored each as a whole, and deleted."""

import tempfile
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

from qm_tui.brokers.client import (
    BrokerRefused,
    Fetched,
    Progress,
    StatementService,
    Waits,
)
from qm_tui.domain.events import SyncEvent, SyncFailed, SyncProgress, SyncStarted, SyncWaits
from qm_tui.store.reading.known import covered
from qm_tui.store.store import Store
from qm_tui.sync.closing import closing
from qm_tui.sync.service import Importer


async def fetch_run(
    store: Store, importer: Importer, service: StatementService, name: str, *, unfinished: bool
) -> AsyncGenerator[SyncEvent, None]:
    """Fetch and store what is not there yet, and tell how it goes; closing it cancels.

    Raises:
        BrokerUnavailable, BrokerRefused: with what to do; statements that came before are stored.
    """
    yield SyncStarted(source=name)
    known = await store.reader.read(covered, name)
    # Private to the user, like all that tempfile makes.
    with tempfile.TemporaryDirectory(prefix="qm-tui-") as folder:
        steps = service.fetch(known, Path(folder), unfinished=unfinished)
        async with closing(steps) as told:
            async for step in told:
                match step:
                    case Waits():
                        yield SyncWaits(source=name, says=step.says, until=step.until)
                    case Progress():
                        yield SyncProgress(
                            source=name, done_bytes=step.done_bytes,
                            total_bytes=step.total_bytes, rows=0,
                        )  # fmt: skip
                    case Fetched():
                        async with aclosing(_taken_in(importer, service, step, name)) as events:
                            async for event in events:
                                yield event


async def _taken_in(
    importer: Importer, service: StatementService, fetched: Fetched, name: str
) -> AsyncGenerator[SyncEvent, None]:
    try:
        events = importer.take_in(
            fetched.path, connection=name, called=fetched.name, warnings=service.warnings
        )
        async with aclosing(events):
            async for event in events:
                if isinstance(event, SyncFailed):
                    # What cannot be stored would come again at once: the user has to look.
                    raise BrokerRefused(event.reason)
                if not isinstance(event, SyncStarted):
                    yield event
    finally:
        fetched.path.unlink(missing_ok=True)
