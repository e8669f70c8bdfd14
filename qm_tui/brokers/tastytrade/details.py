"""What the rows of the instrument endpoints say beyond a symbol."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from qm_tui.brokers.tastytrade.answers import BadRow, Row
from qm_tui.brokers.tastytrade.shapes import Detail, Kind
from qm_tui.brokers.tastytrade.values import (
    as_json,
    day,
    flag,
    leftovers,
    needed_text,
    number,
    quotient,
    text,
)
from qm_tui.domain.exact import canonical
from qm_tui.domain.instruments import canonical_ticker

DELIVERABLE = "deliverable"
"""Kept of an option that delivers something unusual: units of its underlying per contract."""
DELIVERABLE_CASH = "deliverable-cash"
"""Kept beside it: money per contract."""
DELIVERABLES = "deliverables"
"""Kept beside it: all that a contract delivers, as the broker says it."""

OF_DELIVERY = frozenset({DELIVERABLE, DELIVERABLE_CASH, DELIVERABLES})

_LONGEST = 4_000
_HUNDRED = Decimal(100)
_EXCHANGES = {
    "XNAS": "NASDAQ", "XNYS": "NYSE", "ARCX": "ARCA", "XASE": "AMEX", "BATS": "BATS",
    "XCME": "CME", "XCBT": "CBOT", "XNYM": "NYMEX", "XCEC": "COMEX", "XCBF": "CFE",
}  # fmt: skip
"""Market identifier codes, to the names that the other broker uses."""
_KEPT = frozenset(
    {
        "instrument-type", "streamer-symbol", "cusip", "lendability", "borrow-rate", "is-etf",
        "is-closing-only", "is-options-closing-only", "is-illiquid", "is-index", "active",
        "halted-at", "stops-trading-at", "expires-at", "exercise-style", "settlement-type",
        "expiration-type", "option-chain-type", "shares-per-contract", "root-symbol",
        "option-root-symbol", "product-code", "product-group", "contract-size", "tick-size",
        "display-factor", "notional-value", "first-notice-date", "closing-only-date",
        "last-trade-date", "maturity-date", "roll-target-symbol", "exchange-symbol",
        "strike-factor", "is-fractional-quantity-eligible", "old-security-number",
        "instrument-sub-type", "country-of-incorporation", "country-of-taxation",
    }
)  # fmt: skip
"""What is kept of a row under the broker's names; the tables of tick sizes and the like are not."""


def detail_of(row: Row, kind: Kind) -> Detail:
    """Return what a row of an instrument endpoint says.

    Raises:
        BadRow: a number or a day cannot be read.
    """
    kept = dict(leftovers({name: row[name] for name in _KEPT & row.keys()}, ()) or {})
    multiplier = _multiplier(row, kind)
    if kind is Kind.EQUITY_OPTION:
        kept |= _unusual(row)
    if kind in {Kind.FUTURE, Kind.FUTURE_OPTION}:
        kept |= _of_product(row)
    derivative = kind in {Kind.EQUITY_OPTION, Kind.FUTURE, Kind.FUTURE_OPTION}
    return Detail(
        underlying=text(row, "underlying-symbol"),
        multiplier=multiplier,
        is_stated=multiplier is not None,
        expiry=day(row, "last-trade-date") or day(row, "expiration-date"),
        # The long name of an option or a future is that of its underlying.
        description=None if derivative else text(row, "description"),
        listing_exchange=_listing_exchange(row, kind),
        kept=kept,
    )


def _multiplier(row: Row, kind: Kind) -> Decimal | None:
    match kind:
        case Kind.FUTURE:
            return _positive(row, "notional-multiplier")
        case Kind.FUTURE_OPTION:
            # The field `multiplier` is 1 of all of them.
            value, factor = _positive(row, "notional-value"), _positive(row, "display-factor")
            if value is None or factor is None:
                return None
            return Decimal(canonical(quotient(value, factor)))
        case Kind.EQUITY_OPTION:
            # An adjusted contract delivers other numbers of shares; its price stays per hundredth.
            shares = _positive(row, "shares-per-contract")
            return shares if _is_standard(row) else None
        case _:
            return None


def _positive(row: Row, name: str) -> Decimal | None:
    value = number(row, name)
    if value is not None and value < 0:
        raise BadRow(name, str(value), "it is negative")
    return value or None


def _is_standard(row: Row) -> bool:
    said = (text(row, "option-chain-type") or "Standard").lower()
    return said == "standard"


def _listing_exchange(row: Row, kind: Kind) -> str | None:
    if kind in {Kind.FUTURE, Kind.FUTURE_OPTION}:
        said = text(row, "streamer-exchange-code") or text(row, "exchange")
    else:
        said = text(row, "listed-market")
    return None if said is None else _EXCHANGES.get(said, said)


def _of_product(row: Row) -> Mapping[str, str]:
    """Return what the product says that is nested in a future or an option on one."""
    for name in ("future-product", "future-option-product"):
        product = row.get(name)
        if isinstance(product, Mapping):
            found = {
                "product": text(product, "description"),
                "market-sector": text(product, "market-sector"),
            }
            cash = flag(product, "cash-settled")
            if cash is not None:
                found["cash-settled"] = "true" if cash else "false"
            return {key: said for key, said in found.items() if said}
    return {}


# --- what options deliver ----------------------------------------------------------------------


def _unusual(row: Row) -> Mapping[str, str]:
    """Return what an option delivers, where that is not a hundred shares of its underlying."""
    delivered = delivered_of(row)
    if delivered:
        return delivered
    shares = _positive(row, "shares-per-contract")
    if shares is None or shares == _HUNDRED:
        return {}  # of an adjusted one that is no word on what it delivers
    return {DELIVERABLE: canonical(shares)}


def delivered_of(row: Row) -> Mapping[str, str]:
    """Return what the contracts of a row deliver, as the row lists it; nothing that is usual.

    Raises:
        BadRow: an amount cannot be read.
    """
    listed = row.get(DELIVERABLES)
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        return {}
    parts = [one for one in listed if isinstance(one, Mapping)]
    under = canonical_ticker(text(row, "underlying-symbol") or "")
    shares = cash = Decimal(0)
    others = 0
    for one in parts:
        amount = number(one, "amount") or Decimal(0)
        kind = (text(one, "deliverable-type") or "").lower()
        symbol = canonical_ticker(text(one, "symbol") or "")
        if kind == "shares" and symbol in {"", under}:
            shares += amount
        elif "cash" in kind:
            cash += amount
        else:
            others += 1
    if not parts or (shares == _HUNDRED and not cash and not others):
        return {}
    found = {DELIVERABLES: as_json(list(parts), _LONGEST)}
    if not others:
        found[DELIVERABLE] = canonical(shares)
        if cash:
            found[DELIVERABLE_CASH] = canonical(cash)
    return found


def product_multiplier(row: Row) -> tuple[str, Decimal]:
    """Return the code of a kind of future, and its multiplier.

    Raises:
        BadRow: one of them is missing, or cannot be read.
    """
    code = needed_text(row, "code")
    multiplier = _positive(row, "notional-multiplier")
    if multiplier is None:
        raise BadRow("notional-multiplier", "", "it is missing")
    return code, multiplier
