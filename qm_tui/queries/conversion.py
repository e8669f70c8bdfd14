"""From one currency to another, where anybody has said what it costs."""

import datetime as dt
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

_ONE = Decimal(1)

Rates = Mapping[tuple[str, str], Decimal]
DailyRates = Mapping[tuple[str, str], Sequence[tuple[dt.date, Decimal]]]


def common_base(currencies: Iterable[str | None]) -> str | None:
    """Return the currency to show sums in: that of most accounts; None if none has one."""
    counted = Counter(currency for currency in currencies if currency)
    if not counted:
        return None
    return min(counted, key=lambda name: (-counted[name], name != "USD", name))


def rate(rates: Rates, currency: str | None, base: str | None) -> Decimal | None:
    """Return units of the base for one of a currency: as told, the other way round, or by a third.

    None where nobody said it.
    """
    if currency is None or base is None:
        return None
    if currency == base:
        return _ONE
    if (straight := _either_way(rates, currency, base)) is not None:
        return straight
    for third in sorted({name for pair in rates for name in pair} - {currency, base}):
        one, other = _either_way(rates, currency, third), _either_way(rates, third, base)
        if one is not None and other is not None:
            return one * other
    return None


def _either_way(rates: Rates, one: str, other: str) -> Decimal | None:
    if (straight := rates.get((one, other))) is not None:
        return straight
    back = rates.get((other, one))
    return _ONE / back if back else None


class RatesByDay:
    """Exchange rates as they were: of a day the newest until then, before all the first."""

    def __init__(self, rates: DailyRates) -> None:
        self._days = {pair: [day for day, _ in known] for pair, known in rates.items()}
        self._rates = rates

    def rate(self, currency: str | None, base: str | None, day: dt.date) -> Decimal | None:
        """Return units of the base for one of a currency at the end of a day."""
        if currency is not None and currency == base:
            return _ONE
        return rate({pair: self._at(pair, day) for pair in self._rates}, currency, base)

    def _at(self, pair: tuple[str, str], day: dt.date) -> Decimal:
        place = bisect_right(self._days[pair], day)
        return self._rates[pair][max(place - 1, 0)][1]
