"""When something was told, by the day whose books it closes."""

import datetime as dt
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
_MIDNIGHT = dt.time()
_MOMENT = dt.timedelta(microseconds=1)


def told_at(as_of: dt.datetime) -> dt.datetime:
    """Return a moment in New York; of the midnight that ends a day, the last moment of the day.

    Statements speak of the end of a day: whoever asks for the day of it means that one.
    """
    local = as_of.astimezone(NEW_YORK)
    return local - _MOMENT if local.time() == _MIDNIGHT else local
