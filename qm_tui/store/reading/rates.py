"""Exchange rates, the newest first."""

import datetime as dt
from decimal import Decimal

from sqlalchemy import Connection, and_, func, select

from qm_tui.store.schema.market import fx_rates

Rates = dict[tuple[str, str], Decimal]
"""(from, to) → units of `to` for one of `from`."""


def newest_rates(connection: Connection, as_of: dt.date | None = None) -> Rates:
    """Return the newest rate of every pair of currencies, none of them later than a day."""
    r = fx_rates.c
    last = select(r.from_currency, r.to_currency, func.max(r.date).label("date"))
    if as_of is not None:
        last = last.where(r.date <= as_of)
    # Of years of daily rates only the last are read.
    newest = last.group_by(r.from_currency, r.to_currency).subquery()
    same = and_(*(r[name] == newest.c[name] for name in ("from_currency", "to_currency", "date")))
    query = select(r.from_currency, r.to_currency, r.rate).join_from(newest, fx_rates, same)
    return {(row.from_currency, row.to_currency): row.rate for row in connection.execute(query)}
