"""The one way in which exact numbers and times are written as text, to be stored or carried."""

import datetime as dt
from decimal import Decimal


def canonical(value: Decimal) -> str:
    """Write a decimal without exponent, trailing zeros or minus zero.

    Raises:
        ValueError: for NaN and the infinities.
    """
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    elif not value.is_finite():
        raise ValueError(f"{value} is not a number that can be stored")
    return "0" if text == "-0" else text


def utc_text(value: dt.datetime) -> str:
    """Write an aware time in UTC, `2024-03-15 20:00:00.000000`, which sorts.

    Raises:
        ValueError: for a time without zone.
    """
    if value.tzinfo is None:
        raise ValueError("a time without zone cannot be stored")
    utc = value if value.tzinfo is dt.UTC else value.astimezone(dt.UTC)
    return utc.isoformat(" ", "microseconds")[:26]
