"""What one may write to the right of a comparison: numbers, days, ages."""

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal

from qm_tui.domain.conditions import Days, Moments

_NUMBER = re.compile(
    r"([+-]?)\$?((?:\d{1,3}(?:[,_' ]\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?:e([+-]?\d{1,3}))?\s?([kmb%]?)",
    re.ASCII | re.IGNORECASE,
)
_EITHER = re.compile(r"[+-]?\$?\d{1,3}([.,])\d{3}[kmb%]?", re.ASCII | re.IGNORECASE)
_SUFFIXES = {"": 0, "%": -2, "k": 3, "m": 6, "b": 9}
_LARGEST = 30
"""Powers of ten beyond which no number is meant."""
_LONGEST = 40
"""Characters a number or a day may have."""
_RELATIVE = re.compile(r"([+-])(\d{1,5})([dwmy])", re.ASCII | re.IGNORECASE)
_PARTS = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_QUARTER = re.compile(r"(\d{4})-?q([1-4])", re.ASCII | re.IGNORECASE)
_AGE = re.compile(r"(\d{1,6}(?:\.\d{1,3})?) ?(s|min|m|h|d|w)", re.ASCII | re.IGNORECASE)
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
_NAMED = {"yesterday": -1, "today": 0, "tomorrow": 1}
FLAGS = {"yes": True, "true": True, "no": False, "false": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What relative days and ages count from."""

    now: dt.datetime
    today: dt.date
    """In New York, where the books of a day are closed."""
    zone: dt.tzinfo
    """In which times are shown."""
    point: str = "."
    """What stands before a fraction where numbers are shown."""


def either(text: str, point: str) -> bool:
    """Tell whether a number is thousands to one, and a fraction to another who reads the screen."""
    return point != "." and _EITHER.fullmatch(text) is not None


def number(text: str, *, percent: bool = False) -> Decimal | None:
    """Read a number as `-500`, `1,000.50`, `1e4`, `10k`, `2.5M`, `30%`; None if it is none.

    Args:
        text: as it was typed.
        percent: Whether the field is shown in percent: `30` is 30 % then, too.
    """
    found = _NUMBER.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return None
    sign, digits, power, suffix = found.groups()
    places = int(power or 0) + _SUFFIXES[suffix.lower()]
    if percent and not suffix:
        places -= 2
    if abs(places) > _LARGEST:
        return None
    plain = re.sub(r"[,_' ]", "", digits)
    return Decimal(f"{sign}{plain}E{places}")


def days(text: str, today: dt.date) -> Days | None:
    """Read a day, a month, a quarter or a year: `2026-12-31`, `2026-11`, `+30d`, `today`."""
    typed = text.lower()
    if typed in _NAMED:
        return _one(today + dt.timedelta(days=_NAMED[typed]))
    try:
        if found := _RELATIVE.fullmatch(typed):
            return _one(_moved(today, int(found[1] + found[2]), found[3]))
        if found := _QUARTER.fullmatch(typed):
            last = int(found[2]) * 3
            return Days(dt.date(int(found[1]), last - 2, 1), _end(int(found[1]), last))
        if found := _PARTS.fullmatch(typed):
            return _of_parts(*(int(part) if part else None for part in found.groups()))
    except (ValueError, OverflowError):
        pass
    return None


def _one(day: dt.date) -> Days:
    return Days(day, day)


def _of_parts(year: int | None, month: int | None, day: int | None) -> Days:
    assert year is not None
    if month is None:
        return Days(dt.date(year, 1, 1), dt.date(year, 12, 31))
    if day is None:
        return Days(dt.date(year, month, 1), _end(year, month))
    return _one(dt.date(year, month, day))


def _end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def _moved(day: dt.date, count: int, unit: str) -> dt.date:
    if unit in "dw":
        return day + dt.timedelta(days=count * (7 if unit == "w" else 1))
    year, month = divmod(day.year * 12 + day.month - 1 + count * (12 if unit == "y" else 1), 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def moments(span: Days, zone: dt.tzinfo) -> Moments | None:
    """Return the time that some days take where times are shown."""
    try:
        since = dt.datetime.combine(span.first, dt.time(), tzinfo=zone)
        until = dt.datetime.combine(span.last + dt.timedelta(days=1), dt.time(), tzinfo=zone)
        return Moments(since.astimezone(dt.UTC), until.astimezone(dt.UTC))
    except OverflowError:
        return None


def age(text: str, now: dt.datetime) -> Moments | None:
    """Read how old something may be, as `30s`, `5min`, `3h`, `2d`, `1w`: when that was."""
    found = _AGE.fullmatch(text)
    if found is None:
        return None
    try:
        then = now - dt.timedelta(seconds=float(found[1]) * _SECONDS[found[2].lower()])
        return Moments(then, then)
    except OverflowError:
        return None
