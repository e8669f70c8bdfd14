"""News reach everybody who listens, changes few times a second, and nobody waits for anybody."""

import asyncio
from contextlib import aclosing
from itertools import pairwise

from qm_tui.domain.events import SyncProgress, SyncStarted
from qm_tui.domain.live import LiveChange
from qm_tui.sync.hub import Hub

STARTED = SyncStarted(source="ib")


def a_change(account: str) -> LiveChange:
    return LiveChange(accounts=frozenset({account}))


async def test_everybody_hears_everything_from_when_they_ask_until_the_end() -> None:
    hub = Hub(0.01)
    hub.tell(SyncStarted(source="before"))
    first, second = hub.news(), hub.news()
    hub.tell(STARTED)
    hub.close()
    assert [one async for one in first] == [STARTED]
    assert [one async for one in second] == [STARTED]
    assert [one async for one in hub.news()] == []


async def test_changes_that_come_quickly_are_told_as_one_and_not_often() -> None:
    hub = Hub(0.05)
    loop = asyncio.get_running_loop()
    told: list[tuple[float, LiveChange]] = []

    news = hub.news()

    async def listen() -> None:
        async for one in news:
            assert isinstance(one, LiveChange)
            told.append((loop.time(), one))

    listening = asyncio.create_task(listen())
    until = loop.time() + 0.3
    number = 0
    while loop.time() < until:
        hub.changed(a_change(f"U{number}"))
        number += 1
        await asyncio.sleep(0.002)
    hub.close()
    await listening
    assert frozenset().union(*(change.accounts for _, change in told)) == {
        f"U{one}" for one in range(number)
    }
    between = [late - early for (early, _), (late, _) in pairwise(told[:-1])]
    assert min(between) >= 0.045
    assert len(told) <= 8


async def test_events_do_not_wait_for_changes() -> None:
    hub = Hub(3600)
    news = hub.news()
    hub.changed(a_change("U1"))
    assert await anext(news) == a_change("U1")
    hub.changed(a_change("U2"))
    hub.tell(STARTED)
    assert await anext(news) == STARTED
    hub.close()
    assert await anext(news) == a_change("U2")
    await news.aclose()


async def test_of_progress_nobody_listened_to_the_last_is_told() -> None:
    hub = Hub(0.01)
    news = hub.news()
    for done in range(1000):
        hub.tell(SyncProgress(source="flex", done_bytes=done, total_bytes=1000, rows=done))
    hub.close()
    (last,) = [one async for one in news]
    assert isinstance(last, SyncProgress)
    assert last.done_bytes == 999


async def test_who_stopped_listening_is_forgotten() -> None:
    hub = Hub(0.01)
    async with aclosing(hub.news()) as news:
        hub.tell(STARTED)
        assert await anext(news) == STARTED
    del news
    assert len(hub._listeners) == 0
