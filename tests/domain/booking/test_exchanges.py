"""Mergers and other exchanges: 26 CFR 1.358-2(c), 26 USC 356, Publication 550 page 70."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.domain.booking.events import Event
from qm_tui.domain.booking.securities import AccountRules, MethodFrom
from qm_tui.domain.booking.words import BasisStatus, Closing, FindingKind, LotMethod, Origin, View
from tests.domain.booking.actions import (
    EURO,
    EURO_NEW,
    NEW,
    PRICES,
    QUANTITIES,
    SECOND,
    ZERO,
    booked,
    conserves_basis,
    each,
    exchanged,
    findings,
    gains,
    got,
    holdings,
    lots,
    of,
    same_but_for,
)
from tests.domain.booking.histories import ACCOUNT, STOCK, bought, day, sold

TWO_LOTS = (bought("2020-01-02", 100, 10), bought("2024-01-02", 100, 40))


# --- shares for shares ---------------------------------------------------------------------------


def test_1_358_2_c_example_1_two_for_one_lot_by_lot() -> None:
    result = booked(
        bought("2001-01-01", 20, 3), bought("2002-01-01", 10, 6), exchanged("2003-01-01", got(60))
    )
    assert lots(result, NEW) == of((40, 60, "2001-01-01"), (20, 60, "2002-01-01"))
    assert result.slices == []


def test_1_358_2_c_example_3_two_classes_for_one_by_value() -> None:
    """Class C is worth 2 a share and class D 4: a third of the basis and two thirds."""
    result = booked(
        bought("2001-01-01", 10, 3), bought("2002-01-01", 10, 9),
        exchanged("2004-01-01", got(20, value=40), got(20, SECOND, value=80)),
    )  # fmt: skip
    assert lots(result, NEW) == of((10, 10, "2001-01-01"), (10, 30, "2002-01-01"))
    assert lots(result, SECOND) == of((10, 20, "2001-01-01"), (10, 60, "2002-01-01"))


def test_1_358_2_c_example_5_stock_for_one_class_and_cash_for_the_other() -> None:
    result = booked(
        bought("2001-01-01", 10, 2), bought("2002-01-01", 10, 4),
        bought("2003-01-01", 20, 6, security=SECOND),
        exchanged("2004-01-01", got(40)),
        exchanged("2004-01-01", cash=200, security=SECOND),
    )  # fmt: skip
    assert lots(result, NEW) == of((20, 20, "2001-01-01"), (20, 40, "2002-01-01"))
    assert gains(result) == [80]
    assert result.slices[0].how is Closing.CASH_MERGER


def test_1_358_2_c_example_14_three_for_four() -> None:
    result = booked(
        bought("2001-01-01", 10, 3), bought("2002-01-01", 10, 18),
        bought("2003-01-01", 10, 6), bought("2004-01-01", 10, 9),
        exchanged("2005-01-01", got(30)),
    )  # fmt: skip
    assert lots(result, NEW) == of(
        ("7.5", 30, "2001-01-01"), ("7.5", 180, "2002-01-01"),
        ("7.5", 60, "2003-01-01"), ("7.5", 90, "2004-01-01"),
    )  # fmt: skip


def test_publication_550_page_70_a_merger_keeps_the_basis() -> None:
    result = booked(bought("2023-01-03", 100, 35), exchanged("2025-04-11", got(70), given=100))
    assert lots(result, NEW) == of((70, 3500, "2023-01-03"))


def test_a_change_of_symbol_changes_nothing_but_the_security() -> None:
    purchase = bought("2024-01-02", 100, 10, label="A", opening_id="77")
    before = booked(purchase).lots[0]
    after = booked(purchase, exchanged("2024-06-03", got(100))).lots[0]
    assert (after.security, after.origin, after.parent) == (NEW, Origin.EXCHANGE, before.number)
    assert same_but_for(before, after, "number", "rank", "security", "origin", "parent")
    assert after.rank[:3] == before.rank[:3]


def test_a_stated_division_of_the_basis_goes_before_the_values() -> None:
    result = booked(
        bought("2024-01-02", 100, 10),
        exchanged(
            "2024-06-03",
            got(100, fraction="1/4", value=1),
            got(50, SECOND, fraction="3/4", value=1),
        ),
    )
    assert lots(result, NEW) == of((100, 250, "2024-01-02"))
    assert lots(result, SECOND) == of((50, 750, "2024-01-02"))


def test_an_unknown_division_of_the_basis_is_not_guessed() -> None:
    result = booked(*TWO_LOTS, exchanged("2024-06-03", got(100), got(50, SECOND)))
    assert findings(result) == [FindingKind.FRACTION_UNKNOWN]
    assert [(lot.basis, lot.status) for lot in result.lots] == [(None, BasisStatus.UNKNOWN)] * 4
    assert conserves_basis(result)


def test_an_exchange_of_a_part_takes_the_lots_of_the_method() -> None:
    accounts = {
        ACCOUNT: AccountRules(
            id=ACCOUNT, number="U1",
            methods=(MethodFrom(from_day=day("2020-01-01"), method=LotMethod.HIFO),),
        )
    }  # fmt: skip
    exchange = exchanged("2024-06-03", got(60), given=30)
    assert lots(booked(*TWO_LOTS, exchange), NEW) == of((60, 300, "2020-01-02"))
    result = booked(*TWO_LOTS, exchange, accounts=accounts)
    assert lots(result, NEW) == of((60, 1200, "2024-01-02"))


def test_more_given_than_known_brings_a_lot_of_unknown_basis_for_the_rest() -> None:
    result = booked(bought("2024-01-02", 60, 10), exchanged("2024-06-03", got(200), given=100))
    assert findings(result) == [FindingKind.MISSING_HISTORY]
    assert result.findings[0].quantity == 40
    assert lots(result, NEW) == of((120, 600, "2024-01-02"), (80, None, "2024-06-03"))


def test_an_exchange_of_what_is_not_held_brings_one_lot_of_unknown_basis() -> None:
    result = booked(exchanged("2024-06-03", got(200)))
    assert findings(result) == [FindingKind.MISSING_HISTORY]
    assert lots(result, NEW) == of((200, None, "2024-06-03"))


def test_a_quantity_that_the_broker_rounded_is_the_whole_holding() -> None:
    result = booked(
        bought("2024-01-02", "33.33333333", 3), exchanged("2024-06-03", got(100), given="33.3333")
    )
    assert lots(result) == []
    assert findings(result) == []


def test_nothing_for_something_is_not_booked() -> None:
    result = booked(*TWO_LOTS, exchanged("2024-06-03"))
    assert findings(result) == [FindingKind.ACTION_UNKNOWN]
    assert len(lots(result)) == 2


def test_a_fee_without_cash_is_part_of_the_basis() -> None:
    result = booked(
        bought("2024-01-02", 100, 10), exchanged("2024-06-03", got(100), fees=Decimal(38))
    )
    assert lots(result, NEW) == of((100, 1038, "2024-01-02"))
    assert conserves_basis(result)


def test_a_short_position_is_exchanged_with_its_proceeds() -> None:
    result = booked(sold("2024-01-02", 100, 10), exchanged("2024-06-03", got(50), short=True))
    assert lots(result, NEW) == of((-50, 1000, "2024-01-02"))


# --- cash beside the shares ----------------------------------------------------------------------


def test_section_356_recognizes_gain_up_to_the_cash_and_no_loss_lot_by_lot() -> None:
    """One lot has gained 2,000 with 500 in cash, the other has lost 1,000."""
    result = booked(*TWO_LOTS, exchanged("2024-06-03", got(200, value=5000), cash=1000))
    assert [
        (closed.quantity, closed.proceeds, closed.basis, closed.gain) for closed in result.slices
    ] == [each(0, 500, 0, 500), each(0, 500, 500, 0)]
    assert [closed.lot for closed in result.slices] == [1, 2]
    assert lots(result, NEW) == of((100, 1000, "2020-01-02"), (100, 3500, "2024-01-02"))
    assert conserves_basis(result)


def test_a_gain_smaller_than_the_cash_leaves_the_value_as_basis() -> None:
    result = booked(
        bought("2024-01-02", 100, 10), exchanged("2024-06-03", got(100, value=800), cash=500)
    )
    assert gains(result) == [300]
    assert lots(result, NEW) == of((100, 800, "2024-01-02"))


def test_without_a_value_the_cash_is_reported_and_the_gain_is_unknown() -> None:
    result = booked(bought("2024-01-02", 100, 10), exchanged("2024-06-03", got(100), cash=500))
    assert findings(result) == [FindingKind.UNKNOWN_BASIS]
    assert (result.slices[0].proceeds, result.slices[0].gain) == each(500, None)
    assert result.slices[0].status is BasisStatus.UNKNOWN
    assert lots(result, NEW) == of((100, None, "2024-01-02"))
    assert conserves_basis(result)


def test_without_a_basis_to_recover_all_cash_is_gain_whatever_the_shares_are_worth() -> None:
    result = booked(bought("2024-01-02", 100, 0), exchanged("2024-06-03", got(100), cash=500))
    assert gains(result) == [500]
    assert lots(result, NEW) == of((100, 0, "2024-01-02"))
    assert findings(result) == []


def test_fees_lower_the_cash() -> None:
    result = booked(
        bought("2024-01-02", 100, 10),
        exchanged("2024-06-03", got(100, value=2000), cash=500, fees=Decimal(20)),
    )
    assert gains(result) == [480]


def test_cash_for_shares_of_unknown_history_is_reported() -> None:
    result = booked(
        bought("2024-01-02", 60, 10),
        exchanged("2024-06-03", got(100, value=3000), given=100, cash=500),
    )
    assert FindingKind.MISSING_HISTORY in findings(result)
    assert [(closed.proceeds, closed.gain) for closed in result.slices] == [
        each(300, 300),
        each(200, None),
    ]


def test_each_currency_has_its_own_gain() -> None:
    """In euros the lot lost; in dollars it gained, for the euro has risen."""
    result = booked(
        bought("2024-01-02", 100, 10, security=EURO, rate=Decimal("1.00")),
        exchanged(
            "2024-06-03", got(100, EURO_NEW, value=800), cash=100,
            security=EURO, rate=Decimal("1.25"),
        ),
    )  # fmt: skip
    closed, lot = result.slices[0], result.lots[0]
    assert (closed.gain, closed.tax_gain) == each(0, 125)
    assert (lot.basis, lot.tax_basis) == each(900, 1000)


def test_a_short_position_that_pays_cash_keeps_less_of_its_proceeds() -> None:
    result = booked(
        sold("2024-01-02", 100, 10), exchanged("2024-06-03", got(100), cash=300, short=True)
    )
    assert lots(result, NEW) == of((-100, 700, "2024-01-02"))
    assert result.slices == []
    assert conserves_basis(result)


def test_a_short_position_that_pays_more_than_its_proceeds_loses_the_rest() -> None:
    result = booked(
        sold("2024-01-02", 100, 10), exchanged("2024-06-03", got(100), cash=1300, short=True)
    )
    assert gains(result) == [-300]
    assert lots(result, NEW) == of((-100, 0, "2024-01-02"))
    assert conserves_basis(result)


# --- sales ---------------------------------------------------------------------------------------


def test_cash_alone_is_a_sale() -> None:
    result = booked(*TWO_LOTS, exchanged("2024-06-03", cash=5000))
    assert gains(result) == [1500, -1500]
    assert [closed.quantity for closed in result.slices] == [100, 100]
    assert result.lots == []


def test_cash_alone_covers_a_short_position() -> None:
    result = booked(sold("2024-01-02", 100, 10), exchanged("2024-06-03", cash=1200, short=True))
    assert gains(result) == [-200]
    assert result.slices[0].short


def test_a_taxable_exchange_is_a_sale_and_a_purchase() -> None:
    result = booked(
        bought("2020-01-02", 100, 10),
        exchanged("2024-06-03", got(50, value=1500), cash=200, taxable=True),
    )
    assert gains(result) == [700]
    assert result.slices[0].how is Closing.TAXABLE_EXCHANGE
    assert lots(result, NEW) == of((50, 1500, "2024-06-03"))
    assert result.lots[0].bought == day("2024-06-03")


def test_a_taxable_exchange_for_what_nobody_valued_has_an_unknown_gain() -> None:
    result = booked(bought("2020-01-02", 100, 10), exchanged("2024-06-03", got(50), taxable=True))
    assert findings(result) == [FindingKind.UNKNOWN_BASIS]
    assert gains(result) == [None]
    assert lots(result, NEW) == of((50, None, "2024-06-03"))


def test_a_taxable_exchange_into_the_same_security_can_be_a_wash_sale() -> None:
    result = booked(
        bought("2020-01-02", 100, 10),
        exchanged("2024-06-03", got(100, STOCK, value=800), taxable=True),
        view=View.TAXPAYER,
    )
    assert gains(result) == [-200]
    assert result.slices[0].disallowed == 200
    assert result.lots[0].basis == 1000


def test_shares_exchanged_tax_free_still_replace_what_is_sold_at_a_loss_later() -> None:
    result = booked(
        bought("2020-01-02", 100, 10), bought("2024-05-20", 100, 7),
        exchanged("2024-06-03", got(200)), sold("2024-06-10", 100, 6, security=NEW),
        view=View.TAXPAYER,
    )  # fmt: skip
    assert [adjustment.amount for adjustment in result.adjustments] == [400]


# --- laws ----------------------------------------------------------------------------------------


def test_the_journal_follows_a_lot_into_the_other_security() -> None:
    result = booked(bought("2024-01-02", 100, 10), exchanged("2024-06-03", got(50)), explain=True)
    assert [(step.lot, step.what, step.parent) for step in result.steps] == [
        (1, "bought", None), (1, "exchanged", None), (2, "received for OLD", 1),
    ]  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(
    holdings(), QUANTITIES, PRICES, st.one_of(st.just(ZERO), PRICES), st.booleans(),
    st.one_of(st.none(), QUANTITIES),
)  # fmt: skip
def test_no_basis_is_lost_in_any_exchange(
    history: list[Event],
    quantity: Decimal,
    price: Decimal,
    cash: Decimal,
    two_kinds: bool,
    given_up: Decimal | None,
) -> None:
    short = booked(*history).lots[0].short
    received = [got(quantity, value=quantity * price)]
    if two_kinds:
        received.append(got(quantity, SECOND, value=price))
    event = exchanged("2021-01-04", *received, cash=cash, given=given_up, short=short)
    result = booked(*history, event)
    assert conserves_basis(result)
    came = sum((lot.quantity for lot in result.lots if lot.security == NEW), ZERO)
    assert came == quantity
    assert all(lot.basis is None or lot.basis >= 0 for lot in result.lots)
    if not short:
        recognized = sum((closed.gain or ZERO for closed in result.slices), ZERO)
        assert 0 <= recognized <= cash


@settings(max_examples=40, deadline=None)
@given(holdings())
def test_an_exchange_one_to_one_changes_nothing_but_the_security(history: list[Event]) -> None:
    before = booked(*history).lots
    total = sum((lot.quantity for lot in before), ZERO)
    after = booked(*history, exchanged("2021-01-04", got(total), short=before[0].short)).lots
    assert all(
        same_but_for(one, other, "number", "rank", "security", "origin", "parent")
        for one, other in zip(before, after, strict=True)
    )


@pytest.mark.parametrize("method", list(LotMethod))
def test_every_method_can_exchange_everything(method: LotMethod) -> None:
    accounts = {
        ACCOUNT: AccountRules(
            id=ACCOUNT, number="U1",
            methods=(MethodFrom(from_day=day("2020-01-01"), method=method),),
        )
    }  # fmt: skip
    result = booked(*TWO_LOTS, exchanged("2024-06-03", got(100)), accounts=accounts)
    assert lots(result, NEW) == of((50, 1000, "2020-01-02"), (50, 4000, "2024-01-02"))
