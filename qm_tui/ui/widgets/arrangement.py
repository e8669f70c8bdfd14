"""How a user has arranged the columns of a table: their order, their widths, which are hidden."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from qm_tui.ui.widgets.columns import Column

R = TypeVar("R")

NARROWEST = 3
"""Cells; no column is made narrower by hand."""
WIDEST = 120
"""Cells; nor wider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """Columns by their keys. Keys that a table does not have say nothing about it."""

    order: tuple[str, ...] = ()
    """From the left; a column that is not named follows the one that it follows by nature."""
    hidden: frozenset[str] = frozenset()
    widths: Mapping[str, int] = field(default_factory=dict)
    """In cells, as the user made them; such a column neither grows nor gives way."""

    def arranged(self, columns: Sequence[Column[R]]) -> tuple[Column[R], ...]:
        """Return the columns that are not hidden, in order; the first one if all are hidden."""
        ordered = self.ordered(columns)
        return tuple(c for c in ordered if c.key not in self.hidden) or ordered[:1]

    def ordered(self, columns: Sequence[Column[R]]) -> tuple[Column[R], ...]:
        """Return all columns in order, hidden ones too."""
        by_key = {column.key: column for column in columns}
        keys = [key for key in dict.fromkeys(self.order) if key in by_key]
        before: str | None = None
        for column in columns:
            if column.key not in keys:
                keys.insert(0 if before is None else keys.index(before) + 1, column.key)
            before = column.key
        return tuple(by_key[key] for key in keys)

    def with_width(self, key: str, width: int) -> "Arrangement":
        """Return the same with a column of this width, within reason."""
        return replace(self, widths={**self.widths, key: max(NARROWEST, min(width, WIDEST))})
