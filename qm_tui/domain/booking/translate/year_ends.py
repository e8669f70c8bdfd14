"""The year ends at which section 1256 contracts are marked to market."""

import datetime as dt

from qm_tui.domain.booking.events import Source, YearEndMark
from qm_tui.domain.booking.facts import YearEndPrice
from qm_tui.domain.booking.translate.desk import Desk
from qm_tui.domain.booking.translate.positions import Positions

_DECEMBER, _SATURDAY = 12, 5


def year_ends(desk: Desk, held: Positions) -> list[YearEndMark]:
    """Return a mark for each year's end at which a contract may have been open."""
    facts = desk.facts
    if not any(security.section_1256 for security in facts.securities.values()):
        return []
    prices = {(price.security, price.day.year): price for price in facts.year_end_prices}
    last = _last_known(desk)
    return [
        _mark(desk, account, number, day, prices.get((number, day.year)))
        for account, number in sorted(held.places())
        if facts.securities[number].section_1256
        for day in _ends(held, account, number, min(last, facts.securities[number].expiry or last))
    ]


def _ends(held: Positions, account: int, security: int, last: dt.date) -> list[dt.date]:
    """Return the last days of business of the years at whose end something was held."""
    first = held.first_day(account, security)
    if first is None:
        return []
    days = (dt.date(year, _DECEMBER, 31) for year in range(first.year, last.year + 1))
    return [
        _business_day(day)
        for day in days
        if _business_day(day) <= last and held.before(account, security, _after(day))
    ]


def _after(day: dt.date) -> dt.date:
    return day + dt.timedelta(days=1)


def _business_day(day: dt.date) -> dt.date:
    while day.weekday() >= _SATURDAY:
        day -= dt.timedelta(days=1)
    return day


def _last_known(desk: Desk) -> dt.date:
    """Return the last day of which anything is known."""
    facts = desk.facts
    return max(
        (
            *(trade.trade_date for trade in facts.trades),
            *(cash.date for cash in facts.cash),
            *(transfer.date for transfer in facts.transfers),
            *(action.date for action in facts.actions),
            *(event.date for event in facts.option_events),
            *(price.day for price in facts.year_end_prices),
            *(day for _, day in facts.rates),
        ),
        default=dt.date.min,
    )


def _mark(
    desk: Desk, account: int, security: int, day: dt.date, price: YearEndPrice | None
) -> YearEndMark:
    marked = day if price is None else price.day
    own = desk.facts.securities[security]
    conversion = desk.rates.conversion(None, own.currency, marked, account)
    return YearEndMark(
        day=marked,
        account=account,
        security=security,
        source=_source(security, price),
        key=desk.key(f"{own.symbol}:{marked.year}", account),
        price=None if price is None else price.price,
        rate=None if conversion is None else conversion.rate,
    )


def _source(security: int, price: YearEndPrice | None) -> Source:
    """Return the position whose price is the mark; the contract itself where nobody says any."""
    if price is None or price.position is None:
        return Source("instruments", security)
    return Source("positions", price.position)
