"""Rows in an order, by the page: addressed by their sort key, never by offset."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    FromClause,
    Row,
    Select,
    UnaryExpression,
    cast,
    func,
    or_,
    select,
    tuple_,
)

from qm_tui.domain.selection import Anchor, Order, Scope
from qm_tui.store.columns import ExactDecimal
from qm_tui.store.reading.narrowing import occurs

V = TypeVar("V")


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


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows that follow each other in an order of their own."""

    where: Sequence[ColumnElement[bool]]
    order: Sequence[ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class Key:
    """The sort key of an order: the field's expression, then the id."""

    field: ColumnElement[Any]
    nullable: bool
    descending: bool
    id: ColumnElement[int]

    def ordering(self) -> Sequence[ColumnElement[Any]]:
        """Return the ORDER BY of all rows; those without a value come last in either direction."""
        by_field, by_id = _directed(self.field, self.id, down=self.descending)
        return [by_field.nulls_last() if self.nullable else by_field, by_id]

    def stretches(self, after: Anchor | None = None, *, backward: bool = False) -> list[Stretch]:
        """Return what comes after a row, or everything, as it has to be read one after the other.

        Rows with a value and rows without are apart: each of them an index can give in order.
        """
        value, row_id = (None, None) if after is None else after
        down = self.descending != backward
        found: list[Stretch] = []
        if after is None or value is not None:
            known = [] if after is None else [self._beyond((self.field, value), (self.id, row_id))]
            if self.nullable:
                known.append(self.field.is_not(None))
            found.append(Stretch(known, _directed(self.field, self.id, down=down)))
        if self.nullable:
            missing: list[ColumnElement[bool]] = [self.field.is_(None)]
            if after is not None and value is None:
                missing.append(self._beyond((self.id, row_id)))
            found.append(Stretch(missing, _directed(self.id, down=down)))
        return found[::-1] if backward else found

    def _beyond(self, *pairs: tuple[ColumnElement[Any], object]) -> ColumnElement[bool]:
        here = tuple_(*(column for column, _ in pairs))
        there = tuple_(*(value for _, value in pairs))
        return here < there if self.descending else here > there


def _directed(*columns: ColumnElement[Any], down: bool) -> list[UnaryExpression[Any]]:
    return [column.desc() if down else column.asc() for column in columns]


def key_of(listing: Listing, order: Order) -> Key:
    """Return the sort key of an order over a listing."""
    natural = listing.natural.get(order.field)
    if natural is not None:
        return Key(natural, nullable=False, descending=order.descending, id=listing.id)
    field = listing.columns[order.field]
    if isinstance(field.type, ExactDecimal):
        # Ordering by an approximation is right but for values that differ past the 15th digit.
        field = cast(field, Float)
    return Key(field, nullable=True, descending=order.descending, id=listing.id)


def matching(connection: Connection, listing: Listing, scope: Scope) -> list[ColumnElement[bool]]:
    """Return what a row has to meet to be listed."""
    return [
        *listing.where,
        *listing.narrow(connection, scope),
        *(_mentions(listing, word) for word in (scope.text or "").split()),
    ]


def _mentions(listing: Listing, word: str) -> ColumnElement[bool]:
    own = (occurs(word, listing.columns[name]) for name in listing.searched)
    return or_(*own, *(names.containing(word) for names in listing.names))


def count(connection: Connection, listing: Listing, scope: Scope) -> int:
    """Count the rows that match."""
    conditions = matching(connection, listing, scope)
    # Outer joins change no count, and no condition looks into them.
    query = select(func.count()).select_from(listing.id.table).where(*conditions)
    return int(connection.scalar(query) or 0)


def anchors(
    connection: Connection, listing: Listing, scope: Scope, order: Order, size: int
) -> list[Anchor]:
    """Return the sort keys of every `size`-th row: what pages begin after."""
    key = key_of(listing, order)
    conditions = matching(connection, listing, scope)
    place = func.row_number().over(order_by=key.ordering()).label("place")
    source = listing.source if key.nullable else listing.id.table
    rows = (
        select(key.field.label("field"), key.id.label("row_id"), place)
        .select_from(source)
        .where(*conditions)
        .subquery()
    )
    found = connection.execute(
        select(rows.c.field, rows.c.row_id).where(rows.c.place % size == 0).order_by(rows.c.place)
    )
    return [tuple(row) for row in found]


def _rows(listing: Listing, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    columns = [column.label(name) for name, column in listing.columns.items()]
    return select(*columns).select_from(listing.source).where(*conditions)


def page(
    connection: Connection,
    listing: Listing,
    make: Callable[..., V],
    scope: Scope,
    order: Order,
    after: Anchor | None,
    size: int,
) -> list[V]:
    """Return the rows behind an anchor; from the beginning without one."""
    stretches = key_of(listing, order).stretches(after)
    return [make(**row._mapping) for row in _read(connection, listing, scope, stretches, size)]


def onward(
    connection: Connection,
    listing: Listing,
    make: Callable[..., V],
    scope: Scope,
    order: Order,
    after: Anchor | None,
    size: int,
) -> tuple[list[V], Anchor | None]:
    """Return the rows behind an anchor, and the anchor behind which to go on; None at the end.

    Going on from row to row neither repeats nor loses any while others write to the store.
    """
    key = key_of(listing, order)
    columns = (key.field.label("anchor_field"), key.id.label("anchor_id"))
    rows = _read(connection, listing, scope, key.stretches(after), size, columns)
    views = [make(**{name: row._mapping[name] for name in listing.columns}) for row in rows]
    return views, tuple(rows[-1][-2:]) if len(rows) == size else None


def last_page(
    connection: Connection,
    listing: Listing,
    make: Callable[..., V],
    scope: Scope,
    order: Order,
    size: int,
) -> list[V]:
    """Return the last rows, in the same order."""
    stretches = key_of(listing, order).stretches(backward=True)
    rows = _read(connection, listing, scope, stretches, size)
    return [make(**row._mapping) for row in reversed(rows)]


def _read(
    connection: Connection,
    listing: Listing,
    scope: Scope,
    stretches: Sequence[Stretch],
    size: int,
    more: Sequence[ColumnElement[Any]] = (),
) -> list[Row[Any]]:
    conditions = matching(connection, listing, scope)
    found: list[Row[Any]] = []
    for stretch in stretches:
        query = _rows(listing, [*conditions, *stretch.where]).order_by(*stretch.order)
        query = query.add_columns(*more)
        found += connection.execute(query.limit(size - len(found)))
        if len(found) == size:
            break
    return found
