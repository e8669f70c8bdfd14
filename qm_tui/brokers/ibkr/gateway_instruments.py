"""The instrument that a contract of the gateway names: the same that a Flex row makes of it."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypedDict

from qm_tui.brokers.ibkr.gateway_numbers import BadRow, day, exact
from qm_tui.brokers.quoting import quoted
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
from qm_tui.domain.records import InstrumentInfo
from qm_tui.domain.words import Section

_SIMPLE: Mapping[str, type[Instrument]] = {"STK": Equity, "FUND": Fund, "CRYPTO": Crypto}
_BONDS = frozenset({"BOND", "BILL"})
_FUTURES = frozenset({"FUT", "CONTFUT", "FUT+CONTFUT"})
_RIGHTS = {"C": Right.CALL, "P": Right.PUT, "CALL": Right.CALL, "PUT": Right.PUT}
_LISTED_WHERE_TRADED = frozenset({"FUT", "FOP", "CONTFUT", "IND"})
"""Kinds for which `exchange` is where they are listed; for others it is only a route."""
_EXCHANGES = {"ISLAND": "NASDAQ"}
"""A former name that some versions of the gateway still use."""

_ONE = Decimal(1)
_HUNDRED = Decimal(100)
_PERCENT = Decimal("0.01")
_NOT_IN_A_ROOT = re.compile(r"[^A-Z0-9]")
_LONGEST = 500

_KEPT = (
    "industry", "category", "subcategory", "stockType", "validExchanges", "marketName",
    "timeZoneId", "priceMagnifier", "minTick", "contractMonth", "realExpirationDate",
    "lastTradeTime", "underSecType", "evRule", "bondType", "couponType", "coupon", "issueDate",
    "ratings", "nextOptionDate", "nextOptionType", "notes",
)  # fmt: skip
"""What details say beyond our fields, under the library's names."""
_SAYS_NOTHING = frozenset({"", "0", "None"})


class _Common(TypedDict):
    currency: str | None
    description: str | None
    identifiers: Identifiers
    listing_exchange: str | None
    multiplier: Decimal
    multiplier_stated: bool
    broker_specific: Mapping[str, str] | None


class _Derived(TypedDict):
    underlying_symbol: str | None
    underlying_conid: str | None
    expiry: dt.date | None


# The client library's classes are untyped for us (it is imported late): only attributes are used.
Contract = Any
Details = Any


def conid_of(contract: Contract) -> str | None:
    """Return the contract id as records carry it; None where there is none."""
    return str(contract.conId) if contract.conId else None


def instrument_of(
    contract: Contract, details: Details | None = None, details_at: str | None = None
) -> Instrument:
    """Return the instrument a contract names.

    Args:
        contract: of a position, a portfolio row, a fill or details; nothing of it is relied upon
            that only some of these fill in.
        details: what the gateway says of the contract when asked for its details.
        details_at: when it was asked (ISO), to be kept with what it said.

    Raises:
        BadRow: the contract has no name, or its day or multiplier cannot be read.
    """
    kind = (contract.secType or "").strip().upper()
    numbers = _identifiers(contract, details)
    if not (_said(contract.localSymbol) or _said(contract.symbol) or numbers.conid):
        raise BadRow(Section.INSTRUMENTS, "symbol", "", "the contract names no instrument")
    multiplier, stated = _multiplier(contract, kind)
    derivative = kind in {"OPT", "FOP"} or kind in _FUTURES
    common = _Common(
        currency=_said(contract.currency) and contract.currency.strip().upper(),
        # The long name of an option or a future is that of its underlying.
        description=None if derivative or details is None else _description(kind, details),
        identifiers=numbers,
        listing_exchange=_listing_exchange(contract, kind, details),
        multiplier=multiplier,
        multiplier_stated=stated,
        broker_specific=_kept(details, details_at, derivative=derivative),
    )
    return _shape(contract, kind, details, common)


def info_of(details: Details, at: str) -> InstrumentInfo:
    """Return an instrument described for its own sake, from the answer to a request for details.

    Raises:
        BadRow: the contract cannot be read.
    """
    return InstrumentInfo(account="", instrument=instrument_of(details.contract, details, at))


@dataclass(frozen=True, slots=True)
class _Known:
    written: tuple[object, ...]
    instrument: Instrument


class GatewayInstruments:
    """The instruments of one connection by contract id, each built once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], _Known] = {}
        self._details: dict[int, tuple[Details, str]] = {}
        self._listed_at: dict[int, str] = {}

    def of(self, contract: Contract) -> Instrument:
        """Return the instrument of a contract, with what was learned about it.

        Raises:
            BadRow: the contract cannot be read.
        """
        # The rows of one holding differ in what they fill in beside the id.
        place = (contract.conId, contract.primaryExchange)
        known = self._known.get(place)
        if known is not None and contract.conId and known.written == _written(contract):
            return known.instrument
        details, at = self._details.get(contract.conId, (None, None))
        found = instrument_of(contract, details, at)
        self._known[place] = _Known(_written(contract), found)
        return found

    def learn(self, details: Details, at: str) -> InstrumentInfo:
        """Keep what details say, for all instruments made from here on.

        Raises:
            BadRow: the contract cannot be read.
        """
        info = info_of(details, at)
        conid = details.contract.conId
        self._details[conid] = (details, at)
        for place in [place for place in self._known if place[0] == conid]:
            del self._known[place]
        return info

    def remember(self, held: Iterable[Instrument]) -> None:
        """Take over where instruments are listed that were described at another time."""
        for instrument in held:
            conid, exchange = instrument.identifiers.conid, instrument.listing_exchange
            if conid is not None and conid.isdecimal() and exchange:
                self._listed_at[int(conid)] = exchange

    def listed_at(self, conid: int) -> str | None:
        """Return where an instrument is listed, as far as remembered."""
        return self._listed_at.get(conid)

    def details(self, conid: int) -> Details | None:
        """Return what was learned about a contract."""
        return self._details.get(conid, (None, None))[0]


def _written(contract: Contract) -> tuple[object, ...]:
    return (
        contract.symbol, contract.secType, contract.localSymbol, contract.strike, contract.right,
        contract.lastTradeDateOrContractMonth, contract.multiplier, contract.currency,
    )  # fmt: skip


def _shape(contract: Contract, kind: str, details: Details | None, common: _Common) -> Instrument:
    symbol, local = _said(contract.symbol), _said(contract.localSymbol)
    conid = common["identifiers"].conid or ""
    if kind in _SIMPLE:
        return _SIMPLE[kind](symbol=canonical_ticker(symbol or local or conid), **common)
    if kind == "CASH":
        return Forex(symbol=_pair(symbol, local, common["currency"]) or conid, **common)
    if kind in _BONDS:
        named = (details and _said(details.descAppend)) or local or symbol or conid
        return Bond(symbol=named, maturity=_maturity(contract, details), **common)
    derived = _derived(contract, kind, details)
    if kind in _FUTURES:
        return Future(symbol=local or symbol or conid, **derived, **common)
    return _option(contract, kind, local or symbol or conid, derived, common)


def _option(
    contract: Contract, kind: str, symbol: str, derived: _Derived, common: _Common
) -> Instrument:
    right = _RIGHTS.get((contract.right or "").strip().upper())
    strike = exact(contract.strike) or None
    if kind == "OPT":
        return _equity_option(contract, right, strike, derived, common)
    if kind == "FOP":
        return FutureOption(symbol=symbol, right=right, strike=strike, **derived, **common)
    return OtherInstrument(
        symbol=symbol, kind=kind, right=right, strike=strike, **derived, **common
    )


def _equity_option(
    contract: Contract,
    right: Right | None,
    strike: Decimal | None,
    derived: _Derived,
    common: _Common,
) -> EquityOption:
    """Name an option by its OSI symbol: the one the contract bears, else what its parts make."""
    local = _said(contract.localSymbol)
    parts = parse_osi(local or "")
    if parts is not None:
        osi = osi_symbol(parts.root, parts.expiry, parts.right, parts.strike)
        right, strike = right or parts.right, strike if strike is not None else parts.strike
        derived["expiry"] = derived["expiry"] or parts.expiry
    else:
        osi = _made_of_parts(contract, derived["expiry"], right, strike, common["currency"])
    # Elsewhere than in the USA several series share underlying, day and strike: there the symbol
    # that the parts make is a name, but no proof of identity.
    if osi is not None and (parts is not None or common["currency"] == "USD"):
        common["identifiers"] = replace(common["identifiers"], osi_symbol=osi)
    name = osi or local or _said(contract.symbol) or common["identifiers"].conid or ""
    return EquityOption(symbol=name, right=right, strike=strike, **derived, **common)


def _made_of_parts(
    contract: Contract,
    expiry: dt.date | None,
    right: Right | None,
    strike: Decimal | None,
    currency: str | None,
) -> str | None:
    # The class tells an option with another deliverable (AAPL1) from the usual one; elsewhere
    # than in the USA it is a code that no statement shows.
    trading_class = _said(contract.tradingClass) if currency == "USD" else None
    root = _NOT_IN_A_ROOT.sub("", (trading_class or _said(contract.symbol) or "").upper())
    if not root or expiry is None or right is None or not strike or strike < 0:
        return None
    return osi_symbol(root, expiry, right, strike)


def _derived(contract: Contract, kind: str, details: Details | None) -> _Derived:
    # The symbol of an option on a future is the family's (ES); its underlying is one future (ESH4).
    under = details and _said(details.underSymbol)
    if under is None and kind not in {"FOP", "IND"}:
        under = _said(contract.symbol)
    return _Derived(
        underlying_symbol=canonical_ticker(under) if under else None,
        underlying_conid=str(details.underConId) if details and details.underConId else None,
        expiry=_day(contract, contract.lastTradeDateOrContractMonth or "", kind),
    )


def _maturity(contract: Contract, details: Details | None) -> dt.date | None:
    said = contract.lastTradeDateOrContractMonth or (details and details.maturity) or ""
    return _day(contract, said, "BOND")


def _day(contract: Contract, said: str, kind: str) -> dt.date | None:
    try:
        return day(said)
    except ValueError as error:
        if kind in {"OPT", "FOP"}:
            name = contract.localSymbol or contract.symbol
            raise BadRow(
                Section.INSTRUMENTS, "expiry", said, f"{error} ({quoted(str(name))})"
            ) from error
        return None


def _multiplier(contract: Contract, kind: str) -> tuple[Decimal, bool]:
    said = exact(contract.multiplier) or None
    if said is not None and said < 0:
        raise BadRow(Section.INSTRUMENTS, "multiplier", contract.multiplier, "it is negative")
    if kind in _BONDS:
        # As in statements: the price is in percent of the face value, the quantity is face value.
        return (said or _ONE) * _PERCENT, said is not None
    if said is None:
        return (_HUNDRED if kind == "OPT" else _ONE), False
    return said, True


def _pair(symbol: str | None, local: str | None, currency: str | None) -> str | None:
    if local and "." in local:
        return local.upper()
    if symbol and "." not in symbol and currency:
        return f"{symbol.upper()}.{currency}"
    return (symbol or local or "").upper() or None


def _listing_exchange(contract: Contract, kind: str, details: Details | None) -> str | None:
    described = details.contract if details is not None else None
    candidates = [contract.primaryExchange, described and described.primaryExchange]
    if kind in _LISTED_WHERE_TRADED:
        candidates += [contract.exchange, described and described.exchange]
    found = next((one for one in candidates if one and one not in {"SMART", "QBALGO"}), None)
    return _EXCHANGES.get(found, found) if found else None


def _identifiers(contract: Contract, details: Details | None) -> Identifiers:
    said = {(contract.secIdType or "").upper(): contract.secId}
    if details is not None:
        said |= {str(one.tag).upper(): one.value for one in details.secIdList or ()}
        said.setdefault("CUSIP", details.cusip)
    return Identifiers(
        conid=conid_of(contract),
        isin=_said(said.get("ISIN")),
        cusip=_said(said.get("CUSIP")),
        figi=_said(said.get("FIGI")),
        sedol=_said(said.get("SEDOL")),
    )


def _description(kind: str, details: Details) -> str | None:
    named = _said(details.descAppend) if kind in _BONDS else None
    return named or _said(details.longName)


def _kept(
    details: Details | None, details_at: str | None, *, derivative: bool
) -> Mapping[str, str] | None:
    if details is None:
        return None
    found = {name: _text(getattr(details, name, "")) for name in _KEPT}
    if derivative:
        found["longName"] = _text(details.longName)
    found["details_at"] = details_at or ""
    return {name: said for name, said in found.items() if said not in _SAYS_NOTHING} or None


def _text(value: object) -> str:
    if isinstance(value, float):
        number = exact(value)
        return "" if number is None else format(number, "f")
    return " ".join(str(value).split())[:_LONGEST]


def _said(value: object) -> str | None:
    """Return what a field says; None when it says nothing. Control characters are left away."""
    if value is None or value == "":
        return None
    said = "".join(c for c in str(value)[:_LONGEST] if c.isprintable()).strip()
    return said or None


def is_option(instrument: Instrument) -> bool:
    """Tell whether an instrument has Greeks."""
    return isinstance(instrument, (EquityOption, FutureOption))
