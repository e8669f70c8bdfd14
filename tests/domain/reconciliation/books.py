"""Random lives of one instrument in an account, and what a broker says that counts right."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from qm_tui.domain.booking.money import as_decimal
from qm_tui.domain.booking.words import BasisStatus, Origin
from qm_tui.domain.instruments import InstrumentType, Right
from qm_tui.domain.reconciliation.discrepancy import Discrepancy, FactRef
from qm_tui.domain.reconciliation.judging import explain_cash, explain_together, judge_holding
from qm_tui.domain.reconciliation.replay import nominal, window
from qm_tui.domain.reconciliation.sides import (
    History,
    Holding,
    InstrumentSide,
    Movement,
    MovementKind,
    OpenLot,
    ToldLot,
    ToldPosition,
)
from qm_tui.domain.reconciliation.words import Severity, Verdict
from qm_tui.domain.words import OpenClose

ZERO = Decimal(0)
FIRST_DAY = dt.date(2024, 1, 2)
ACCOUNT = 1
TABLES = {
    MovementKind.TRADE: "trades",
    MovementKind.TRANSFER: "transfers",
    MovementKind.CORPORATE_ACTION: "corporate_actions",
    MovementKind.OPTION_EVENT: "option_events",
}
STOCK = InstrumentSide(id=1, symbol="AAA")
OPTION = InstrumentSide(
    id=9,
    symbol="AAA   241220C00100000",
    type=InstrumentType.EQUITY_OPTION,
    multiplier=Decimal(100),
    expiry=dt.date(2024, 12, 20),
    right=Right.CALL,
    underlying=1,
)


def d(value: Decimal | int | str) -> Decimal:
    return Decimal(value)


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def a_movement(
    number: int, day: dt.date, quantity: Decimal | int | str, **changes: Any
) -> Movement:
    """A trade, unless something else is said, at a price that no other one has."""
    kind = changes.pop("kind", MovementKind.TRADE)
    shares = Decimal(quantity)
    given: dict[str, Any] = {}
    if kind is MovementKind.TRADE:
        price = changes.pop("price", Decimal(1000 + number * 7) / 50)
        multiplier = changes.pop("multiplier", 1)
        given = {"price": price, "proceeds": -shares * price * multiplier, "commission": d("-0.35")}
    return Movement(
        kind=kind,
        fact=FactRef(TABLES[kind], number),
        key=f"T:{number:05}",
        day=day,
        quantity=shares,
        documents=frozenset({1}),
        **(given | changes),
    )


def lots_of(movements: Sequence[Movement], multiplier: Decimal = Decimal(1)) -> list[OpenLot]:
    """First in, first out, in the least way that books what is made here."""
    lots: list[OpenLot] = []
    for each in sorted(movements, key=lambda one: (nominal(one), one.key)):
        quantity = each.quantity or ZERO
        held = sum((lot.quantity for lot in lots), ZERO)
        if each.kind is MovementKind.CORPORATE_ACTION:
            ratio = Fraction(held + quantity) / Fraction(held) if held else Fraction(1)
            lots = [
                replace(lot, quantity=as_decimal(Fraction(lot.quantity) * ratio)) for lot in lots
            ]
            continue
        while lots and lots[0].quantity * quantity < 0:
            first = lots.pop(0)
            if abs(first.quantity) > abs(quantity):
                left = first.quantity + quantity
                cost = first.cost_basis
                cost = None if cost is None else (cost * left / first.quantity).quantize(d("1E-10"))
                lots.insert(0, replace(first, quantity=left, cost_basis=cost))
                quantity = ZERO
            else:
                quantity += first.quantity
        if quantity:
            lots.append(_opened(each, quantity, multiplier))
    return lots


def _opened(movement: Movement, quantity: Decimal, multiplier: Decimal) -> OpenLot:
    transfer = movement.kind is MovementKind.TRANSFER
    whole = movement.quantity or quantity
    cost = movement.cost_basis
    if transfer and cost is not None:
        cost = cost * quantity / whole
    elif not transfer:
        fees = (movement.commission or ZERO) * quantity / whole
        cost = quantity * (movement.price or ZERO) * multiplier - fees
    return OpenLot(
        quantity=quantity,
        cost_basis=cost,
        basis_status=BasisStatus.UNKNOWN if cost is None else BasisStatus.KNOWN,
        acquisition_date=movement.day,
        origin=Origin.TRANSFER if transfer else Origin.PURCHASE,
        opened_by=movement.fact,
    )


@dataclass(frozen=True)
class Life:
    """What really happened, and when the broker counted each of it."""

    instrument: InstrumentSide
    movements: Sequence[Movement]
    counted_at: Sequence[dt.datetime]

    def told(self, as_of: dt.datetime) -> ToldPosition:
        """What a broker says that counts right."""
        counted = [
            each for each, at in zip(self.movements, self.counted_at, strict=True) if at <= as_of
        ]
        lots = lots_of(counted, self.instrument.multiplier)
        quantity = sum((each.quantity or ZERO for each in counted), ZERO)
        costs = [lot.cost_basis for lot in lots]
        cost = None if None in costs else sum((each for each in costs if each), ZERO)
        price = self.movements[-1].price or d(20)
        return ToldPosition(
            quantity=quantity,
            as_of=as_of,
            cost_basis=None if cost is None else cost.quantize(d("0.01")),
            market_price=price,
            market_value=(quantity * price * self.instrument.multiplier).quantize(d("0.01")),
            fact=FactRef("positions", 1),
        )

    def holding(self, as_of: dt.datetime, *seen: dt.datetime, **changes: Any) -> Holding:
        """Both sides at a moment; `movements` in `changes` are what we were told of it."""
        movements = changes.pop("movements", self.movements)
        return Holding(
            account=changes.pop("account", ACCOUNT),
            instrument=self.instrument,
            position=self.told(as_of),
            earlier=tuple(self.told(each) for each in sorted(seen)),
            lots=changes.pop("lots", lots_of(movements, self.instrument.multiplier)),
            movements=movements,
            history=changes.pop("history", History(first_day=FIRST_DAY, whole=True)),
            **changes,
        )

    @property
    def end(self) -> dt.datetime:
        """A moment at which all of it is counted for certain."""
        return max(window(each)[1] for each in self.movements) + dt.timedelta(days=20)


FIRST = a_movement(1, dt.date(2024, 2, 1), 100, price=d(20))
SECOND = a_movement(2, dt.date(2024, 4, 2), 50, price=d(22))
SOLD = a_movement(3, dt.date(2024, 6, 3), -30, price=d(25))
"""A book of three trades that adds up."""


def a_life(*movements: Movement) -> Life:
    """Let the broker count each of it at once."""
    return Life(STOCK, movements, [at_noon(each.day) for each in movements])


def with_lots(holding: Holding, life: Life) -> Holding:
    """The broker tells its lots as well."""
    assert holding.position is not None
    as_of = holding.position.as_of
    lots = [
        ToldLot(
            quantity=lot.quantity, as_of=as_of, cost_basis=lot.cost_basis,
            acquisition_date=lot.acquisition_date, fact=FactRef("broker_lots", number),
        )
        for number, lot in enumerate(lots_of(life.movements))
    ]  # fmt: skip
    return replace(holding, broker_lots=lots)


STEPS = st.tuples(
    st.sampled_from(("buy", "buy", "sell", "sell", "cross", "split", "in", "out", "fraction")),
    st.integers(min_value=1, max_value=40),
    st.integers(min_value=1, max_value=300),
    st.booleans(),
    st.integers(min_value=0, max_value=95),
)
RATIOS = (Fraction(2), Fraction(4), Fraction(3), Fraction(1, 2), Fraction(3, 2))


@st.composite
def lives(draw: st.DrawFn, instrument: InstrumentSide = STOCK, least: int = 1) -> Life:
    """A life with purchases, sales, short sales, splits, transfers, fractions."""
    day, held = FIRST_DAY, ZERO
    movements: list[Movement] = []
    counted: list[dt.datetime] = []
    for number, (what, gap, size, timed, hours) in enumerate(
        draw(st.lists(STEPS, min_size=least, max_size=9)), start=1
    ):
        day += dt.timedelta(days=gap)
        made = _step(number, what, day, held, size)
        if timed:
            made = replace(made, at=dt.datetime(day.year, day.month, day.day, 15, tzinfo=dt.UTC))
        movements.append(made)
        early, late = window(made)
        counted.append(min(max(early, nominal(made) + dt.timedelta(hours=hours - 12)), late))
        held += made.quantity or ZERO
    return Life(instrument, tuple(movements), tuple(counted))


def _step(number: int, what: str, day: dt.date, held: Decimal, size: int) -> Movement:
    if what == "split" and held:
        ratio = RATIOS[size % len(RATIOS)]
        more = Fraction(held) * (ratio - 1)
        if (more * 4).denominator == 1:
            action = {"kind": MovementKind.CORPORATE_ACTION, "type": "split"}
            return a_movement(number, day, as_decimal(more), **action)
    if what in ("in", "out"):
        sign = 1 if what == "in" else -1
        shares = Decimal(sign * (size if what == "in" else min(size, max(1, int(abs(held))))))
        how = {"kind": MovementKind.TRANSFER, "cost_basis": shares * 11}
        return a_movement(number, day, shares, **how)
    shares, word = _traded(what, held, Decimal(size))
    return a_movement(number, day, shares, open_close=word)


def _traded(what: str, held: Decimal, size: Decimal) -> tuple[Decimal, OpenClose | None]:
    """Nothing is closed that is not there; to cross zero takes twice what is held."""
    if what == "cross":
        return -held * 2 or -size, OpenClose.CLOSE_OPEN
    if what == "fraction":
        return size / 1000, None
    sign = -1 if what == "sell" else 1
    if held * sign < 0:
        return sign * min(abs(held), size), OpenClose.CLOSE
    return sign * size, OpenClose.OPEN


def at_noon(day: dt.date) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, 12, tzinfo=dt.UTC)


def judge(holdings: Sequence[Holding]) -> Sequence[Discrepancy]:
    """Judge each, and look across them, as whoever compares a store does."""
    found = [each for holding in holdings for each in judge_holding(holding)]
    return [*explain_cash(explain_together(found, holdings), holdings, ())]


def the_quantity(holding: Holding) -> Discrepancy:
    """Return the only one that is of how much is held."""
    (found,) = [each for each in judge_holding(holding) if each.verdict is Verdict.QUANTITY]
    return found


def alarms(found: Discrepancy) -> bool:
    """Whether it counts as an open break: what can be compared differs by more than dust."""
    return found.verdict is not Verdict.NOT_KNOWN and found.severity is not Severity.DUST
