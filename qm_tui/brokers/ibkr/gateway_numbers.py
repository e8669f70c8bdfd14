"""What the gateway's client library hands over as floats and text, to exact numbers and days."""

import datetime as dt
from decimal import Context, Decimal

from qm_tui.brokers.quoting import quoted
from qm_tui.domain.batches import RefusedRow

_ABSURD = 1e300
"""The protocol's "unset" is the largest double; nothing real is near it."""
_LONGEST_NUMBER = 60
_LARGEST_EXPONENT = 40
_ZERO = Decimal(0)
_WIDE = Context(prec=80)
_NARROW = Context(prec=28)


class BadRow(ValueError):  # noqa: N818 - it says what the row is
    """A row that cannot be read; the others are kept."""

    def __init__(self, section: str, field: str, text: object, reason: str) -> None:
        self.section = section
        self.field = field
        self.text = quoted(str(text))
        self.reason = reason
        super().__init__(f"{section}: {field} {self.text!r}: {reason}")

    def refused(self, row: int = 0) -> RefusedRow:
        """Return it as a batch tells it; `row` counts the rows of its answer."""
        return RefusedRow(
            section=self.section,
            document_row=row,
            field=self.field,
            text=self.text,
            reason=self.reason,
        )


def exact(value: object) -> Decimal | None:
    """Return a number exactly as it was sent; None for what the broker uses for "no value".

    Those are NaN, the infinities, the largest double and its like, and empty text. Text that is
    no number is no value either: account values are words as often as numbers.
    """
    match value:
        case bool() | None:
            return None
        case float():
            # NaN fails the comparison as well.
            return _plain(Decimal(repr(value))) if abs(value) < _ABSURD else None
        case int():
            return Decimal(value) if abs(value) < _ABSURD else None
        case Decimal():
            return _plain(value) if value.is_finite() and abs(value) < _ABSURD else None
        case str():
            return _written(value)
        case _:
            return None


def _written(value: str) -> Decimal | None:
    text = value.strip()
    if not text or len(text) > 400 or not text.isascii() or "_" in text:
        return None
    try:
        number = Decimal(text)
    except ArithmeticError:
        return None
    if not number.is_finite() or not number:
        return _ZERO if number == 0 else None
    if len(text) > _LONGEST_NUMBER or abs(number.adjusted()) > _LARGEST_EXPONENT:
        return None
    return number


def _plain(number: Decimal) -> Decimal:
    """Leave away the `.0` of a float that is whole, and the sign of its zero."""
    if not number:
        return _ZERO
    whole = number.to_integral_value() if abs(number.adjusted()) < 20 else number
    return whole if whole == number else number


def quotient(dividend: Decimal, divisor: Decimal) -> Decimal:
    """Divide to 28 significant digits."""
    return _NARROW.divide(dividend, divisor)


def product(*factors: Decimal) -> Decimal:
    """Multiply exactly, whatever the ambient precision is."""
    found = Decimal(1)
    for factor in factors:
        found = _WIDE.multiply(found, factor)
    return found


def day(text: str) -> dt.date | None:
    """Read `20261218`, also with a time behind it; None for a month (`202612`) and for nothing.

    Raises:
        ValueError: it is no day.
    """
    said = text.strip()[:8]
    if len(said) < 8:
        return None
    if not (said.isascii() and said.isdecimal()):
        raise ValueError("not a date")
    return dt.date(int(said[:4]), int(said[4:6]), int(said[6:]))
