"""What a heading says in the columns: sums of the rows below it, marked where they lack some."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from qm_tui.queries.grouping import WeightOf
from qm_tui.queries.position_views import OptionView, PositionView
from qm_tui.queries.profit_days import of_newest_day
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.format import UNKNOWN, Format
from qm_tui.ui.widgets.headings import Sum

if TYPE_CHECKING:
    from qm_tui.queries.weights import Weighing

Write = Callable[[Decimal | None], Cell]
Reads = Callable[[PositionView], Decimal | None]


class _Money:
    """Sums in the currency of the rows; in the base currency where they are of several."""

    def __init__(self, rows: Sequence[PositionView], weighing: "Weighing | None") -> None:
        self._rows = rows
        self._weighing = weighing
        own = {row.currency for row in rows}
        self._converts = len(own) > 1
        self.currency = own.pop() if len(own) == 1 else (weighing and weighing.base)

    def sum(self, value: Reads, write: Write) -> Sum:
        """Sum what is known of all rows."""
        return summed(map(self._read(value), self._rows), write)

    def sum_of_day(self, write: Write) -> Sum:
        """Sum gains of the day, as far as they are of the newest."""
        read = self._read(lambda row: row.daily_pnl)
        return summed(of_newest_day((row.as_of, read(row)) for row in self._rows), write)

    def _read(self, value: Reads) -> Reads:
        weighing = self._weighing
        if not self._converts:
            return value
        if weighing is None:
            return lambda row: None
        return lambda row: weighing.in_base(row, value(row))


def position_heading(
    rows: Sequence[PositionView],
    form: Format,
    weighing: "Weighing | None",
    of: WeightOf | None = None,
) -> dict[str, Sum]:
    """What stands above positions: value and gains, and the share that they have.

    Args:
        rows: below the heading.
        form: how numbers are written.
        weighing: rates and what is 100 %; None while nobody knows.
        of: what is 100 %; None where there are no shares.
    """
    if not rows:
        return {}
    money = _Money(rows, weighing)
    sums = {
        "currency": Sum(cell=Cell(money.currency or "—", Tone.MUTED), value=money.currency),
        "cost_basis": money.sum(lambda row: row.cost_basis, form.money),
        "market_value": money.sum(lambda row: row.market_value, form.money),
        "unrealized_pnl": money.sum(lambda row: row.unrealized_pnl, form.gain),
        "daily_pnl": money.sum_of_day(form.gain),
    }
    accounts = {(row.broker, row.account) for row in rows}
    if weighing is not None and of is not None and (of is WeightOf.ALL or len(accounts) == 1):
        sums["weight"] = summed((weighing.weight(row, of) for row in rows), form.percent)
    return sums


def option_heading(
    rows: Sequence[OptionView], form: Format, weighing: "Weighing | None"
) -> Mapping[str, Sum]:
    """What stands above options: theirs as positions, and the Greeks that add up.

    Deltas and gammas of different underlyings do not; what they stand for in money does.
    """
    if not rows:
        return {}
    sums = position_heading(rows, form, weighing)
    money = _Money(rows, weighing)
    for key, value in _GREEKS_IN_MONEY.items():
        sums[key] = money.sum(_of_option(value), form.money)
    if len({row.underlying for row in rows}) == 1:
        sums["position_delta"] = summed((row.position_delta for row in rows), form.money)
        sums["position_gamma"] = summed((row.position_gamma for row in rows), form.money)
    return sums


def value_of_delta(option: OptionView) -> Decimal | None:
    """What the underlying costs that an option stands for."""
    if option.position_delta is None or option.underlying_price is None:
        return None
    return option.position_delta * option.underlying_price


_GREEKS_IN_MONEY: Mapping[str, Callable[[OptionView], Decimal | None]] = {
    "delta_value": value_of_delta,
    "position_theta": lambda row: row.position_theta,
    "position_vega": lambda row: row.position_vega,
}


def summed(values: Iterable[Decimal | None], write: Write) -> Sum:
    """Sum what is known; marked with `?` where that is not all."""
    found = list(values)
    known = [value for value in found if value is not None]
    if not known:
        return Sum(cell=UNKNOWN)
    total = sum(known, Decimal(0))
    cell = write(total)
    if len(known) < len(found):
        cell = Cell(f"? {cell.text}", Tone.WARNING)
    return Sum(cell=cell, value=total)


def _of_option(value: Callable[[OptionView], Decimal | None]) -> Reads:
    return lambda row: value(row) if isinstance(row, OptionView) else None
