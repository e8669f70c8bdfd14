"""The lists of runs leave out what was stored between syncs, which is much more."""

from qm_tui.queries.syncs import runs, sections_of, syncs
from qm_tui.store.reading import runs as reading
from qm_tui.store.store import Store
from tests.builders import a_batch, a_position
from tests.store.live import BETWEEN, LIVE

POSITIONS = a_batch(a_position())


async def test_only_what_the_user_had_done_is_listed(store: Store) -> None:
    async with store.writer.run(LIVE) as sync:
        await sync.save(POSITIONS)
    for _ in range(3):
        async with store.writer.run(BETWEEN) as run:
            await run.save(POSITIONS)

    assert [row.run for row in await runs(store.reader)] == [sync.number]
    assert [row.run for row in await syncs(store.reader)] == [sync.number]
    assert len(await store.reader.read(reading.runs, ("live",))) == 3
    assert len(await store.reader.read(reading.sections, ("sync", "live"))) == 4


async def test_one_run_can_be_asked_for_whatever_it_is(store: Store) -> None:
    async with store.writer.run(LIVE) as sync:
        await sync.save(POSITIONS)
    async with store.writer.run(BETWEEN) as between:
        await between.save(POSITIONS)

    for one in (sync, between):
        [section] = await sections_of(store.reader, one.number)
        assert (section.run, section.section) == (one.number, "positions")
        [row] = await store.reader.read(reading.runs, run=one.number)
        assert (row.run, row.received) == (one.number, 1)
