"""What accounts were worth day by day, each and all together."""

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations
from typing import Any

from qm_tui.domain.selection import Scope
from qm_tui.queries.conversion import RatesByDay, common_base, rate
from qm_tui.store.reader import Reader
from qm_tui.store.reading.accounts import every_account
from qm_tui.store.reading.value_history import DayValue, daily_rates, value_history

APART = dt.timedelta(days=10)
"""Between two values further apart than this nobody knows what an account was worth."""
TAGS = ("NetLiquidation", "net-liquidating-value")
BASE = "BASE"

Point = tuple[dt.date, Decimal | None]
"""A day and what was there at its end; None is unknown, and no line goes through it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSeries:
    """What one account was worth, or all of them; days without a point are as those around."""

    account: str | None
    """None for all of them together."""
    broker: str | None = None
    name: str
    currency: str | None
    points: tuple[Point, ...] = ()
    """The oldest first."""

    def since(self, day: dt.date | None) -> "ValueSeries":
        """Return the same from a day on; None is from its beginning."""
        if day is None:
            return self
        return replace(self, points=tuple(point for point in self.points if point[0] >= day))

    def at(self, day: dt.date) -> Decimal | None:
        """Return what was there at the end of a day; None where nobody knows."""
        place = bisect_right(self.points, day, key=lambda point: point[0])
        if not place or day - self.points[place - 1][0] > APART:
            return None
        return self.points[place - 1][1]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetLiquidationView:
    """Values by day of all accounts together, and of each."""

    base_currency: str | None
    total: ValueSeries
    """In the base currency: the sum of those that had begun."""
    accounts: tuple[ValueSeries, ...]
    """Each in its own currency."""
    unconverted: tuple[str, ...] = ()
    """Accounts that are not in the sum: nobody said what their currency costs."""

    @property
    def begun(self) -> tuple[tuple[str, dt.date], ...]:
        """Accounts that came to the sum later than the first, and when."""
        firsts = [
            (each.name, each.points[0][0])
            for each in self.accounts
            if each.points and each.account not in self.unconverted
        ]
        first = min((day for _, day in firsts), default=None)
        return tuple(one for one in firsts if one[1] != first)


async def net_liquidation(
    reader: Reader,
    scope: Scope = Scope(),
    *,
    since: dt.date | None = None,
    base: str | None = None,
) -> NetLiquidationView:
    """Return what accounts were worth at the ends of days.

    Args:
        reader: of the store.
        scope: whose.
        since: the first day that matters; None is from the beginning.
        base: the currency of the sum; None is that of most accounts.
    """
    accounts = await reader.read(every_account, scope)
    values = await reader.read(value_history, TAGS, BASE, since, scope)
    return histories(accounts, values, await _rates(reader, accounts, values, base), base)


async def _rates(
    reader: Reader, accounts: Sequence[Any], values: Iterable[DayValue], base: str | None
) -> RatesByDay:
    """Return the rates that are needed: mostly none, and those of decades are very many."""
    own = {row.base_currency for row in accounts} | {value.currency for value in values} | {base}
    named = {currency for currency in own if currency}
    if len(named) < 2:
        return RatesByDay({})
    among = await reader.read(daily_rates, named)
    known = dict.fromkeys(among, Decimal(1))
    are_linked = all(rate(known, *pair) is not None for pair in combinations(named, 2))
    # Else it takes a third currency, whichever that is.
    return RatesByDay(among if are_linked else await reader.read(daily_rates))


def histories(
    accounts: Sequence[Any], values: Iterable[DayValue], rates: RatesByDay, base: str | None = None
) -> NetLiquidationView:
    """Return the series of each account, and their sum in the base currency."""
    by_account: dict[int, list[DayValue]] = defaultdict(list)
    for value in values:
        by_account[value.account_id].append(value)
    base = base or common_base(
        row.base_currency or _told(by_account[row.id]) for row in accounts if by_account[row.id]
    )
    series: list[ValueSeries] = []
    summed: list[_Account] = []
    unconverted: list[str] = []
    for row in accounts:
        known = by_account[row.id]
        if not known:
            continue
        own = row.base_currency or _told(known) or base
        points = tuple((one.day, one.value) for one in known)
        series.append(
            ValueSeries(
                account=row.account, broker=row.broker, name=row.nickname or row.account,
                currency=own, points=points,
            )
        )  # fmt: skip
        converted = [_in_base(one, own, base, rates) for one in known]
        in_base = [(day, value) for day, value in converted if value is not None]
        if len(in_base) < len(converted):
            unconverted.append(row.account)
        else:
            summed.append(_Account(in_base, row.closed))
    total = ValueSeries(account=None, name="All accounts", currency=base, points=_total(summed))
    return NetLiquidationView(
        base_currency=base, total=total, accounts=tuple(series), unconverted=tuple(unconverted)
    )


def _told(values: Sequence[DayValue]) -> str | None:
    return next((one.currency for one in reversed(values) if one.currency), None)


def _in_base(value: DayValue, own: str | None, base: str | None, rates: RatesByDay) -> Point:
    factor = rates.rate(value.currency or own, base, value.day)
    return value.day, None if factor is None else value.value * factor


class _Account:
    """An account's values in the base currency, on days that others may know nothing of."""

    def __init__(self, points: Sequence[tuple[dt.date, Decimal]], closed: dt.date | None) -> None:
        self._days = [day for day, _ in points]
        self._values = [value for _, value in points]
        self._closed = closed

    @property
    def days(self) -> Sequence[dt.date]:
        return self._days

    def at(self, day: dt.date) -> Decimal | None:
        """Return what it adds to the sum of a day: nothing before it begins and after its end."""
        place = bisect_right(self._days, day)
        if not place or (self._closed is not None and day > self._closed):
            return Decimal(0)
        is_last = place == len(self._days)
        if not is_last and self._days[place] - self._days[place - 1] > APART:
            # Between two values that are far apart; the first of them still holds on its own day.
            return self._values[place - 1] if self._days[place - 1] == day else None
        return self._values[place - 1]


def _total(accounts: Sequence[_Account]) -> tuple[Point, ...]:
    days = sorted({day for account in accounts for day in account.days})
    points: list[Point] = []
    for day in days:
        parts = [account.at(day) for account in accounts]
        known = [part for part in parts if part is not None]
        points.append((day, sum(known, Decimal(0)) if len(known) == len(parts) else None))
    return tuple(points)
