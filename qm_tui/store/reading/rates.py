"""Exchange rates, the newest first."""

import datetime as dt
from decimal import Decimal

from sqlalchemy import Connection, select

from qm_tui.store.schema.market import fx_rates

Rates = dict[tuple[str, str], Decimal]
"""(from, to) → units of `to` for one of `from`."""


def newest_rates(connection: Connection, as_of: dt.date | None = None) -> Rates:
    """Return the newest rate of every pair of currencies, none of them later than a day."""
    query = select(fx_rates.c.from_currency, fx_rates.c.to_currency, fx_rates.c.rate)
    if as_of is not None:
        query = query.where(fx_rates.c.date <= as_of)
    rows = connection.execute(query.order_by(fx_rates.c.date))
    return {(row.from_currency, row.to_currency): row.rate for row in rows}
