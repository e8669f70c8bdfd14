"""One sync of a live connection: every section is stored as it comes, and fails by itself."""

from collections.abc import AsyncGenerator

from qm_tui.brokers.client import BrokerClient, BrokerRefused, BrokerUnavailable, Known
from qm_tui.domain.batches import Authority, Batch
from qm_tui.domain.events import SectionDone, SyncEvent, SyncFinished, SyncStarted
from qm_tui.store.live_runs import LiveRun
from qm_tui.store.reading.known import known
from qm_tui.store.runs import Source
from qm_tui.store.store import Store
from qm_tui.store.troubles import RowRefused, StoreRefused
from qm_tui.sync.closing import closing


def source_of(name: str, broker: str, kind: str = "sync") -> Source:
    """Return what a live connection's runs come from."""
    return Source(
        connection=name, broker=broker, kind=kind, live=True, authority=Authority.PROVISIONAL
    )


async def pull_run(
    store: Store, client: BrokerClient, name: str
) -> AsyncGenerator[SyncEvent, None]:
    """Pull everything as one run, and tell how it goes; closing the iterator cancels it.

    Raises:
        BrokerUnavailable, BrokerRefused, StoreRefused: it ended early; what was stored stays, and
            the run says why.
    """
    known_rows = await store.reader.read(known, name)
    async with store.writer.run(source_of(name, client.broker)) as run:
        yield SyncStarted(source=name)
        try:
            async with closing(client.pull(Known(**known_rows._asdict()))) as batches:
                async for batch in batches:
                    yield await _saved(run, batch, name)
        except (BrokerRefused, BrokerUnavailable, StoreRefused) as error:
            run.fail(str(error))
            raise
        tally = run.tally
        ended = SyncFinished(
            source=name, run=run.number, sections=tally.sections, refused=tally.refused,
            novelties=tally.news(), warnings=tally.warnings, accounts=run.accounts,
            incomplete=run.incomplete,
        )  # fmt: skip
    # Told when the run's row says so too.
    yield ended


async def _saved(run: LiveRun, batch: Batch, name: str) -> SectionDone:
    """Store a batch; where the store refuses one of its rows, the others' sections go on."""
    error = batch.incomplete
    try:
        counts = await run.save(batch)
    except RowRefused as refused:
        error = str(refused)
        counts = await run.save(Batch(section=batch.section, incomplete=error))
    return SectionDone(
        source=name, run=run.number, section=batch.section, counts=counts, error=error
    )


async def save_changes(
    store: Store, name: str, broker: str, batches: tuple[Batch, ...]
) -> AsyncGenerator[SectionDone, None]:
    """Store what was pushed between two syncs, as a small run of its own."""
    async with store.writer.run(source_of(name, broker, "live")) as run:
        for batch in batches:
            yield await _saved(run, batch, name)


def is_whole(event: SyncFinished) -> bool:
    """Tell whether a sync brought everything there was."""
    return not event.incomplete and not event.refused
