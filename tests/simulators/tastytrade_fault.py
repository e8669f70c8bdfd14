"""One fault of the double of Tastytrade: what it is, how it is set, what must not come of it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from tests.simulators.tastytrade import TastytradeDouble


class Outcome(StrEnum):
    """What a good client makes of it, seen from outside."""

    WHOLE = "whole"
    """Everything arrives and counts; at most it takes a little longer."""
    ROWS = "rows"
    """Everything but some rows arrives; those are kept as they came and told of."""
    PART = "part"
    """What was not answered is named; all else arrives and counts."""
    REFUSED = "refused"
    """The access is refused; nothing is asked again before the user acts. What was known stays."""
    UNAVAILABLE = "unavailable"
    """The broker cannot be had now; what was known stays with its age; it tries again later."""
    RECOVERS = "recovers"
    """It passes, and the client is whole again without being told to be."""
    QUIET = "quiet"
    """Positions and history are whole; prices or Greeks, or the news of an account, are missing."""


async def _nothing(_double: TastytradeDouble, _pause: float) -> None:
    """It is wrong from the start, and nothing more happens."""


def _as_it_is(_double: TastytradeDouble) -> None:
    """Nothing is set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong.

    ::

        async with TastytradeDouble() as double:
            fault.apply(double)
            ...let the client sync or connect...
            await fault.happen(double, 2.0)
    """

    name: str
    says: str
    """What it is, in plain English."""
    never: str
    """What the client must never do because of it."""
    outcome: Outcome
    apply: Callable[[TastytradeDouble], None] = _as_it_is
    """Sets it, from now on."""
    happen: Callable[[TastytradeDouble, float], Awaitable[None]] = _nothing
    """What happens once a client is connected; what passes lasts so many seconds."""

    @property
    def happens(self) -> bool:
        """Whether it needs a client that is connected."""
        return self.happen is not _nothing


def once(
    change: Callable[[TastytradeDouble], None],
) -> Callable[[TastytradeDouble, float], Awaitable[None]]:
    """Something that happens in one moment and does not pass."""

    async def happen(double: TastytradeDouble, _pause: float) -> None:
        change(double)

    return happen


def passing(
    begin: Callable[[TastytradeDouble], None], end: Callable[[TastytradeDouble], None]
) -> Callable[[TastytradeDouble, float], Awaitable[None]]:
    """Something that begins, lasts, and ends."""

    async def happen(double: TastytradeDouble, pause: float) -> None:
        begin(double)
        await asyncio.sleep(pause)
        end(double)

    return happen
