"""The last business day of a year, where section 1256 contracts are marked to market."""

import datetime as dt
from zoneinfo import ZoneInfo

_NEW_YORK = ZoneInfo("America/New_York")
_SATURDAY = 5


def last_business_day(year: int) -> dt.date:
    """Return the last weekday of a year: markets are open on the last of December."""
    day = dt.date(year, 12, 31)
    return day - dt.timedelta(days=max(0, day.weekday() - _SATURDAY + 1))


def day_of(moment: dt.datetime) -> dt.date:
    """Return the day in New York."""
    return moment.astimezone(_NEW_YORK).date()


def is_year_end(as_of: str) -> bool:
    """Tell whether a time, as it is stored, lies on the last business day of its year."""
    if as_of[5:7] not in {"12", "01"}:
        return False
    day = day_of(dt.datetime.fromisoformat(as_of).replace(tzinfo=dt.UTC))
    return day == last_business_day(day.year)
