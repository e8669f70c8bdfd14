"""Which day a profit of the day is of: those of different days do not add up."""

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

_NEW_YORK = ZoneInfo("America/New_York")


def day_of(moment: dt.datetime) -> dt.date:
    """Return the day in New York."""
    return moment.astimezone(_NEW_YORK).date()


def newest_day(moments: Iterable[dt.datetime | None]) -> dt.date | None:
    """Return the newest day of those at which anybody told a profit; None where nobody did."""
    return max((day_of(moment) for moment in moments if moment is not None), default=None)
