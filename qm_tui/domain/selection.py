"""Which rows are meant, and in which order."""

import datetime as dt
from dataclasses import dataclass, replace

from qm_tui.domain.conditions import Condition, Wanted

Anchor = tuple[object, ...]
"""The sort key of a row, after which a page begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which rows are meant; None does not narrow."""

    account: str | None = None
    broker: str | None = None
    symbol: str | None = None
    """The symbol, or the underlying of a derivative."""
    instrument_id: int | None = None
    text: str | None = None
    """Every word must occur in one of the row's text columns, in any case."""
    conditions: tuple[Condition, ...] = ()
    """Each must hold of a row's fields."""
    run: int | None = None
    """Only what this sync or import brought."""
    as_of: dt.date | None = None
    """As things stood at the end of this day; activity up to and including it."""
    year: int | None = None
    """Only activity and sales of this calendar year."""

    def wanting(self, wanted: Wanted) -> "Scope":
        """The same, narrowed by a filter."""
        return replace(self, conditions=(*self.conditions, *wanted.as_conditions()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """By which of the view's fields rows are sorted; equal ones as they were stored."""

    field: str
    descending: bool = False
    then: tuple["Order", ...] = ()
    """By what equal ones are sorted, and those that are equal by that, too."""
