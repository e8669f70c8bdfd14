"""What the engine has to know of an instrument and of an account."""

import datetime as dt
from bisect import bisect_right
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from qm_tui.domain.booking.words import LotMethod
from qm_tui.domain.instruments import InstrumentType, Right
from qm_tui.domain.words import TaxTreatment

_ONE = Decimal(1)


class Alias(NamedTuple):
    """A name of an instrument, and the days on which it is known to have been borne."""

    scheme: str
    """`ticker`, or what kind of identifier it is."""
    value: str
    first_day: dt.date | None
    last_day: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """An instrument, by the number that stands for all of its names."""

    id: int
    symbol: str
    kind: InstrumentType = InstrumentType.EQUITY
    currency: str | None = "USD"
    multiplier: Decimal = _ONE
    underlying: int | None = None
    right: Right | None = None
    strike: Decimal | None = None
    expiry: dt.date | None = None
    identity: int | None = None
    """Securities with the same number are substantially identical; None: only to itself."""
    section_1256: bool = False
    """Marked to market, 60/40, no wash sales, Form 6781."""
    deliverable: Decimal | None = None
    """Shares a contract delivers; None: the multiplier."""
    aliases: tuple[Alias, ...] = ()
    """Where corporate actions may call it by one of them."""

    @property
    def washes(self) -> bool:
        """Whether section 1091 applies: not to section 1256, futures, currencies, crypto."""
        return not self.section_1256 and self.kind not in NEVER_WASHES

    @property
    def is_option(self) -> bool:
        """Whether this is an option on a stock, an index or a future."""
        return self.kind in (InstrumentType.EQUITY_OPTION, InstrumentType.FUTURE_OPTION)


NEVER_WASHES = frozenset(
    {
        InstrumentType.FUTURE, InstrumentType.FUTURE_OPTION, InstrumentType.FOREX,
        InstrumentType.CRYPTO,
    }
)  # fmt: skip
"""Kinds of instruments to which section 1091 does not apply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodFrom:
    """A lot method, and the first day on which it holds."""

    from_day: dt.date
    method: LotMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRules:
    """How an account is taxed, and which lots it closes."""

    id: int
    number: str
    tax: TaxTreatment = TaxTreatment.TAXABLE
    methods: tuple[MethodFrom, ...] = ()
    """In the order of their days; FIFO before the first."""

    @property
    def taxable(self) -> bool:
        """Whether gains and losses of this account count for the taxpayer."""
        return self.tax is TaxTreatment.TAXABLE

    def method(self, day: dt.date) -> LotMethod:
        """Return the method that holds on a day."""
        place = bisect_right(self.methods, day, key=lambda method: method.from_day)
        return self.methods[place - 1].method if place else LotMethod.FIFO
