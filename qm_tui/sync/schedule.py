"""When to try again and when to sync next: intervals, and back-off with jitter."""

import datetime as dt
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """Seconds. Tests shorten them; of these the user knows only the first two."""

    every: float = 900.0
    """Between two full syncs of a live connection."""
    snapshot_every: float = 300.0
    """Between two times that all that was pushed is stored."""

    back_off_first: float = 2.0
    """At most so long until a broker that could not be reached is tried again, the first time."""
    back_off_most: float = 300.0
    healthy_after: float = 20.0
    """A connection that held so long was a good one: the next wait is short again."""
    statements_first: float = 60.0
    """As `back_off_first`, for services that make statements."""
    statements_most: float = 3600.0

    again_after: float = 30.0
    """Until the next sync when one was not whole, the first time; doubled each time."""
    resync_pause: float = 15.0
    """Between two full syncs that the broker's side gives cause to."""

    lease_every: float = 20.0
    """A lease holds for a minute: a large import may stand between two renewals."""
    lease_again: float = 5.0
    """Between two looks at a lease that another program has."""
    store_within: float = 1.0
    """So long the store may take before it is said that it is waited for."""
    look_every: float = 30.0
    """How often the clock is looked at while waiting: it may be set, the machine may sleep."""

    store_after: float = 0.3
    """So long what changed is collected before it is stored."""
    live_every: float = 0.2
    """Between two changes told to one subscriber."""
    derive_after: float = 2.0
    """So long facts are collected before what follows from them is derived."""
    thin_every: float = 6 * 3600.0
    close_within: float = 1.5
    """So long a client is waited for when it is closed."""
    grace: float = 2.0
    """So long a sync may go on to find out by itself that its connection is lost."""


USUAL = Intervals()


class BackOff:
    """Waits that double, up to a limit; each is drawn by lot, so that not all come at once."""

    def __init__(self, first: float, most: float, chance: Random) -> None:
        """Begin with short waits.

        Args:
            first: seconds, the limit of the first wait.
            most: seconds, the limit of any wait.
            chance: draws.
        """
        self._first = min(first, most)
        self._most = most
        self._chance = chance
        self._limit = self._first

    def next(self) -> dt.timedelta:
        """Return how long to wait after one more failure."""
        limit = self._limit
        self._limit = min(limit * 2, self._most)
        # Never at once: whoever listens for connections may be in the middle of starting.
        return dt.timedelta(seconds=self._chance.uniform(self._first / 4, limit))

    def reset(self) -> None:
        """All is well: begin again with short waits."""
        self._limit = self._first


def next_sync(now: dt.datetime, not_whole: int, intervals: Intervals = USUAL) -> dt.datetime:
    """Return when to sync next.

    Args:
        now: when the last sync ended.
        not_whole: how many syncs in a row were not whole, up to the last.
        intervals: how long each is waited for.
    """
    seconds = intervals.every
    if not_whole:
        seconds = min(seconds, intervals.again_after * 2 ** min(not_whole - 1, 20))
    return now + dt.timedelta(seconds=seconds)
