"""What the gateway says of prices and Greeks, as records."""

import datetime as dt
from decimal import Decimal
from typing import Any

from qm_tui.brokers.ibkr.gateway_instruments import instrument_of
from qm_tui.brokers.ibkr.gateway_numbers import exact, quotient
from qm_tui.domain.instruments import (
    Derivative,
    EquityOption,
    Instrument,
)
from qm_tui.domain.records import Greeks, Quote

SOURCE = "ibkr"

_DELAYED = frozenset({3, 4})
"""Market data types: 1 live, 2 frozen at the close, 3 delayed, 4 delayed and frozen."""
_NO_PRICE = Decimal(-1)
_NOT_COMPUTED = Decimal(-2)

# The client library's classes are untyped for us (it is imported late): only attributes are used.
Ticker = Any


def is_delayed(ticker: Ticker) -> bool:
    """Tell whether what a ticker shows comes late."""
    return ticker.marketDataType in _DELAYED


def quote_of(
    ticker: Ticker, as_of: dt.datetime, instrument: Instrument | None = None
) -> Quote | None:
    """Return the prices of a ticker; None while there is none.

    Args:
        ticker: of one contract.
        as_of: when it was so.
        instrument: of that contract, where the caller knows it.

    Raises:
        BadRow: the contract cannot be read.
    """
    quoted = instrument or instrument_of(ticker.contract)
    magnifier = _magnifier(quoted)
    prices = (
        _offered(ticker.bid, ticker.bidSize, quoted),
        _offered(ticker.ask, ticker.askSize, quoted),
        _traded(ticker.last, quoted),
        _traded(ticker.close, quoted),
    )
    if all(price is None for price in prices):
        return None
    bid, ask, last, close = (_per_unit(price, magnifier) for price in prices)
    return Quote(
        account="",
        instrument=quoted,
        as_of=as_of,
        bid=bid,
        ask=ask,
        last=last,
        close=close,
        delayed=is_delayed(ticker),
    )


def greeks_of(
    ticker: Ticker, as_of: dt.datetime, instrument: Instrument | None = None
) -> Greeks | None:
    """Return the Greeks by the broker's model; None while it computed none.

    The broker's are in our units: theta a calendar day, vega a point of volatility.

    Raises:
        BadRow: the contract cannot be read.
    """
    model = ticker.modelGreeks
    if model is None:
        return None
    delta, gamma = _greek(model.delta), _greek(model.gamma)
    theta, vega = _greek(model.theta), _greek(model.vega)
    volatility = _positive(model.impliedVol)
    if delta is None and gamma is None and theta is None and vega is None and volatility is None:
        return None
    return Greeks(
        account="",
        instrument=instrument or instrument_of(ticker.contract),
        as_of=as_of,
        delta=delta,
        gamma=gamma,
        theta=theta,
        vega=vega,
        implied_volatility=volatility,
        underlying_price=_positive(model.undPrice),
        option_price=_price(model.optPrice),
        source=SOURCE,
        delayed=is_delayed(ticker),
    )


def _offered(price: object, size: object, quoted: Instrument) -> Decimal | None:
    """Return a bid or an ask; -1, and 0 without size, mean that there is none."""
    number, units = exact(price), exact(size)
    if number is None or (number in {0, _NO_PRICE} and not units):
        return None
    return None if number < 0 and not _may_be_negative(quoted) else number


def _traded(price: object, quoted: Instrument) -> Decimal | None:
    """Return a last or closing price; 0 and -1 mean that there is none."""
    number = exact(price)
    if not number or number == _NO_PRICE or (number < 0 and not _may_be_negative(quoted)):
        return None
    return number


def _may_be_negative(quoted: Instrument) -> bool:
    """Tell whether it can cost less than nothing, as a future on oil once did."""
    return isinstance(quoted, Derivative) and not isinstance(quoted, EquityOption)


def _magnifier(quoted: Instrument) -> Decimal | None:
    """Return by how much market data are larger than prices in the currency (pence: 100)."""
    said = exact((quoted.broker_specific or {}).get("priceMagnifier"))
    return said if said is not None and said > 1 else None


def _per_unit(price: Decimal | None, magnifier: Decimal | None) -> Decimal | None:
    return price if price is None or magnifier is None else quotient(price, magnifier)


def _greek(value: object) -> Decimal | None:
    number = exact(value)
    return None if number == _NOT_COMPUTED else number


def _price(value: object) -> Decimal | None:
    number = exact(value)
    return None if number is None or number < 0 else number


def _positive(value: object) -> Decimal | None:
    number = exact(value)
    return None if number is None or number <= 0 else number
