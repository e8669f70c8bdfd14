"""The words of every row as it is shown, kept so that typing on finds them at once."""

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from qm_tui.ui.widgets.columns import Column

R = TypeVar("R")

_AT_MOST = 64 * 1024 * 1024
"""Bytes of texts that are kept; those beyond are read anew every time."""
_OBJECT = 49
"""Bytes of a text without its characters."""


class RowTexts(Generic[R]):
    """By position, the cells of a row in one text without upper case, read when first asked for."""

    def __init__(self, rows: Sequence[R] = ()) -> None:
        self.size = 0
        """Bytes that are taken, about."""
        self._rows = rows
        self._columns: tuple[Column[R], ...] = ()
        self._texts: list[str | None] = [None] * len(rows)
        self._missing = len(rows)
        self._next = 0

    @property
    def complete(self) -> bool:
        """Whether no text has to be read when it is looked at."""
        return not self._missing

    def of(self, rows: Sequence[R]) -> "RowTexts[R]":
        """The texts of other rows in the same columns."""
        texts = RowTexts(rows)
        texts._columns = self._columns
        return texts

    def look_at(self, columns: Sequence[Column[R]]) -> None:
        """Search these columns from now on."""
        columns = tuple(columns)
        if columns != self._columns:
            self.forget()
            self._columns = columns

    def forget(self) -> None:
        """Read all texts again: cells depend on more than their row."""
        self.size, self._next, self._missing = 0, 0, len(self._rows)
        self._texts = [None] * len(self._rows)

    def forget_row(self, position: int) -> None:
        """Read one again."""
        if self._texts[position] is not None:
            self._texts[position] = None
            self._missing += 1
            self._next = min(self._next, position)

    def prepare(self, count: int) -> bool:
        """Read as many that are missing, the first ones first.

        Returns:
            Whether there are more.
        """
        if not self._columns or not self._missing:
            return False
        texts = self._texts
        while count and self._next < len(texts) and self.size < _AT_MOST:
            if texts[self._next] is None:
                self._read(self._next)
                count -= 1
            self._next += 1
        return self._next < len(texts) and self.size < _AT_MOST

    def containing(
        self, words: Sequence[str], without: Sequence[str], among: Iterable[int]
    ) -> list[int]:
        """Those of some positions whose texts contain every word, and none of others."""
        found = list(among)
        texts: Sequence[str | None] = self._texts
        if self._missing:
            return [at for at in found if _passes(texts[at] or self._read(at), words, without)]
        for word in words:
            found = [at for at in found if word in texts[at]]  # type: ignore[operator]
        for word in without:
            found = [at for at in found if word not in texts[at]]  # type: ignore[operator]
        return found

    def _read(self, position: int) -> str:
        row = self._rows[position]
        text = "\n".join([column.cell(row).text for column in self._columns]).casefold()
        if self.size < _AT_MOST:
            self._texts[position] = text
            self._missing -= 1
            self.size += _OBJECT + len(text) * (1 if text.isascii() else 2)
        return text


def _passes(text: str, words: Sequence[str], without: Sequence[str]) -> bool:
    return all(word in text for word in words) and not any(word in text for word in without)
