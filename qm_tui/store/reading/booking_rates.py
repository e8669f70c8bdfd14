"""What money was in the tax currency, on the days of some facts."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from sqlalchemy import Connection, select

from qm_tui.store.schema.market import fx_rates

TAX_CURRENCY = "USD"
DailyRates = dict[tuple[str, dt.date], Decimal]
"""(currency, day) → what one unit is in the tax currency."""

RATE_HOLDS = dt.timedelta(days=7)
"""How long before a fact the rate may be that stands for its day."""


def rates_into_tax(
    connection: Connection, currencies: Iterable[str], first: dt.date, last: dt.date
) -> DailyRates:
    """Return the rates of currencies on days: stated, the inverse of one, or by way of another."""
    wanted = set(currencies) - {TAX_CURRENCY}
    if not wanted:
        return {}
    c = fx_rates.c
    rows = connection.execute(
        select(c.from_currency, c.to_currency, c.date, c.rate)
        .where(c.date.between(first - RATE_HOLDS, last))
        .order_by(c.from_currency, c.to_currency, c.date)
    ).all()
    direct: DailyRates = {}
    for one, other, day, rate in rows:
        if one == TAX_CURRENCY:
            direct[other, day] = 1 / rate
    direct |= {(row[0], row[2]): row[3] for row in rows if row[1] == TAX_CURRENCY}
    around: DailyRates = {}
    for one, other, day, rate in rows:
        if (other, day) in direct:
            around.setdefault((one, day), rate * direct[other, day])
        if (one, day) in direct:
            around.setdefault((other, day), direct[one, day] / rate)
    return {place: rate for place, rate in (around | direct).items() if place[0] in wanted}
