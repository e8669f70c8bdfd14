"""Gains of closings, as the broker says and by our lots; and what cash says of holdings."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest

from qm_tui.domain.reconciliation.discrepancy import FactRef
from qm_tui.domain.reconciliation.judging import explain_cash, judge_cash, judge_holding
from qm_tui.domain.reconciliation.sides import (
    CashSide,
    History,
    Holding,
    ToldBalance,
    ToldGain,
    ToldPosition,
)
from qm_tui.domain.reconciliation.words import Cause, Verdict
from tests.domain.reconciliation.books import STOCK, a_movement, alarms, d, moment

DAY = dt.date(2024, 6, 3)
AS_OF = moment("2024-06-28T20:00")


def a_gain(told: Sequence[str], ours: Sequence[str], **changes: Any) -> ToldGain:
    return ToldGain(
        fact=FactRef("trades", 5), day=DAY, told=[d(one) for one in told],
        ours=[d(one) for one in ours], **{"fees": d(1), **changes},
    )  # fmt: skip


def a_holding(*gains: ToldGain) -> Holding:
    return Holding(account=1, instrument=STOCK, gains=gains)


@pytest.mark.parametrize(
    ("told", "ours"),
    [
        (["123.45"], ["123.45"]),
        (["123.46", "123.45"], ["123.4512"]),
        # With the disallowed loss of another lot in the basis, or without.
        (["80"], ["60", "80"]),
    ],
)
def test_gains_that_agree(told: Sequence[str], ours: Sequence[str]) -> None:
    assert judge_holding(a_holding(a_gain(told, ours))) == ()


@pytest.mark.parametrize(
    ("gain", "cause", "difference"),
    [
        (a_gain(["150"], ["100"]), Cause.UNEXPLAINED, "50"),
        (a_gain(["101"], ["100"]), Cause.COMMISSION, "1"),
        (a_gain(["150"], ["100"], other_lots=True), Cause.LOT_CHOICE, "50"),
        # The lots that were closed contradict the trade that closed them.
        (a_gain(["100", "150"], ["100"]), Cause.UNEXPLAINED, "50"),
    ],
)
def test_gains_that_differ(gain: ToldGain, cause: Cause, difference: str) -> None:
    [found] = judge_holding(a_holding(gain))

    assert (found.verdict, found.cause, alarms(found)) == (Verdict.REALIZED_PNL, cause, True)
    assert found.difference == d(difference)


# --- what cash says ------------------------------------------------------------------------------


def lacking(paid: str) -> tuple[Holding, CashSide]:
    """The broker has 40 more than our facts, and so much more cash."""
    bought = a_movement(1, DAY, 60, price=d(20), proceeds=d(-1200))
    holding = Holding(
        account=1, instrument=STOCK, movements=[bought],
        position=ToldPosition(quantity=d(100), as_of=AS_OF, market_price=d(22)),
        history=History(first_day=dt.date(2024, 1, 1), last_day=dt.date(2024, 6, 28)),
    )  # fmt: skip
    side = CashSide(
        account=1, currency="USD", history=holding.history,
        anchor=ToldBalance(value=d(5000), as_of=moment("2023-12-31T23:00")),
        balance=ToldBalance(value=d(5000) + d(paid), as_of=AS_OF),
    )  # fmt: skip
    return holding, side


@pytest.mark.parametrize(
    ("paid", "cause"),
    [
        ("0", Cause.HISTORY_STARTS_LATER),
        ("-841", Cause.MISSING_TRADE),
    ],
)
def test_cash_tells_a_missing_trade_from_what_was_held_before(paid: str, cause: Cause) -> None:
    holding, side = lacking(paid)
    found = [*judge_holding(holding), *judge_cash(side)]

    told = explain_cash(found, [holding], [side], {(1, "USD")})

    assert {one.cause for one in told} == {cause}
    assert [one.verdict for one in told] == [Verdict.QUANTITY, Verdict.CASH][: len(found)]
