"""What companies do, in the engine's terms."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from qm_tui.domain.booking.events import (
    Exchange,
    Fill,
    Received,
    ReturnOfCapital,
    Rights,
    RightsExercise,
    SpinOff,
    Split,
)
from qm_tui.domain.booking.words import Origin
from tests.conformance.telling import ZERO, History, label_of
from tests.conformance.vectors import Row, number, ratio


def _split(told: History, row: Row) -> None:
    told.add(
        Split(
            **told.common(row),
            ratio=ratio(row["ratio"]) if row.get("ratio") else None,
            shares=number(row, "qty"),
        )
    )


def _spin_off(told: History, row: Row) -> None:
    common = told.common(row)
    child = told.security(row["new_symbol"])
    shares = number(row, "new_qty", "qty")
    if shares is None:
        shares = _times(told.position(common["account"], row["symbol"]), ratio(row["ratio"]))
    told.add(SpinOff(**common, child=child, shares=shares, fraction=_fraction(row)))


def _fraction(row: Row) -> Fraction | None:
    if row.get("basis_fraction") not in (None, ""):
        return ratio(row["basis_fraction"])
    old, new = number(row, "fmv_old"), number(row, "fmv_new")
    return None if old is None or new is None else Fraction(new) / (Fraction(old) + Fraction(new))


def _times(quantity: Decimal, factor: Fraction) -> Decimal:
    return quantity * factor.numerator / factor.denominator


def _merger(told: History, row: Row) -> None:
    """Shares for shares, for cash, or for both: an exchange of each kind that is given up."""
    legs = row.get("legs") or [row]
    for symbol in dict.fromkeys(leg.get("symbol") or row["symbol"] for leg in legs):
        _exchange(
            told, row, symbol,
            [leg for leg in legs if (leg.get("symbol") or row["symbol"]) == symbol],
        )  # fmt: skip


def _exchange(told: History, row: Row, symbol: str, legs: list[Row]) -> None:
    common = told.common(row, symbol=symbol)
    position = told.position(common["account"], symbol)
    asked = number(row, "old_qty") or number(legs[0], "old_qty")
    given = abs(position) if asked is None else asked
    shares = [leg for leg in legs if leg.get("new_symbol")]
    quantities = [_received(leg, given) for leg in shares]
    values = [_value(leg, got) for leg, got in zip(shares, quantities, strict=True)]
    worth = sum((value or ZERO for value in values), ZERO)
    cash = sum((_cash(leg, given) for leg in legs), ZERO)
    if row not in legs:
        cash += _cash(row, given)
    told.add(
        Exchange(
            **common,
            given=asked,
            received=tuple(
                Received(
                    told.security(leg["new_symbol"]),
                    got,
                    _leg_fraction(leg, value, worth) if len(shares) > 1 else None,
                    value,
                )
                for leg, got, value in zip(shares, quantities, values, strict=True)
            ),
            cash=cash,
            taxable=bool(row.get("taxable")),
            short=position < 0,
        )
    )


def _received(leg: Row, given: Decimal) -> Decimal:
    got = number(leg, "new_qty")
    return _times(given, ratio(leg["ratio"])) if got is None else got


def _value(leg: Row, quantity: Decimal) -> Decimal | None:
    unit = number(leg, "fmv", "fmv_new")
    return None if unit is None else unit * quantity


def _leg_fraction(leg: Row, value: Decimal | None, worth: Decimal) -> Fraction | None:
    if leg.get("basis_fraction"):
        return ratio(leg["basis_fraction"])
    return Fraction(value) / Fraction(worth) if value is not None and worth else None


def _cash(leg: Row, given: Decimal) -> Decimal:
    unit = number(leg, "cash_per_share")
    return unit * given if unit is not None else number(leg, "cash") or ZERO


def _return_of_capital(told: History, row: Row) -> None:
    common = told.common(row)
    amount = number(row, "amount")
    if amount is None:
        held = abs(told.position(common["account"], row["symbol"]))
        amount = (number(row, "per_share", "amount_per_share", "price") or ZERO) * held
    told.add(ReturnOfCapital(**common, amount=amount))


def _rights(told: History, row: Row) -> None:
    common = told.common(row)
    right = told.security(_symbol(row, "right_symbol", "rights_symbol", "new_symbol"))
    quantity = number(row, "new_qty", "rights_qty", "qty")
    if quantity is None:
        quantity = _times(told.position(common["account"], row["symbol"]), ratio(row["ratio"]))
    told.add(Rights(**common, right=right, quantity=quantity, fraction=_fraction(row)))


def _exercise_rights(told: History, row: Row) -> None:
    """Rights used for shares: `qty` rights of `symbol`, `new_qty` of `new_symbol`, for `amount`."""
    common = told.common(row, symbol=_symbol(row, "right_symbol", "rights_symbol", "symbol"))
    target = _symbol(row, "new_symbol", "stock_symbol", "symbol")
    rights = number(row, "old_qty", "rights_qty", "qty") or ZERO
    shares = number(row, "new_qty", "shares", "qty") or ZERO
    fill = Fill(
        **{**common, "security": told.security(target)},
        quantity=shares,
        amount=told.money(row | {"symbol": target}, shares),
        fees=number(row, "fee") or ZERO,
        opens=True,
        origin=Origin.EXERCISE,
        label=label_of(row),
    )
    told.add(RightsExercise(**common, quantity=rights, shares=fill))


def _symbol(row: Row, *names: str) -> str:
    return str(next(row[name] for name in names if row.get(name)))


ACTIONS: dict[str, Callable[[History, Row], None]] = {
    "SPLIT": _split,
    "STOCK_DIVIDEND": _split,
    "SPINOFF": _spin_off,
    "MERGER": _merger,
    "MERGER_BOOT": _merger,
    "RETURN_OF_CAPITAL": _return_of_capital,
    "RIGHTS_DISTRIBUTION": _rights,
    "EXERCISE_RIGHTS": _exercise_rights,
}
"""Type of an event → what tells it."""
