"""What rows a user wants to see: words, and typed conditions on named fields."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

Value = Decimal | dt.date | str
"""A number, a day or a text; the texts of closed sets and of yes and no are texts, too."""


class Comparison(StrEnum):
    """How a field is compared. What is unknown satisfies none of them but `!=`."""

    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    CONTAINS = ":"
    """The text occurs in it, in any case; of a number or a day: equal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition, e.g. `dte<30` or `account:IRA`."""

    field: str
    """A field of the view, as `qm-tui show --format json` names it."""
    comparison: Comparison
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """All of it must hold; without anything, all rows are wanted."""

    words: tuple[str, ...] = ()
    """Each must occur in one of the row's texts, in any case."""
    conditions: tuple[Condition, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.conditions)
