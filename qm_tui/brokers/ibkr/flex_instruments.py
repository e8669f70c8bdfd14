"""The instrument that a Flex row names, built once for all rows that name it alike."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TypedDict

from qm_tui.brokers.ibkr.flex_values import Clock, identifier, number, text
from qm_tui.domain.instruments import (
    Bond,
    Crypto,
    Equity,
    EquityOption,
    Forex,
    Fund,
    Future,
    FutureOption,
    Identifiers,
    Instrument,
    OtherInstrument,
    Right,
    canonical_ticker,
    osi_symbol,
    parse_osi,
)

ATTRIBUTES = (
    "assetCategory", "symbol", "description", "conid", "cusip", "isin", "figi", "sedol",
    "securityID", "securityIDType", "listingExchange", "multiplier", "strike", "expiry",
    "maturity", "putCall", "underlyingSymbol", "underlyingConid", "issuer",
    "underlyingSecurityID", "underlyingListingExchange", "subCategory", "issuerCountryCode",
    "principalAdjustFactor",
)  # fmt: skip
"""What of a row speaks of the instrument and not of what happened."""

_KEPT_AS_WRITTEN = (
    "underlyingSecurityID", "underlyingListingExchange", "subCategory", "issuerCountryCode",
    "principalAdjustFactor",
)  # fmt: skip

_SIMPLE: Mapping[str, type[Instrument]] = {"STK": Equity, "FUND": Fund, "CRYPTO": Crypto}
_BONDS = frozenset({"BOND", "BILL"})
# Kinds that Interactive Brokers is known to report and that have no shape of their own here.
_OTHERS = frozenset(
    {"WAR", "IOPT", "CFD", "CMDTY", "IND", "FSFOP", "FSOPT", "FXCFD", "BSK", "BAG", "SWP"}
)
_RIGHTS = {"C": Right.CALL, "P": Right.PUT, "CALL": Right.CALL, "PUT": Right.PUT}

_ONE = Decimal(1)
_HUNDRED = Decimal(100)
_PERCENT = Decimal("0.01")
_NOT_IN_A_ROOT = re.compile(r"[^A-Z0-9]")
_REMEMBERED = 4096


class _Common(TypedDict):
    currency: str | None
    description: str | None
    identifiers: Identifiers
    listing_exchange: str | None
    multiplier: Decimal
    multiplier_stated: bool
    issuer: str | None
    broker_specific: Mapping[str, str] | None


class _Derived(TypedDict):
    underlying_symbol: str | None
    underlying_conid: str | None
    expiry: date | None


class Instruments:
    """The instruments of one statement; equal rows get the same object."""

    def __init__(
        self, clock: Clock, novelty: Callable[[str, str, str], None], warn: Callable[[str], None]
    ) -> None:
        self._clock = clock
        self._novelty = novelty
        self._warn = warn
        self._known: dict[tuple[tuple[str, ...], str | None, bool], Instrument | None] = {}

    def of(
        self, written: tuple[str, ...], currency: str | None, *, described: bool = True
    ) -> Instrument | None:
        """Return the instrument a row names; None when it names none.

        Args:
            written: The row's `ATTRIBUTES`, "" where there is none.
            currency: In which the instrument is priced; None when the row speaks of another.
            described: Whether the row's `description` is the instrument's.

        Raises:
            ValueError: the strike, the expiry or the multiplier cannot be read.
        """
        key = (written, currency, described)
        try:
            return self._known[key]
        except KeyError:
            row = dict(zip(ATTRIBUTES, written, strict=True))
            found = self._build(row, currency, described=described)
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[key] = found
        return found

    def _build(
        self, row: Mapping[str, str], currency: str | None, *, described: bool
    ) -> Instrument | None:
        symbol = text(row.get("symbol"))
        numbers = _identifiers(row)
        if symbol is None:
            symbol = numbers.isin or numbers.cusip or numbers.conid
            if symbol is None:
                return None
        category = (text(row.get("assetCategory")) or "").upper()
        common = _Common(
            currency=currency,
            description=text(row.get("description")) if described else None,
            identifiers=numbers,
            listing_exchange=text(row.get("listingExchange")),
            multiplier=self._multiplier(row, category),
            multiplier_stated=bool(number(row.get("multiplier", ""))),
            issuer=text(row.get("issuer")),
            broker_specific={k: v for k in _KEPT_AS_WRITTEN if (v := row.get(k))} or None,
        )
        return self._shape(row, category, symbol, common)

    def _shape(
        self, row: Mapping[str, str], category: str, symbol: str, common: _Common
    ) -> Instrument:
        if category in _SIMPLE:
            return _SIMPLE[category](symbol=canonical_ticker(symbol), **common)
        if category == "CASH":
            return Forex(symbol=symbol.upper(), **common)
        if category in _BONDS:
            maturity = row.get("maturity") or row.get("expiry") or ""
            return Bond(symbol=symbol, maturity=self._clock.day(maturity), **common)
        return self._derivative(row, category, symbol, common)

    def _derivative(
        self, row: Mapping[str, str], category: str, symbol: str, common: _Common
    ) -> Instrument:
        derived = _Derived(
            underlying_symbol=_ticker(row.get("underlyingSymbol")),
            underlying_conid=identifier(row.get("underlyingConid")),
            expiry=self._clock.day(row.get("expiry", "")),
        )
        if category == "FUT":
            return Future(symbol=symbol, **derived, **common)
        right = _RIGHTS.get(row.get("putCall", "").strip().upper())
        strike = number(row.get("strike", ""))
        if category == "FOP":
            return FutureOption(symbol=symbol, right=right, strike=strike, **derived, **common)
        if category == "OPT":
            return _equity_option(symbol, right, strike, derived, common)
        self._check(category, symbol)
        return OtherInstrument(
            symbol=symbol, kind=category, right=right, strike=strike, **derived, **common
        )

    def _check(self, category: str, symbol: str) -> None:
        if not category:
            self._warn(
                "Rows name no kind of asset: what they hold is kept as of unknown kind. Add the "
                "field Asset Class to the Flex query."
            )
        elif category not in _OTHERS:
            self._novelty("value", "assetCategory", f"{category} ({symbol})")

    def _multiplier(self, row: Mapping[str, str], category: str) -> Decimal:
        stated = number(row.get("multiplier", "")) or None
        if category in _BONDS:
            # The price is in percent of the face value, the quantity is the face value, and the
            # stated multiplier is 1: a position of 2000 at 98.562 is worth 1971.24.
            return (stated or _ONE) * _PERCENT
        if stated is None and category in {"OPT", "FUT", "FOP"}:
            self._warn(
                "Options or futures come without their multiplier: 100 is taken for options on "
                "stocks, 1 for the others. Add the field Multiplier to the Flex query."
            )
            return _HUNDRED if category == "OPT" else _ONE
        return stated or _ONE


def _equity_option(
    symbol: str, right: Right | None, strike: Decimal | None, derived: _Derived, common: _Common
) -> EquityOption:
    """Name an option by its OSI symbol: the broker's own, else the one its parts make."""
    parts = parse_osi(symbol)
    if parts is not None:
        osi = osi_symbol(parts.root, parts.expiry, parts.right, parts.strike)
        right, strike = right or parts.right, parts.strike if strike is None else strike
        derived["expiry"] = derived["expiry"] or parts.expiry
    else:
        osi = _made_of_parts(derived, right, strike)
    # Elsewhere than in the USA several series share underlying, day and strike: there the symbol
    # that the parts make is a name, but no proof of identity.
    if osi is not None and (parts is not None or common["currency"] == "USD"):
        common["identifiers"] = replace(common["identifiers"], osi_symbol=osi)
    return EquityOption(symbol=osi or symbol, right=right, strike=strike, **derived, **common)


def _made_of_parts(derived: _Derived, right: Right | None, strike: Decimal | None) -> str | None:
    root = _NOT_IN_A_ROOT.sub("", (derived["underlying_symbol"] or "").upper())
    expiry = derived["expiry"]
    if not root or expiry is None or right is None or not strike or strike < 0:
        return None
    return osi_symbol(root, expiry, right, strike)


def _ticker(value: str | None) -> str | None:
    said = text(value)
    return None if said is None else canonical_ticker(said)


def _identifiers(row: Mapping[str, str]) -> Identifiers:
    own = {row.get("securityIDType", "").strip().upper(): identifier(row.get("securityID"))}
    return Identifiers(
        conid=identifier(row.get("conid")),
        cusip=identifier(row.get("cusip")) or own.get("CUSIP"),
        isin=identifier(row.get("isin")) or own.get("ISIN"),
        figi=identifier(row.get("figi")) or own.get("FIGI"),
        sedol=identifier(row.get("sedol")) or own.get("SEDOL"),
    )
