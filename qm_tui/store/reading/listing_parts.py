"""What a listing is made of: its columns, and what its rows refer to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, or_

from qm_tui.domain.selection import Scope
from qm_tui.store.reading.narrowing import occurs


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Texts of another table that a listing's rows refer to.

    They are far fewer than the rows: a text filter looks into them first, and then for their ids.
    """

    refers: ColumnElement[int]
    ids: Select[tuple[int]]
    searched: tuple[ColumnElement[Any], ...]

    def containing(self, word: str) -> ColumnElement[bool]:
        """Ask that a row refers to one of the texts with this word."""
        found = self.ids.where(or_(*(occurs(word, column) for column in self.searched)))
        # The listing may join the same tables; those of its row are not meant here.
        return self.refers.in_(found.correlate(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Referred:
    """A field that says something of what rows refer to: conditions look there first, too."""

    refers: ColumnElement[int]
    ids: Select[tuple[int]]
    columns: tuple[ColumnElement[Any], ...]
    """One of them has to meet the condition."""
    wider: tuple[ColumnElement[Any], ...] = ()
    """Where a text may occur as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a screen lists. Labels of `columns` are the fields of its view."""

    source: FromClause
    columns: Mapping[str, ColumnElement[Any]]
    where: tuple[ColumnElement[bool], ...]
    id: ColumnElement[int]
    searched: tuple[str, ...]
    """The labels a text filter looks into, all of the listed table itself."""
    names: tuple[Names, ...]
    """Where else it looks."""
    narrow: Callable[[Connection, Scope], list[ColumnElement[bool]]]
    natural: Mapping[str, ColumnElement[Any]]
    """Labels that sort by another column: one that is never null and has an index."""
    referred: Mapping[str, Referred] = field(default_factory=dict)
    """Fields, of the view or beyond it, that are found where rows refer to."""
