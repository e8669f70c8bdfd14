"""One sync of a broker's connection: every batch it brings is stored as it comes."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from qm_tui.brokers.client import BrokerClient, BrokerUnavailable, Known
from qm_tui.domain.batches import Authority, Batch
from qm_tui.domain.events import SectionDone, SyncFinished
from qm_tui.store.live_runs import LiveRun
from qm_tui.store.reading.known import known
from qm_tui.store.runs import Source
from qm_tui.store.store import Store
from qm_tui.store.troubles import RowRefused
from qm_tui.sync.courses import TROUBLES, Course
from qm_tui.sync.waiting import ahead, closing

_log = logging.getLogger(__name__)

_AUTHORITY = {"ibkr": Authority.PROVISIONAL}
"""Whose fills of today are only told; the broker's books follow as a statement."""


def source_of(connection: str, client: BrokerClient, kind: str = "sync") -> Source:
    """Return under which name a run of a live connection is stored."""
    return Source(
        connection=connection,
        broker=client.broker,
        kind=kind,
        live=True,
        authority=_AUTHORITY.get(client.broker),
    )


_MANY = 1000
"""So many records take a while to be shown, and to be stored."""
_TURN = 0.15
"""Seconds that they have to be shown, before storing them takes its turns."""


def _nobody(batch: Batch) -> None:
    """Nobody looks on."""


async def pull_once(
    store: Store,
    client: BrokerClient,
    course: Course,
    *,
    show: Callable[[Batch], None] = _nobody,
) -> SyncFinished:
    """Pull everything over a connection that is made, section by section, as one run.

    Args:
        store: open for reading and writing.
        client: connected.
        course: is told how far it is.
        show: gets what has come before it is stored, which takes longer than to show it.

    Raises:
        BrokerUnavailable, BrokerRefused: the connection is of no use any more.
        StoreRefused: the store cannot be read or written.
    """
    rows = await store.reader.read(known, course.connection)
    told = Known(cursors=rows.cursors, described=rows.described, held=rows.held)
    async with store.writer.run(source_of(course.connection, client)) as run:
        with reasons(run, course):
            course.begin(run.number)
            # Not `async for` alone: when saving fails, what was asked of the broker is given up.
            async with closing(ahead(client.pull(told), show)) as batches:
                async for batch in batches:
                    if show is not _nobody and len(batch.records) >= _MANY:
                        await asyncio.sleep(_TURN)
                    course.tell(await saved(run, batch, course.connection))
    return finished(run, course.connection)


async def saved(run: LiveRun, batch: Batch, connection: str) -> SectionDone:
    """Store a batch; what the store cannot take makes its section fail, and no other."""
    error = batch.incomplete
    try:
        counts = await run.save(batch)
    except RowRefused as refused:
        _log.exception("run %d: %s was not stored", run.number, batch.section)
        error = str(refused)
        counts = await run.save(Batch(section=batch.section, incomplete=error, amends=batch.amends))
    return SectionDone(
        source=connection, run=run.number, section=batch.section, counts=counts, error=error
    )


def finished(run: LiveRun, connection: str) -> SyncFinished:
    """Return what a run brought."""
    return SyncFinished(
        source=connection,
        run=run.number,
        sections=dict(run.tally.sections),
        refused=tuple(run.tally.refused),
        novelties=tuple(run.tally.news()),
        warnings=tuple(run.tally.warnings),
        accounts=tuple(run.accounts),
        incomplete=dict(run.incomplete),
    )


@contextmanager
def reasons(run: LiveRun, course: Course) -> Iterator[None]:
    """Have the run's row say in words why it ended early."""
    try:
        yield
    except TROUBLES as error:
        run.fail(str(error))
        raise
    except asyncio.CancelledError:
        if course.lost is None:
            raise
        # We ended it because the connection is lost: nobody wished for that.
        run.fail(course.lost)
        raise BrokerUnavailable(course.lost) from None
