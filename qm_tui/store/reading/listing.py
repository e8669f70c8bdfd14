"""Rows in an order, by the page: addressed by their sort key, never by offset."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from qm_tui.domain.selection import Anchor, Order, Scope
from qm_tui.store.reading.conditions import look_beyond, mentions, met
from qm_tui.store.reading.listing_parts import Listing, Names, Referred
from qm_tui.store.reading.sort_keys import Key, Stretch, key_of

__all__ = ["Listing", "Names", "Referred", "anchors", "count", "last_page", "matching", "onward",
           "page"]  # fmt: skip

V = TypeVar("V")


def matching(connection: Connection, listing: Listing, scope: Scope) -> list[ColumnElement[bool]]:
    """Return what a row has to meet to be listed."""
    return [
        *listing.where,
        *listing.narrow(connection, scope),
        *(mentions(listing, word) for word in (scope.text or "").split()),
        *met(listing, scope.conditions),
    ]


def count(connection: Connection, listing: Listing, scope: Scope) -> int:
    """Count the rows that match."""
    conditions = matching(connection, listing, scope)
    # Outer joins change no count.
    source = listing.source if look_beyond(listing, scope.conditions) else listing.id.table
    query = select(func.count()).select_from(source).where(*conditions)
    return int(connection.scalar(query) or 0)


def anchors(
    connection: Connection, listing: Listing, scope: Scope, order: Order, size: int
) -> list[Anchor]:
    """Return the sort keys of every `size`-th row: what pages begin after."""
    key = key_of(listing, order)
    conditions = matching(connection, listing, scope)
    place = func.row_number().over(order_by=key.ordering()).label("place")
    alone = key.is_own and not look_beyond(listing, scope.conditions)
    rows = (
        select(*key_columns(key), place)
        .select_from(listing.id.table if alone else listing.source)
        .where(*conditions)
        .subquery()
    )
    *values, place_in_all = rows.c
    found = connection.execute(
        select(*values).where(place_in_all % size == 0).order_by(place_in_all)
    )
    return [tuple(row) for row in found]


def key_columns(key: Key) -> list[ColumnElement[Any]]:
    fields = [field.label(f"anchor_{place}") for place, field in enumerate(key.fields)]
    return [*fields, key.id.label("anchor_id")]


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
    stretches = key.all_of_it() if after is None else key.after(after)
    return [make(**row._mapping) for row in read(connection, listing, scope, stretches, size)]


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
    columns = key_columns(key)
    stretches = key.all_of_it() if after is None else key.after(after)
    rows = read(connection, listing, scope, stretches, size, columns)
    views = [make(**{name: row._mapping[name] for name in listing.columns}) for row in rows]
    return views, tuple(rows[-1][-len(columns) :]) if len(rows) == size else None


def last_page(
    connection: Connection,
    listing: Listing,
    make: Callable[..., V],
    scope: Scope,
    order: Order,
    size: int,
) -> list[V]:
    """Return the last rows, in the same order."""
    stretches = key_of(listing, order).all_of_it(backward=True)
    rows = read(connection, listing, scope, stretches, size)
    return [make(**row._mapping) for row in reversed(rows)]


def read(
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
