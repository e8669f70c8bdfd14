"""A sync is stored section by section; what was stored stays, however it ends."""

import asyncio
import datetime as dt
import os
import sys
from dataclasses import replace

import pytest
from sqlalchemy import select

from qm_tui.domain.batches import Batch, Novelty
from qm_tui.domain.events import SectionCounts
from qm_tui.domain.words import Section
from qm_tui.store.reading.changes import count_changes
from qm_tui.store.reading.known import known
from qm_tui.store.runs import Source
from qm_tui.store.schema.instruments import instruments
from qm_tui.store.schema.sync import novelties, refused_rows
from qm_tui.store.store import Store, open_store
from qm_tui.store.writer import RowRefused
from tests.builders import (
    ACCOUNT,
    MOMENT,
    a_balance,
    a_batch,
    a_position,
    a_refused_row,
    a_trade,
    an_equity,
    holds,
)
from tests.conftest import NOW
from tests.store.live import BETWEEN, LIVE, Clock, held, recorded, sections
from tests.store.stores import tell, told

POSITIONS = a_batch(a_position(instrument=an_equity("AAPL", "1")), holds=[holds("positions")])
FAILED = a_batch(section="balances", incomplete="Account values did not come within 10 s.")


class Broken(Exception):  # noqa: N818 - it is a word for what happens
    """Something that nobody foresaw."""


async def test_a_run_is_on_record_before_anything_came(store: Store) -> None:
    async with store.writer.run(LIVE) as run:
        assert await recorded(store.reader, "id", "state", "finished_at") == [
            (run.number, "running", None)
        ]

    assert await recorded(store.reader, "state", "finished_at") == [("done", NOW)]


async def test_each_section_is_there_as_soon_as_it_is_saved(store: Store, clock: Clock) -> None:
    async with store.writer.run(LIVE) as run:
        clock.passes(seconds=1)
        counts = await run.save(replace(POSITIONS, cursor="7"))

        assert counts == SectionCounts(received=1, added=1)
        assert await held(store.reader) == {"AAPL": (100, False)}
        assert await sections(store.reader, "section", "state", "received", "added", "error") == [
            ("positions", "done", 1, 1, None)
        ]
        assert (await store.reader.read(known, "ib")).cursors == {Section.POSITIONS: "7"}
        assert await recorded(store.reader, "state") == ["running"]


async def test_pages_of_a_section_add_up(store: Store) -> None:
    async with store.writer.run(LIVE) as run:
        for symbol in ("A", "B"):
            await run.save(a_batch(a_position(instrument=symbol)))
        await run.save(a_batch(holds=[holds("positions")]))

    assert await sections(store.reader, "section", "received", "added") == [("positions", 2, 2)]
    assert await held(store.reader) == {"A": (100, False), "B": (100, False)}


async def test_a_section_without_rows_is_on_record_too(store: Store) -> None:
    async with store.writer.run(LIVE) as run:
        await run.save(a_batch(section="trades"))

    assert await sections(store.reader, "section", "state", "received") == [("trades", "done", 0)]


async def test_a_run_with_a_failed_section_is_partial_and_says_why(store: Store) -> None:
    async with store.writer.run(LIVE) as run:
        await run.save(POSITIONS)
        await run.save(FAILED)
        assert run.incomplete == {Section.BALANCES: FAILED.incomplete}

    assert await recorded(store.reader, "state", "error") == [("partial", FAILED.incomplete)]
    assert await sections(store.reader, "section", "state", "error") == [
        ("positions", "done", None),
        ("balances", "failed", FAILED.incomplete),
    ]


async def test_a_section_that_came_in_part_is_partial(store: Store) -> None:
    async with store.writer.run(LIVE) as run:
        await run.save(a_batch(a_position(), incomplete="The answer was cut off."))

    assert await sections(store.reader, "state", "received") == [("partial", 1)]
    assert await recorded(store.reader, "state") == ["partial"]


async def test_a_run_that_brought_nothing_at_all_failed(store: Store) -> None:
    async with store.writer.run(LIVE) as run:
        await run.save(FAILED)

    assert await recorded(store.reader, "state", "error") == [("failed", FAILED.incomplete)]


async def test_refused_rows_make_a_run_partial_and_are_named(store: Store) -> None:
    batch = a_batch(a_position(), a_position(instrument="B"), refused=[a_refused_row()])
    async with store.writer.run(LIVE) as run:
        counts = await run.save(batch)

    rows = await store.reader.read(lambda at: at.execute(select(refused_rows)).all())
    assert counts == SectionCounts(received=2, added=2, refused=1)
    assert [(row.run_id, row.text) for row in rows] == [(run.number, "ten")]
    assert await recorded(store.reader, "state") == ["partial"]
    assert await sections(store.reader, "state", "refused") == [("partial", 1)]
    assert await store.reader.read(count_changes, run.number) == 3


async def test_what_is_new_to_the_program_is_counted_over_the_run(store: Store) -> None:
    news = Novelty(what="value", where="Position/secType", example="XYZ", count=2)
    async with store.writer.run(LIVE) as run:
        for _ in range(2):
            await run.save(a_batch(section="positions", novelties=[news]))

    rows = await store.reader.read(lambda at: at.execute(select(novelties)).all())
    assert [(row.example, row._mapping["count"]) for row in rows] == [("XYZ", 4)]


async def test_a_run_that_is_given_up_is_cancelled_and_keeps_what_it_saved(store: Store) -> None:
    saved = asyncio.Event()

    async def pull() -> None:
        async with store.writer.run(LIVE) as run:
            await run.save(POSITIONS)
            saved.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(pull())
    await saved.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await recorded(store.reader, "state") == ["cancelled"]
    assert await held(store.reader) == {"AAPL": (100, False)}


async def test_a_save_that_is_given_up_half_way_is_kept_whole_or_not_at_all(store: Store) -> None:
    many = a_batch(
        *(a_position(instrument=an_equity(f"S{n}", str(n))) for n in range(1500)),
        holds=[holds("positions")],
    )
    for turns in range(0, 200, 40):
        begun = asyncio.Event()

        async def pull(begun: asyncio.Event = begun) -> None:
            async with store.writer.run(LIVE) as run:
                begun.set()
                await run.save(many)

        task = asyncio.create_task(pull())
        await begun.wait()
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len(await held(store.reader)) in (0, 1500)

    async with store.writer.run(LIVE) as run:
        await run.save(many)
    assert len(await held(store.reader)) == 1500
    assert set(await recorded(store.reader, "state")) == {"cancelled", "done"}


async def test_others_can_write_at_once_after_an_import_that_was_given_up(store: Store) -> None:
    many = a_batch(*(a_position(instrument=an_equity(f"S{n}", str(n))) for n in range(1000)))
    for milliseconds in range(5, 60, 9):
        task = asyncio.create_task(store.writer.save(told(many).source, many))
        await asyncio.wait([task], timeout=milliseconds / 1000)
        task.cancel()
        await asyncio.wait([task])
        async with asyncio.timeout(5):
            await store.writer.lease("ib", "ibkr", "1@desk monitor")


async def test_an_error_that_was_explained_is_on_record_in_these_words(store: Store) -> None:
    async def pull() -> None:
        async with store.writer.run(LIVE) as run:
            await run.save(POSITIONS)
            run.fail("The gateway hung up.")
            raise Broken

    with pytest.raises(Broken):
        await pull()

    assert await recorded(store.reader, "state", "error") == [("failed", "The gateway hung up.")]
    assert await held(store.reader) == {"AAPL": (100, False)}


async def test_an_error_that_nobody_foresaw_ends_a_run_early(store: Store) -> None:
    with pytest.raises(Broken):
        async with store.writer.run(LIVE):
            raise Broken

    ((state, error),) = await recorded(store.reader, "state", "error")
    assert (state, "ended early" in error) == ("failed", True)


async def test_a_failure_before_anything_came_is_on_record(store: Store, clock: Clock) -> None:
    started = clock()
    clock.passes(seconds=4)

    number = await store.writer.note_failure(LIVE, "Nobody listens on port 4001.", started)

    assert await recorded(
        store.reader, "id", "state", "error", "kind", "started_at", "finished_at"
    ) == [(number, "failed", "Nobody listens on port 4001.", "sync", started, clock())]


async def test_a_batch_that_breaks_a_rule_takes_nothing_else_with_it(store: Store) -> None:
    broken = a_batch(a_balance(currency=None))
    async with store.writer.run(LIVE) as run:
        await run.save(POSITIONS)
        with pytest.raises(RowRefused, match="balances"):
            await run.save(broken)
        await run.save(a_batch(a_position(instrument=an_equity("MSFT", "2"))))

    assert set(await held(store.reader)) == {"AAPL", "MSFT"}
    assert await sections(store.reader, "section") == ["positions"]


async def test_a_large_section_is_stored_whole(store: Store) -> None:
    many = [a_position(instrument=an_equity(f"S{n}", str(n))) for n in range(1234)]
    async with store.writer.run(LIVE) as run:
        counts = await run.save(a_batch(*many, holds=[holds("positions")]))

    assert counts == SectionCounts(received=1234, added=1234)
    assert len(await held(store.reader)) == 1234


async def test_a_live_answer_is_compared_with_the_one_before(store: Store, clock: Clock) -> None:
    def answer(*quantities: int) -> Batch:
        rows = [
            a_position(instrument=an_equity(f"S{n}", str(n)), quantity=quantity, as_of=clock())
            for n, quantity in enumerate(quantities)
        ]
        return a_batch(*rows, holds=[holds("positions", as_of=clock())])

    counted = []
    for quantities in ((1, 2), (1, 3), (1, 3, 4)):
        clock.passes(minutes=15)
        async with store.writer.run(LIVE) as run:
            counted.append(await run.save(answer(*quantities)))
    clock.passes(minutes=1)
    async with store.writer.run(BETWEEN) as run:
        back = a_position(instrument=an_equity("S1", "1"), quantity=2, as_of=clock())
        counted.append(await run.save(a_batch(back, amends=True)))

    assert [(one.added, one.changed, one.unchanged) for one in counted] == [
        (2, 0, 0),
        (0, 1, 1),
        (1, 0, 2),
        (0, 1, 0),
    ]


async def test_other_programs_may_write_between_two_sections(store: Store) -> None:
    other = await open_store(store.path, lambda: MOMENT)
    names = [an_equity(f"S{n}", str(n)) for n in range(6)]
    elsewhere = replace(LIVE, connection="other")
    async with store.writer.run(LIVE) as run, other.writer.run(elsewhere) as another:
        for start in range(4):
            rows = [a_position(instrument=one) for one in names[start : start + 3]]
            as_of = MOMENT + dt.timedelta(seconds=start)
            await run.save(a_batch(*(replace(row, as_of=as_of) for row in rows)))
            await another.save(a_batch(*(replace(row, account="U9") for row in rows)))
            imported = told(a_batch(a_trade(instrument=an_equity(f"S{start}", str(start)))))
            await tell(store, imported)

    conids = await store.reader.read(lambda at: at.scalars(select(instruments.c.conid)).all())
    assert sorted(conids, key=str) == [str(n) for n in range(6)]
    await other.close()


async def test_screens_notice_every_section_and_every_change(store: Store) -> None:
    seen = [await store.reader.data_version()]
    async with store.writer.run(LIVE) as run:
        seen.append(await store.reader.data_version())
        for batch in (POSITIONS, a_batch(a_balance())):
            await run.save(batch)
            seen.append(await store.reader.data_version())
    seen.append(await store.reader.data_version())
    await store.writer.save(BETWEEN, a_batch(a_position(quantity=7), amends=True))
    seen.append(await store.reader.data_version())

    assert len(set(seen)) == len(seen)


async def test_what_was_saved_before_a_kill_is_there_and_the_run_is_ended_by_the_next(
    store: Store,
) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.store.at_work", str(store.path), "save",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout is not None
    assert await child.stdout.readline() == b"saved\n"
    child.kill()
    await child.wait()

    assert await recorded(store.reader, "state") == ["running"]
    assert await held(store.reader) == {"AAPL": (100, False)}
    assert await sections(store.reader, "section", "state") == [("positions", "done")]

    assert await store.writer.lease("ib", "ibkr", f"{os.getpid()}@desk monitor") is None
    ((state, error),) = await recorded(store.reader, "state", "error")
    assert (state, "ended early" in error) == ("failed", True)


async def test_a_statement_of_a_connection_that_was_not_live_does_not_make_it_live(
    store: Store,
) -> None:
    flex = Source(connection="flex", broker="ibkr", kind="sync")
    await store.writer.note_failure(flex, "The token has expired.", MOMENT)
    await store.writer.lease("ib", "ibkr", "1@desk monitor")
    async with store.writer.run(LIVE):
        pass

    rows = await store.reader.read(
        lambda at: at.exec_driver_sql("SELECT name, live FROM connections ORDER BY 1").all()
    )
    assert [tuple(row) for row in rows] == [("flex", 0), ("ib", 1)]


async def test_the_accounts_of_a_run_are_those_it_spoke_of(store: Store) -> None:
    async with store.writer.run(LIVE) as run:
        await run.save(POSITIONS)
        await run.save(a_batch(a_balance(account="U7")))
        assert run.accounts == sorted([ACCOUNT, "U7"])
