"""Causes one by one, severity by money, and the sentences in which they are told."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from qm_tui.domain.booking.sentences import cents
from qm_tui.domain.booking.words import FindingKind, View
from qm_tui.domain.instruments import InstrumentType
from qm_tui.domain.reconciliation.discrepancy import Discrepancy, FactRef
from qm_tui.domain.reconciliation.judging import (
    judge_cash,
    judge_holding,
    judge_total,
)
from qm_tui.domain.reconciliation.severity import severity_of
from qm_tui.domain.reconciliation.sides import (
    BookingFinding,
    CashMovement,
    CashSide,
    History,
    Holding,
    InstrumentSide,
    KnownAction,
    MovementKind,
    OpenLot,
    Part,
    ToldBalance,
    ToldClosing,
    ToldLot,
    ToldPosition,
    Total,
)
from qm_tui.domain.reconciliation.words import Cause, Severity, Verdict
from tests.domain.reconciliation.books import OPTION, STOCK, a_movement, alarms, d, judge, moment

AS_OF = moment("2024-06-28T21:00")
BOUGHT = a_movement(1, dt.date(2024, 2, 1), 100, price=d(10))
WHOLE = History(first_day=dt.date(2024, 1, 2), whole=True)


def told(quantity: int | str | Decimal, **changes: Any) -> ToldPosition:
    return ToldPosition(quantity=Decimal(quantity), as_of=AS_OF, **changes)


def a_holding(quantity: int | str | Decimal | None, **changes: Any) -> Holding:
    given: dict[str, Any] = {
        "account": 1,
        "instrument": STOCK,
        "position": None if quantity is None else told(quantity),
        "movements": (BOUGHT,),
        "history": WHOLE,
    }
    return Holding(**(given | changes))


def the_one(found: Sequence[Discrepancy]) -> Discrepancy:
    (only,) = found
    return only


def cause_of(holding: Holding) -> tuple[str, str]:
    found = the_one(judge_holding(holding))
    return found.verdict.value, found.cause.value


def test_a_lot_that_the_broker_closed_shows_the_trade_that_is_missing() -> None:
    closing = ToldClosing(quantity=d(40), day=dt.date(2024, 5, 6), fact=FactRef("closed_lots", 5))
    found = the_one(judge_holding(a_holding(60, closings=(closing,))))
    assert found.cause is Cause.MISSING_TRADE
    assert "2024-05-06" in found.explanation
    assert found.evidence[0].fact == 5


def test_positions_of_other_days_say_between_which_ones_something_is_missing() -> None:
    seen = [replace(told(100), as_of=moment(f"2024-0{month}-10")) for month in (3, 4)]
    later = replace(told(60), as_of=moment("2024-05-10"))
    found = the_one(judge_holding(a_holding(60, earlier=(*seen, later))))
    assert found.cause is Cause.MISSING_TRADE
    assert "between 2024-04-10 and 2024-05-10" in found.explanation


def test_a_transfer_that_only_the_other_account_tells() -> None:
    left = a_movement(
        5, dt.date(2024, 5, 2), -50,
        kind=MovementKind.TRANSFER, account=2, account_name="U2",
    )  # fmt: skip
    found = the_one(judge_holding(a_holding(150, elsewhere=(left,))))
    assert found.cause is Cause.UNPAIRED_TRANSFER
    assert "U2" in found.explanation


def test_what_two_accounts_have_too_many_and_too_few_is_a_transfer() -> None:
    found = judge([a_holding(60), a_holding(140, account=2)])
    assert {each.cause for each in found} == {Cause.UNPAIRED_TRANSFER}


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"issuer": "037833"}, Cause.IDENTITY_CHANGE),
        ({"same_ticker": frozenset({STOCK.id})}, Cause.IDENTITY_CHANGE),
        ({"same_ticker": frozenset({STOCK.id}), "currency": "CAD"}, Cause.TWO_LISTINGS),
    ],
)
def test_what_one_instrument_lacks_another_of_the_issuer_has(
    changes: dict[str, Any], cause: Cause
) -> None:
    old = replace(STOCK, issuer="037833")
    new = InstrumentSide(id=2, symbol="AAA.NEW", **changes)
    found = judge([a_holding(0, instrument=old), a_holding(100, instrument=new, movements=())])
    assert [each.cause for each in found] == [cause, cause]


def test_an_option_that_the_broker_still_has_a_week_after_its_expiry() -> None:
    position = replace(told(3), as_of=moment("2024-12-31"))
    opened = a_movement(1, dt.date(2024, 11, 1), 3, multiplier=100)
    found = the_one(
        judge_holding(a_holding(3, instrument=OPTION, position=position, movements=(opened,)))
    )
    assert (found.verdict, found.cause) == (Verdict.STATE, Cause.OPTION_EVENT_MISSING)
    assert (found.expected, found.actual) == (d(0), d(3))


def test_a_position_in_what_was_merged_away() -> None:
    gone = replace(STOCK, gone_on=dt.date(2024, 5, 1), successor=7)
    assert cause_of(a_holding(100, instrument=gone)) == ("state", "identity_change")


def test_contracts_that_are_counted_as_shares() -> None:
    bought = a_movement(1, dt.date(2024, 2, 1), 2, multiplier=100)
    holding = a_holding(200, instrument=OPTION, movements=(bought,))
    assert cause_of(holding) == ("quantity", "wrong_multiplier")


def test_a_fraction_that_was_paid_in_cash() -> None:
    reinvested = a_movement(2, dt.date(2024, 3, 1), "0.4321")
    assert cause_of(a_holding(100, movements=(BOUGHT, reinvested))) == ("quantity", "fractional")


def test_a_split_with_a_fraction_of_shares_whose_cost_was_all_returned() -> None:
    bought = a_movement(2, dt.date(2024, 3, 1), 101, price=d(30))
    position = told(151, cost_basis=d(500), market_price=d(20))
    lots = [OpenLot(quantity=d(101), cost_basis=d(0))]

    holding = a_holding(151, movements=(bought,), lots=lots, position=position)

    assert cause_of(holding) == ("quantity", "split_not_applied")


def test_a_position_of_which_there_is_not_one_fact() -> None:
    assert cause_of(a_holding(7, movements=())) == ("quantity", "orphan_position")


def test_an_answer_that_is_older_than_it_says() -> None:
    sold = [a_movement(number, dt.date(2024, 5, number), -10) for number in (2, 3, 4)]
    holding = a_holding(100, movements=(BOUGHT, *sold), position=told(100, stale=True))
    assert cause_of(holding) == ("quantity", "stale_data")


def test_a_fill_after_the_cut_off_is_not_settled() -> None:
    sold = a_movement(2, dt.date(2024, 6, 30), -10, at=moment("2024-06-30T15:00"))
    assert cause_of(a_holding(90, movements=(BOUGHT, sold))) == ("quantity", "unsettled")


def test_lots_that_do_not_come_to_what_is_held() -> None:
    lot = OpenLot(quantity=d(60), cost_basis=d(600))
    moved = BookingFinding(
        kind=FindingKind.IN_TRANSIT, day=dt.date(2024, 5, 1), quantity=d(40),
        fact=FactRef("transfers", 8),
    )  # fmt: skip
    found = the_one(judge_holding(a_holding(100, lots=(lot,), findings=(moved,))))
    assert (found.verdict, found.difference) == (Verdict.OPEN_LOTS, d(40))
    assert found.cause is Cause.UNPAIRED_TRANSFER


def test_what_happened_since_the_broker_counted_is_in_our_lots_and_does_no_harm() -> None:
    sold = a_movement(2, dt.date(2024, 7, 20), -30)
    lot = OpenLot(quantity=d(70), cost_basis=d(700))
    assert judge_holding(a_holding(100, movements=(BOUGHT, sold), lots=(lot,))) == ()


def test_the_lots_of_the_broker_do_not_come_to_its_own_position() -> None:
    lots = [ToldLot(quantity=d(40), as_of=AS_OF), ToldLot(quantity=d(50), as_of=AS_OF)]
    found = the_one(judge_holding(a_holding(100, broker_lots=lots)))
    assert (found.verdict, found.expected, found.difference) == (Verdict.BROKER_LOTS, d(90), d(10))


@pytest.mark.parametrize(
    ("cost", "changes", "cause"),
    [
        ("1250.35", {"bases": {View.TAXPAYER: d("1250.35")}}, Cause.WASH_SALE_VIEW),
        ("1100.35", {"bases": {View.TAXPAYER: d("1250.35")}}, Cause.WASH_SALE_VIEW),
        ("100035", {}, Cause.WRONG_MULTIPLIER),
        ("-1000.35", {}, Cause.WRONG_SIGN),
        ("1000.70", {}, Cause.COMMISSION),
        ("813.13", {}, Cause.UNEXPLAINED),
    ],
)
def test_costs_that_differ(cost: str, changes: dict[str, Any], cause: Cause) -> None:
    lot = OpenLot(quantity=d(100), cost_basis=d("1000.35"), opened_by=BOUGHT.fact)
    holding = a_holding(100, position=told(100, cost_basis=d(cost)), lots=(lot,), **changes)
    found = the_one(judge_holding(holding))
    assert (found.verdict, found.cause) == (Verdict.COST_BASIS, cause)
    assert found.difference == d(cost) - d("1000.35")


def test_capital_that_was_returned() -> None:
    lot = OpenLot(quantity=d(100), cost_basis=d("1000.35"), opened_by=BOUGHT.fact)
    action = KnownAction(type="return_of_capital", day=dt.date(2024, 4, 1))
    position = told(100, cost_basis=d("870.35"))
    found = judge_holding(a_holding(100, position=position, lots=(lot,), actions=(action,)))
    assert the_one(found).cause is Cause.RETURN_OF_CAPITAL


def test_a_value_that_is_not_quantity_times_price() -> None:
    position = told(100, market_price=d("12.5"), market_value=d(125000))
    found = the_one(judge_holding(a_holding(100, position=position)))
    assert (found.verdict, found.cause) == (Verdict.MARKET_VALUE, Cause.WRONG_MULTIPLIER)


def test_a_bond_may_be_priced_in_percent() -> None:
    bond = replace(STOCK, type=InstrumentType.BOND)
    position = told(100, market_price=d("98.5"), market_value=d("98.5"))
    assert judge_holding(a_holding(100, instrument=bond, position=position)) == ()


def cash(difference: str, **changes: Any) -> Discrepancy:
    dividend = CashMovement(
        fact=FactRef("cash_transactions", 1), key="C:1", day=dt.date(2024, 6, 3),
        amount=d("12.50"), says="a dividend of AAA", documents=frozenset({1}),
    )  # fmt: skip
    twin = replace(dividend, key="C:2", documents=frozenset({2}))
    sale = replace(
        dividend, key="T:1", amount=d(500), says="the sale of 50 AAA", day=dt.date(2024, 6, 14),
        settle_date=dt.date(2024, 6, 29), fact=FactRef("trades", 4),
    )  # fmt: skip
    known = {"plain": (dividend, sale), "twice": (dividend, twin, sale)}
    movements = known[changes.pop("movements", "plain")]
    total = sum((each.amount or d(0) for each in movements), d(1000))
    side = CashSide(
        account=1,
        currency="USD",
        balance=ToldBalance(value=total + d(difference), as_of=AS_OF),
        anchor=ToldBalance(value=d(1000), as_of=moment("2024-05-31")),
        movements=movements,
        **changes,
    )
    found = the_one(judge_cash(side))
    assert found.key == f"{found.verdict}|1|USD|{found.tag}"
    return found


def test_cash_that_differs() -> None:
    assert cash("-12.50", movements="twice").cause is Cause.DUPLICATE_IMPORT
    assert cash("-12.50").cause is Cause.CANCELLED_OR_CORRECTED
    assert cash("-500").cause is Cause.UNSETTLED
    assert cash("-25").cause is Cause.WRONG_SIGN
    left = cash("77.77")
    assert (left.cause, left.difference) == (Cause.UNEXPLAINED, d("77.77"))
    assert left.severity is Severity.MINOR


def test_money_is_said_to_the_cent_and_less_than_a_cent_as_it_is() -> None:
    assert "is 1,589.62 USD, and" in cash("77.1234567891").explanation
    assert cents(d("-0.00012")) == "-0.00012"
    assert cents(d(0)) == "0.00"
    assert cents(None) == "an unknown amount"


def test_cash_of_days_of_which_nobody_told_is_not_compared() -> None:
    found = cash("77.77", history=History(first_day=dt.date(2024, 6, 10)))
    assert (found.verdict, alarms(found)) == (Verdict.NOT_KNOWN, False)


def test_a_total_that_is_not_the_sum_of_its_parts() -> None:
    parts = [Part(says="stock", value=d(900)), Part(says="cash", value=d(100))]
    total = Total(account=1, currency="USD", tag="NetLiquidation", value=d(1250), parts=parts)
    found = the_one(judge_total(total))
    assert (found.verdict, found.difference) == (Verdict.MARKET_VALUE, d(250))
    assert found.key == "market_value|1|USD|NetLiquidation"
    unknown = replace(total, parts=[*parts, Part(says="options", value=None)])
    assert not alarms(the_one(judge_total(unknown)))


@pytest.mark.parametrize(
    ("value", "more", "severity"),
    [
        ("0.99", {}, "dust"),
        ("0.99", {"quantity": d(1)}, "minor"),
        ("50", {}, "minor"),
        ("50", {"account_value": d(20_000)}, "major"),
        ("100", {}, "major"),
        ("900", {"rate": d("0.007")}, "minor"),
        (None, {"quantity": d("0.0004")}, "dust"),
        (None, {"quantity": d(1)}, "major"),
    ],
)
def test_severity_goes_by_money(value: str | None, more: dict[str, Decimal], severity: str) -> None:
    assert severity_of(None if value is None else d(value), **more).value == severity


def test_a_broken_position_that_nobody_can_value_is_major() -> None:
    silent = replace(BOUGHT, price=None)
    assert the_one(judge_holding(a_holding(99, movements=(silent,)))).severity is Severity.MAJOR
