"""What rows a user wants to see: words, and typed conditions on named fields."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from operator import eq, ge, gt, le, lt
from typing import Any


class Kind(StrEnum):
    """What a field holds, and so how it is compared."""

    NUMBER = "number"
    DAY = "day"
    MOMENT = "time"
    TEXT = "text"
    FLAG = "yes or no"


class Comparison(StrEnum):
    """How a field is compared. What is unknown satisfies none of them but those that deny."""

    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    CONTAINS = ":"
    """The text occurs in it, in any case; of a number or a day: equal."""
    LACKS = "!:"
    KNOWN = "known"
    UNKNOWN = "unknown"

    @property
    def denied(self) -> "Comparison":
        """What holds where this does not; of the unknown neither `<` nor `>=` holds."""
        return _DENIED[self]


_DENIED: Mapping[Comparison, Comparison] = {
    one: other
    for pair in (
        (Comparison.EQUAL, Comparison.NOT_EQUAL),
        (Comparison.LESS, Comparison.AT_LEAST),
        (Comparison.MORE, Comparison.AT_MOST),
        (Comparison.CONTAINS, Comparison.LACKS),
        (Comparison.KNOWN, Comparison.UNKNOWN),
    )
    for one, other in (pair, pair[::-1])
}
DENYING = frozenset({Comparison.NOT_EQUAL, Comparison.LACKS, Comparison.UNKNOWN})
"""What also holds of the unknown."""


@dataclass(frozen=True, slots=True)
class Days:
    """A day, or a month or a year of them; both ends belong to it."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class Moments:
    """From a moment on until before another, both aware."""

    since: dt.datetime
    until: dt.datetime


Value = Decimal | str | bool | Days | Moments
"""What a field is compared with."""

ANY = ""
"""As a field: the row's texts, whichever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition, e.g. `dte<30` or `account:IRA`."""

    field: str
    """A field of the view, as `qm-tui show --format json` names it."""
    comparison: Comparison
    value: Value = ""
    """Nothing where it is only asked whether the field is known."""

    def denied(self) -> "Condition":
        """What holds where this does not."""
        return Condition(field=self.field, comparison=self.comparison.denied, value=self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """All of it must hold; without anything, all rows are wanted."""

    words: tuple[str, ...] = ()
    """Each must occur in one of the row's texts, in any case."""
    without: tuple[str, ...] = ()
    """None of these may."""
    conditions: tuple[Condition, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.without or self.conditions)

    def as_conditions(self) -> tuple[Condition, ...]:
        """The same, the words as conditions on any text."""
        return (
            *(Condition(field=ANY, comparison=Comparison.CONTAINS, value=w) for w in self.words),
            *(Condition(field=ANY, comparison=Comparison.LACKS, value=w) for w in self.without),
            *self.conditions,
        )


Test = Callable[[Any], bool]
"""Whether a condition holds of what a field is; None and a text without characters are unknown."""


def compiled(condition: Condition) -> Test:
    """Make the test of a condition, to be used on many rows.

    It takes what the field is: a number, a day, an aware time, yes or no, a text, or several texts
    of which one has to meet the condition.
    """
    if condition.comparison is Comparison.KNOWN:
        return _is_known
    if condition.comparison in DENYING:
        return _not(compiled(condition.denied()))
    return _compared(condition.comparison, condition.value)


def _compared(comparison: Comparison, value: Value) -> Test:
    match value:
        case bool():
            return lambda flag: flag is value
        case Decimal():
            return _of_number(comparison, value)
        case Days(first, last):
            return _of_days(comparison, first, last)
        case Moments(since, until):
            return _of_moments(comparison, since, until)
        case _:
            return _of_text(comparison, value.casefold())


_REMEMBERED = 4096
"""Texts of which a test remembers whether they meet it."""
_ORDERS: Mapping[Comparison, Callable[[Any, Any], bool]] = {
    Comparison.LESS: lt,
    Comparison.AT_MOST: le,
    Comparison.MORE: gt,
    Comparison.AT_LEAST: ge,
}


def _is_known(value: Any) -> bool:
    return value is not None and value not in {"", ()}


def _not(test: Test) -> Test:
    return lambda value: not test(value)


def _of_number(comparison: Comparison, limit: Decimal) -> Test:
    holds: Callable[[Any, Any], bool] = _ORDERS.get(comparison, eq)
    return lambda value: value is not None and holds(value, limit)


def _of_days(comparison: Comparison, first: dt.date, last: dt.date) -> Test:
    if comparison in _ORDERS:
        holds = _ORDERS[comparison]
        limit = first if comparison in {Comparison.LESS, Comparison.AT_LEAST} else last
        return lambda value: value is not None and holds(value, limit)
    return lambda value: value is not None and first <= value <= last


def _of_moments(comparison: Comparison, since: dt.datetime, until: dt.datetime) -> Test:
    match comparison:
        case Comparison.LESS:
            return lambda value: value is not None and value < since
        case Comparison.AT_MOST:
            return lambda value: value is not None and value < until
        case Comparison.MORE:
            return lambda value: value is not None and value >= until
        case Comparison.AT_LEAST:
            return lambda value: value is not None and value >= since
        case _:
            return lambda value: value is not None and since <= value < until


def _of_text(comparison: Comparison, wanted: str) -> Test:
    occurs = comparison is Comparison.CONTAINS
    known: dict[Any, bool] = {}

    def meets(value: Any) -> bool:
        # Many rows have the same few texts.
        found = known.get(value)
        if found is None:
            texts = [text.casefold() for text in _texts(value)]
            found = any(wanted in text for text in texts) if occurs else wanted in texts
            if len(known) < _REMEMBERED:
                known[value] = found
        return found

    return meets


def _texts(value: Any) -> tuple[str, ...]:
    if not value:
        return ()
    return (value,) if isinstance(value, str) else tuple(text for text in value if text)
