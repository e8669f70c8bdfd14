"""What is fetched ahead comes in its order, whole, and ends with its reader."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from qm_tui.sync.waiting import ahead


class Source:
    """Yields numbers, and knows how it ended."""

    def __init__(self, many: int, error: Exception | None = None) -> None:
        self.many = many
        self.error = error
        self.closed = False

    async def numbers(self) -> AsyncIterator[int]:
        try:
            for number in range(self.many):
                await asyncio.sleep(0)
                yield number
            if self.error is not None:
                raise self.error
        finally:
            self.closed = True


async def test_everything_comes_in_its_order() -> None:
    came: list[int] = []

    found = [number async for number in ahead(Source(20).numbers(), came.append)]

    assert found == came == list(range(20))


async def test_it_goes_on_while_its_reader_is_busy_but_not_for_ever() -> None:
    came: list[int] = []
    async with aclosing(ahead(Source(20).numbers(), came.append, most=3)) as numbers:
        assert await anext(numbers) == 0
        for _ in range(100):
            await asyncio.sleep(0)
        # Three lie ready, and one has come that does not fit.
        assert came == list(range(5))


async def test_what_came_before_an_error_is_read_before_it() -> None:
    source = Source(3, ValueError("it broke"))
    found: list[int] = []

    async def read() -> None:
        async for number in ahead(source.numbers(), lambda _: None):
            found.append(number)  # noqa: PERF401 - kept in spite of the error

    with pytest.raises(ValueError, match="it broke"):
        await read()

    assert found == [0, 1, 2]


async def test_a_reader_that_stops_ends_the_source() -> None:
    source = Source(1000)

    async with aclosing(ahead(source.numbers(), lambda _: None)) as numbers:
        await anext(numbers)

    assert source.closed


async def test_a_reader_that_is_cancelled_ends_the_source() -> None:
    source = Source(1)
    waits = asyncio.Event()

    async def read() -> None:
        async for _ in ahead(source.numbers(), lambda _: None):
            waits.set()
            await asyncio.Event().wait()

    reading = asyncio.create_task(read())
    await waits.wait()
    reading.cancel()
    await asyncio.wait([reading])

    assert source.closed
