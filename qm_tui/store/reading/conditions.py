"""From conditions on a view's fields to SQL: the one place where they meet columns."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    Float,
    String,
    and_,
    cast,
    func,
    literal,
    not_,
    or_,
)

from qm_tui.domain.conditions import ANY, DENYING, Comparison, Condition, Days, Kind, Moments
from qm_tui.store.columns import ExactDecimal, UtcTime, exact_order, lowered
from qm_tui.store.reading.listing_parts import Listing, Referred
from qm_tui.store.reading.narrowing import occurs

_NEVER = literal(value=False)
_NEAR = Decimal("1e-12")
"""How far off an approximation may be, as a part of the number: far more than it ever is."""
_NOT_ASKED = frozenset({"id", "number", "instrument_id", "document_id", "document_row", "view"})


def kinds(listing: Listing) -> Mapping[str, Kind]:
    """Return the fields of a listing that rows can be narrowed by, and what they hold."""
    found = {name: _kind(each.columns[0]) for name, each in listing.referred.items()}
    found |= {
        name: _kind(column)
        for name, column in listing.columns.items()
        if name not in found and name not in _NOT_ASKED
    }
    ordered = dict.fromkeys((*listing.columns, *found))
    return {name: kind for name in ordered if (kind := found.get(name)) is not None}


def _kind(column: ColumnElement[Any]) -> Kind | None:
    kind = column.type
    if isinstance(kind, ExactDecimal):
        return Kind.NUMBER
    if isinstance(kind, UtcTime):
        return Kind.MOMENT
    if isinstance(kind, Date):
        return Kind.DAY
    return Kind.TEXT if isinstance(kind, String) else None


def look_beyond(listing: Listing, conditions: Sequence[Condition]) -> bool:
    """Tell whether conditions look into what is joined to the listed table."""
    return any(
        each.field not in listing.referred
        and not isinstance(listing.columns.get(each.field, listing.id), Column)
        for each in conditions
    )


def met(listing: Listing, conditions: Sequence[Condition]) -> list[ColumnElement[bool]]:
    """Return what a row has to meet; of a field that there is not nothing is known."""
    return [_met(listing, each) for each in conditions]


def _met(listing: Listing, condition: Condition) -> ColumnElement[bool]:
    if condition.comparison in DENYING:
        return not_(func.coalesce(_met(listing, condition.denied()), _NEVER))
    if condition.field == ANY:
        return mentions(listing, str(condition.value))
    referred = listing.referred.get(condition.field)
    if referred is not None:
        return _referring(referred, condition)
    column = listing.columns.get(condition.field)
    return _NEVER if column is None else _holds(column, condition)


def mentions(listing: Listing, word: str) -> ColumnElement[bool]:
    """Ask that a word occurs in one of the texts of a row, or of what it refers to."""
    own = (occurs(word, listing.columns[name]) for name in listing.searched)
    return or_(*own, *(names.containing(word) for names in listing.names))


def _referring(referred: Referred, condition: Condition) -> ColumnElement[bool]:
    columns = referred.columns
    if condition.comparison is Comparison.CONTAINS:
        columns += referred.wider
    found = referred.ids.where(or_(*(_holds(column, condition) for column in columns)))
    # The listing may join the same tables; those of its row are not meant here.
    return referred.refers.in_(found.correlate(None))


def _holds(column: ColumnElement[Any], condition: Condition) -> ColumnElement[bool]:
    comparison, value = condition.comparison, condition.value
    if comparison is Comparison.KNOWN:
        return column != "" if _kind(column) is Kind.TEXT else column.is_not(None)
    match value:
        case Decimal():
            return _number(column, comparison, value)
        case Days(first, last):
            return _days(column, comparison, first, last)
        case Moments(since, until):
            return _moments(column, comparison, since, until)
        case str():
            return _text(column, comparison, value)
        case _:
            return _NEVER


def _text(column: ColumnElement[Any], comparison: Comparison, value: str) -> ColumnElement[bool]:
    if comparison is Comparison.CONTAINS:
        return occurs(value, column)
    lower = func.lower(column) if value.isascii() else lowered(column)
    return lower == value.lower()


def _number(
    column: ColumnElement[Any], comparison: Comparison, value: Decimal
) -> ColumnElement[bool]:
    """Compare exactly; an approximation, which is quicker, decides where the two are far apart."""
    if comparison in {Comparison.EQUAL, Comparison.CONTAINS}:
        same: ColumnElement[bool] = column == value
        return same
    near = cast(column, Float)
    margin = abs(value) * _NEAR
    low, high = float(value - margin), float(value + margin)
    exactly = exact_order(column, literal(value, ExactDecimal))
    match comparison:
        case Comparison.LESS:
            return or_(near < low, and_(near <= high, exactly < 0))
        case Comparison.AT_MOST:
            return or_(near < low, and_(near <= high, exactly <= 0))
        case Comparison.MORE:
            return or_(near > high, and_(near >= low, exactly > 0))
        case _:
            return or_(near > high, and_(near >= low, exactly >= 0))


def _days(column: Any, comparison: Comparison, first: Any, last: Any) -> ColumnElement[bool]:
    match comparison:
        case Comparison.LESS:
            found = column < first
        case Comparison.AT_MOST:
            found = column <= last
        case Comparison.MORE:
            found = column > last
        case Comparison.AT_LEAST:
            found = column >= first
        case _:
            found = column.between(first, last)
    held: ColumnElement[bool] = found
    return held


def _moments(column: Any, comparison: Comparison, since: Any, until: Any) -> ColumnElement[bool]:
    match comparison:
        case Comparison.LESS:
            found = column < since
        case Comparison.AT_MOST:
            found = column < until
        case Comparison.MORE:
            found = column >= until
        case Comparison.AT_LEAST:
            found = column >= since
        case _:
            found = and_(column >= since, column < until)
    held: ColumnElement[bool] = found
    return held
