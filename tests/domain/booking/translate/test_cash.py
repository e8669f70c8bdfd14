"""Money that changes what lots cost."""

from decimal import Decimal

import pytest

from qm_tui.domain.booking.events import FeeRefund, ReturnOfCapital, Source
from qm_tui.domain.booking.words import FindingKind
from qm_tui.domain.words import CashType
from tests.domain.booking.translate.told import (
    EURO_STOCK,
    Fact,
    a_trade,
    day,
    only,
    some_cash,
    the,
    these,
    translated,
)

CAPITAL = "AAA(US0000000001) CASH DIVIDEND USD 0.5 PER SHARE (Return of Capital)"


def test_a_dividend_that_returns_capital_is_one_for_who_held_before_the_ex_date() -> None:
    event = only(
        ReturnOfCapital, translated(some_cash("2024-03-20", 50, CAPITAL, ex_date=day("2024-03-08")))
    )
    assert these(event.amount, event.day, event.record_day) == (
        50,
        day("2024-03-20"),
        day("2024-03-07"),
    )


def test_what_was_paid_taken_back_and_paid_anew_is_one_payment() -> None:
    reversal = CAPITAL.replace(" (Return", " - REVERSAL (Return")
    found = translated(
        some_cash("2024-03-20", 50, CAPITAL),
        some_cash("2024-04-02", -50, reversal),
        some_cash("2024-04-02", 45, CAPITAL),
    )
    assert only(ReturnOfCapital, found).amount == 45


def test_what_is_taken_back_alone_is_handed_on() -> None:
    assert only(ReturnOfCapital, translated(some_cash("2025-01-20", -50, CAPITAL))).amount == -50


def test_capital_in_another_currency_has_its_rate() -> None:
    cash = some_cash(
        "2024-03-20", 50, CAPITAL, security=EURO_STOCK, currency="EUR",
        fx_rate_to_base=Decimal("1.1"),
    )  # fmt: skip
    event = only(ReturnOfCapital, translated(cash))
    assert these(event.amount, event.rate) == (50, Decimal("1.1"))


def test_an_ordinary_dividend_touches_no_lot() -> None:
    found = translated(
        some_cash("2024-03-20", 50, "AAA CASH DIVIDEND (Ordinary Dividend)"),
        some_cash("2024-03-20", -5, CAPITAL + " - US TAX", CashType.WITHHOLDING_TAX),
        some_cash("2024-03-20", -5, "a fee", CashType.FEE),
    )
    assert not found.events
    assert not found.findings


def test_a_commission_that_is_adjusted_goes_to_its_trade() -> None:
    trade = a_trade("2024-03-01", 100, broker_trade_id="7")
    cash = some_cash(
        "2024-03-05", "0.4", "refund", CashType.COMMISSION_ADJUSTMENT, security=None,
        broker_trade_id="7",
    )  # fmt: skip
    event = the(FeeRefund, translated(trade, cash))
    assert these(event.amount, event.trade, event.security) == (
        Decimal("0.4"),
        Source("trades", trade.id),
        trade.security,
    )


@pytest.mark.parametrize("trade", ["8", None])
def test_a_commission_adjusted_for_nobody_knows_what_is_an_expense(trade: str | None) -> None:
    cash = some_cash(
        "2024-03-05", "0.4", "refund", CashType.COMMISSION_ADJUSTMENT, broker_trade_id=trade
    )
    assert not translated(a_trade("2024-03-01", 100), cash).events[1:]


IN_LIEU = "AAA PAYMENT IN LIEU OF DIVIDEND (Ordinary Dividend)"


@pytest.mark.parametrize(("closed", "found"), [("2024-03-20", 1), ("2024-06-20", 0), (None, 0)])
def test_what_a_short_of_few_weeks_pays_in_lieu_belongs_to_its_cost(
    closed: str | None, found: int
) -> None:
    """Publication 550: not deductible, but basis, where the short was open 45 days or less."""
    facts: list[Fact] = [
        a_trade("2024-03-01", -100),
        some_cash("2024-03-15", -30, IN_LIEU, CashType.PAYMENT_IN_LIEU, ex_date=day("2024-03-08")),
    ]
    if closed:
        facts.append(a_trade(closed, 100))
    kinds = [finding.kind for finding in translated(*facts).findings]
    assert kinds == [FindingKind.NOT_BOOKED] * found


def test_what_a_lender_gets_in_lieu_is_income() -> None:
    found = translated(
        a_trade("2024-03-01", 100),
        some_cash("2024-03-15", 30, IN_LIEU, CashType.PAYMENT_IN_LIEU),
    )
    assert not found.findings
