"""Of accounts: since when the broker told everything, what they are worth, and what money is."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, func, select

from qm_tui.domain.reconciliation.sides import History
from qm_tui.store.reading.accounts import newest_values
from qm_tui.store.reading.holdings import current_balances
from qm_tui.store.reading.rates import Rates, newest_rates
from qm_tui.store.schema.accounts import accounts
from qm_tui.store.schema.activity import cash_transactions, corporate_actions, trades, transfers
from qm_tui.store.schema.sync import coverage

_VALUES = ("NetLiquidation", "net-liquidating-value")
_BASE = "BASE"
_NEXT = dt.timedelta(days=4)
"""From the end of one statement to the beginning of the next: a weekend, and a holiday."""
_FUNDING = dt.timedelta(days=30)
"""From the opening of an account to the first money in it."""
_DAYS = {
    trades: "trade_date", transfers: "date", cash_transactions: "date", corporate_actions: "date",
}  # fmt: skip
_ONE = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSide:
    """What has to be known of an account."""

    id: int
    number: str
    broker: str
    taxpayer: str
    base_currency: str | None
    history: History
    value: Decimal | None
    """Net liquidation, in the base currency."""
    rates: Rates

    def rate(self, currency: str | None, stated: Decimal | None = None) -> Decimal | None:
        """Return what one unit of a currency is in the base currency; None is not known."""
        base = self.base_currency
        if base is None or currency is None:
            return stated
        if currency == base:
            return _ONE
        if stated is not None:
            return stated
        direct = self.rates.get((currency, base))
        if direct is not None:
            return direct
        inverse = self.rates.get((base, currency))
        return None if not inverse else _ONE / inverse


def account_sides(connection: Connection) -> dict[int, AccountSide]:
    """Read what has to be known of all accounts."""
    told = _coverage(connection)
    began = _began(connection)
    values = _values(connection)
    rates = newest_rates(connection)
    return {
        row.id: AccountSide(
            id=row.id,
            number=row.number,
            broker=row.broker,
            taxpayer=row.taxpayer,
            base_currency=row.base_currency,
            history=_history(told.get(row.id, ()), row.opened, began.get(row.id)),
            value=values.get(row.id),
            rates=rates,
        )
        for row in connection.execute(select(accounts))
    }


Days = tuple[dt.date, dt.date]


def _coverage(connection: Connection) -> Mapping[int, list[Days]]:
    c = coverage.c
    found: defaultdict[int, list[Days]] = defaultdict(list)
    rows = select(c.account_id, c.from_date, c.to_date).distinct().order_by(c.from_date, c.to_date)
    for account, first, last in connection.execute(rows):
        found[account].append((first, last))
    return found


def _began(connection: Connection) -> dict[int, dt.date]:
    """Return by account the day of the first fact, of those that no statement tells of."""
    told = select(coverage.c.account_id)
    untold = connection.scalars(select(accounts.c.id).where(accounts.c.id.not_in(told))).all()
    found: dict[int, dt.date] = {}
    for table, name in _DAYS.items() if untold else ():
        c = table.c
        query = select(c.account_id, func.min(c[name])).where(c.account_id.in_(untold))
        for account, first in connection.execute(query.group_by(c.account_id)):
            found[account] = min(first, found.get(account, first))
    return found


def _history(told: Iterable[Days], opened: dt.date | None, began: dt.date | None = None) -> History:
    """Return the days up to the last one that were told without a gap.

    Exports do not say of which days they are. One that begins when the account was opened has all
    of it: an account begins with the money that it is opened with.
    """
    spans: list[Days] = []
    for first, last in told:
        if spans and first - spans[-1][1] <= _NEXT:
            spans[-1] = (spans[-1][0], max(last, spans[-1][1]))
        else:
            spans.append((first, last))
    if not spans:
        if opened is None or began is None:
            return History(began=began)
        whole = began <= opened + _FUNDING
        return History(began=began, whole=whole, older=not whole)
    first, last = spans[-1]
    return History(first_day=first, last_day=last, whole=opened is not None and first <= opened)


def _values(connection: Connection) -> dict[int, Decimal]:
    """Return what accounts are worth, as far as anybody said it in the base currency."""
    found = {
        account: row.total
        for account, row in newest_values(connection).items()
        if row.total is not None
    }
    for row in current_balances(connection):
        if row.tag in _VALUES and (row.currency == _BASE or row.account_id not in found):
            found[row.account_id] = row.value
    return found
