"""The windows of days that a history is asked for in, the oldest first."""

import datetime as dt
from dataclasses import dataclass, replace

_DAY = dt.timedelta(days=1)
SLACK = dt.timedelta(days=7)
"""A row counts by its trade date or by the clock: weekends and holidays lie between the two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Some days, both included."""

    first: dt.date
    last: dt.date
    is_oldest: bool = False
    """All that came before belongs to it, too: whatever an account says of its opening."""
    is_latest: bool = False
    """It reaches up to now: what the broker counts to the next trading day belongs to it."""

    def params(self) -> dict[str, str]:
        """Return how it is asked for; without a beginning or an end there is none."""
        asked: dict[str, str] = {}
        if not self.is_oldest:
            asked["start-date"] = self.first.isoformat()
        if not self.is_latest:
            asked["end-date"] = self.last.isoformat()
        return asked

    def ends_before(self, day: dt.date) -> bool:
        """Tell whether a row of that day cannot belong to it, so that its end was ignored."""
        return not self.is_latest and day > self.last + SLACK

    def holds(self, first: dt.date, last: dt.date) -> bool:
        """Tell whether it was asked for all of these days."""
        return (self.is_oldest or self.first <= first) and (self.is_latest or last <= self.last)

    def halves(self) -> "tuple[Window, Window] | None":
        """Return its two halves; None for a single day."""
        if self.first >= self.last:
            return None
        middle = self.first + (self.last - self.first) // 2
        return (
            Window(first=self.first, last=middle, is_oldest=self.is_oldest),
            Window(first=middle + _DAY, last=self.last, is_latest=self.is_latest),
        )


def windows(
    first: dt.date, today: dt.date, length: dt.timedelta, *, from_the_oldest: bool = False
) -> list[Window]:
    """Return the windows from a day up to now; each but the last as long as `length` says.

    Args:
        first: the first day.
        today: the last.
        length: of a window.
        from_the_oldest: begin with all that came before, too.
    """
    found: list[Window] = []
    while first + length <= today:
        found.append(Window(first=first, last=first + length - _DAY))
        first += length
    # A clock that is behind: what the broker has of "later" is asked for all the same.
    found.append(Window(first=min(first, today), last=today, is_latest=True))
    if from_the_oldest:
        found[0] = replace(found[0], is_oldest=True)
    return found
