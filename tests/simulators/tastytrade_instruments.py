"""What the broker says of instruments, with all the fields its own clients want."""

import datetime as dt
import re
from decimal import Decimal

from tests.simulators.tastytrade_rows import Row, moment

_OCC = re.compile(r"(?P<root>.{6})(?P<day>\d{6})(?P<right>[CP])(?P<strike>\d{8})")
_FUTURE_OPTION = re.compile(
    r"\./(?P<future>\w+) (?P<root>\w+)(?P<month>[A-Z]\d) "
    r"(?P<day>\d{6})(?P<right>[CP])(?P<strike>[\d.]+)"
)
_CLOSE = dt.time(21, tzinfo=dt.UTC)


def kind_of(symbol: str) -> str:
    """The instrument type that a symbol has by its form."""
    if symbol.startswith("./"):
        return "Future Option"
    if symbol.startswith("/"):
        return "Future"
    if "/" in symbol:
        return "Cryptocurrency"
    return "Equity Option" if _OCC.fullmatch(symbol) else "Equity"


def underlying_of(symbol: str) -> str:
    """What a symbol is of, by its form."""
    match kind_of(symbol):
        case "Equity Option":
            root = symbol[:6].strip()
            return {"SPXW": "SPX"}.get(root, root.rstrip("0123456789"))
        case "Future Option":
            return symbol[1:].split(" ", maxsplit=1)[0]
        case _:
            return symbol


def named(symbol: str) -> Row:
    """The three fields by which rows name an instrument."""
    return {
        "symbol": symbol,
        "instrument-type": kind_of(symbol),
        "underlying-symbol": underlying_of(symbol),
    }


def _number(symbol: str) -> int:
    return sum(ord(letter) << 5 * i for i, letter in enumerate(symbol)) % 1_000_000


def equity(symbol: str, description: str, *, etf: bool = False, index: bool = False) -> Row:
    """A stock, a fund, or an index."""
    return {
        "id": _number(symbol),
        "symbol": symbol,
        "instrument-type": "Equity",
        "cusip": f"{_number(symbol):09d}",
        "short-description": description[:20],
        "description": description,
        "is-index": index,
        "is-etf": etf,
        "listed-market": "ARCX" if etf else "XNAS",
        "lendability": "Easy To Borrow",
        "borrow-rate": "0.0",
        "market-time-instrument-collection": "Equity",
        "is-closing-only": False,
        "is-options-closing-only": False,
        "active": True,
        "is-fractional-quantity-eligible": True,
        "is-illiquid": False,
        "streamer-symbol": symbol,
        "country-of-incorporation": "US",
        "tick-sizes": [{"value": "0.0001", "threshold": "1.0"}, {"value": "0.01"}],
    }


def option(symbol: str, *, shares: int = 100, standard: bool = True) -> Row:
    """An option on a stock or an index, from its OCC symbol."""
    found = _OCC.fullmatch(symbol)
    assert found, symbol
    root, right = found["root"].strip(), found["right"]
    day = dt.datetime.strptime(found["day"], "%y%m%d").replace(tzinfo=dt.UTC).date()
    strike = (Decimal(found["strike"]) / 1000).normalize()
    cash = underlying_of(symbol) == "SPX"
    ends = moment(dt.datetime.combine(day, _CLOSE))
    return {
        **named(symbol),
        "active": True,
        "listed-market": "OTC",
        "strike-price": f"{strike:f}",
        "root-symbol": root,
        "expiration-date": day.isoformat(),
        "exercise-style": "European" if cash else "American",
        "shares-per-contract": shares,
        "option-type": right,
        "option-chain-type": "Standard" if standard else "Non-standard",
        "expiration-type": "Regular",
        "settlement-type": "PM",
        "stops-trading-at": ends,
        "expires-at": ends,
        "market-time-instrument-collection": "Equity Option",
        "days-to-expiration": 28,
        "is-closing-only": False,
        "streamer-symbol": f".{root}{day:%y%m%d}{right}{strike:f}",
    }


def deliverable(symbol: str | None, amount: str, kind: str = "Shares") -> Row:
    """What one contract of an adjusted option delivers: shares, or cash."""
    return {
        "id": _number(f"{symbol}{amount}"),
        "root-symbol": f"{symbol}1",
        "deliverable-type": kind,
        "description": f"{amount} {symbol or 'USD'}",
        "amount": amount,
        "percent": "100",
        "symbol": symbol,
        "instrument-type": "Equity" if symbol else None,
    }


def future(symbol: str, expires: dt.date, *, multiplier: str = "50.0", tick: str = "0.25") -> Row:
    """A future, e.g. /ESZ6."""
    code = symbol[1:-2]
    ends = moment(dt.datetime.combine(expires, dt.time(14, 30), dt.UTC))
    return {
        "symbol": symbol,
        "instrument-type": "Future",
        "product-code": code,
        "contract-size": "1.0",
        "tick-size": tick,
        "notional-multiplier": multiplier,
        "main-fraction": "0.0",
        "sub-fraction": "0.0",
        "display-factor": "0.01",
        "last-trade-date": expires.isoformat(),
        "expiration-date": expires.isoformat(),
        "closing-only-date": expires.isoformat(),
        "active": True,
        "active-month": True,
        "next-active-month": False,
        "is-closing-only": False,
        "stops-trading-at": ends,
        "expires-at": ends,
        "product-group": "CME_ES",
        "exchange": "CME",
        "roll-target-symbol": None,
        "streamer-exchange-code": "XCME",
        "streamer-symbol": f"/{code}{symbol[-2]}2{symbol[-1]}:XCME",
        "back-month-first-calendar-symbol": True,
        "is-tradeable": True,
        "future-product": {
            "root-symbol": f"/{code}",
            "code": code,
            "description": "E Mini S&P",
            "exchange": "CME",
            "product-type": "Physical",
            "listed-months": ["H", "M", "U", "Z"],
            "active-months": ["H", "M", "U", "Z"],
            "notional-multiplier": multiplier,
            "tick-size": tick,
            "display-factor": "0.01",
            "streamer-exchange-code": "XCME",
            "small-notional": False,
            "back-month-first-calendar-symbol": True,
            "first-notice": False,
            "cash-settled": True,
            "market-sector": "Equity Index",
            "clearing-code": code,
            "clearing-exchange-code": "16",
            "roll": {
                "name": "equity_index",
                "active-count": 3,
                "cash-settled": True,
                "business-days-offset": 4,
                "first-notice": False,
            },
        },
    }


def future_option(symbol: str, *, multiplier: str = "50.0") -> Row:
    """An option on a future, e.g. ./ESZ6 EW4X6 261127P5800."""
    found = _FUTURE_OPTION.fullmatch(symbol)
    assert found, symbol
    day = dt.datetime.strptime(found["day"], "%y%m%d").replace(tzinfo=dt.UTC).date()
    ends = moment(dt.datetime.combine(day, _CLOSE))
    code, month = found["future"][:-2], found["month"]
    return {
        **named(symbol),
        "product-code": code,
        "expiration-date": day.isoformat(),
        "root-symbol": f"/{code}",
        "option-root-symbol": found["root"],
        "strike-price": found["strike"],
        "exchange": "CME",
        "exchange-symbol": f"{found['root']}{month} {found['right']}{found['strike']}",
        "streamer-symbol": (
            f"./{found['root']}{month[0]}2{month[1]}{found['right']}{found['strike']}:XCME"
        ),
        "option-type": found["right"],
        "exercise-style": "European",
        "is-vanilla": True,
        "is-primary-deliverable": True,
        "future-price-ratio": "1.0",
        "multiplier": "1.0",
        "underlying-count": "1.0",
        "is-confirmed": True,
        "notional-value": str(Decimal(multiplier) / 100),
        "display-factor": "0.01",
        "security-exchange": "2",
        "sx-id": "0",
        "settlement-type": "Future",
        "strike-factor": "1.0",
        "maturity-date": day.isoformat(),
        "is-exercisable-weekly": True,
        "last-trade-time": "0",
        "days-to-expiration": 7,
        "is-closing-only": False,
        "active": True,
        "stops-trading-at": ends,
        "expires-at": ends,
    }


def crypto(symbol: str, description: str) -> Row:
    """A cryptocurrency, e.g. BTC/USD."""
    venue = {"id": 1, "symbol": symbol, "destination-venue": "CRYPTO_A", "routable": True}
    return {
        "id": _number(symbol),
        "symbol": symbol,
        "instrument-type": "Cryptocurrency",
        "short-description": description,
        "description": f"{description} to USD",
        "is-closing-only": False,
        "active": True,
        "tick-size": "0.01",
        "streamer-symbol": f"{symbol}:CXTALP",
        "destination-venue-symbols": [venue],
    }
