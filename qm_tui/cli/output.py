"""Rows to text: JSON, CSV or an aligned table, a page at a time."""

import csv
import datetime as dt
import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, TextIO

from qm_tui.ui.cell import fit, plain, width_of

Rows = AsyncIterator[Sequence[dict[str, Any]]]
"""Pages of rows, so that a million of them need no memory."""

NOTES = "notes"
"""Lines that a table has below a row."""

_WIDEST = 40
_WRITES_ALL = {"utf-8", "utf8"}


def scalar(value: Any) -> Any:
    """Write a value as JSON has it: decimals and days as text, times in UTC."""
    match value:
        case Decimal():
            return format(value, "f")
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
        case dt.date():
            return value.isoformat()
        case tuple():
            return [scalar(item) for item in value]
        case dict():
            return {name: scalar(item) for name, item in value.items()}
        case _:
            return value


async def write_json(names: Sequence[str], pages: Rows, out: TextIO) -> None:
    """Print one array of objects, an object a line."""
    separator = "[\n"
    # What JSON escapes is read back as it was; what the stream itself would escape is not.
    escaped = (out.encoding or "utf-8").lower() not in _WRITES_ALL
    async for page in pages:
        for row in page:
            line = json.dumps({name: scalar(row[name]) for name in names}, ensure_ascii=escaped)
            out.write(separator + line)
            separator = ",\n"
    out.write("[]\n" if separator == "[\n" else "\n]\n")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return " ".join(str(item) for item in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(scalar(value))


async def write_csv(names: Sequence[str], pages: Rows, out: TextIO) -> None:
    """Print comma-separated values with a header; unknown is empty."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    async for page in pages:
        writer.writerows([_text(row[name]) for name in names] for row in page)


async def write_table(names: Sequence[str], pages: Rows, out: TextIO) -> None:
    """Print columns aligned by the first page; unknown is a dash."""
    widths: list[int] = []
    right: list[bool] = []
    async for page in pages:
        cells = [[_cell(row[name]) for name in names] for row in page]
        if not widths:
            widths = [
                max(len(name), *(_cells(line[place]) for line in cells), 1)
                for place, name in enumerate(names)
            ]
            right = [any(_is_number(row[name]) for row in page) for name in names]
            out.write(_line(names, widths, right))
        for row, line in zip(page, cells, strict=True):
            out.write(_line(line, widths, right))
            out.writelines(f"    {plain(note)}\n" for note in row.get(NOTES, ()))
    if not widths:
        out.write(_line(names, [len(name) for name in names], [False] * len(names)))


def _is_number(value: Any) -> bool:
    return isinstance(value, Decimal | int) and not isinstance(value, bool)


def _cell(value: Any) -> str:
    text = plain(_text(value)) if value is not None else "—"
    return text if _cells(text) <= _WIDEST else fit(text, _WIDEST, "left")


def _cells(text: str) -> int:
    """Return how wide a text is on a terminal, where some characters take two places."""
    return len(text) if text.isascii() else width_of(text)


def _line(cells: Iterable[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = (
        blank + cell if to_right else cell + blank
        for cell, blank, to_right in (
            (cell, " " * (width - _cells(cell)), to_right)
            for cell, width, to_right in zip(cells, widths, right, strict=True)
        )
    )
    return "  ".join(padded).rstrip() + "\n"


WRITERS: dict[str, Callable[[Sequence[str], Rows, TextIO], Any]] = {
    "json": write_json,
    "csv": write_csv,
    "table": write_table,
}
