"""What the history of the API and an export have in common, though only one of them has ids."""

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

_CENTS = Decimal(100)
_OSI = 21
_CLOCK = tuple(f"T{hour:02}:{minute:02}" for hour in range(24) for minute in range(60))
_REMEMBERED = 4_096
"""Days and quantities: a hundred thousand transactions have few of them."""
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
    if isinstance(moment, dt.datetime):
        at = moment if moment.tzinfo is dt.UTC else moment.astimezone(dt.UTC)
        when = _day(at.date()) + _CLOCK[at.hour * 60 + at.minute]
    else:
        when = _day(moment)
    cents = _whole(value * _CENTS) if value else 0
    units = _units(quantity) if quantity else "0"
    if len(symbol) == _OSI and (adjusted := _ADJUSTED.fullmatch(symbol)) is not None:
        symbol = f"{adjusted[1]:<6}{adjusted[2]}"
    return f"{when}|{kind.casefold()}|{what}|{symbol}|{units}|{cents}"


@lru_cache(maxsize=_REMEMBERED)
def _day(day: dt.date) -> str:
    return day.isoformat()


@lru_cache(maxsize=_REMEMBERED)
def _units(quantity: Decimal) -> str:
    return f"{abs(quantity).normalize():f}"


def _whole(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_HALF_UP))
