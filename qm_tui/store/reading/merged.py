"""Several listings as one: their rows in a common order, by the page, never all of them read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, func, literal, select, union_all

from qm_tui.domain.selection import Anchor, Order, Scope
from qm_tui.store.reading import listing
from qm_tui.store.reading.conditions import look_beyond
from qm_tui.store.reading.listing_parts import Listing
from qm_tui.store.reading.sort_keys import Key, Stretch, key_of

V = TypeVar("V")

_FIRST_ID, _LAST_ID = -1, 1 << 62
"""Less, and more, than any id there is."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a row stands among all."""

    of: int
    """Its listing."""
    anchor: tuple[Any, ...]
    """Values it is sorted by, then its id."""

    @property
    def row_id(self) -> int:
        """The row's own."""
        found: int = self.anchor[-1]
        return found


def count(connection: Connection, listings: Sequence[Listing], scope: Scope) -> int:
    """Count the rows that match."""
    return sum(listing.count(connection, each, scope) for each in listings)


def anchors(
    connection: Connection, listings: Sequence[Listing], scope: Scope, order: Order, size: int
) -> list[Anchor]:
    """Return the sort keys of every `size`-th row: values, the listing's place, the id."""
    arms = []
    for place, each in enumerate(listings):
        key = key_of(each, order)
        alone = key.is_own and not look_beyond(each, scope.conditions)
        arms.append(
            select(*listing.key_columns(key), literal(place).label("place"))
            .select_from(each.id.table if alone else each.source)
            .where(*listing.matching(connection, each, scope))
        )
    rows = union_all(*arms).subquery()
    key = key_of(listings[0], order)
    *values, row_id, place_of = rows.c
    ordering = [
        term if not part.nullable else term.nulls_last()
        for part, value in zip(key.parts, values, strict=True)
        for term in [value.desc() if part.descending else value.asc()]
    ]
    by_id = row_id.desc() if key.descending else row_id.asc()
    number = func.row_number().over(order_by=[*ordering, place_of, by_id]).label("number")
    numbered = select(*values, place_of, row_id, number).subquery()
    *wanted, number_in_all = numbered.c
    found = connection.execute(
        select(*wanted).where(number_in_all % size == 0).order_by(number_in_all)
    )
    return [tuple(row) for row in found]


def page(
    connection: Connection,
    listings: Sequence[Listing],
    make: Callable[..., V],
    scope: Scope,
    order: Order,
    after: Anchor | None,
    size: int,
) -> list[V]:
    """Return the rows behind an anchor; from the beginning without one."""
    rows, _ = onward(connection, listings, make, scope, order, after, size)
    return rows


def onward(
    connection: Connection,
    listings: Sequence[Listing],
    make: Callable[..., V],
    scope: Scope,
    order: Order,
    after: Anchor | None,
    size: int,
) -> tuple[list[V], Anchor | None]:
    """Return the rows behind an anchor, and the anchor behind which to go on; None at the end."""
    found: list[_Place] = []
    for of, each in enumerate(listings):
        key = key_of(each, order)
        stretches = key.all_of_it() if after is None else key.after(_seen_from(of, after, key))
        found += _places(connection, of, each, key, scope, stretches, size)
    places = _in_order(found, listings, order)[:size]
    last = places[-1] if len(places) == size else None
    anchor = None if last is None else (*last.anchor[:-1], last.of, last.row_id)
    return _rows(connection, listings, make, places), anchor


def last_page(
    connection: Connection,
    listings: Sequence[Listing],
    make: Callable[..., V],
    scope: Scope,
    order: Order,
    size: int,
) -> list[V]:
    """Return the last rows, in the same order."""
    found: list[_Place] = []
    for of, each in enumerate(listings):
        key = key_of(each, order)
        stretches = key.all_of_it(backward=True)
        found += _places(connection, of, each, key, scope, stretches, size)
    return _rows(connection, listings, make, _in_order(found, listings, order)[-size:])


def _seen_from(listed: int, after: Anchor, key: Key) -> Anchor:
    """Return an anchor in one listing that stands where one in another does.

    Of rows with equal values those of a former listing stand before it, all of them, and those of
    a later one behind it.
    """
    *values, of, row_id = after
    if of != listed:
        assert isinstance(of, int)
        is_behind = listed > of
        row_id = _LAST_ID if is_behind == key.descending else _FIRST_ID
    return (*values, row_id)


def _places(
    connection: Connection,
    of: int,
    each: Listing,
    key: Key,
    scope: Scope,
    stretches: Sequence[Stretch],
    size: int,
) -> list[_Place]:
    """Find the next rows of one listing: where they stand is mostly told by an index alone."""
    conditions = listing.matching(connection, each, scope)
    beyond = not key.is_own or look_beyond(each, scope.conditions)
    wanted = select(*listing.key_columns(key)).select_from(each.source if beyond else each.id.table)
    found: list[_Place] = []
    for stretch in stretches:
        query = wanted.where(*conditions, *stretch.where).order_by(*stretch.order)
        rows = connection.execute(query.limit(size - len(found)))
        found += [_Place(of, tuple(row)) for row in rows]
        if len(found) == size:
            break
    return found


def _rows(
    connection: Connection,
    listings: Sequence[Listing],
    make: Callable[..., V],
    places: Sequence[_Place],
) -> list[V]:
    """Read the rows that stand in these places."""
    found: dict[tuple[int, int], V] = {}
    for of, each in enumerate(listings):
        ids = [place.row_id for place in places if place.of == of]
        if not ids:
            continue
        columns = [column.label(name) for name, column in each.columns.items()]
        query = select(*columns).select_from(each.source).where(each.id.in_(ids))
        found |= {(of, row.id): make(**row._mapping) for row in connection.execute(query)}
    # What was taken back between the two questions is not there any more.
    keys = ((place.of, place.row_id) for place in places)
    return [found[key] for key in keys if key in found]


def _in_order(found: list[_Place], listings: Sequence[Listing], order: Order) -> list[_Place]:
    """Sort rows as the store does: unknown values last, then by listing and id."""
    key = key_of(listings[0], order)
    found.sort(key=lambda one: one.row_id, reverse=key.descending)
    found.sort(key=lambda one: one.of)
    parts = key.parts
    for at in reversed(range(len(parts))):
        known = [one for one in found if one.anchor[at] is not None]
        unknown = [one for one in found if one.anchor[at] is None]
        known.sort(key=lambda one: one.anchor[at], reverse=parts[at].descending)
        found = known + unknown
    return found
