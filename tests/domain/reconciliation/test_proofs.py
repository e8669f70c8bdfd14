"""Causes that the broker's lots and its cost prove, and faults that are never named wrongly."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qm_tui.domain.reconciliation.discrepancy import FactRef
from qm_tui.domain.reconciliation.sides import Delivery, Movement
from qm_tui.domain.reconciliation.words import Cause, Verdict
from tests.domain.reconciliation.books import (
    FIRST,
    SECOND,
    SOLD,
    ZERO,
    Life,
    a_life,
    a_movement,
    at_noon,
    d,
    judge,
    lives,
    the_quantity,
    with_lots,
)

FEW = settings(max_examples=40, deadline=None, derandomize=True)
SURE = Decimal("0.9")


def test_a_lot_of_the_broker_names_the_day_of_a_purchase_that_is_missing() -> None:
    life = a_life(FIRST, SECOND, SOLD)
    found = the_quantity(with_lots(life.holding(life.end, movements=(SECOND, SOLD)), life))
    assert found.cause is Cause.MISSING_TRADE
    assert "A purchase of 100 AAA on 2024-02-01 is missing" in found.explanation
    assert [each.table for each in found.evidence] == ["broker_lots", "positions"]


def test_a_cost_proves_a_sale_that_is_missing() -> None:
    life = a_life(FIRST, SECOND, SOLD)
    found = the_quantity(life.holding(life.end, movements=(FIRST, SECOND)))
    assert (found.cause, found.confidence) == (Cause.MISSING_TRADE, Decimal("0.87"))
    assert "without the oldest 30" in found.explanation


def test_a_cost_proves_that_a_sale_was_taken_for_a_purchase() -> None:
    life = a_life(FIRST, SECOND, SOLD)
    turned = replace(SOLD, quantity=d(30), proceeds=d(-750))
    found = the_quantity(life.holding(life.end, movements=(FIRST, SECOND, turned)))
    assert found.cause is Cause.WRONG_SIGN
    assert "probably a sale" in found.explanation


def test_a_purchase_that_is_missing_is_no_split() -> None:
    life = a_life(FIRST, a_movement(4, dt.date(2024, 7, 1), 100, price=d(21)))
    holding = life.holding(life.end, movements=(FIRST,))
    assert the_quantity(holding).cause is Cause.MISSING_TRADE
    assert the_quantity(with_lots(holding, life)).cause is Cause.MISSING_TRADE


def test_the_fraction_that_a_split_left_was_paid_in_cash() -> None:
    holding = a_life(FIRST).holding(at_noon(dt.date(2024, 9, 1)))
    assert holding.position is not None
    position = replace(
        holding.position, quantity=d(33), market_price=d(61), market_value=d(2013),
        cost_basis=d("1980.35"),
    )  # fmt: skip
    found = the_quantity(replace(holding, position=position))
    assert found.cause is Cause.SPLIT_NOT_APPLIED
    assert "1:3" in found.explanation
    assert "paid in cash" in found.explanation


def test_an_order_that_another_document_tells_as_two_fills() -> None:
    fills = [
        replace(FIRST, quantity=d(size), proceeds=d(-20 * size), key=f"TX:{size}",
                fact=FactRef("trades", size), documents=frozenset({2}))
        for size in (60, 40)
    ]  # fmt: skip
    life = a_life(FIRST, SECOND)
    found = the_quantity(life.holding(life.end, movements=(FIRST, SECOND, *fills)))
    assert found.cause is Cause.DUPLICATE_IMPORT
    assert "2024-02-01" in found.explanation


def test_shares_that_an_assignment_brought_are_missing() -> None:
    shares = a_movement(5, dt.date(2024, 6, 21), 200, price=d(20))
    life = a_life(FIRST, shares)
    end = Delivery(
        day=shares.day, shares=d(200), contracts=d(2), symbol="AAA   240621P00020000",
        fact=FactRef("trades", 9),
    )  # fmt: skip
    found = the_quantity(
        with_lots(life.holding(life.end, movements=(FIRST,), deliveries=[end]), life)
    )
    assert found.cause is Cause.OPTION_EVENT_MISSING
    assert found.evidence[0].fact == 9


# --- a wrong cause is never sure -----------------------------------------------------------------


def spoiled(life: Life, place: int, how: str) -> tuple[list[Movement], Cause]:
    trades = [each for each in life.movements if each.price]
    assume(trades)
    one = trades[place % len(trades)]
    rest = [each for each in life.movements if each is not one]
    if how == "missing":
        return rest, Cause.MISSING_TRADE
    quantity = one.quantity or ZERO
    if how == "turned":
        turned = replace(one, quantity=-quantity, proceeds=-(one.proceeds or ZERO))
        return [*rest, turned], Cause.WRONG_SIGN
    twin = replace(one, key="X:1", fact=FactRef("trades", 900), documents=frozenset({2}))
    return [*life.movements, twin], Cause.DUPLICATE_IMPORT


@FEW
@given(
    lives(least=2), st.integers(0, 8), st.sampled_from(("missing", "turned", "twice")),
    st.booleans(), st.booleans(),
)  # fmt: skip
def test_a_cause_that_is_sure_is_the_one_that_was_planted(
    life: Life, place: int, how: str, priced: bool, told_lots: bool
) -> None:
    movements, planted = spoiled(life, place, how)
    holding = life.holding(life.end, movements=movements)
    assert holding.position is not None
    if not priced:
        holding = replace(holding, position=replace(holding.position, cost_basis=None))
    if told_lots:
        holding = with_lots(holding, life)
    found = [each for each in judge([holding]) if each.verdict is Verdict.QUANTITY]
    assert found
    for each in found:
        wrong = each.cause not in {planted, Cause.UNEXPLAINED}
        assert not (wrong and each.confidence >= SURE), each


def test_a_usual_ratio_alone_is_never_sure() -> None:
    for ratio in (Fraction(2), Fraction(3), Fraction(1, 2)):
        life = a_life(FIRST)
        holding = life.holding(life.end)
        assert holding.position is not None
        quantity = Decimal(int(100 * ratio))
        position = replace(holding.position, quantity=quantity, cost_basis=None, market_price=None)
        assert the_quantity(replace(holding, position=position)).confidence < SURE
