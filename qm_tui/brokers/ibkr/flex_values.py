"""Flex text to values: numbers exactly, days and moments in all formats a query can be set to."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Context, Decimal, InvalidOperation
from enum import Enum
from functools import lru_cache
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

BLANK = frozenset({"", "-", "--", "---", "N/A", "n/a"})
"""How Interactive Brokers says nothing."""

_Value = TypeVar("_Value")

_ZERO = Decimal(0)
_WIDE = Context(prec=80)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?", re.ASCII)
_LARGEST_EXPONENT = 40
_LONGEST_NUMBER = 60
_REMEMBERED = 8192


@lru_cache(maxsize=_REMEMBERED)
def number(text: str) -> Decimal | None:
    """Read a number exactly; None when the broker says nothing.

    Raises:
        ValueError: the text is no finite number of a size that money and quantities have.
    """
    try:
        value = Decimal(text)
    except InvalidOperation:
        return _unusual(text)
    # What Decimal takes and a statement cannot mean: 1_000, other scripts' digits, endless ones.
    if "_" in text or len(text) > _LONGEST_NUMBER or not text.isascii():
        raise ValueError("not a number")
    if not value.is_finite():
        raise ValueError("not a finite number")
    if not value:
        return _ZERO  # also where `-0` or `0E-8` is written
    if abs(value.adjusted()) > _LARGEST_EXPONENT:
        raise ValueError("a number out of all proportion")
    return value


def _unusual(text: str) -> Decimal | None:
    plain = text.strip()
    if plain in BLANK:
        return None
    if "," not in plain:
        raise ValueError("not a number")
    if not _THOUSANDS.fullmatch(plain):
        raise ValueError("not a number (its commas are not thousands separators)")
    return number(plain.replace(",", ""))


def canonical(value: Decimal) -> str:
    """Write a number one way: `1`, `1.0` and `1E0` are `1`."""
    return format(_WIDE.normalize(value), "f") if value else "0"


def total(first: Decimal, second: Decimal) -> Decimal:
    """Add exactly, whatever the ambient precision is."""
    return _WIDE.add(first, second)


def quotient(dividend: Decimal, divisor: Decimal) -> Decimal:
    """Divide to 28 significant digits."""
    return Context(prec=28).divide(dividend, divisor)


def text(value: str | None) -> str | None:
    """Return what a field says; None when it says nothing."""
    if not value:
        return None
    said = value.strip()
    return None if said in BLANK else said


_NO_IDS = BLANK | {"0", "None", "null"}


def identifier(value: str | None) -> str | None:
    """Return an id; None for what stands where there is none (`0`, `--`, `N/A`)."""
    if not value:
        return None
    said = value.strip()
    return None if said in _NO_IDS else said


class DayOrder(Enum):
    """What comes first in a date with slashes."""

    DAY_FIRST = "dd/MM"
    MONTH_FIRST = "MM/dd"


class Moment(NamedTuple):
    """When something was: the day as written, and the instant where a time stands beside it."""

    day: dt.date | None
    at: dt.datetime | None
    """Aware, UTC."""


NEVER = Moment(None, None)

_DAY = (
    r"\d{8}|\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/(?:\d{4}|\d{2})|\d{1,2}-[A-Za-z]{3}-(?:\d{4}|\d{2})"
)
_TIME = r"(\d{2}):?(\d{2})(?::?(\d{2}))?(?:\.(\d{1,6}))?"
_ZONE = r"[ ;,]*([A-Za-z][A-Za-z_/+-]*|Z|[+-]\d{2}:?\d{2})?"
_MOMENT = re.compile(rf"({_DAY})(?:[ ]*[;T, ]?[ ]*{_TIME}{_ZONE})?", re.ASCII)
_CLOCK = re.compile(rf"{_TIME}{_ZONE}", re.ASCII)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
# The abbreviations that Interactive Brokers is seen to write; others are ambiguous and refused.
_HOURS = {
    "Z": 0, "UTC": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7, "CET": 1, "CEST": 2, "HKT": 8, "JST": 9, "AEST": 10, "AEDT": 11,
}  # fmt: skip


class Clock:
    """Reads days and moments of one file: it knows its zone and, when asked, its order of dates."""

    def __init__(self, zone: ZoneInfo, day_order: Callable[[], DayOrder]) -> None:
        self._zone = zone
        self._day_order = day_order
        self._days: dict[str, dt.date | None] = dict.fromkeys(BLANK)
        self._midnights: dict[str, tuple[dt.date, dt.datetime]] = {}
        """As written: the day and its midnight in UTC, unless a clock is set on that day."""
        self._moments: dict[str, Moment] = dict.fromkeys(BLANK, NEVER)

    def day(self, value: str) -> dt.date | None:
        """Read a day; a time beside it is left away.

        Raises:
            ValueError: it is none.
            BrokerRefused: the order of day and month cannot be told in this file.
        """
        try:
            return self._days[value]
        except KeyError:
            found = self._whole(value.strip()).day
        _remember(self._days, value, found)
        return found

    def moment(self, value: str) -> Moment:
        """Read a day with, perhaps, a time.

        Raises:
            ValueError: it is none.
            BrokerRefused: the order of day and month cannot be told in this file.
        """
        found = self._fast(value)
        if found is not None:
            return found
        try:
            return self._moments[value]
        except KeyError:
            found = self._whole(value.strip())
        _remember(self._moments, value, found)
        return found

    def at(self, day: dt.date, time: str) -> dt.datetime | None:
        """Join a day and a time that stand in two fields (`tradeDate`, `tradeTime`).

        Raises:
            ValueError: the time is none.
        """
        said = text(time)
        if said is None:
            return None
        found = _CLOCK.fullmatch(said)
        return self._utc(day, found.groups()) if found else self._whole(said).at

    def end_of(self, day: dt.date) -> dt.datetime:
        """Return the last second of a day.

        Raises:
            ValueError: the day is beyond all calendars.
        """
        _check_year(day)
        return dt.datetime.combine(day, dt.time(23, 59, 59), self._zone).astimezone(dt.UTC)

    def _fast(self, value: str) -> Moment | None:
        """Read `yyyyMMdd;HHmmss`, which nearly all queries use; None for everything else."""
        if len(value) != 15 or value[8] != ";" or not value.isascii():
            return None
        known = self._midnights.get(value[:8]) or self._midnight(value[:8])
        time = value[9:]
        if known is None or not time.isdecimal():
            return None
        hour, rest = divmod(int(time), 10000)
        minute, second = divmod(rest, 100)
        if hour > 23 or minute > 59 or second > 59:
            return None
        return Moment(known[0], known[1] + dt.timedelta(0, hour * 3600 + minute * 60 + second))

    def _midnight(self, value: str) -> tuple[dt.date, dt.datetime] | None:
        """Return a day and its midnight in UTC; None for days on which clocks are set."""
        if not value.isdecimal():
            return None
        day = self._written(value)
        _check_year(day)
        start = dt.datetime.combine(day, dt.time(), self._zone)
        if start.utcoffset() != dt.datetime.combine(day, dt.time.max, self._zone).utcoffset():
            return None
        found = (day, start.astimezone(dt.UTC))
        _remember(self._midnights, value, found)
        return found

    def _whole(self, value: str) -> Moment:
        if value in BLANK:
            return NEVER
        found = _MOMENT.fullmatch(value)
        if found is None:
            raise ValueError("not a date")
        day = self._written(found[1])
        return Moment(day, None if found[2] is None else self._utc(day, found.groups()[1:]))

    def _written(self, value: str) -> dt.date:
        if value.isdecimal():
            return dt.date(int(value[:4]), int(value[4:6]), int(value[6:]))
        if "/" in value:
            first, second, year = (int(part) for part in value.split("/"))
            day_first = self._day_order() is DayOrder.DAY_FIRST
            day, month = (first, second) if day_first else (second, first)
            return dt.date(_century(year), month, day)
        if value[4] == "-" and value[:4].isdecimal():
            return dt.date.fromisoformat(value)
        day_text, name, year_text = value.split("-")
        month_found = _MONTHS.get(name.lower())
        if month_found is None:
            raise ValueError("not a date (unknown month)")
        return dt.date(_century(int(year_text)), month_found, int(day_text))

    def _utc(self, day: dt.date, parts: tuple[str | None, ...]) -> dt.datetime:
        _check_year(day)
        hour, minute, second, fraction, zone = parts
        time = dt.time(
            int(hour or 0), int(minute or 0), int(second or 0), int((fraction or "0").ljust(6, "0"))
        )
        tzinfo = self._zone if zone is None else _zone(zone)
        return dt.datetime.combine(day, time, tzinfo).astimezone(dt.UTC)


def _remember(memory: dict[str, _Value], key: str, value: _Value) -> None:
    if len(memory) >= _REMEMBERED:
        memory.clear()
    memory[key] = value


def _check_year(day: dt.date) -> None:
    """Refuse what could not be told in another zone."""
    if not dt.MINYEAR < day.year < dt.MAXYEAR:
        raise ValueError("a day beyond all calendars")


def _century(year: int) -> int:
    if year >= 100:
        return year
    return 2000 + year if year < 70 else 1900 + year


@lru_cache(maxsize=64)
def _zone(name: str) -> dt.tzinfo:
    if name[0] in "+-":
        sign = -1 if name[0] == "-" else 1
        digits = name[1:].replace(":", "")
        offset = dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        return dt.timezone(sign * offset)
    if name.upper() in _HOURS:
        return dt.timezone(dt.timedelta(hours=_HOURS[name.upper()]))
    try:
        if "/" in name:
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError):
        pass
    raise ValueError(f"a time in a zone that is not known ({name[:40]})")
