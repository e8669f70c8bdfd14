"""Which shape an instrument has, and its names: from the broker's symbol and word for its kind."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import TypedDict

from qm_tui.brokers.tastytrade.symbols import (
    future_of,
    pair_of,
    parse_future_option,
    product_of,
    underlying_of_root,
)
from qm_tui.domain.instruments import (
    Bond,
    Crypto,
    Equity,
    EquityOption,
    Forex,
    Future,
    FutureOption,
    Identifiers,
    Instrument,
    OtherInstrument,
    canonical_ticker,
    osi_symbol,
    parse_osi,
)

SYMBOL = "tastytrade-symbol"
"""Under which an instrument keeps the broker's symbol where ours is another."""

_USD = "USD"
_ONE = Decimal(1)
_HUNDRED = Decimal(100)
_PERCENT = Decimal("0.01")
_CUSIP = re.compile(r"[0-9A-Z]{8}\d")
_SHARE_CLASS = re.compile(r"([A-Z]{1,5})[. ]([A-Z])")
_OPTION_LENGTH = 15
"""An OSI symbol has six characters for the root, and so many behind it."""


class Kind(Enum):
    """The shapes that the broker's instruments have here."""

    EQUITY = "Equity"
    EQUITY_OPTION = "Equity Option"
    FUTURE = "Future"
    FUTURE_OPTION = "Future Option"
    CRYPTO = "Cryptocurrency"
    PAIR = "Currency Pair"
    BOND = "Bond"
    INDEX = "Index"
    OTHER = "Unknown"


_KINDS = {kind.value.lower(): kind for kind in Kind} | {
    "equity offering": Kind.EQUITY,
    "fixed income security": Kind.BOND,
}
_INDEXES = frozenset(
    {
        "SPX", "XSP", "NDX", "XND", "RUT", "MRUT", "VIX", "DJX", "OEX", "XEO", "SOX", "HGX", "OSX",
        "UTY", "XAU", "RVX", "VXN", "NQX", "MXEA", "MXEF",
    }
)  # fmt: skip
"""Tickers that the broker calls equities, and that nobody can hold."""
_OTHER_WORDS = {"index": "IND", "warrant": "WAR"}
"""As Interactive Brokers calls them: the same instrument has one kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """What was told of an instrument beyond its symbol."""

    underlying: str | None = None
    """The broker's symbol."""
    multiplier: Decimal | None = None
    is_stated: bool = False
    """Whether the broker states the multiplier; else it is what is usual."""
    expiry: dt.date | None = None
    description: str | None = None
    listing_exchange: str | None = None
    kept: Mapping[str, str] = field(default_factory=dict)


class _Common(TypedDict):
    currency: str | None
    description: str | None
    identifiers: Identifiers
    listing_exchange: str | None
    multiplier: Decimal
    multiplier_stated: bool
    broker_specific: Mapping[str, str] | None


def kind_of(symbol: str, instrument_type: str | None, *, is_index: bool = False) -> Kind:
    """Return the shape of an instrument; without the broker's word it shows in the symbol."""
    kind = _KINDS.get((instrument_type or "").strip().lower())
    if kind is None and instrument_type:
        return Kind.OTHER
    if kind is None or kind is Kind.OTHER:
        kind = _seen_in(symbol.strip().upper(), kind)
    if kind is Kind.EQUITY and (is_index or symbol.strip().upper() in _INDEXES):
        return Kind.INDEX
    return kind


def _seen_in(symbol: str, otherwise: Kind | None) -> Kind:
    if parse_future_option(symbol) is not None or symbol.startswith("./"):
        return Kind.FUTURE_OPTION
    if symbol.startswith("/"):
        return Kind.FUTURE
    if len(symbol) > _OPTION_LENGTH and parse_osi(symbol) is not None:
        return Kind.EQUITY_OPTION
    if otherwise is None and pair_of(symbol) is not None:
        return Kind.CRYPTO
    return otherwise or Kind.EQUITY


def word_of(symbol: str) -> str:
    """Write a symbol one way: as the broker does, and options with all of their 21 characters."""
    said = symbol.strip().upper()
    if len(said) > _OPTION_LENGTH and not said.startswith("./"):
        parts = parse_osi(said)
        if parts is not None:
            return osi_symbol(parts.root, parts.expiry, parts.right, parts.strike) or said
    share_class = _SHARE_CLASS.fullmatch(said)
    return f"{share_class[1]}/{share_class[2]}" if share_class else said


def shaped(word: str, kind: Kind, detail: Detail, instrument_type: str | None) -> Instrument:
    """Return the instrument of a symbol.

    Args:
        word: the broker's symbol, as `word_of` writes it.
        kind: its shape.
        detail: what was told of it.
        instrument_type: the broker's word for its kind, kept where there is no shape for it.
    """
    common = _Common(
        currency=_USD,
        description=detail.description,
        identifiers=Identifiers(),
        listing_exchange=detail.listing_exchange,
        multiplier=detail.multiplier or _usual_multiplier(kind),
        multiplier_stated=detail.is_stated,
        broker_specific=dict(detail.kept) or None,
    )
    match kind:
        case Kind.EQUITY:
            return Equity(symbol=_told(common, word, canonical_ticker(word)), **common)
        case Kind.EQUITY_OPTION:
            return _equity_option(word, detail, common)
        case Kind.FUTURE:
            symbol = _told(common, word, future_of(word) or word.removeprefix("/"))
            return Future(
                symbol=symbol,
                underlying_symbol=product_of(word),
                expiry=detail.expiry,
                **common,
            )
        case Kind.FUTURE_OPTION:
            return _future_option(word, detail, common)
        case Kind.CRYPTO | Kind.PAIR | Kind.BOND:
            return _simple(word, kind, common)
        case Kind.INDEX | Kind.OTHER:
            return _other(word, kind, detail, instrument_type, common)


def _told(common: _Common, word: str, symbol: str) -> str:
    """Keep the broker's symbol beside ours where they differ."""
    if symbol != word:
        common["broker_specific"] = {**(common["broker_specific"] or {}), SYMBOL: word}
    return symbol


def _usual_multiplier(kind: Kind) -> Decimal:
    if kind is Kind.BOND:
        # As of the other broker: the price is in percent of the face value.
        return _PERCENT
    return _HUNDRED if kind is Kind.EQUITY_OPTION else _ONE


def _equity_option(word: str, detail: Detail, common: _Common) -> EquityOption:
    parts = parse_osi(word)
    under = canonical_ticker(detail.underlying) if detail.underlying else None
    if parts is None:
        return EquityOption(symbol=word, underlying_symbol=under, expiry=detail.expiry, **common)
    if under is None or under == parts.root:
        under = underlying_of_root(parts.root)
    common["identifiers"] = Identifiers(osi_symbol=word)
    return EquityOption(
        symbol=word,
        underlying_symbol=under,
        expiry=parts.expiry,
        right=parts.right,
        strike=parts.strike,
        **common,
    )


def _future_option(word: str, detail: Detail, common: _Common) -> FutureOption:
    parts = parse_future_option(word)
    under = future_of(detail.underlying) if detail.underlying else None
    if parts is None:
        symbol = _told(common, word, word.removeprefix("./"))
        return FutureOption(symbol=symbol, underlying_symbol=under, expiry=detail.expiry, **common)
    return FutureOption(
        symbol=_told(common, word, parts.symbol),
        underlying_symbol=parts.future,
        expiry=parts.expiry,
        right=parts.right,
        strike=parts.strike,
        **common,
    )


def _simple(word: str, kind: Kind, common: _Common) -> Instrument:
    if kind is Kind.BOND:
        if _CUSIP.fullmatch(word):
            common["identifiers"] = Identifiers(cusip=word)
        return Bond(symbol=word, **common)
    first, second = pair_of(word) or (word, _USD)
    common["currency"] = second
    if kind is Kind.CRYPTO:
        return Crypto(symbol=_told(common, word, first), **common)
    return Forex(symbol=_told(common, word, f"{first}.{second}"), **common)


def _other(
    word: str, kind: Kind, detail: Detail, instrument_type: str | None, common: _Common
) -> OtherInstrument:
    said = (instrument_type or kind.value).strip()
    if kind is Kind.INDEX:
        said = kind.value
    under = canonical_ticker(detail.underlying) if detail.underlying else None
    return OtherInstrument(
        symbol=word,
        kind=_OTHER_WORDS.get(said.lower(), said),
        underlying_symbol=None if under == word else under,
        expiry=detail.expiry,
        **common,
    )
