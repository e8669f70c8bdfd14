"""What the history of the API and an export have in common, though only one of them has ids."""

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal

_CENTS = Decimal(100)
_MINUTES = len("2026-11-20T15:30")
_OSI = 21
_ADJUSTED = re.compile(r"([A-Z]+)\d *(\d{6}[CP]\d{8})")


def likeness(
    kind: str,
    what: str,
    moment: dt.datetime | dt.date,
    symbol: str,
    quantity: Decimal | None,
    value: Decimal | None,
) -> str:
    """Return what is equal wherever one transaction is told; equal ones may still be two.

    Args:
        kind: the type of transaction, as it is written.
        what: what was done, as far as every source says it: `buy`, `sell`, `expiration`.
        moment: counted to its minute, since old exports have no seconds. Only the day is known
            where it is a date.
        symbol: the instrument's symbol in our records; empty without one. The digit of an adjusted
            option (`USO1`) does not count: not every export knows it.
        quantity: its sign does not count: removals have none.
        value: signed, before commission and fees, counted in cents.
    """
    when = (
        moment.astimezone(dt.UTC).isoformat(timespec="minutes")[:_MINUTES]
        if isinstance(moment, dt.datetime)
        else moment.isoformat()
    )
    cents = _whole(value * _CENTS) if value else 0
    units = f"{abs(quantity).normalize():f}" if quantity else "0"
    if len(symbol) == _OSI and (adjusted := _ADJUSTED.fullmatch(symbol)) is not None:
        symbol = f"{adjusted[1]:<6}{adjusted[2]}"
    return f"{when}|{kind.casefold()}|{what}|{symbol}|{units}|{cents}"


def _whole(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_HALF_UP))
