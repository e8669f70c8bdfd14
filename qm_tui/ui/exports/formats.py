"""The kinds of files rows are exported to, each written piece by piece."""

import json
import re
from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

from typing_extensions import override

from qm_tui.ui.cell import plain
from qm_tui.ui.exports.values import as_csv, as_json, exact_rows, shown_rows
from qm_tui.ui.widgets.columns import Column

R = TypeVar("R")


class Form(Generic[R]):
    """One file that is being written."""

    name: ClassVar[str]
    suffix: ClassVar[str]

    def __init__(self, columns: Sequence[Column[R]], *, hidden: bool = False) -> None:
        """Begin.

        Args:
            columns: what is written of each row, from the left.
            hidden: whether amounts are hidden, and stay so.
        """
        self.columns = columns
        self.hidden = hidden

    def head(self) -> str:
        """What stands before the first row."""
        return ""

    def rows(self, rows: Sequence[R]) -> str:
        """Some more rows."""
        raise NotImplementedError

    def foot(self) -> str:
        """What stands behind the last row."""
        return ""


class Csv(Form[R]):
    """Exact values, for spreadsheets and scripts; unknown is empty."""

    name = "CSV"
    suffix = ".csv"

    @override
    def head(self) -> str:
        return self._lines([[column.key for column in self.columns]])

    @override
    def rows(self, rows: Sequence[R]) -> str:
        values = exact_rows(rows, self.columns, hidden=self.hidden)
        return self._lines([[as_csv(value) for value in line] for line in values])

    def _lines(self, lines: Sequence[Sequence[str]]) -> str:
        # Python's own writer leaves a carriage return as it is before 3.13, which ends a line.
        return "".join(",".join(map(_field, line)) + "\n" for line in lines)


_QUOTED = re.compile(r'[,"\r\n]')


def _field(text: str) -> str:
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if _QUOTED.search(text) else text


class Json(Form[R]):
    """One array, an object a line; exact values, decimals as strings, unknown is null."""

    name = "JSON"
    suffix = ".json"

    def __init__(self, columns: Sequence[Column[R]], *, hidden: bool = False) -> None:
        super().__init__(columns, hidden=hidden)
        self._before = "[\n"

    @override
    def rows(self, rows: Sequence[R]) -> str:
        names = [column.key for column in self.columns]
        written = []
        for line in exact_rows(rows, self.columns, hidden=self.hidden):
            said: dict[str, Any] = dict(zip(names, map(as_json, line), strict=True))
            written.append(self._before + json.dumps(said, ensure_ascii=False))
            self._before = ",\n"
        return "".join(written)

    @override
    def foot(self) -> str:
        return "[]\n" if self._before == "[\n" else "\n]\n"


_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~!&$^])")
"""What Markdown, HTML in it or formulas in it could be made of."""


def escaped(text: str) -> str:
    """Text from outside in a cell of a Markdown table: one line, and nothing but text."""
    return _MARKDOWN.sub(r"\\\1", plain(text).strip())


class Markdown(Form[R]):
    """A table to be read, as it is on the screen."""

    name = "Markdown"
    suffix = ".md"

    @override
    def head(self) -> str:
        names = [escaped(column.title) for column in self.columns]
        rules = ["---:" if column.align == "right" else "---" for column in self.columns]
        return _line(names) + _line(rules)

    @override
    def rows(self, rows: Sequence[R]) -> str:
        lines = shown_rows(rows, self.columns)
        return "".join(_line([escaped(text) for text in line]) for line in lines)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


FORMS: dict[str, type[Form[Any]]] = {form.name: form for form in (Csv, Json, Markdown)}
