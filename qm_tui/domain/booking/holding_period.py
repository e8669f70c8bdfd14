"""How long something was held: what makes a gain long-term, and what a wash sale tacks on."""

import datetime as dt

from qm_tui.domain.booking.lots import Slice
from qm_tui.domain.booking.securities import Security
from qm_tui.domain.booking.words import Term

_DAY = dt.timedelta(days=1)


def anniversary(day: dt.date) -> dt.date:
    """Return the last day on which what was acquired on `day` is still short-term.

    The same day next year; of a month's last day the last day of that month, which makes a
    difference in February alone. Source: Publication 550, holding period; Rev. Rul. 66-7.
    """
    next_day = day + _DAY
    if next_day.day == 1:
        return next_day.replace(year=next_day.year + 1) - _DAY
    return day.replace(year=day.year + 1)


def is_long_term(holding_start: dt.date, disposed: dt.date) -> bool:
    """Say whether it was held for more than a year: day 1 is the day after the acquisition."""
    # Most of what is asked about is far from the anniversary, and counting days is cheaper.
    held = (disposed - holding_start).days
    return held > 366 or (held > 364 and disposed > anniversary(holding_start))


def tacked(acquired: dt.date, sold: dt.date, holding_start: dt.date) -> dt.date:
    """Return the holding start of a replacement: it includes the time the washed shares were held.

    Args:
        acquired: The holding start the replacement had so far.
        sold: When the washed shares were sold.
        holding_start: Theirs, earlier tacking included, so that chains accumulate.

    Source: 26 USC 1223(3).
    """
    return acquired - (sold - holding_start)


def term_of(closed: Slice, security: Security) -> Term | None:
    """Return the term of a slice; None where nobody knows when it was acquired.

    Expiry and cash settlement count like a sale on their day. What a short sale delivers is
    bought to be delivered, so that it is short-term, unless section 1233 said otherwise when the
    slice was booked (`long_term`).
    """
    if security.section_1256:
        return Term.SECTION_1256
    if closed.long_term is not None:
        return Term.LONG if closed.long_term else Term.SHORT
    if closed.holding_start is None:
        return None
    if closed.short:
        return Term.SHORT
    return Term.LONG if is_long_term(closed.holding_start, closed.disposed) else Term.SHORT


def days_to_long_term(holding_start: dt.date, today: dt.date) -> int | None:
    """Return how many days from today a sale becomes long-term; None when it already is."""
    days = (anniversary(holding_start) - today).days + 1
    return days if days > 0 else None
