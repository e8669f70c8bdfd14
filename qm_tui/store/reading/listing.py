"""Rows in an order, by the page: addressed by their sort key, never by offset."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    FromClause,
    Select,
    and_,
    cast,
    func,
    or_,
    select,
    tuple_,
)

from qm_tui.domain.selection import Anchor, Order, Scope
from qm_tui.store.columns import ExactDecimal
from qm_tui.store.reading.narrowing import containing

V = TypeVar("V")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a screen lists. Labels of `columns` are the fields of its view."""

    source: FromClause
    columns: Mapping[str, ColumnElement[Any]]
    where: tuple[ColumnElement[bool], ...]
    id: ColumnElement[int]
    searched: tuple[str, ...]
    """The labels a text filter looks into."""
    narrow: Callable[[Connection, Scope], list[ColumnElement[bool]]]
    natural: Mapping[str, ColumnElement[Any]]
    """Labels that sort by another column: one that is never null and has an index."""


@dataclass(frozen=True, slots=True)
class Key:
    """The sort key of an order: the field's expression, then the id."""

    field: ColumnElement[Any]
    nullable: bool
    descending: bool
    id: ColumnElement[int]

    @property
    def columns(self) -> tuple[ColumnElement[Any], ...]:
        """Return what an anchor holds."""
        return (self.field, self.id)

    def ordering(self, *, backward: bool = False) -> Sequence[ColumnElement[Any]]:
        """Return the ORDER BY; rows without a value come last in either direction."""
        down = self.descending != backward
        ordered = [column.desc() if down else column.asc() for column in self.columns]
        if not self.nullable:
            return ordered
        missing = self.field.is_(None)
        return [missing.desc() if backward else missing.asc(), *ordered]

    def after(self, anchor: Anchor) -> ColumnElement[bool]:
        """Return the condition that a row comes after another one."""
        value, row_id = anchor
        if not self.nullable:
            here = tuple_(self.field, self.id)
            there = tuple_(value, row_id)
            return here < there if self.descending else here > there
        later_id = self.id < row_id if self.descending else self.id > row_id
        if value is None:
            return and_(self.field.is_(None), later_id)
        later = self.field < value if self.descending else self.field > value
        return or_(later, and_(self.field == value, later_id), self.field.is_(None))


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


def _conditions(
    connection: Connection, listing: Listing, scope: Scope
) -> list[ColumnElement[bool]]:
    return [
        *listing.where,
        *listing.narrow(connection, scope),
        *containing(scope.text, [listing.columns[name] for name in listing.searched]),
    ]


def count(connection: Connection, listing: Listing, scope: Scope) -> int:
    """Count the rows that match."""
    conditions = _conditions(connection, listing, scope)
    # Outer joins change no count: leave them out unless the text filter looks into them.
    source = listing.source if scope.text else listing.id.table
    query = select(func.count()).select_from(source).where(*conditions)
    return int(connection.scalar(query) or 0)


def anchors(
    connection: Connection, listing: Listing, scope: Scope, order: Order, size: int
) -> list[Anchor]:
    """Return the sort keys of every `size`-th row: what pages begin after."""
    key = key_of(listing, order)
    conditions = _conditions(connection, listing, scope)
    place = func.row_number().over(order_by=key.ordering()).label("place")
    source = listing.source if scope.text or key.nullable else listing.id.table
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
    key = key_of(listing, order)
    conditions = _conditions(connection, listing, scope)
    if after is not None:
        conditions.append(key.after(after))
    query = _rows(listing, conditions).order_by(*key.ordering()).limit(size)
    return [make(**row._mapping) for row in connection.execute(query)]


def last_page(
    connection: Connection,
    listing: Listing,
    make: Callable[..., V],
    scope: Scope,
    order: Order,
    size: int,
) -> list[V]:
    """Return the last rows, in the same order."""
    key = key_of(listing, order)
    query = _rows(listing, _conditions(connection, listing, scope))
    rows = connection.execute(query.order_by(*key.ordering(backward=True)).limit(size)).all()
    return [make(**row._mapping) for row in reversed(rows)]


def every(
    connection: Connection, listing: Listing, make: Callable[..., V], scope: Scope, order: Order
) -> list[V]:
    """Return all rows: for listings that are known to be short."""
    key = key_of(listing, order)
    query = _rows(listing, _conditions(connection, listing, scope)).order_by(*key.ordering())
    return [make(**row._mapping) for row in connection.execute(query)]
