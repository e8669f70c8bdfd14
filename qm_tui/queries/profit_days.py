"""Which day a profit of the day is of: those of different days do not add up."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from zoneinfo import ZoneInfo

_NEW_YORK = ZoneInfo("America/New_York")


def day_of(moment: dt.datetime) -> dt.date:
    """Return the day in New York."""
    return moment.astimezone(_NEW_YORK).date()


def newest_day(moments: Iterable[dt.datetime | None]) -> dt.date | None:
    """Return the newest day of those at which anybody told a profit; None where nobody did."""
    # The newest moment first: to tell the day takes longer than to compare.
    newest = max((moment for moment in moments if moment is not None), default=None)
    return None if newest is None else day_of(newest)


def beginning_of(day: dt.date) -> dt.datetime:
    """Return the moment at which a day begins in New York, in UTC."""
    return dt.datetime.combine(day, dt.time(), _NEW_YORK).astimezone(dt.UTC)


def of_newest_day(
    gains: Iterable[tuple[dt.datetime, Decimal | None]],
) -> list[Decimal | None]:
    """Return profits of the day that add up: those of days that are over are not known.

    Args:
        gains: when each was so, and the profit of that day.
    """
    found = list(gains)
    newest = newest_day(moment for moment, gain in found if gain is not None)
    if newest is None:
        return [None] * len(found)
    begun = beginning_of(newest)
    return [gain if moment >= begun else None for moment, gain in found]
