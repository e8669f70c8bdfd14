"""One fault as a test or a tester meets it: what it is, how it is set, what must not come of it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum

from tests.simulators.tws import Book, Faults, TwsDouble


class Outcome(StrEnum):
    """What a good client makes of it, seen from outside."""

    WHOLE = "whole"
    """Everything arrives and counts; at most it is told that something was odd or took long."""
    INCOMPLETE = "incomplete"
    """It connects; what did not arrive is said to be incomplete, the rest counts.

    Where the gateway falls silent in the middle of an answer, a client may as well end the
    connection and treat it as lost: what counts is that nothing is closed and that it says so.
    """
    REFUSED = "refused"
    """It gets no connection that is of use; the last that is known stays, with its age."""
    LOST = "lost"
    """The connection ends or hangs; what was known stays, with its age; it tries again."""
    RECOVERS = "recovers"
    """It passes, and the client is whole again without being told to be."""
    QUIET = "quiet"
    """Positions and balances are whole; prices or Greeks are missing, and it says so."""


async def _nothing(_tws: TwsDouble, _pause: float) -> None:
    """It is wrong from the start, and nothing more happens."""


def _as_it_is(_book: Book) -> None:
    """The book needs nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong.

    Set it from the start::

        fault.prepare(book)
        async with TwsDouble(book, fault.faults) as tws:
            ...let the client connect...
            await fault.happen(tws, 2.0)
    """

    name: str
    says: str
    """What it is, in plain English."""
    never: str
    """What the client must never do because of it."""
    outcome: Outcome
    faults: Faults = field(default_factory=Faults)
    prepare: Callable[[Book], None] = _as_it_is
    """Changes the book before the client comes."""
    happen: Callable[[TwsDouble, float], Awaitable[None]] = _nothing
    """What happens once the client is connected; a fault that passes lasts so many seconds."""

    @property
    def happens(self) -> bool:
        """Whether it needs a client that is connected."""
        return self.happen is not _nothing

    def double(self, book: Book | None = None) -> TwsDouble:
        """A double that has it from the start; what happens is still to be called."""
        held = Book.example() if book is None else book
        self.prepare(held)
        return TwsDouble(held, self.faults)


def once(*acts: Callable[[TwsDouble], None]) -> Callable[[TwsDouble, float], Awaitable[None]]:
    """Something that happens in one moment and does not pass."""

    async def happen(tws: TwsDouble, _pause: float) -> None:
        for act in acts:
            act(tws)

    return happen


def passing(
    begin: Callable[[TwsDouble], None], end: Callable[[TwsDouble], None]
) -> Callable[[TwsDouble, float], Awaitable[None]]:
    """Something that begins, lasts, and ends."""

    async def happen(tws: TwsDouble, pause: float) -> None:
        begin(tws)
        await asyncio.sleep(pause)
        end(tws)

    return happen
