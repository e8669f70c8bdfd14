"""What is held: the sign from the direction, values and gains reckoned from the price.

Source of the formulas: the broker's guide to account positions.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import reduce

from qm_tui.brokers.quoting import quoted
from qm_tui.brokers.tastytrade.answers import BadRow, Row
from qm_tui.brokers.tastytrade.instruments import Instruments
from qm_tui.brokers.tastytrade.values import (
    day,
    difference,
    leftovers,
    moment,
    needed_number,
    needed_text,
    negative,
    new_york_day,
    number,
    product,
    quotient,
    signed,
    text,
    total,
)
from qm_tui.domain.instruments import Future, FutureOption, Instrument
from qm_tui.domain.live import names_of
from qm_tui.domain.records import Position

_ZERO = Decimal(0)
_DAY_BASIS = "average-daily-market-close-price"
_CLOSE = "close-price"
_DAY_GAIN = "realized-day-gain"
_GAIN = "realized-today"
_USED = frozenset(
    {
        "account-number", "symbol", "instrument-type", "underlying-symbol", "quantity",
        "quantity-direction", "average-open-price", "multiplier", "mark-price", "mark", "currency",
        "streamer-symbol",
    }
)  # fmt: skip


def position_of(row: Row, account: str, as_of: dt.datetime, instruments: Instruments) -> Position:
    """Read a position.

    Its value is that at the broker's mark, else at the close of the day before. A quantity of zero
    is a position that was closed.

    Raises:
        BadRow: it names no instrument, no quantity or no direction, or a number cannot be read.
    """
    instrument = _instrument(row, instruments)
    quantity = _quantity(row)
    units = _units(quantity, instrument)
    # Nothing is bought for nothing: 0 stands where the broker does not know, after a transfer.
    average = number(row, "average-open-price") or None
    cost = None if average is None or units is None else product(units, average)
    price = _price(row, quantity if units is None else units)
    value = None if price is None or units is None else product(units, price)
    today = new_york_day(as_of)
    return Position(
        account=account,
        as_of=as_of,
        broker_specific=leftovers(row, _USED),
        instrument=instrument,
        currency=(text(row, "currency") or instrument.currency or "USD").upper(),
        quantity=quantity,
        average_cost=average,
        cost_basis=cost,
        market_price=price,
        market_value=value,
        unrealized_pnl=None if value is None or cost is None else difference(value, cost),
        realized_pnl=_realized(row, _GAIN, today),
        daily_pnl=_day_gain(row, price, units, today),
    )


def marked(position: Position, price: Decimal, as_of: dt.datetime, on: dt.date) -> Position:
    """Return a position at another price.

    Args:
        position: as it was read, or marked before.
        price: per unit.
        as_of: when the price was.
        on: the day in New York. On another one than the position's the gain of the day is not
            known before the broker was asked again.
    """
    units, cost = _units(position.quantity, position.instrument), position.cost_basis
    if units is None:
        return replace(position, as_of=as_of, market_price=price)
    value = product(units, price)
    return replace(
        position,
        as_of=as_of,
        market_price=price,
        market_value=value,
        unrealized_pnl=None if cost is None else difference(value, cost),
        daily_pnl=_day_gain_at(position, value, price, units, on),
    )


def _units(quantity: Decimal, instrument: Instrument) -> Decimal | None:
    """Return how often a price counts; None where nobody has said what a future stands for."""
    is_known = instrument.multiplier_stated or instrument.multiplier != 1
    if quantity and not is_known and isinstance(instrument, Future | FutureOption):
        return None
    return product(quantity, instrument.multiplier)


def together(positions: Iterable[Position]) -> list[Position]:
    """Return one position an instrument: where the broker tells of it in several rows, their sum.

    The documentation: `net-positions` groups by kind and symbol; without it there may be several.
    """
    groups: dict[str, list[Position]] = {}
    for one in positions:
        groups.setdefault(names_of(one.instrument)[0], []).append(one)
    return [group[0] if len(group) == 1 else _sum(group) for group in groups.values()]


def _sum(group: Sequence[Position]) -> Position:
    quantity = reduce(total, (one.quantity for one in group))
    units = product(quantity, group[0].instrument.multiplier)
    cost = _known([one.cost_basis for one in group])
    return replace(
        group[0],
        quantity=quantity,
        average_cost=None if cost is None or not units else quotient(cost, units),
        cost_basis=cost,
        market_value=_known([one.market_value for one in group]),
        unrealized_pnl=_known([one.unrealized_pnl for one in group]),
        realized_pnl=_known([one.realized_pnl for one in group]),
        daily_pnl=_known([one.daily_pnl for one in group]),
    )


def _known(values: Sequence[Decimal | None]) -> Decimal | None:
    """Return the sum; None where one is unknown."""
    known = [value for value in values if value is not None]
    return reduce(total, known) if len(known) == len(values) else None


# --- the parts of a row ------------------------------------------------------------------------


def _instrument(row: Row, instruments: Instruments) -> Instrument:
    symbol, kind = needed_text(row, "symbol"), text(row, "instrument-type")
    underlying, multiplier = text(row, "underlying-symbol"), number(row, "multiplier")
    found = instruments.of(symbol, kind, underlying=underlying, multiplier=multiplier)
    expires = _moment(row, "expires-at")
    streamer = text(row, "streamer-symbol")
    if streamer is None and expires is None:
        return found
    instruments.note(
        symbol, streamer=streamer, expiry=None if expires is None else new_york_day(expires)
    )
    return instruments.of(symbol, kind, underlying=underlying, multiplier=multiplier)


def _moment(row: Row, name: str) -> dt.datetime | None:
    try:
        return moment(row, name)
    except BadRow:
        return None  # it is kept as it was said; the position does not depend on it


def _quantity(row: Row) -> Decimal:
    quantity = needed_number(row, "quantity")
    said = text(row, "quantity-direction")
    match (said or "").lower():
        case "long":
            return abs(quantity)
        case "short":
            return negative(abs(quantity))
        case "zero":
            return _ZERO
        case "" if not quantity:
            return _ZERO
        case _:
            reason = "it is missing" if said is None else "neither Long nor Short nor Zero"
            raise BadRow("quantity-direction", quoted(said or ""), reason)


def _price(row: Row, units: Decimal) -> Decimal | None:
    """Return the price per unit: the broker's mark, else the last close."""
    price, close = number(row, "mark-price"), number(row, _CLOSE)
    if price is not None:
        return price
    mark = number(row, "mark")
    if mark is None or not units:
        return close if mark is None else mark
    if abs(units) == 1 or close is None or close <= 0 or mark <= 0:
        return abs(mark) if abs(units) == 1 else close
    return _nearer(mark, quotient(mark, abs(units)), close)


def _nearer(price: Decimal, of_value: Decimal, close: Decimal) -> Decimal:
    """Tell whether a mark is a price or the value of the whole position: by the last close."""
    ratio, other = quotient(price, close), quotient(of_value, close)
    return price if max(ratio, 1 / ratio) <= max(other, 1 / other) else of_value


def _realized(row: Row, name: str, today: dt.date) -> Decimal | None:
    """Read what was realized, where it was today."""
    return signed(row, name) if day(row, f"{name}-date") == today else None


def _day_gain(
    row: Row, price: Decimal | None, units: Decimal | None, today: dt.date
) -> Decimal | None:
    basis = number(row, _DAY_BASIS)
    if basis is None:
        basis = number(row, _CLOSE)
    realized = _realized(row, _DAY_GAIN, today) or _ZERO
    if signed(row, _DAY_GAIN) and day(row, f"{_DAY_GAIN}-date") is None:
        return None  # nobody says of which day it is
    if units == 0:
        return realized
    if price is None or basis is None or units is None:
        return None
    return total(realized, product(units, difference(price, basis)))


def _day_gain_at(
    position: Position, value: Decimal, price: Decimal, units: Decimal, on: dt.date
) -> Decimal | None:
    if new_york_day(position.as_of) != on:
        return None
    if position.daily_pnl is not None and position.market_value is not None:
        # What the price moved since: quick, and exact.
        return total(position.daily_pnl, difference(value, position.market_value))
    if position.market_value is not None:
        return None
    return _day_gain(position.broker_specific or {}, price, units, on)
