"""Of which days it is known what was held, to step through them."""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from qm_tui.domain.selection import Scope
from qm_tui.domain.words import Section
from qm_tui.store.reader import Reader
from qm_tui.store.reading.snapshots import observed_days


async def days(
    reader: Reader, scope: Scope = Scope(), section: Section | None = Section.POSITIONS
) -> Sequence[dt.date]:
    """Return the days in New York of which something is stored, the oldest first."""
    return await reader.read(observed_days, section, scope)


def earlier(known: Sequence[dt.date], shown: dt.date | None, today: dt.date) -> dt.date | None:
    """Return the day before the one that is shown; None where there is none."""
    place = bisect_left(known, shown or today)
    return known[place - 1] if place else None


def later(known: Sequence[dt.date], shown: dt.date, today: dt.date) -> dt.date | None:
    """Return the day after the one that is shown; None is now."""
    place = bisect_right(known, shown)
    return known[place] if place < len(known) and known[place] < today else None
