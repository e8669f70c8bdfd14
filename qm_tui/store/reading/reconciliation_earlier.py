"""What brokers said of holdings before: where it changed, for when something went wrong."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

from sqlalchemy import Connection, select

from qm_tui.domain.reconciliation.discrepancy import FactRef
from qm_tui.domain.reconciliation.sides import ToldPosition
from qm_tui.domain.words import Section
from qm_tui.store.reading.parts import parts
from qm_tui.store.reading.reconciliation import Place
from qm_tui.store.reading.reconciliation_times import told_at
from qm_tui.store.schema.holdings import observation_sets, positions

_ZERO = Decimal(0)
_Answer = tuple[int, dt.datetime]
"""A set, and its time."""


def earlier_positions(
    connection: Connection, places: Collection[Place], root_of: Mapping[int, int]
) -> dict[Place, list[ToldPosition]]:
    """Return what complete answers said of holdings, oldest first: the ends of what was equal."""
    answers = _answers(connection, {account for account, _ in places})
    named: defaultdict[Place, dict[int, ToldPosition]] = defaultdict(dict)
    p = positions.c
    for part in parts(root_of):
        query = select(
            p.id,
            p.set_id,
            p.account_id,
            p.instrument_id,
            p.as_of,
            p.quantity,
            p.cost_basis,
            p.market_price,
        ).where(p.instrument_id.in_(part))
        for row in connection.execute(query):
            place = (row.account_id, root_of[row.instrument_id])
            if place in places:
                named[place][row.set_id] = ToldPosition(
                    quantity=row.quantity, as_of=told_at(row.as_of), cost_basis=row.cost_basis,
                    market_price=row.market_price,
                    fact=FactRef("positions", row.id),
                )  # fmt: skip
    return {
        place: _turns(
            named[place].get(number) or ToldPosition(quantity=_ZERO, as_of=told_at(as_of))
            for number, as_of in answers.get(place[0], ())
        )
        for place in places
    }


def _answers(connection: Connection, ours: Collection[int]) -> dict[int, list[_Answer]]:
    """Return the complete answers of accounts, the last one of each day, oldest first."""
    s = observation_sets.c
    last: defaultdict[int, dict[dt.date, _Answer]] = defaultdict(dict)
    for part in parts(ours):
        rows = connection.execute(
            select(s.id, s.account_id, s.as_of)
            .where(s.section == Section.POSITIONS.value, s.complete == 1, s.account_id.in_(part))
            .order_by(s.as_of, s.generated_at, s.id)
        )
        for number, account, as_of in rows:
            last[account][told_at(as_of).date()] = (number, as_of)
    return {account: list(days.values()) for account, days in last.items()}


def _turns(told: Iterable[ToldPosition]) -> list[ToldPosition]:
    """Keep the first and the last of what is equal."""
    kept: list[ToldPosition] = []
    for one in told:
        runs_on = len(kept) > 1 and kept[-1].quantity == kept[-2].quantity == one.quantity
        if runs_on:
            kept[-1] = one
        else:
            kept.append(one)
    return kept
