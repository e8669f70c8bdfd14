"""Waiting: for several things at once, for the end of something, for no longer than so long."""

import asyncio
from collections import deque
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
)
from contextlib import asynccontextmanager
from typing import Any, TypeVar

T = TypeVar("T")


async def ended(tasks: Iterable["asyncio.Task[Any]"]) -> None:
    """Cancel tasks and wait until they have ended."""
    running = [task for task in tasks if not task.done()]
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running)


async def outcome(work: Coroutine[Any, Any, None]) -> BaseException | None:
    """Run something on its own; return what it broke by, None when it came to an end."""
    task = asyncio.create_task(work)
    try:
        await asyncio.wait([task])
    finally:
        await ended([task])
    return broke_by(task)


def broke_by(task: "asyncio.Task[Any]") -> BaseException | None:
    """Return why a task that nobody ended did not come to its end."""
    if task.cancelled():
        return RuntimeError(f"{task.get_coro()} was cancelled by something it waited for")
    return task.exception()


async def together(*work: Coroutine[Any, Any, None], expected: tuple[type[Exception], ...]) -> None:
    """Run several things at the same time, until all have ended or one has failed.

    One that was cancelled by something it waited for has failed as well: nobody does its work.

    Args:
        work: what the others are ended for when it fails.
        expected: errors that are part of life; where there is another one as well, that is raised.
    """
    tasks = [asyncio.create_task(one) for one in work]
    failed: list[BaseException] = []
    try:
        running = set(tasks)
        while running and not failed:
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            failed += [error for task in done if (error := broke_by(task))]
    finally:
        await ended(tasks)
    # What failed while it was ended has been told nobody yet.
    others = [broke_by(task) for task in tasks if not task.cancelled()]
    failed += [error for error in others if error is not None and error not in failed]
    failed.sort(key=lambda error: isinstance(error, expected))
    if failed:
        raise failed[0]


@asynccontextmanager
async def closing(iterator: AsyncIterator[T]) -> AsyncGenerator[AsyncIterator[T], None]:
    """Close an iterator that can be closed when it is left."""
    try:
        yield iterator
    finally:
        if isinstance(iterator, AsyncGenerator):
            await iterator.aclose()


async def ahead(
    iterator: AsyncIterator[T], came: Callable[[T], None], most: int = 4
) -> AsyncGenerator[T, None]:
    """Yield what an iterator yields, which goes on meanwhile: it does not wait for its reader.

    Args:
        iterator: closed when this is.
        came: told of each item as soon as it is there, perhaps long before it is yielded.
        most: so many items lie ready; then it does wait.
    """
    ready: deque[T] = deque()
    room = asyncio.Semaphore(most)
    stirred = asyncio.Event()

    async def fetch() -> None:
        async with closing(iterator) as items:
            async for item in items:
                came(item)
                await room.acquire()
                ready.append(item)
                stirred.set()

    fetching = asyncio.create_task(fetch())
    fetching.add_done_callback(lambda _: stirred.set())
    try:
        while ready or not fetching.done():
            stirred.clear()
            while ready:
                room.release()
                yield ready.popleft()
            if not fetching.done():
                await stirred.wait()
        await fetching
    finally:
        await ended([fetching])


async def within(seconds: float, work: Awaitable[object]) -> bool:
    """Wait for something for so long and no longer; tell whether it came to an end."""
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        return False
    return True
