"""What is read to be compared, a portion at a time."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from qm_tui.domain.reconciliation.sides import Holding, Total
from qm_tui.store.reading.reconciliation import Place, Sums, sums
from qm_tui.store.reading.reconciliation_accounts import account_sides
from qm_tui.store.reading.reconciliation_cash import Cash, cash
from qm_tui.store.reading.reconciliation_holdings import holdings
from qm_tui.store.reading.reconciliation_state import State, state
from qm_tui.store.reading.reconciliation_totals import totals


class Overview(NamedTuple):
    """Both sides as sums."""

    state: State
    sums: Sums


class Money(NamedTuple):
    """The cash of all accounts, and the totals that brokers told."""

    state: State
    cash: Cash
    totals: Sequence[Total]


def overview(connection: Connection) -> Overview:
    """Read the sums of everything."""
    return Overview(state(connection), sums(connection))


def closely(connection: Connection, known: Sums, places: Collection[Place]) -> Sequence[Holding]:
    """Read all that is known of some holdings."""
    return holdings(connection, known, places)


def money(connection: Connection) -> Money:
    """Read cash and totals."""
    sides = account_sides(connection)
    return Money(state(connection), cash(connection, sides), totals(connection, sides))
