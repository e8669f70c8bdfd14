"""The words of every row as it is shown, kept so that typing on finds them at once."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Generic, TypeVar

from qm_tui.ui.format import UNKNOWN
from qm_tui.ui.widgets.columns import Column

R = TypeVar("R")

_AT_MOST = 64 * 1024 * 1024
"""Bytes of texts that are kept; those beyond are read anew every time."""
_AT_ONCE = 4096
"""So many are read one column after the other, which takes less time than row by row."""
_HARDLY = 4
"""While less than three fourths of the texts are read, words are looked for in one column after the
other, if its cells are read quickly: most rows need only some of them."""
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

    @property
    def is_quick(self) -> bool:
        """Whether a word is found in all rows about as soon as a value is compared in all."""
        return self.complete or self._is_searched

    @property
    def _is_searched(self) -> bool:
        """Whether words are looked for in the cells of one column after the other."""
        hardly = self._missing * _HARDLY > len(self._rows)
        return hardly and bool(self._columns) and all(each.text for each in self._columns)

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
            some = range(self._next, min(self._next + count, len(texts)))
            count -= len(self._read([at for at in some if texts[at] is None]))
            self._next = some.stop
        return self._next < len(texts) and self.size < _AT_MOST

    def containing(
        self, words: Sequence[str], without: Sequence[str], among: Iterable[int]
    ) -> list[int]:
        """Those of some positions whose texts contain every word, and none of others."""
        if not self._missing:
            return _containing(words, without, list(among), self._texts.__getitem__)
        if self._is_searched and not any("\n" in word for word in (*words, *without)):
            return self._searched(words, without, among)
        found: list[int] = []
        rest = iter(among)
        while some := list(islice(rest, _AT_ONCE)):
            read = self._read([at for at in some if self._texts[at] is None])
            text_of = {at: text for at in some if (text := self._texts[at]) is not None} | read
            found += _containing(words, without, some, text_of.__getitem__)
        return found

    def _searched(
        self, words: Sequence[str], without: Sequence[str], among: Iterable[int]
    ) -> list[int]:
        """Find the same without reading whole texts; nothing of it is kept."""
        found = list(among)
        for word in words:
            has = self._having(word, found)
            if not all(has):
                found = [at for at in found if has[at]]
        for word in without:
            has = self._having(word, found)
            found = [at for at in found if not has[at]]
        return found

    def _having(self, word: str, among: Sequence[int]) -> bytearray:
        """By position, whether a word occurs in a cell of that row."""
        rows, has = self._rows, bytearray(len(self._rows))
        for column in self._columns:
            cells = _texts(column, rows if len(among) == len(rows) else [rows[at] for at in among])
            # Many rows have the same few texts.
            different = set(cells)
            having = {text for text in different if word in text.casefold()}
            if not having:
                continue
            if len(having) == len(different) and len(among) == len(rows):
                return bytearray(b"\1") * len(rows)
            rest: list[int] = []
            for at, text in zip(among, cells, strict=True):
                if text in having:
                    has[at] = 1
                else:
                    rest.append(at)
            if not rest:
                break
            among = rest
        return has

    def _read(self, positions: Sequence[int]) -> dict[int, str]:
        """Read the texts of some rows, column by column, and keep them if there is room."""
        rows = [self._rows[at] for at in positions]
        written = [_texts(column, rows) for column in self._columns] or [[""] * len(rows)]
        joined = "\n".join
        texts = [joined(cells).casefold() for cells in zip(*written, strict=True)]
        if self.size < _AT_MOST:
            for at, text in zip(positions, texts, strict=True):
                self._texts[at] = text
            self._missing -= len(texts)
            of_one = 1 if all(map(str.isascii, texts)) else 2
            self.size += _OBJECT * len(texts) + of_one * sum(map(len, texts))
        return dict(zip(positions, texts, strict=True))


def _texts(column: Column[R], rows: Sequence[R]) -> list[str]:
    """What is written in a column."""
    if column.text is None:
        write = column.cell
        return [write(row).text for row in rows]
    unknown = UNKNOWN.text
    return [unknown if text is None else text for text in map(column.text, rows)]


def _containing(
    words: Sequence[str],
    without: Sequence[str],
    found: list[int],
    text_of: Callable[[int], str | None],
) -> list[int]:
    for word in words:
        found = [at for at in found if word in text_of(at)]  # type: ignore[operator]
    for word in without:
        found = [at for at in found if word not in text_of(at)]  # type: ignore[operator]
    return found
