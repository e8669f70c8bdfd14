"""What can be held: one shape per kind of instrument, and the symbols they go by."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

_ONE = Decimal(1)


class InstrumentType(StrEnum):
    """The kinds of instrument, as they are stored and printed."""

    EQUITY = "equity"
    EQUITY_OPTION = "equity_option"
    FUTURE = "future"
    FUTURE_OPTION = "future_option"
    BOND = "bond"
    FUND = "fund"
    FOREX = "forex"
    CRYPTO = "crypto"
    OTHER = "other"


class Right(StrEnum):
    """Which way an option pays."""

    CALL = "C"
    PUT = "P"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifiers:
    """The numbers an instrument is known by; every one of them is strong, a ticker is not."""

    conid: str | None = None
    """Interactive Brokers' contract id."""
    osi_symbol: str | None = None
    """21 characters: root padded to six, yyMMdd, C or P, strike in thousandths in eight digits."""
    cusip: str | None = None
    isin: str | None = None
    figi: str | None = None
    sedol: str | None = None


_UNIDENTIFIED = Identifiers()


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """What every kind has in common. `symbol` is the ticker, or the OSI symbol of an option."""

    symbol: str
    currency: str | None = None
    description: str | None = None
    identifiers: Identifiers = _UNIDENTIFIED
    listing_exchange: str | None = None
    multiplier: Decimal = _ONE
    """Units of the underlying per contract; prices are quoted per unit."""
    multiplier_stated: bool = True
    """Whether the source says the multiplier; else it is what is usual of the kind."""
    issuer: str | None = None
    broker_specific: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Equity(Instrument):
    """A stock, an ETF, an ADR, a unit of a listed trust."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fund(Instrument):
    """A mutual fund: the only kind (with reinvested shares) that may use average cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bond(Instrument):
    """A bond, a note or a bill; quoted in percent of `multiplier` × face by some brokers."""

    maturity: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forex(Instrument):
    """A currency pair, `EUR.USD`: so many units of the first, priced in the second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crypto(Instrument):
    """A digital asset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivative(Instrument):
    """What derives from an underlying and ends on a day."""

    underlying_symbol: str | None = None
    underlying_conid: str | None = None
    expiry: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Future(Derivative):
    """A future."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option(Derivative):
    """What options on stocks and on futures share; a field is None when the source left it out."""

    right: Right | None = None
    strike: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EquityOption(Option):
    """An option on a stock, an ETF or an index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FutureOption(Option):
    """An option on a future."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherInstrument(Option):
    """A warrant, a CFD, an index, a structured product, or a kind this program never heard of."""

    kind: str = ""
    """The source's own word, e.g. `WAR`."""


_TYPES: Mapping[type[Instrument], InstrumentType] = {
    Equity: InstrumentType.EQUITY,
    EquityOption: InstrumentType.EQUITY_OPTION,
    Future: InstrumentType.FUTURE,
    FutureOption: InstrumentType.FUTURE_OPTION,
    Bond: InstrumentType.BOND,
    Fund: InstrumentType.FUND,
    Forex: InstrumentType.FOREX,
    Crypto: InstrumentType.CRYPTO,
    OtherInstrument: InstrumentType.OTHER,
}


def instrument_type(instrument: Instrument) -> InstrumentType:
    """Return the kind of an instrument as an enumeration."""
    return _TYPES[type(instrument)]


_SHARE_CLASS = re.compile(r"([A-Z]{1,5})[./ ]([A-Z])")


def canonical_ticker(text: str) -> str:
    """Write a ticker one way, whoever wrote it: `BRK.B`, `BRK/B` and `BRK B` are `BRK B`."""
    ticker = text.strip().upper()
    share_class = _SHARE_CLASS.fullmatch(ticker)
    return f"{share_class[1]} {share_class[2]}" if share_class else ticker


_OSI = re.compile(r"([A-Z0-9.]{1,6}) *(\d{2})(\d{2})(\d{2})([CP])(\d{8})")


@dataclass(frozen=True, slots=True, kw_only=True)
class OsiParts:
    """What an OSI symbol says."""

    root: str
    expiry: date
    right: Right
    strike: Decimal


def parse_osi(text: str) -> OsiParts | None:
    """Read an OSI symbol, padded or not; None when the text is not one.

    Source: OCC Options Symbology Initiative: root, yyMMdd, C/P, strike × 1000 in eight digits.
    """
    match = _OSI.fullmatch(text.strip().upper())
    if match is None:
        return None
    try:
        expiry = date(2000 + int(match[2]), int(match[3]), int(match[4]))
    except ValueError:
        return None
    return OsiParts(
        root=match[1],
        expiry=expiry,
        right=Right(match[5]),
        strike=Decimal(int(match[6])).scaleb(-3),
    )


def osi_symbol(root: str, expiry: date, right: Right, strike: Decimal) -> str | None:
    """Write an OSI symbol, `AAPL  240315C00150000`; None when the parts do not fit 21 places."""
    thousandths = strike.scaleb(3)
    if len(root) > 6 or thousandths != thousandths.to_integral_value() or thousandths >= 10**8:
        return None
    return f"{root:<6}{expiry:%y%m%d}{right.value}{int(thousandths):08d}"
