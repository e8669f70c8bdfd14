"""Open lots and realized gains, as the brokers reported them."""

import datetime as dt
from decimal import Decimal

from qm_tui.domain.selection import Order, Scope
from qm_tui.queries.listed import ListedPages
from qm_tui.queries.views import GainView, LotView
from qm_tui.store.reader import Reader
from qm_tui.store.reading import activity, holdings


async def broker_lots(reader: Reader, scope: Scope = Scope()) -> list[LotView]:
    """Return the open lots of the newest answer that names them, oldest acquisition first."""
    return await reader.read(holdings.current_broker_lots, _lot, scope)


def _lot(**row: object) -> LotView:
    as_of, quantity = row["as_of"], row["quantity"]
    assert isinstance(as_of, dt.datetime)
    assert isinstance(quantity, Decimal)
    start = row["holding_start"] or row["acquisition_date"]
    assert start is None or isinstance(start, dt.date)
    return LotView(
        **row,  # type: ignore[arg-type]  # labels of the selection; a test holds them together
        basis_status="unknown" if row["cost_basis"] is None else "known",
        wash_adjustment=None,
        # What a short sale will be depends on the shares that are delivered one day.
        term=None if start is None or quantity < 0 else _term(start, as_of.date()),
        source="broker",
        view="broker",
    )


def _term(start: dt.date, today: dt.date) -> str:
    """Say whether a sale today would be long-term: more than a year after `start`.

    Source: IRS Publication 550; the day after the acquisition is day 1.
    """
    return "long" if today > anniversary(start) else "short"


def anniversary(day: dt.date) -> dt.date:
    """Return the same day next year; a month's last day stays one (Rev. Rul. 66-7)."""
    next_day = day + dt.timedelta(days=1)
    if next_day.day == 1:
        return next_day.replace(year=next_day.year + 1) - dt.timedelta(days=1)
    return day.replace(year=day.year + 1)


def broker_gains(
    reader: Reader,
    scope: Scope = Scope(),
    order: Order = Order(field="disposition_date", descending=True),
) -> ListedPages[GainView]:
    """List the lots the brokers say were closed, with their gains."""
    return ListedPages(reader, activity.GAINS, _gain, scope, order)


def _gain(**row: object) -> GainView:
    cost, gain = row["cost_basis"], row["gain"]
    known = cost is not None and gain is not None
    return GainView(
        **row,  # type: ignore[arg-type]
        proceeds=cost + gain if known else None,  # type: ignore[operator]
    )
