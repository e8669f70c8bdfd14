"""Numbers, days, times and sides as people write them."""

import datetime as dt
import re
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from qm_tui.domain.words import OpenClose

# --- numbers -----------------------------------------------------------------------------------

_PLAIN = re.compile(r"[+-]?(?:\d{1,15}(?:\.\d{0,12})?|\.\d{1,12})")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d{0,12})?")
_DROPPED = str.maketrans("\u2212", "-", "$€£¥'\u2019 \u00a0\u202f\t")
_SWAPPED = str.maketrans(".,", ",.")
_SIGN_BEHIND = re.compile(r"\(([^()-]+)\)|([^()-]+)-")


def read_number(text: str, *, decimal_comma: bool = False) -> Decimal:
    """Read `1234.5`, `$1,234.50`, `(12.5)` or `12.5-`; with a decimal comma `1.234,50`.

    Raises:
        ValueError: why it is not a number, to follow the text in a sentence.
    """
    # The comma must be looked at first: a plain `1.234` means something else beside it.
    body = text.translate(_DROPPED)
    if decimal_comma:
        body = body.translate(_SWAPPED)
    if _PLAIN.fullmatch(body):
        return Decimal(body)
    behind = _SIGN_BEHIND.fullmatch(body)
    if behind:
        body = f"-{behind[1] or behind[2]}"
    if _PLAIN.fullmatch(body):
        return Decimal(body)
    if _GROUPED.fullmatch(body):
        return Decimal(body.replace(",", ""))
    if not body:
        raise ValueError("is empty")
    hint = " (decimals are written with a point here)" if "," in body else ""
    raise ValueError(f"is not a number{hint}")


def decimal_mark(text: str) -> str | None:
    """Tell the decimal mark, `.` or `,`; `?` if either may be meant, None if there is none."""
    body = "".join(sign for sign in text if sign in "0123456789.,")
    points, commas = body.count("."), body.count(",")
    if not points and not commas:
        return None
    if points and commas:
        return "." if body.rfind(".") > body.rfind(",") else ","
    mark, other = (".", ",") if points else (",", ".")
    if points + commas > 1:
        return other  # a sign that occurs twice groups thousands
    before, _, after = body.partition(mark)
    grouping = len(after) == 3 and 1 <= len(before) <= 3 and not before.startswith("0")
    return "?" if grouping else mark


# --- days and times ----------------------------------------------------------------------------


class DayOrder(Enum):
    """What comes first in `03/04/2024`."""

    MONTH_FIRST = "month"
    DAY_FIRST = "day"


class Moment(NamedTuple):
    """A day as it is written, perhaps with a time and its zone."""

    day: dt.date
    time: dt.time | None


_ISO_DAY = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)|(\d{4})(\d\d)(\d\d)(?!\d)")
_SLASHED = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d\d)(?!\d)")
_NAMED = re.compile(r"(\d{1,2})[- ]([A-Za-z]{3,9})\.?[-, ]+(\d{4}|\d\d)(?!\d)")
_NAMED_FIRST = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})(?!\d)")
_TIME = re.compile(
    r"(\d{1,2}):?(\d\d)(?::?(\d\d)(?:[.,](\d{1,6})\d*)?)?\s*([AaPp])?\.?(?:[Mm]\.?)?"
    r"\s*(Z|[A-Z]{3}|[+-]\d\d:?\d\d)?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ZONES = {"Z": 0, "UTC": 0, "GMT": 0, "EST": -5, "EDT": -4}


def slashed_day(text: str) -> tuple[int, int] | None:
    """The first two numbers of a day whose order is open, `3/15/2024`; None for any other text.

    With points (`15.03.2024`) the day comes first everywhere.
    """
    match = _SLASHED.match(text)
    return (int(match[1]), int(match[3])) if match and match[2] != "." else None


def read_moment(text: str, order: DayOrder | None) -> Moment:
    """Read a day, with a time behind it or without.

    Raises:
        ValueError: why it is not a day, to follow the text in a sentence.
    """
    text = text.strip()
    if not text:
        raise ValueError("is empty")
    day, end = _day(text, order)
    behind = text[end:].lstrip(" T;,")
    return Moment(day, read_time(behind) if behind else None)


def read_time(text: str) -> dt.time:
    """Read `10:30`, `10:30:05.123`, `103005`, `3:30 PM`, with `Z`, `-04:00` or `EST` behind it.

    Raises:
        ValueError: why it is not a time, to follow the text in a sentence.
    """
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError("is not a time")
    hour = int(match[1])
    if match[5]:
        hour = hour % 12 + (12 if match[5] in "Pp" else 0)
    try:
        return dt.time(
            hour,
            int(match[2]),
            int(match[3] or 0),
            int((match[4] or "0").ljust(6, "0")),
            tzinfo=_zone(match[6]),
        )
    except ValueError:
        raise ValueError("is not a time") from None


def _day(text: str, order: DayOrder | None) -> tuple[dt.date, int]:
    """The day a text begins with, and where it ends."""
    if match := _ISO_DAY.match(text):
        parts = (match[1] or match[5], match[3] or match[6], match[4] or match[7])
    elif match := _SLASHED.match(text):
        first_is_day = match[2] == "." or order is DayOrder.DAY_FIRST
        month, day = (match[3], match[1]) if first_is_day else (match[1], match[3])
        parts = (match[4], month, day)
    elif match := _NAMED.match(text):
        parts = (match[3], _month(match[2]), match[1])
    elif match := _NAMED_FIRST.match(text):
        parts = (match[3], _month(match[1]), match[2])
    else:
        raise ValueError("is not a date")
    year = int(parts[0]) + (2000 if len(parts[0]) == 2 else 0)
    try:
        return dt.date(year, int(parts[1]), int(parts[2])), match.end()
    except ValueError:
        raise ValueError("is not a day of the calendar") from None


def _month(name: str) -> str:
    short = name[:3].lower()
    if short not in _MONTHS:
        raise ValueError("is not a date")
    return str(_MONTHS.index(short) + 1)


def _zone(text: str | None) -> dt.tzinfo | None:
    if text is None:
        return None
    if text in _ZONES:
        return dt.timezone(dt.timedelta(hours=_ZONES[text]))
    if text[0] not in "+-":
        raise ValueError("unknown zone")
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return dt.timezone(dt.timedelta(minutes=minutes if text[0] == "+" else -minutes))


# --- sides -------------------------------------------------------------------------------------


class Side(NamedTuple):
    """Bought (1) or sold (-1), and what that does to the position where the word says it."""

    sign: int
    open_close: OpenClose | None = None


_SIDES = {
    Side(1): "buy|b|bought|bot|purchase|purchased|you bought",
    Side(1, OpenClose.OPEN): "buy to open|bought to open|bto",
    Side(1, OpenClose.CLOSE): "buy to close|bought to close|btc|buy to cover|bought to cover|cover",
    Side(-1): "sell|s|sold|sld|sale|you sold",
    Side(-1, OpenClose.OPEN): "sell to open|sold to open|sto|sell short|short sell|sold short",
    Side(-1, OpenClose.CLOSE): "sell to close|sold to close|stc|sell long",
}
_SIDE_OF = {word: side for side, words in _SIDES.items() for word in words.split("|")}


def read_side(text: str) -> Side:
    """Read BUY, Sold, `Sell to Close`, BTO and the like.

    Raises:
        ValueError: why it is no side, to follow the text in a sentence.
    """
    words = " ".join(text.replace("_", " ").replace("-", " ").casefold().split())
    side = _SIDE_OF.get(words)
    if side is None:
        raise ValueError("is neither a purchase nor a sale" if words else "is empty")
    return side
