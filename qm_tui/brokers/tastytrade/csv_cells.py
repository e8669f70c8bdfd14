"""Numbers, times and options as the exports write them."""

import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from qm_tui.brokers.tastytrade.answers import BadRow
from qm_tui.brokers.tastytrade.csv_header import Column
from qm_tui.domain.instruments import Right, osi_symbol

_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,15})?(?:\.\d{1,20})?")
_DROPPED = str.maketrans("\u2212", "-", "$ \u00a0\u202f")
_NOTHING = frozenset({"", "--", "-", "N/A", "n/a"})

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?"
)
_AMERICAN = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4}|\d\d),? (\d{1,2}):(\d\d)(?::(\d\d))?\s*([AaPp])?\.?(?:[Mm]\.?)?"
)
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d\d)|(\d{4})-(\d\d)-(\d\d)(?:[T ].*)?")
_RIGHTS = {"C": Right.CALL, "CALL": Right.CALL, "P": Right.PUT, "PUT": Right.PUT}
_CENTURY = 2000
_LARGEST = 15
_PLACES = -8
"""Digits behind the point that mean something: a digital asset has as many."""


@lru_cache(16_384)
def number_in(text: str, column: Column) -> Decimal | None:
    """Read `1,000.00`, `-0.15`, `$5` or `--`, which is none.

    Raises:
        BadRow: it is something else.
    """
    body = text.translate(_DROPPED)
    if body in _NOTHING:
        return None
    if body.startswith("(") and body.endswith(")"):
        body = f"-{body[1:-1]}"
    if not any(map(str.isdigit, body)) or _NUMBER.fullmatch(body) is None:
        raise BadRow(column, text, "is not a number")
    return without_noise(Decimal(body.replace(",", "")))


def without_noise(number: Decimal) -> Decimal:
    """Round what a program counted in binary: `28.999999999999996`."""
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= _PLACES:
        return number
    if number.adjusted() > _LARGEST:
        return number
    rounded = number.quantize(Decimal(1).scaleb(_PLACES))
    whole = rounded.to_integral_value()
    return whole if whole == rounded else rounded.normalize()


def moment_in(text: str, timezone: ZoneInfo) -> dt.datetime:
    """Read `2024-08-16T15:57:13+0200`, or `06/18/2021 11:00 PM` in the file's time zone.

    Raises:
        BadRow: it is something else.
    """
    try:
        if match := _ISO.fullmatch(text):
            year, month, number, hour, minute, second = (
                int(part or 0) for part in match.groups()[:6]
            )
            zone = _zone(match[7], timezone)
            local = dt.datetime(year, month, number, hour, minute, second, tzinfo=zone)
            return local.astimezone(dt.UTC)
        if match := _AMERICAN.fullmatch(text):
            hour = int(match[4])
            if match[7]:
                hour = hour % 12 + (12 if match[7] in "Pp" else 0)
            day = dt.date(_year(match[3]), int(match[1]), int(match[2]))
            time = dt.time(hour, int(match[5]), int(match[6] or 0), tzinfo=timezone)
            return dt.datetime.combine(day, time).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise BadRow(Column.DATE, text, "is no time of the calendar") from None
    raise BadRow(Column.DATE, text, "is not a time")


def _zone(text: str | None, timezone: ZoneInfo) -> dt.tzinfo:
    if text is None:
        return timezone
    if text == "Z":
        return dt.UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return dt.timezone(dt.timedelta(minutes=minutes if text[0] == "+" else -minutes))


def _year(text: str) -> int:
    return int(text) + (_CENTURY if len(text) == 2 else 0)


def option_symbol(root: str, expiration: str, strike: str, right: str) -> str | None:
    """Put the symbol of an option together from four columns; None where one is empty.

    Raises:
        BadRow: one of them cannot be read.
    """
    if not (root and expiration and strike and right):
        return None
    side = _RIGHTS.get(right.upper())
    if side is None:
        raise BadRow(Column.RIGHT, right, "is neither call nor put")
    price = number_in(strike, Column.STRIKE)
    if price is None:
        return None
    written = osi_symbol(root, _expiry(expiration), side, price)
    if written is None:
        raise BadRow(Column.SYMBOL, root, "makes no symbol of an option with its other columns")
    return written


def _expiry(text: str) -> dt.date:
    match = _DAY.fullmatch(text)
    if match is None:
        raise BadRow(Column.EXPIRATION, text, "is not a day")
    try:
        if match[4]:
            return dt.date(int(match[4]), int(match[5]), int(match[6]))
        return dt.date(_year(match[3]), int(match[1]), int(match[2]))
    except ValueError:
        raise BadRow(Column.EXPIRATION, text, "is no day of the calendar") from None
