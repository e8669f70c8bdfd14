"""How numbers and times are written: the only rounding, and the only local time."""

import datetime as dt
import math
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal

from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.numerals import PLAIN_NUMERALS, Numerals

UNKNOWN = Cell("—", Tone.MUTED)
HIDDEN = Cell("••••", Tone.MUTED)

_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
"""Wide enough that nothing is rounded but where it is meant to be."""
_POINT_AT = 4
"""Digits right of the point for which quantities and prices leave room."""
_FAINT_BELOW = 10
"""A gain of so little money hardly matters, in any currency one pays coffee in."""
_STRONG_FROM = 10_000
"""A gain of so much is what one looks for."""
_MANY_WEEKS = 105
"""From so many on, years say more."""
_YEAR = 365.25 * 86_400
_STEPS = ((60, 1, "s"), (3600, 60, "min"), (86_400, 3600, "h"), (14 * 86_400, 86_400, "d"))


@dataclass(slots=True, kw_only=True)
class Format:
    """Writes values as cells. Unknown is `—`; hidden amounts are `••••`."""

    zone: dt.tzinfo
    hidden: bool = False
    """Amounts and quantities are not shown; prices and dates are public and are."""
    numerals: Numerals = PLAIN_NUMERALS
    """How digits are grouped and where the point is."""

    def amount(self, value: Decimal | None) -> Cell:
        """Money with two digits: `1,234.50`; that it was paid is nothing to be alarmed at."""
        if value is None or self.hidden:
            return UNKNOWN if value is None else HIDDEN
        return Cell(self._grouped(value, 2))

    def money(self, value: Decimal | None) -> Cell:
        """The same for what one has; less than nothing stands out."""
        cell = self.amount(value)
        return Cell(cell.text, Tone.NEGATIVE) if cell.text.startswith("-") else cell

    def gain(self, value: Decimal | None) -> Cell:
        """A gain or loss, with its sign: `+12.00`."""
        if value is None or self.hidden:
            return UNKNOWN if value is None else HIDDEN
        text, size = grouped(value, 2), abs(value)
        strength = (size >= _STRONG_FROM) - (size < _FAINT_BELOW)
        if text == "0.00":
            return Cell(self._written(text), strength=strength)
        if text.startswith("-"):
            return Cell(self._written(text), Tone.NEGATIVE, strength)
        return Cell(self._written(f"+{text}"), Tone.POSITIVE, strength)

    def quantity(self, value: Decimal | None) -> Cell:
        """Exact, without trailing zeros, the point always in the same place."""
        if value is None or self.hidden:
            return UNKNOWN if value is None else HIDDEN
        tone = Tone.NEGATIVE if value < 0 else Tone.PLAIN
        return Cell(self._written(_at_the_point(exact(value))), tone)

    def price(self, value: Decimal | None) -> Cell:
        """Per unit: two digits at least, four at most, six below one."""
        if value is None:
            return UNKNOWN
        digits = 6 if abs(value) < 1 else 4
        whole, _, fraction = grouped(value, digits).partition(".")
        text = f"{whole}.{fraction.rstrip('0').ljust(2, '0')}"
        tone = Tone.NEGATIVE if value < 0 else Tone.PLAIN
        return Cell(self._written(_at_the_point(text)), tone)

    def decimal(self, value: Decimal | None, *, digits: int) -> Cell:
        """A number that is public, with so many digits."""
        if value is None:
            return UNKNOWN
        return Cell(self._grouped(value, digits), Tone.NEGATIVE if value < 0 else Tone.PLAIN)

    def percent(self, value: Decimal | None, *, digits: int = 1) -> Cell:
        """A share of a whole, told as a fraction: 0.125 is `12.5 %`; it hides no amount."""
        if value is None:
            return UNKNOWN
        text = f"{self._grouped(value.scaleb(2, context=_EXACT), digits)} %"
        return Cell(text, Tone.NEGATIVE if text.startswith("-") else Tone.PLAIN)

    def change(self, value: Decimal | None, *, digits: int = 2) -> Cell:
        """By how much something rose or fell, told as a fraction: `+1.25 %`."""
        cell = self.percent(value, digits=digits)
        if not any(digit in cell.text for digit in "123456789") or cell.tone is Tone.NEGATIVE:
            return cell
        return Cell(f"+{cell.text}", Tone.POSITIVE)

    def exactly(self, value: Decimal) -> str:
        """Every digit there is, for a sentence."""
        return self._written(exact(value))

    def number(self, value: int) -> str:
        """How many: `1,200`."""
        return self._written(f"{value:,}")

    def count(self, number: int, one: str, many: str | None = None) -> str:
        """A number with its noun: `1 row`, `1,200 rows`."""
        return f"{self.number(number)} {one if number == 1 else many or one + 's'}"

    def unknown(self, number: int) -> str:
        """That so many are not in a sum: `(2 unknown)`; nothing where all are."""
        return f"({self.number(number)} unknown)" if number else ""

    def date(self, value: dt.date | None) -> Cell:
        """A calendar day, as it is: no zone applies."""
        return UNKNOWN if value is None else Cell(value.isoformat())

    def moment(self, value: dt.datetime | None) -> Cell:
        """A point in time, local, to the second."""
        if value is None:
            return UNKNOWN
        return Cell(value.astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S"))

    def clock(self, value: dt.datetime) -> str:
        """The local time of day."""
        return value.astimezone(self.zone).strftime("%H:%M")

    def _grouped(self, value: Decimal, digits: int) -> str:
        return self._written(grouped(value, digits))

    def _written(self, text: str) -> str:
        return text if self.numerals is PLAIN_NUMERALS else self.numerals.write(text)


def exact(value: Decimal) -> str:
    """Every digit there is, thousands grouped, without exponent and trailing zeros."""
    text = f"{value:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def grouped(value: Decimal, digits: int) -> str:
    """Rounded half to even, thousands grouped; what rounds to zero has no sign."""
    rounded = value.quantize(Decimal(1).scaleb(-digits), context=_EXACT)
    return f"{abs(rounded) if rounded.is_zero() else rounded:,f}"


def age(now: dt.datetime, then: dt.datetime) -> str:
    """How long ago, in the largest fitting unit: `12 s`, `5 min`, `3 h`, `2 d`, `6 w`, `3 y`."""
    seconds = max(int((now - then).total_seconds()), 0)
    for below, unit, name in _STEPS:
        if seconds < below:
            return f"{seconds // unit} {name}"
    weeks = seconds // (7 * 86_400)
    return f"{weeks} w" if weeks < _MANY_WEEKS else f"{int(seconds / _YEAR)} y"


def countdown(now: dt.datetime, then: dt.datetime) -> str:
    """How long until: `12 s`, `4:05`, `3 h`, `2 d`; what is over is `0 s`."""
    seconds = max(math.ceil((then - now).total_seconds()), 0)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60}:{seconds % 60:02}"
    return f"{seconds // 3600} h" if seconds < 48 * 3600 else f"{seconds // 86_400} d"


def duration(start: dt.datetime, end: dt.datetime | None) -> str:
    """How long something took: `0.8 s`, `2 min 5 s`."""
    if end is None:
        return "—"
    seconds = (end - start).total_seconds()
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: `1 row`, `1,200 rows`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def as_sentences(*texts: str | None) -> str:
    """Texts as sentences, one after the other; what there is none of is left out."""
    sentences = (text.strip() for text in texts if text and text.strip())
    return " ".join(
        each[0].upper() + each[1:] + ("" if each.endswith((".", "!", "?")) else ".")
        for each in sentences
    )


def size(octets: int) -> str:
    """A number of bytes: `812 B`, `3.4 MB`."""
    if octets < 1000:
        return f"{octets} B"
    if octets < 1_000_000:
        return f"{octets / 1000:.1f} kB"
    return f"{octets / 1_000_000:.1f} MB"


def _at_the_point(text: str) -> str:
    """Blanks to the right, so that right-aligned numbers stand with their points in one line."""
    whole, _, fraction = text.partition(".")
    if fraction:
        return f"{whole}.{fraction.ljust(_POINT_AT)}"
    return whole + " " * (_POINT_AT + 1)
