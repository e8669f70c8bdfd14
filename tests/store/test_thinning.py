"""What live connections saw becomes less with age, and nothing that is held is forgotten."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import Connection, Table, select

from qm_tui.domain.words import Section
from qm_tui.store.schema.holdings import balances, observation_sets, positions
from qm_tui.store.store import Store
from tests.builders import MOMENT, a_balance, a_batch, a_position, an_equity, holds
from tests.store.live import BETWEEN, LIVE, Clock, held
from tests.store.stores import tell, told

APPLE, MICROSOFT = an_equity("AAPL", "1"), an_equity("MSFT", "2")


@pytest.fixture
def clock() -> Clock:
    return Clock(dt.datetime(2024, 3, 10, 15, tzinfo=dt.UTC))


async def answer(store: Store, clock: Clock, *, whole: bool = True) -> dt.datetime:
    """Store what is held and owned now."""
    now = clock()
    parts: dict[str, Any] = {
        "positions": a_position(instrument=APPLE, as_of=now),
        "balances": a_balance(as_of=now),
    }
    async with store.writer.run(LIVE) as run:
        for section, record in parts.items():
            held_whole = [holds(section, as_of=now)] if whole else []
            await run.save(a_batch(record, holds=held_whole))
    return now


async def moments(store: Store, section: Section = Section.POSITIONS) -> list[dt.datetime]:
    s = observation_sets.c
    query = select(s.as_of).where(s.section == section.value).order_by(s.as_of)
    return list(await store.reader.read(lambda at: at.scalars(query).all()))


def moments_in(connection: Connection, table: Table) -> list[dt.datetime]:
    return list(connection.scalars(select(table.c.as_of).order_by(table.c.as_of)))


async def test_all_of_the_last_day_stays_and_the_last_whole_answer_of_each_day_before(
    store: Store, clock: Clock
) -> None:
    kept = []
    for day in range(4):
        for hour in (1, 2, 3):
            clock.now = dt.datetime(2024, 3, 10 + day, 15 + hour, tzinfo=dt.UTC)
            at = await answer(store, clock)
            if hour == 3 or day == 3:
                kept.append(at)
        clock.passes(hours=1)
        await answer(store, clock, whole=False)
        if day == 3:
            kept.append(clock())
    now = clock.passes(hours=1)

    gone = await store.writer.thin("ib", now)

    assert await moments(store) == kept
    # Cash is reckoned from the first balances there are.
    first = dt.datetime(2024, 3, 10, 16, tzinfo=dt.UTC)
    assert await moments(store, Section.BALANCES) == [first, *kept]
    assert gone == 2 * (4 * 4 - len(kept)) - 1
    assert await store.reader.read(moments_in, positions) == kept
    assert await store.reader.read(moments_in, balances) == [first, *kept]
    assert await held(store.reader) == {"AAPL": (100, False)}
    assert await store.writer.thin("ib", now) == 0


async def test_what_says_what_is_held_stays_however_old(store: Store, clock: Clock) -> None:
    await answer(store, clock)
    clock.passes(minutes=1)
    bought = a_position(instrument=MICROSOFT, quantity=5, as_of=clock())
    sold = a_position(instrument=APPLE, quantity=0, as_of=clock())
    await store.writer.save(BETWEEN, a_batch(bought, sold, amends=True))
    before = await held(store.reader)

    await store.writer.thin("ib", clock.passes(days=30))

    assert before == await held(store.reader) == {"MSFT": (5, False)}


async def test_statements_and_other_connections_are_left_alone(store: Store, clock: Clock) -> None:
    for days in range(3):
        as_of = MOMENT - dt.timedelta(days=days, hours=1)
        for _ in range(2):
            batch = a_batch(a_position(as_of=as_of), holds=[holds("positions", as_of=as_of)])
            await tell(store, told(batch, connection="ib", at=as_of))
            await tell(store, told(batch, connection="other", live=True, at=as_of))
            as_of -= dt.timedelta(hours=1)
    before = await moments(store)
    await answer(store, clock)

    for name in ("ib", "other", "unknown"):
        assert await store.writer.thin(name, clock.passes(days=300)) == 0

    assert len(await moments(store)) == len(before) + 1
