"""What money of one currency is in another, on a day."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

_ONE = Decimal(1)
_BACK = 7
"""How many days an exchange rate may be old: a weekend and a holiday, and some."""


class Conversion(NamedTuple):
    """How the money of a fact becomes a security's money, and that the tax currency's."""

    factor: Decimal
    """Into the security's currency."""
    rate: Decimal | None
    """From there into the tax currency; None: the same, or not known."""


_SAME = Conversion(_ONE, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Exchange rates into the tax currency: those of a day, and those that facts state."""

    tax: str
    daily: Mapping[tuple[str, dt.date], Decimal]
    bases: Mapping[int, str | None]
    """Account → its base currency, into which a stated rate multiplies."""

    def into_tax(
        self, currency: str | None, day: dt.date, account: int, stated: Decimal | None = None
    ) -> Decimal | None:
        """Return what one unit of a currency is in the tax currency; None is not known."""
        if currency == self.tax:
            return _ONE
        if currency is None:
            return None
        base = self.bases.get(account) if stated else None
        if stated and base == self.tax:
            return stated
        found = self._daily(currency, day)
        if found is None and stated and base is not None:
            through = self._daily(base, day)
            return None if through is None else stated * through
        return found

    def _daily(self, currency: str, day: dt.date) -> Decimal | None:
        for back in range(_BACK + 1):
            found = self.daily.get((currency, day - dt.timedelta(days=back)))
            if found:
                return found
        return None

    def between(
        self,
        currency: str | None,
        other: str | None,
        day: dt.date,
        account: int,
        stated: Decimal | None = None,
    ) -> Decimal | None:
        """Return what one unit of a currency is in another one; None is not known.

        Args:
            currency: Of the money; where nobody says it, it is the other one.
            other: What it becomes.
            day: Of the fact.
            account: Of the fact.
            stated: What one unit of `other` is in the account's base currency, as the fact says.
        """
        if currency is None or other is None or currency == other:
            return _ONE
        if stated and self.bases.get(account) == currency:
            return _ONE / stated
        one = self.into_tax(currency, day, account)
        two = self.into_tax(other, day, account, stated)
        return None if one is None or not two else one / two

    def conversion(
        self,
        currency: str | None,
        own: str | None,
        day: dt.date,
        account: int,
        stated: Decimal | None = None,
    ) -> Conversion | None:
        """Return how money in `currency` becomes a security's own; None is not known.

        Args:
            currency: Of the money; None is the security's own.
            own: The security's currency; None is the money's.
            day: Of the fact.
            account: Of the fact.
            stated: What one unit of `currency` is in the account's base currency.
        """
        if currency == own == self.tax:
            return _SAME
        if currency is None or own is None or currency == own:
            rate = self.into_tax(currency or own, day, account, stated)
            return Conversion(_ONE, None if own == self.tax else rate)
        one = self.into_tax(currency, day, account, stated)
        two = self.into_tax(own, day, account)
        if one is None or not two:
            return None
        return Conversion(one / two, None if own == self.tax else two)
