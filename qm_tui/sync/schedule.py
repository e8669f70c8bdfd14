"""When to try again, and how to wait for a moment of the clock on the wall."""

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

_LOOK_EVERY = 20.0
"""Seconds: a computer that slept notices so soon that a moment has passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """Seconds, unless said otherwise. Tests shorten them."""

    every: float = 900.0
    """Between two full syncs of a live connection."""
    snapshot_every: float = 300.0
    """Between two snapshots of what was pushed."""
    back_off_first: float = 2.0
    back_off_most: float = 300.0
    healthy_after: float = 60.0
    """A connection that held so long starts its back-off anew."""
    lease_every: float = 20.0
    """A lease holds for a minute."""
    lease_again: float = 5.0
    """Between two looks at a lease that another program has."""
    derive_after: float = 2.0
    """What follows from facts is derived when nothing new came for so long."""
    resync_pause: float = 30.0
    """Between two full syncs that the broker's side gives cause to."""
    thin_every: float = 3600.0
    close_within: float = 3.0


class BackOff:
    """Waits that grow, each drawn at random: many programs must not come back at one moment."""

    def __init__(self, first: float, most: float, chance: Random) -> None:
        self._first = first
        self._most = most
        self._chance = chance
        self._failures = 0

    def next(self) -> dt.timedelta:
        """Return how long to wait after one more failure: between half and all of its turn."""
        turn = min(self._most, self._first * 2 ** min(self._failures, 30))
        self._failures += 1
        return dt.timedelta(seconds=self._chance.uniform(turn / 2, turn))

    def reset(self) -> None:
        """All is well."""
        self._failures = 0


async def until(moment: dt.datetime, now: Callable[[], dt.datetime], woken: asyncio.Event) -> bool:
    """Wait for a moment, or to be woken; tell whether it was the latter."""
    while (left := (moment - now()).total_seconds()) > 0 and not woken.is_set():
        try:
            async with asyncio.timeout(min(left, _LOOK_EVERY)):
                await woken.wait()
        except TimeoutError:
            continue
    return woken.is_set()
