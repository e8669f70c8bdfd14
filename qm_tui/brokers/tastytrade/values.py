"""The fields of a row to values: numbers exactly, moments in UTC, signs from the effects."""

import datetime as dt
import json
import re
from collections.abc import Collection, Mapping
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from qm_tui.brokers.quoting import quoted
from qm_tui.brokers.tastytrade.answers import BadRow, Row

NEW_YORK = ZoneInfo("America/New_York")
"""Where the broker's days begin and end."""

_ZERO = Decimal(0)
_WIDE = Context(prec=80)
_NARROW = Context(prec=28)
_LONGEST_NUMBER = 60
_LARGEST_EXPONENT = 40
_LONGEST_TEXT = 1_000
_LONGEST_LEFTOVER = 4_000
_REMEMBERED = 16_384
_FIRST_YEAR, _LAST_YEAR = 1970, 2200
_SAYS_NOTHING = frozenset({"", "nan", "null", "none"})
_SIGNS = {"debit": -1, "credit": 1, "none": 0}
_USUAL_SIGNS = {"Debit": -1, "Credit": 1, "None": 0}
"""As the broker writes them, and so nearly always: eight times in each of very many rows."""
_FLAGS = {"true": True, "false": False, "1": True, "0": False}
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?", re.ASCII | re.DOTALL)
_SECONDS_END = 1e11
"""Numbers beyond that are milliseconds: as seconds they would be in the year 5138."""


# --- text --------------------------------------------------------------------------------------


def text(row: Row, name: str) -> str | None:
    """Return what a field says, on one line; None when it says nothing.

    Raises:
        BadRow: there is an object or a list.
    """
    value = row.get(name)
    if type(value) is str:
        said = value.strip()
        if len(said) <= _LONGEST_TEXT and said.isprintable():
            return said or None
        return _one_line(said) or None
    if value is None:
        return None
    if type(value) is int:
        return _plain(value)
    if isinstance(value, (Mapping, list, tuple)):
        raise BadRow(name, quoted(str(value)), "there should be a text")
    return _plain(value)


def needed_text(row: Row, name: str) -> str:
    """Return what a field says.

    Raises:
        BadRow: it says nothing, or there is an object or a list.
    """
    said = text(row, name)
    if said is None:
        raise BadRow(name, "", "it is missing")
    return said


def _one_line(said: str) -> str:
    printable = "".join(c if c.isprintable() else " " for c in said[: 4 * _LONGEST_TEXT])
    return printable.strip()[:_LONGEST_TEXT]


# --- numbers -----------------------------------------------------------------------------------


def number(row: Row, name: str) -> Decimal | None:
    """Read a number exactly, written as text or not; None when there is none.

    Raises:
        BadRow: what stands there is no finite number of a size that money and quantities have.
    """
    value = row.get(name)
    if value is None:
        return None
    try:
        return _written(value) if type(value) is str else _number(value)
    except ValueError as error:
        raise BadRow(name, quoted(str(value)[:1_000]), str(error)) from error


def needed_number(row: Row, name: str) -> Decimal:
    """Read a number that a row cannot do without.

    Raises:
        BadRow: it is missing, or none.
    """
    value = number(row, name)
    if value is None:
        raise BadRow(name, quoted(str(row.get(name, ""))), "it is missing")
    return value


def signed(row: Row, name: str) -> Decimal | None:
    """Read an amount whose sign stands in `<name>-effect`: a debit is negative.

    Without an effect, or with the effect `None`, the amount has its own sign. Zero has none.

    Raises:
        BadRow: it is no number, or the effect is a word nobody knows.
    """
    value = number(row, name)
    if not value:
        return value
    name = f"{name}-effect"
    effect = row.get(name)
    if effect is None:
        return value
    sign = _USUAL_SIGNS.get(effect) if type(effect) is str else None
    if sign is None:
        sign = _sign(row, name)
    if not sign or (sign < 0) is value.is_signed():
        return value
    return value.copy_negate()


def _sign(row: Row, name: str) -> int:
    effect = text(row, name)
    if effect is None:
        return 0
    sign = _SIGNS.get(effect.lower())
    if sign is None:
        raise BadRow(name, quoted(effect), "neither Credit nor Debit nor None")
    return sign


def _number(value: Any) -> Decimal | None:
    match value:
        case str():
            return _written(value)
        case int() if not isinstance(value, bool):
            return _short(Decimal(value))
        case Decimal():
            return None if value.is_nan() else _short(value)
        case float():
            return _written(repr(value))
        case _:
            raise ValueError("not a number")


@lru_cache(maxsize=_REMEMBERED)
def _written(value: str) -> Decimal | None:
    said = value.strip()
    if said.lower() in _SAYS_NOTHING:
        return None
    # What Decimal takes and a broker cannot mean: 1_000, other scripts' digits, endless ones.
    if len(said) > _LONGEST_NUMBER or "_" in said or not said.isascii():
        raise ValueError("not a number")
    try:
        found = Decimal(said)
    except ArithmeticError as error:
        raise ValueError("not a number") from error
    return _sized(found)


def _sized(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError("not a finite number")
    if not value:
        return _ZERO  # also where `-0` or `0E-8` is written
    if abs(value.adjusted()) > _LARGEST_EXPONENT:
        raise ValueError("a number out of all proportion")
    return value


def _short(value: Decimal) -> Decimal:
    found = _sized(value)
    if len(found.as_tuple().digits) > _LONGEST_NUMBER:
        raise ValueError("a number out of all proportion")
    return found


def product(*factors: Decimal) -> Decimal:
    """Multiply exactly, whatever the ambient precision is."""
    found = factors[0]
    for factor in factors[1:]:
        found = _WIDE.multiply(found, factor)
    return found or _ZERO


def total(first: Decimal, second: Decimal) -> Decimal:
    """Add exactly, whatever the ambient precision is."""
    return _WIDE.add(first, second) or _ZERO


def difference(first: Decimal, second: Decimal) -> Decimal:
    """Subtract exactly, whatever the ambient precision is."""
    return _WIDE.subtract(first, second) or _ZERO


def negative(value: Decimal) -> Decimal:
    """Return a number with the other sign, exactly; zero has none."""
    return value.copy_negate() if value else _ZERO


def quotient(dividend: Decimal, divisor: Decimal) -> Decimal:
    """Divide to 28 significant digits."""
    return _NARROW.divide(dividend, divisor)


# --- days and moments --------------------------------------------------------------------------


def moment(row: Row, name: str) -> dt.datetime | None:
    """Read a moment, in UTC; None when there is none. A bare number counts milliseconds.

    Raises:
        BadRow: it is none, says no zone, or lies in another age.
    """
    value = row.get(name)
    if value is None or value == "":
        return None
    try:
        return _moment(value.strip()) if isinstance(value, str) else _epoch(value)
    except (ValueError, OverflowError, ArithmeticError) as error:
        reason = str(error) if isinstance(error, _TimeError) else "not a moment"
        raise BadRow(name, quoted(str(value)[:1_000]), reason) from error


def day(row: Row, name: str) -> dt.date | None:
    """Read a day, also with a time behind it, which is left away; None when there is none.

    Raises:
        BadRow: it is none, or lies in another age.
    """
    said = text(row, name)
    if said is None:
        return None
    try:
        return _day(said)
    except ValueError as error:
        reason = str(error) if isinstance(error, _TimeError) else "not a day"
        raise BadRow(name, quoted(said), reason) from error


def new_york_day(at: dt.datetime) -> dt.date:
    """Return the calendar day in New York."""
    return at.astimezone(NEW_YORK).date()


class _TimeError(ValueError):
    """What is wrong, in our words."""


def _moment(said: str) -> dt.datetime:
    at = dt.datetime.fromisoformat(said)
    if at.tzinfo is None:
        raise _TimeError("it says no time zone")
    return _of_this_age(at if at.tzinfo is dt.UTC else at.astimezone(dt.UTC))


def _epoch(value: Any) -> dt.datetime:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise _TimeError("not a moment")
    seconds = float(value)
    if abs(seconds) > _SECONDS_END:
        seconds /= 1000
    return _of_this_age(dt.datetime.fromtimestamp(seconds, dt.UTC))


def _of_this_age(at: dt.datetime) -> dt.datetime:
    if not _FIRST_YEAR < at.year < _LAST_YEAR:
        raise _TimeError("it lies in another age")
    return at


@lru_cache(maxsize=_REMEMBERED)
def _day(said: str) -> dt.date:
    match = _DAY.fullmatch(said)
    if match is None:
        raise _TimeError("not a day")
    found = dt.date.fromisoformat(match[1])
    if not _FIRST_YEAR < found.year < _LAST_YEAR:
        raise _TimeError("it lies in another age")
    return found


# --- yes and no, and the rest ------------------------------------------------------------------


def flag(row: Row, name: str) -> bool | None:
    """Read a yes or no; None when it is not said.

    Raises:
        BadRow: it is something else.
    """
    value = row.get(name)
    if value is None or isinstance(value, bool):
        return value
    said = str(value).strip().lower()
    if said in _SAYS_NOTHING:
        return None
    if said not in _FLAGS:
        raise BadRow(name, quoted(str(value)[:1_000]), "neither true nor false")
    return _FLAGS[said]


def leftovers(row: Row, used: Collection[str]) -> Mapping[str, str] | None:
    """Return what a row says beyond the fields that were used; None when that is nothing.

    What is nested comes as compact JSON.
    """
    found = {
        name if name.isascii() else _storable(name): said
        for name, value in row.items()
        if name not in used and value is not None and (said := _kept(value))
    }
    return found or None


def _kept(value: Any) -> str:
    if isinstance(value, str):
        cut = value if len(value) <= _LONGEST_LEFTOVER else value[: _LONGEST_LEFTOVER - 1] + "…"
        return cut if cut.isascii() else _storable(cut)
    if isinstance(value, int):
        return _plain(value)
    if isinstance(value, (Mapping, list, tuple)):
        return as_json(value, _LONGEST_LEFTOVER) if value else ""
    return _plain(value)


def _plain(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)[:_LONGEST_TEXT]
        case Decimal() if value.is_finite() and abs(value.adjusted()) <= _LARGEST_EXPONENT:
            return format(value, "f")
        case _:
            return str(value)[:_LONGEST_TEXT]


def as_json(value: Any, longest: int) -> str:
    """Write a value as compact JSON, cut off after so many characters."""
    written = _storable(
        json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_number_or_text)
    )
    return written if len(written) <= longest else written[: longest - 1] + "…"


def _storable(said: str) -> str:
    """Replace halves of characters, which JSON can hold and nothing else."""
    return said if said.isascii() else said.encode("utf-8", "replace").decode("utf-8")


def _number_or_text(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return _plain(value)
