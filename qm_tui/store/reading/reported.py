"""How much the brokers say is held: what tells a short sale from a hole in the history."""

from collections.abc import Iterable
from decimal import Decimal
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, case, func, select

from qm_tui.domain.selection import Scope
from qm_tui.domain.words import Section
from qm_tui.store.reading.holdings import current_sets
from qm_tui.store.reading.parts import parts
from qm_tui.store.schema.holdings import positions
from qm_tui.store.schema.instruments import instruments

Quantities = dict[tuple[int, int], Decimal]
"""(account id, canonical instrument id) → the newest quantity, signed."""
T = TypeVar("T")


def reported_quantities(
    connection: Connection, scope: Scope = Scope(), named: Iterable[int] | None = None
) -> Quantities:
    """Return the newest reported quantities, of all instruments or of those named."""
    return _newest(connection, positions.c.quantity, scope, named)


def signs(
    connection: Connection, scope: Scope, named: Iterable[int] | None = None
) -> dict[tuple[int, int], int]:
    """Return which way each holding goes, as the brokers report it: all that booking looks at."""
    quantity = positions.c.quantity
    sign = case((quantity < Decimal(0), -1), (quantity > Decimal(0), 1), else_=0)
    return _newest(connection, sign, scope, named)


def _newest(
    connection: Connection, what: ColumnElement[T], scope: Scope, named: Iterable[int] | None
) -> dict[tuple[int, int], T]:
    sets = {
        seen.id: place
        for place, seen in enumerate(current_sets(connection, Section.POSITIONS, scope))
        if not seen.overruled
    }
    if not sets:
        return {}
    p, i = positions.c, instruments.c
    query = (
        select(p.set_id, p.account_id, func.coalesce(i.same_as_id, i.id), what)
        .join_from(positions, instruments, i.id == p.instrument_id)
        .where(p.set_id.in_(sets))
    )
    queries = (
        [query]
        if named is None
        else [query.where(p.instrument_id.in_(part)) for part in parts(named)]
    )
    newest: dict[tuple[int, int], tuple[int, T]] = {}
    for one in queries:
        for set_id, account_id, instrument_id, value in connection.execute(one):
            place, known = (account_id, instrument_id), sets[set_id]
            if place not in newest or known < newest[place][0]:
                newest[place] = (known, value)
    return {place: value for place, (_, value) in newest.items()}
