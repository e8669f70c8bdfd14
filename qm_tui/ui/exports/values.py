"""What an export says of a row: exact values where the row has them, else what is shown."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

from qm_tui.ui.cell import plain
from qm_tui.ui.format import HIDDEN, UNKNOWN
from qm_tui.ui.widgets.columns import Column

R = TypeVar("R")

_EXACT = (Decimal, bool, int, str, dt.date, Enum)
_MEASURED = (Decimal, dt.date)
_ABSENT = object()


def value_of(row: R, column: Column[R], *, hidden: bool = False) -> Any:
    """Return the value a column shows of a row: unrounded, None where it is unknown.

    A column is named like the field it shows, and so the field is what is exported. What has no
    field of its own is exported as it is sorted by, if that is a number or a time, else as it is
    written.

    Args:
        row: a view.
        column: one of the table's.
        hidden: whether amounts are hidden: then they are so here, too.
    """
    if hidden and HIDDEN.text in (text := column.cell(row).text):
        return plain(text).strip()
    field = getattr(row, column.key, _ABSENT)
    if field is None or _is_exact(field):
        return field
    measured = column.sort_key(row) if column.sort_key is not None else None
    if isinstance(measured, _MEASURED):
        return measured
    text = plain(column.cell(row).text).strip()
    return None if text == UNKNOWN.text else text


def _is_exact(value: object) -> bool:
    if isinstance(value, tuple):
        return all(isinstance(each, _EXACT) for each in value)
    return isinstance(value, _EXACT)


def exact_rows(
    rows: Sequence[R], columns: Sequence[Column[R]], *, hidden: bool
) -> Sequence[Sequence[Any]]:
    """Values of rows, column by column."""
    return [[value_of(row, column, hidden=hidden) for column in columns] for row in rows]


def shown_rows(rows: Sequence[R], columns: Sequence[Column[R]]) -> Sequence[Sequence[str]]:
    """Rows as they are written on the screen."""
    return [[plain(column.cell(row).text).strip() for column in columns] for row in rows]


def as_json(value: Any) -> Any:
    """Write a value as `show --format json` does: decimals and days as text, times in UTC."""
    match value:
        case Enum():
            return as_json(value.value)
        case Decimal():
            return format(value, "f")
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
        case dt.date():
            return value.isoformat()
        case tuple():
            return [as_json(item) for item in value]
        case _:
            return value


def as_csv(value: Any) -> str:
    """Write a value for a spreadsheet: unknown is empty, and no text is taken for a formula."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return defused(value)
        case tuple():
            return defused(" ".join(str(as_json(item)) for item in value))
        case Enum():
            return defused(str(value.value))
        case _:
            return str(as_json(value))


_FORMULA = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""How what a spreadsheet would reckon out begins; the wide forms are taken for the same."""
_GUARD = "'"


def defused(text: str) -> str:
    """Text from outside that no spreadsheet takes for a formula; `armed` undoes it."""
    return _GUARD + text if _could_run(text) else text


def armed(text: str) -> str:
    """Take back what `defused` did."""
    rest = text.removeprefix(_GUARD)
    return rest if rest != text and _could_run(rest) else text


def _could_run(text: str) -> bool:
    return text.lstrip(_GUARD)[:1] in _FORMULA and bool(text.lstrip(_GUARD))
