"""Trades become fills."""

from decimal import Decimal
from typing import Any

import pytest

from qm_tui.domain.booking.events import Fill, Source, TransferIn, TransferOut
from qm_tui.domain.booking.ordering import in_order
from qm_tui.domain.booking.words import Closing, FindingKind, Origin
from qm_tui.domain.words import OpenClose
from tests.domain.booking.translate.told import (
    ACCOUNT,
    CALL,
    EURO_STOCK,
    FUTURE,
    PAIR,
    STOCK,
    a_trade,
    day,
    only,
    the,
    these,
    translated,
    utc,
)


def test_a_purchase_costs_its_price_and_beside_it_commission_and_taxes() -> None:
    trade = a_trade(
        "2024-01-02", 100, 10, proceeds=Decimal("-1000.5"), commission=Decimal("-1.25"),
        taxes=Decimal("-0.5"),
    )  # fmt: skip
    fill = only(Fill, translated(trade))
    assert these(fill.quantity, fill.amount, fill.fees) == (100, Decimal("1000.5"), Decimal("1.75"))
    assert fill.source == Source("trades", trade.id)
    assert fill.rate is None


def test_a_rebate_lowers_the_fees() -> None:
    trade = a_trade("2024-01-02", 100, commission=Decimal("0.3"))
    assert only(Fill, translated(trade)).fees == Decimal("-0.3")


def test_without_proceeds_the_amount_follows_from_price_and_multiplier() -> None:
    assert only(Fill, translated(a_trade("2024-01-02", -2, "1.5", CALL))).amount == 300
    future = a_trade("2024-01-02", 1, 5000, FUTURE, proceeds=Decimal(0))
    assert only(Fill, translated(future)).amount == 25000


def test_proceeds_that_a_source_does_not_sign_are_an_amount_all_the_same() -> None:
    trade = a_trade("2024-01-02", 100, 10, proceeds=Decimal(1000))
    assert only(Fill, translated(trade)).amount == 1000


def test_what_is_bought_at_a_negative_price_has_a_negative_amount() -> None:
    trade = a_trade("2020-04-20", 1, "-37.63", FUTURE, proceeds=Decimal("188.15"))
    assert only(Fill, translated(trade)).amount == Decimal("-188.15")


@pytest.mark.parametrize(
    ("said", "opens"),
    [(OpenClose.OPEN, True), (OpenClose.CLOSE, False), (OpenClose.CLOSE_OPEN, None)],
)
def test_the_broker_says_what_opens_and_what_closes(said: OpenClose, opens: bool | None) -> None:
    trade = a_trade("2024-01-02", -100, open_close=said)
    assert only(Fill, translated(trade)).opens is opens


def test_where_nobody_says_it_a_sale_of_stock_closes_and_a_purchase_may_cover() -> None:
    assert only(Fill, translated(a_trade("2024-01-02", -100))).opens is False
    assert only(Fill, translated(a_trade("2024-01-02", 100))).opens is None


def test_a_derivative_closes_what_is_there_and_opens_with_the_rest() -> None:
    for security in (CALL, FUTURE):
        assert only(Fill, translated(a_trade("2024-01-02", -1, 2, security))).opens is None


def test_stock_that_is_reported_short_may_have_been_sold_short() -> None:
    trade = a_trade("2024-01-02", -100)
    assert only(Fill, translated(trade, reported={(1, STOCK): Decimal(-100)})).opens is None
    assert only(Fill, translated(trade, reported={(2, STOCK): Decimal(-100)})).opens is False


def test_a_purchase_that_closes_tells_that_the_stock_was_sold_short() -> None:
    sale = a_trade("2024-01-02", -100)
    covering = a_trade("2024-02-02", 100, open_close=OpenClose.CLOSE)
    found = translated(sale, covering)
    assert {
        these(fill.quantity, fill.opens) for fill in found.events if isinstance(fill, Fill)
    } == {
        (-100, None),
        (100, False),
    }


def test_fills_of_one_moment_keep_the_order_of_their_numbers() -> None:
    moment = utc("2024-01-02T15:00")
    late = a_trade("2024-01-02", 1, executed_at=moment, broker_execution_id="10")
    early = a_trade("2024-01-02", 2, executed_at=moment, broker_execution_id="9")
    history = in_order(translated(late, early).events)
    assert [event.source.id for event in history] == [early.id, late.id]


def test_a_reinvestment_is_a_purchase_of_its_own_kind() -> None:
    assert only(Fill, translated(a_trade("2024-01-02", 1, codes="O;R"))).origin is (
        Origin.REINVESTMENT
    )


def test_a_fraction_that_was_sold_is_cash_in_lieu() -> None:
    trade = a_trade("2024-01-02", "-0.5", transaction_type="FracShare")
    assert only(Fill, translated(trade)).how is Closing.CASH_IN_LIEU


def test_currency_is_not_booked() -> None:
    found = translated(a_trade("2024-01-02", 1000, "1.1", PAIR))
    assert not found.events
    assert not found.findings


# --- money of other currencies -------------------------------------------------------------------


def test_the_stated_rate_holds_where_the_account_is_in_the_tax_currency() -> None:
    trade = a_trade("2024-01-02", 100, 10, EURO_STOCK, fx_rate_to_base=Decimal("1.1"))
    assert only(Fill, translated(trade)).rate == Decimal("1.1")


def test_a_rate_into_another_base_currency_goes_on_into_the_tax_currency() -> None:
    trade = a_trade("2024-01-02", 100, 10, EURO_STOCK, fx_rate_to_base=Decimal("0.9"))
    found = translated(
        trade,
        base_currencies={ACCOUNT: "CHF"},
        rates={("CHF", day("2024-01-02")): Decimal("1.2")},
    )
    assert only(Fill, found).rate == Decimal("1.08")


def test_the_rate_of_a_day_is_that_of_the_days_before_over_a_weekend() -> None:
    trade = a_trade("2024-01-08", 100, 10, EURO_STOCK)
    rates = {("EUR", day("2024-01-05")): Decimal("1.1"), ("EUR", day("2023-12-01")): Decimal(9)}
    assert only(Fill, translated(trade, rates=rates)).rate == Decimal("1.1")


def test_a_rate_that_is_too_old_is_none() -> None:
    trade = a_trade("2024-01-20", 100, 10, EURO_STOCK)
    rates = {("EUR", day("2024-01-05")): Decimal("1.1")}
    assert only(Fill, translated(trade, rates=rates)).rate is None


def test_a_commission_in_dollars_is_part_of_the_cost_in_euros() -> None:
    trade = a_trade(
        "2024-01-02", 100, 10, EURO_STOCK, fx_rate_to_base=Decimal("1.25"),
        commission=Decimal(-2), commission_currency="USD",
    )  # fmt: skip
    assert only(Fill, translated(trade)).fees == Decimal("1.6")


def test_a_commission_whose_rate_nobody_knows_is_left_out_and_said() -> None:
    trade = a_trade("2024-01-02", 100, commission=Decimal(-2), commission_currency="NOK")
    found = translated(trade)
    assert [finding.kind for finding in found.findings] == [FindingKind.RATE_UNKNOWN]
    assert only(Fill, found).fees == 0


def test_money_in_another_currency_than_the_security_s_becomes_its_own() -> None:
    trade = a_trade("2024-01-02", 100, 10, EURO_STOCK, currency="USD", commission=Decimal(-2))
    found = translated(trade, rates={("EUR", day("2024-01-02")): Decimal("1.25")})
    fill = only(Fill, found)
    assert these(fill.amount, fill.fees, fill.rate) == (800, Decimal("1.6"), Decimal("1.25"))


def test_money_that_cannot_be_converted_is_left_out_and_the_shares_are_not() -> None:
    found = translated(a_trade("2024-01-02", 100, 10, currency="NOK"))
    assert [finding.kind for finding in found.findings] == [FindingKind.RATE_UNKNOWN]
    assert only(TransferIn, found).quantity == 100


def test_a_trade_without_price_and_proceeds_moves_its_shares() -> None:
    found = translated(a_trade("2024-01-02", -100, None))
    assert [finding.kind for finding in found.findings] == [FindingKind.NOT_BOOKED]
    assert only(TransferOut, found).quantity == -100


# --- money that is told otherwise ----------------------------------------------------------------


def test_the_cash_that_a_trade_moved_says_what_it_cost_beside_its_fees() -> None:
    fees: dict[str, Any] = {"commission": Decimal(-2), "taxes": Decimal(-1)}
    for quantity, cash in ((100, -1003), (-100, 997)):
        trade = a_trade("2024-01-02", quantity, None, net_cash=Decimal(cash), **fees)
        event = the(Fill, translated(trade))
        assert these(event.amount, event.fees) == (1000, 3)


def test_the_basis_that_a_trade_gave_says_what_it_cost_beside_its_fees() -> None:
    trade = a_trade("2024-01-02", 400, None, cost_basis=Decimal(1234), commission=Decimal(-4))
    event = the(Fill, translated(trade))
    assert these(event.amount, event.fees) == (1230, 4)


def test_the_basis_of_what_was_sold_says_nothing_of_what_it_brought() -> None:
    trade = a_trade("2024-01-02", -400, None, cost_basis=Decimal(-1234))
    found = translated(trade)
    assert [finding.kind for finding in found.findings] == [FindingKind.NOT_BOOKED]
