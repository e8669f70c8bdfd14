"""The order of a listing, and what comes after a row in it: rows are read by key."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Float, UnaryExpression, cast, tuple_

from qm_tui.domain.selection import Anchor, Order
from qm_tui.store.columns import ExactDecimal
from qm_tui.store.reading.listing_parts import Listing


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows that follow each other in an order of their own."""

    where: Sequence[ColumnElement[bool]]
    order: Sequence[ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class Part:
    """One expression rows are sorted by; those without a value come last in either direction."""

    field: ColumnElement[Any]
    nullable: bool
    descending: bool

    def ordering(self, *, backward: bool = False, known: bool = False) -> UnaryExpression[Any]:
        """Return the term of ORDER BY; `known` where there is a value in every row."""
        down = self.descending != backward
        term = self.field.desc() if down else self.field.asc()
        if not self.nullable or known:
            return term
        return term.nulls_first() if backward else term.nulls_last()

    def beyond(self, value: object) -> ColumnElement[bool]:
        """Ask for what comes after a value, but not for what has none."""
        return self.field < value if self.descending else self.field > value

    def same(self, value: object) -> ColumnElement[bool]:
        """Ask for the value itself, or for having none."""
        return self.field.is_(None) if value is None else self.field == value


@dataclass(frozen=True, slots=True)
class Key:
    """The sort key of an order: the fields' expressions, then the id."""

    parts: tuple[Part, ...]
    id: ColumnElement[int]

    @property
    def fields(self) -> tuple[ColumnElement[Any], ...]:
        """What an anchor consists of, for the id before the last."""
        return tuple(part.field for part in self.parts)

    @property
    def is_own(self) -> bool:
        """Whether the listed table alone tells the order."""
        return not any(part.nullable for part in self.parts)

    def ordering(self, *, backward: bool = False) -> Sequence[ColumnElement[Any]]:
        """Return the ORDER BY of all rows."""
        return self._rest(0, backward=backward)

    def all_of_it(self, *, backward: bool = False) -> list[Stretch]:
        """Return everything, as it has to be read one after the other.

        Rows with a value and rows without are apart where there is one field: each of them an
        index can give in order.
        """
        if len(self.parts) != 1 or self.is_own:
            return [Stretch((), self.ordering(backward=backward))]
        (part,) = self.parts
        last = self._by_id(backward=backward)
        known = Stretch(
            [part.field.is_not(None)], [part.ordering(backward=backward, known=True), last]
        )
        both = [known, Stretch([part.field.is_(None)], [last])]
        return both[::-1] if backward else both

    def after(self, anchor: Anchor) -> list[Stretch]:
        """Return what comes after a row: first what is most like it."""
        *values, row_id = anchor
        if len(self.parts) == 1 and values[0] is not None:
            return self._after_one(values[0], row_id)
        same = [part.same(value) for part, value in zip(self.parts, values, strict=True)]
        found = [Stretch([*same, self._beyond_id(row_id)], [self._by_id()])]
        for place in reversed(range(len(self.parts))):
            found += self._after_part(place, values[place], same[:place])
        return found

    def _after_one(self, value: object, row_id: object) -> list[Stretch]:
        (part,) = self.parts
        here, there = tuple_(part.field, self.id), tuple_(value, row_id)
        beyond = here < there if part.descending else here > there
        known = [beyond, part.field.is_not(None)] if part.nullable else [beyond]
        found = [Stretch(known, [part.ordering(known=True), self._by_id()])]
        if part.nullable:
            found.append(Stretch([part.field.is_(None)], [self._by_id()]))
        return found

    def _after_part(
        self, place: int, value: object, same: Sequence[ColumnElement[bool]]
    ) -> list[Stretch]:
        if value is None:
            return []
        part, rest = self.parts[place], self._rest(place + 1)
        found = [Stretch([*same, part.beyond(value)], [part.ordering(known=True), *rest])]
        if part.nullable:
            found.append(Stretch([*same, part.field.is_(None)], rest))
        return found

    def _rest(self, place: int, *, backward: bool = False) -> list[ColumnElement[Any]]:
        terms = [part.ordering(backward=backward) for part in self.parts[place:]]
        return [*terms, self._by_id(backward=backward)]

    @property
    def descending(self) -> bool:
        """Equal rows follow each other as the first field does, so that its index is enough."""
        return bool(self.parts) and self.parts[0].descending

    def _by_id(self, *, backward: bool = False) -> UnaryExpression[Any]:
        return self.id.desc() if self.descending != backward else self.id.asc()

    def _beyond_id(self, row_id: object) -> ColumnElement[bool]:
        return self.id < row_id if self.descending else self.id > row_id


def key_of(listing: Listing, order: Order) -> Key:
    """Return the sort key of an order over a listing; what the listing has not sorts nothing."""
    orders = {each.field: each for each in reversed((order, *order.then))}
    natural = listing.natural.get(order.field)
    if natural is not None and len(orders) == 1:
        return Key((Part(natural, nullable=False, descending=order.descending),), listing.id)
    parts = []
    for each in dict.fromkeys((order, *order.then)):
        field = listing.columns.get(each.field)
        if field is None or orders[each.field] is not each:
            continue
        if isinstance(field.type, ExactDecimal):
            # Right but for values that differ past the 15th digit.
            field = cast(field, Float)
        parts.append(Part(field, nullable=True, descending=each.descending))
    return Key(tuple(parts), listing.id)
