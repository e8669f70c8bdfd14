"""How the broker and its feed of prices write symbols, and how we do.

Source: the broker's guide to its symbology; OCC Options Symbology Initiative.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from qm_tui.domain.exact import canonical
from qm_tui.domain.instruments import OsiParts, Right, canonical_ticker

_FUTURE = r"[A-Z0-9]{1,4}?[FGHJKMNQUVXZ]\d"
_OUTRIGHT = re.compile(rf"/?({_FUTURE}\d?)")
_PRODUCT = re.compile(r"/?([A-Z0-9]{1,4}?)[FGHJKMNQUVXZ]\d\d?")
# `./ESZ6 E3AX6 261120P5800`, but `./RTYM1RTOM1 210618C2460`: the parts have places, not gaps.
_OPTION = re.compile(
    rf"\./({_FUTURE}) *([A-Z0-9]+?) *(\d\d)(\d\d)(\d\d)([CP])(\d{{1,9}}(?:\.\d{{1,9}})?)"
)
_SERIES = re.compile(r"(.*[FGHJKMNQUVXZ])(\d)")
_PAIR = re.compile(r"([A-Z0-9]{2,10})/([A-Z]{3,4})")
_CRYPTO_FEED = "CXTALP"

_WEEKLY_ROOTS = {
    "SPXW": "SPX", "SPXPM": "SPX", "NDXP": "NDX", "RUTW": "RUT", "VIXW": "VIX", "MRUT": "MRUT",
    "XSP": "XSP", "DJX": "DJX", "BRKB": "BRK B", "BFB": "BF B",
}  # fmt: skip
"""Roots of options that are not their underlying's ticker."""


class Product(NamedTuple):
    """A kind of future: what a contract is a multiple of, and the exchange as the feed names it."""

    multiplier: Decimal
    feed: str


def _products(feed: str, multipliers: str) -> dict[str, Product]:
    pairs = (pair.split("=") for pair in multipliers.split())
    return {code: Product(Decimal(said), feed) for code, said in pairs}


PRODUCTS: Mapping[str, Product] = {
    **_products(
        "XCME",
        "ES=50 MES=5 NQ=20 MNQ=2 RTY=50 M2K=5 6A=100000 6B=62500 6C=100000 6E=125000 6J=12500000 "
        "6S=125000 6N=100000 6M=500000 M6A=10000 M6B=6250 M6E=12500 HE=400 LE=400 GF=500 BTC=5 "
        "MBT=0.1 ETH=50 MET=0.1 SR3=2500 GE=2500",
    ),
    **_products(
        "XCBT",
        "YM=5 MYM=0.5 ZB=1000 UB=1000 ZN=1000 TN=1000 ZF=1000 ZT=2000 ZC=50 ZS=50 ZW=50 ZL=600 "
        "ZM=100 KE=50 XC=10 XK=10 XW=10",
    ),
    **_products("XNYM", "CL=1000 MCL=100 QM=500 NG=10000 QG=2500 MNG=1000 HO=42000 RB=42000"),
    **_products(
        "XCEC", "GC=100 MGC=10 QO=50 SI=5000 SIL=1000 QI=2500 HG=25000 MHG=2500 QC=12500 PL=50"
    ),
    **_products("XCBF", "VX=1000 VXM=100"),
}
"""What the exchanges' contract specifications say of futures that are traded much.

It stands in for the broker's own word where that is missing: of contracts long expired.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FutureOptionParts:
    """What the broker's symbol of an option on a future says."""

    future: str
    """`ESZ6`"""
    series: str
    """`E3AX6`"""
    expiry: dt.date
    right: Right
    strike: Decimal

    @property
    def symbol(self) -> str:
        """`E3AX6 P5800`, as the exchange and Interactive Brokers write it."""
        return f"{self.series} {self.right.value}{canonical(self.strike)}"


def parse_future_option(symbol: str) -> FutureOptionParts | None:
    """Read `./ESZ6 E3AX6 261120P5800`; None when it is no option on a future."""
    match = _OPTION.fullmatch(symbol.strip().upper())
    if match is None:
        return None
    try:
        expiry = dt.date(2000 + int(match[3]), int(match[4]), int(match[5]))
    except ValueError:
        return None
    return FutureOptionParts(
        future=match[1],
        series=match[2],
        expiry=expiry,
        right=Right(match[6]),
        strike=Decimal(match[7]),
    )


def future_of(symbol: str) -> str | None:
    """Return `ESZ6` of `/ESZ6`; None when it is no future."""
    match = _OUTRIGHT.fullmatch(symbol.strip().upper())
    return match[1] if match else None


def product_of(symbol: str) -> str | None:
    """Return `ES` of `/ESZ6` or `ESZ6`."""
    match = _PRODUCT.fullmatch(symbol.strip().upper())
    return match[1] if match else None


def pair_of(symbol: str) -> tuple[str, str] | None:
    """Return `BTC` and `USD` of `BTC/USD`."""
    match = _PAIR.fullmatch(symbol.strip().upper())
    return (match[1], match[2]) if match else None


def underlying_of_root(root: str) -> str:
    """Return the ticker of what the options of a root are written on.

    Roots of adjusted options end with a digit: those of USO1 deliver USO.
    """
    plain = root.rstrip("0123456789") or root
    return canonical_ticker(_WEEKLY_ROOTS.get(plain, plain))


# --- the feed's symbols ------------------------------------------------------------------------


def streamed_option(parts: OsiParts) -> str:
    """Write an option as the feed does: `.SPY261218P602.5`."""
    strike = canonical(parts.strike)
    return f".{parts.root}{parts.expiry:%y%m%d}{parts.right.value}{strike}"


def streamed_future(symbol: str, expiry: dt.date | None, feed: str | None) -> str | None:
    """Write a future as the feed does: `/ESZ26:XCME`; None where its year is not known."""
    series = _with_decade(symbol.removeprefix("/"), expiry)
    return f"/{series}:{feed}" if series and feed else None


def streamed_future_option(parts: FutureOptionParts, feed: str | None) -> str | None:
    """Write an option on a future as the feed does: `./E3AX26P5800:XCME`."""
    series = _with_decade(parts.series, parts.expiry)
    if series is None or feed is None:
        return None
    return f"./{series}{parts.right.value}{canonical(parts.strike)}:{feed}"


def streamed_pair(symbol: str) -> str:
    """Write a digital asset as the feed does: `BTC/USD:CXTALP`."""
    return f"{symbol}:{_CRYPTO_FEED}"


def _with_decade(series: str, expiry: dt.date | None) -> str | None:
    """Write `ESZ6` with both digits of its year; a contract may end in the year before its name."""
    match = _SERIES.fullmatch(series)
    if match is None or expiry is None:
        return None
    years = (expiry.year, expiry.year + 1, expiry.year - 1)
    year = next((one for one in years if one % 10 == int(match[2])), None)
    return None if year is None else f"{match[1]}{year % 100:02d}"
