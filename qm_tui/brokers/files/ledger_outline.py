"""What only a whole ledger tells: whether the day or the month comes first; the decimal mark."""

from collections.abc import Sequence

from qm_tui.brokers.client import BrokerRefused
from qm_tui.brokers.files.ledger_columns import Column, Header
from qm_tui.brokers.files.ledger_values import (
    DayOrder,
    decimal_mark,
    read_moment,
    read_time,
    slashed_day,
)

_NUMBERS = (Column.QUANTITY, Column.PRICE, Column.COMMISSION, Column.FEES)


class Outline:
    """Gathers evidence over all rows of a file, once."""

    def __init__(self, header: Header) -> None:
        self._date = header.positions.get(Column.DATE)
        self._time = header.positions.get(Column.TIME)
        # Where a comma separates the fields it cannot be the decimal mark as well.
        self._numbers = [
            position
            for column, position in header.positions.items()
            if column in _NUMBERS and header.delimiter != ","
        ]
        self._seen: set[str] = set()
        self._orders: dict[DayOrder, str] = {}
        self._open_day: str | None = None
        self._marks: dict[str, str] = {}
        self.has_times = False
        """Whether any row has a time other than midnight."""

    def see(self, fields: Sequence[str]) -> None:
        """Take one row into account; what cannot be read is refused later, row by row."""
        for position in (self._date, self._time):
            if position is not None and position < len(fields):
                self._see_moment(fields[position].strip(), is_day=position == self._date)
        for position in self._numbers:
            if position < len(fields):
                mark = decimal_mark(fields[position])
                if mark is not None:
                    self._marks.setdefault(mark, fields[position].strip())

    def day_order(self, name: str) -> DayOrder | None:
        """What comes first in days such as 3/4/2024; None when there are none.

        Raises:
            BrokerRefused: it cannot be told.
        """
        if len(self._orders) > 1:
            first, second = self._orders.values()
            raise BrokerRefused(
                f"{name} writes some days as month/day and some as day/month ({first}, {second}). "
                "Write all of them as year-month-day, e.g. 2024-03-15."
            )
        if not self._orders and self._open_day is not None:
            raise BrokerRefused(
                f"{name}: {self._open_day} may be month/day or day/month, and no other row tells "
                "which. Write the dates as year-month-day, e.g. 2024-03-15."
            )
        return next(iter(self._orders), None)

    def decimal_comma(self, name: str) -> bool:
        """Whether numbers are written `1.234,50`.

        Raises:
            BrokerRefused: it cannot be told.
        """
        point, comma, either = (self._marks.get(mark) for mark in ".,?")
        if point is not None and comma is not None:
            raise BrokerRefused(
                f"{name} writes some decimals with a point and some with a comma "
                f"({point}, {comma}). Write all of them with a point."
            )
        if point is None and comma is None and either is not None:
            raise BrokerRefused(
                f"{name}: {either} may be a decimal or a number of thousands, and no other row "
                "tells which. Write decimals with a point and thousands without a sign."
            )
        return comma is not None

    def _see_moment(self, text: str, *, is_day: bool) -> None:
        if text in self._seen:
            return
        if len(self._seen) < 10_000:
            self._seen.add(text)
        if is_day:
            self._see_order(text)
        if not self.has_times:
            self.has_times = _has_time(text, is_day=is_day)

    def _see_order(self, text: str) -> None:
        numbers = slashed_day(text)
        if numbers is None:
            return
        first, second = numbers
        if first > 12 >= second:
            self._orders.setdefault(DayOrder.DAY_FIRST, text)
        elif second > 12 >= first:
            self._orders.setdefault(DayOrder.MONTH_FIRST, text)
        elif first != second:
            self._open_day = self._open_day or text


def _has_time(text: str, *, is_day: bool) -> bool:
    try:
        time = read_moment(text, None).time if is_day else read_time(text)
    except ValueError:
        return False
    return time is not None and time.replace(tzinfo=None) != time.min
