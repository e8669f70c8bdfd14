"""Two faults in one holding: named together where they prove themselves, else nothing is sure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qm_tui.domain.reconciliation.discrepancy import FactRef
from qm_tui.domain.reconciliation.judging import judge_holding
from qm_tui.domain.reconciliation.sides import Holding, Movement, MovementKind
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
SURE = Decimal("0.7")
FOURFOLD = a_movement(4, dt.date(2024, 5, 2), 450, kind=MovementKind.CORPORATE_ACTION, type="split")


def again(one: Movement) -> Movement:
    return replace(one, key=f"{one.key}X", fact=FactRef("trades", 900 + one.fact.id))


def told(life: Life, movements: Sequence[Movement], *, lots: bool) -> Holding:
    holding = life.holding(life.end, movements=movements)
    return with_lots(holding, life) if lots else holding


@pytest.mark.parametrize("lots", [True, False], ids=["by its lots", "by its cost"])
@pytest.mark.parametrize(
    ("truth", "movements", "cause", "says"),
    [
        (
            (FIRST, SECOND, SOLD), (FIRST, SECOND, again(SECOND)), Cause.DUPLICATE_IMPORT,
            ("the purchase of 50 AAA on 2024-04-02 is there twice", "a sale of 30 AAA is missing"),
        ),
        (
            (FIRST, SECOND, SOLD), (FIRST, SECOND, SOLD, again(FIRST), again(SECOND)),
            Cause.DUPLICATE_IMPORT,
            ("purchase of 100 AAA on 2024-02-01 is there", "purchase of 50 AAA on 2024-04-02 is"),
        ),
        (
            (FIRST, SECOND, FOURFOLD), (FIRST, SECOND, again(SECOND)), Cause.SPLIT_NOT_APPLIED,
            ("a split 4:1 is not in our facts", "the purchase of 50 AAA on 2024-04-02 is there"),
        ),
    ],
    ids=["twice and missing", "two twice", "twice, and a split"],
)  # fmt: skip
def test_two_faults_are_named_together(
    truth: Sequence[Movement],
    movements: Sequence[Movement],
    cause: Cause,
    says: Sequence[str],
    lots: bool,
) -> None:
    found = the_quantity(told(a_life(*truth), movements, lots=lots))

    assert found.cause is cause
    assert found.explanation.startswith("Two things at once explain it: ")
    assert all(each in found.explanation for each in says), found.explanation


def test_a_purchase_and_a_sale_that_are_missing_show_in_the_lots_only() -> None:
    life = a_life(FIRST, SECOND, SOLD)
    by_lots = the_quantity(told(life, (FIRST,), lots=True))
    assert "a purchase of 50 AAA on 2024-04-02 is missing, and a sale of 30" in by_lots.explanation
    by_cost = the_quantity(told(life, (FIRST,), lots=False))
    assert by_cost.explanation.startswith("Something like a purchase of 20 AAA is missing")


def test_what_no_single_thing_explains_is_unexplained() -> None:
    life = a_life(FIRST, SECOND, a_movement(4, dt.date(2024, 5, 2), 40, price=d(23)),
                  a_movement(5, dt.date(2024, 6, 2), -90, price=d(24)))  # fmt: skip
    found = the_quantity(told(life, (FIRST, SECOND), lots=False))
    assert (found.difference, found.cause) == (d(-50), Cause.UNEXPLAINED)
    assert found.explanation.endswith("no single thing explains it.")


@pytest.mark.parametrize("ratio", [Fraction(4), Fraction(1, 5)])
def test_a_split_after_which_was_sold_is_proven_by_the_cost(ratio: Fraction) -> None:
    more = Decimal(int(100 * ratio)) - 100
    split = replace(FOURFOLD, quantity=more)
    price = d(20) * ratio.denominator / ratio.numerator
    sold = a_movement(5, dt.date(2024, 7, 2), -8, price=price)
    found = the_quantity(told(a_life(FIRST, split, sold), (FIRST, sold), lots=False))
    assert found.cause is Cause.SPLIT_NOT_APPLIED
    assert f"A split {ratio.numerator}:{ratio.denominator} of the 100 AAA" in found.explanation


def test_shares_that_cost_nothing_are_a_stock_dividend() -> None:
    dividend = replace(FOURFOLD, quantity=d(5), type="stock_dividend")
    found = the_quantity(told(a_life(FIRST, dividend), (FIRST,), lots=False))
    assert found.cause is Cause.CORPORATE_ACTION
    assert "stock dividend" in found.explanation


def test_what_was_sold_and_bought_back_since_the_position_is_no_other_cost() -> None:
    life = a_life(FIRST)
    back = [a_movement(7, dt.date(2024, 9, 2), -100), a_movement(8, dt.date(2024, 9, 3), 100)]
    holding = life.holding(at_noon(dt.date(2024, 3, 1)), movements=(FIRST, *back))
    assert judge_holding(holding) == ()


@FEW
@given(lives(least=3), st.integers(0, 8), st.integers(0, 8), st.booleans(), st.booleans())
def test_of_two_faults_no_other_cause_is_told_as_if_it_were_sure(
    life: Life, one: int, other: int, twice: bool, lots: bool
) -> None:
    trades = [each for each in life.movements if each.price and abs(each.quantity or ZERO) >= 1]
    assume(len(trades) > 1)
    gone = trades[one % len(trades)]
    second = trades[other % len(trades)]
    assume(gone is not second)
    left = [each for each in life.movements if each is not gone]
    planted = {Cause.MISSING_TRADE, Cause.UNEXPLAINED, Cause.HISTORY_STARTS_LATER}
    if twice:
        left.append(again(second))
        planted.add(Cause.DUPLICATE_IMPORT)
    else:
        left.remove(second)
    assume(any(each.price for each in left))
    for found in judge([told(life, left, lots=lots)]):
        if found.verdict is Verdict.QUANTITY and found.confidence > SURE:
            assert found.cause in planted, found
