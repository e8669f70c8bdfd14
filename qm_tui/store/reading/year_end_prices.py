"""What contracts were worth at the end of the last business day of a year."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from sqlalchemy import Connection, func, or_, select

from qm_tui.domain.booking.facts import YearEndPrice
from qm_tui.store.reading.parts import parts
from qm_tui.store.schema.holdings import positions
from qm_tui.store.year_ends import day_of, last_business_day

_DAY = dt.timedelta(days=1)


def year_end_prices(
    connection: Connection, instruments: Iterable[int], accounts: Iterable[int]
) -> list[YearEndPrice]:
    """Return the prices that accounts' positions were reported with; of several the last."""
    ours = sorted(accounts)
    p = positions.c
    found: dict[tuple[int, dt.date], tuple[Decimal, int]] = {}
    for part in parts(instruments):
        seen = connection.execute(
            select(func.min(p.as_of), func.max(p.as_of)).where(p.instrument_id.in_(part))
        ).one()
        if seen[0] is None:
            continue
        rows = connection.execute(
            select(p.instrument_id, p.as_of, p.market_price, p.id)
            .where(
                p.instrument_id.in_(part),
                p.account_id.in_(ours),
                p.market_price.is_not(None),
                or_(*(p.as_of.between(*_around(y)) for y in range(seen[0].year, seen[1].year + 1))),
            )
            .order_by(p.as_of, p.id)
        )
        for instrument_id, as_of, price, position in rows:
            day = day_of(as_of)
            if day == last_business_day(day.year):
                found[instrument_id, day] = (price, position)
    return [YearEndPrice(one, day, *seen) for (one, day), seen in sorted(found.items())]


def _around(year: int) -> tuple[dt.datetime, dt.datetime]:
    """Return times between which the last business day of a year lies, wherever one stands."""
    day = dt.datetime.combine(last_business_day(year), dt.time(), dt.UTC)
    return day, day + 2 * _DAY
