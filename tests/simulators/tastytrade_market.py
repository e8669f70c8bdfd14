"""What the market is in: prices and Greeks of a symbol, as events of DXLink say them."""

import json
import time
from dataclasses import dataclass, field, replace
from typing import Any

Number = float | None
"""None is what nobody knows: NaN on the wire."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GreekValues:
    """Of an option."""

    price: Number = 13.2
    volatility: Number = 0.21
    delta: Number = 0.55
    gamma: Number = 0.01
    theta: Number = -0.12
    rho: Number = 0.1
    vega: Number = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """One symbol."""

    bid: Number = 10.0
    ask: Number = 10.1
    bid_size: Number = 5.0
    ask_size: Number = 7.0
    last: Number = 10.05
    last_size: Number = 1.0
    change: Number = 0.05
    volume: Number = 1000.0
    day_open: Number = 10.0
    day_high: Number = 10.2
    day_low: Number = 9.9
    day_close: Number = None
    prev_close: Number = 10.0
    open_interest: int = 0
    greeks: GreekValues | None = None
    """None: there are none, and nothing is said of them."""
    extra: dict[str, Any] = field(default_factory=dict)
    """Fields of events that are said in place of the right ones, by their names there."""

    def with_greeks(self, **new: Number) -> "Market":
        """The same with other Greeks."""
        return replace(self, greeks=replace(self.greeks or GreekValues(), **new))


_QUOTE = {"bidPrice": "bid", "askPrice": "ask", "bidSize": "bid_size", "askSize": "ask_size"}
_TRADE = {"price": "last", "size": "last_size", "change": "change", "dayVolume": "volume"}
_SUMMARY = {
    "dayOpenPrice": "day_open",
    "dayHighPrice": "day_high",
    "dayLowPrice": "day_low",
    "dayClosePrice": "day_close",
    "prevDayClosePrice": "prev_close",
    "openInterest": "open_interest",
}
_PRICES = {"Quote": _QUOTE, "Trade": _TRADE, "TradeETH": _TRADE, "Summary": _SUMMARY}
_GREEKS = ("price", "volatility", "delta", "gamma", "theta", "rho", "vega")

EVENTS = (*_PRICES, "Greeks")
"""The kinds that are said; subscriptions to others are taken and stay without an answer."""

_CONSTANT: dict[str, Any] = {
    "eventTime": 0,
    "sequence": 0,
    "timeNanoPart": 0,
    "bidExchangeCode": "Q",
    "askExchangeCode": "Q",
    "exchangeCode": "Q",
    "dayId": 20777,
    "prevDayId": 20776,
    "tickDirection": "UP",
    "extendedTradingHours": False,
    "dayCloseProceType": "REGULAR",
    "dayClosePriceType": "REGULAR",
    "prevDayClosePriceType": "FINAL",
    "eventFlags": 0,
    "index": 7_000_000_000_000_000_001,
    "dayTurnover": 10_000.0,
    "prevDayVolume": 900.0,
}


def event(kind: str, symbol: str, market: Market) -> dict[str, Any] | None:
    """All fields of an event by name; None: there is none of this symbol."""
    fields: dict[str, Any] = {"eventType": kind, "eventSymbol": symbol, **_CONSTANT}
    now = int(time.time() * 1000)
    fields |= {"time": now, "bidTime": now, "askTime": now}
    if kind == "Greeks":
        if market.greeks is None:
            return None
        fields |= {name: _said(getattr(market.greeks, name)) for name in _GREEKS}
    elif kind in _PRICES:
        fields |= {said: _said(getattr(market, name)) for said, name in _PRICES[kind].items()}
    else:
        return None
    return fields | market.extra


def _said(number: Number) -> Any:
    return "NaN" if number is None else number


def compact(fields: dict[str, Any], names: list[str]) -> list[Any]:
    """The values of an event in the order of names."""
    return [fields.get(name, "NaN") for name in names]


def dumped(message: Any) -> str:
    """JSON as DXLink writes it, without blanks."""
    return json.dumps(message, separators=(",", ":"))
