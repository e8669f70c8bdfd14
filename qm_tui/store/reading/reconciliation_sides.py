"""What is read to be compared: sums of everything, and money; holdings are read apart."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from qm_tui.domain.reconciliation.sides import Total
from qm_tui.store.reading.reconciliation import Sums, sums
from qm_tui.store.reading.reconciliation_accounts import AccountSide, account_sides
from qm_tui.store.reading.reconciliation_cash import Cash, cash
from qm_tui.store.reading.reconciliation_state import State, state
from qm_tui.store.reading.reconciliation_totals import totals


class Overview(NamedTuple):
    """Both sides as sums, and the accounts."""

    state: State
    sums: Sums
    sides: Mapping[int, AccountSide]


class Money(NamedTuple):
    """The cash of all accounts, and the totals that brokers told."""

    cash: Cash
    totals: Sequence[Total]


def overview(connection: Connection) -> Overview:
    """Read the sums of everything."""
    return Overview(state(connection), sums(connection), account_sides(connection))


def money(connection: Connection, sides: Mapping[int, AccountSide]) -> Money:
    """Read cash and totals."""
    return Money(cash(connection, sides), totals(connection, sides))
