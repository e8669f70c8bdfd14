"""Returns of capital: 26 CFR 1.301-1(e); Publication 550, nondividend distributions (page 31)."""

from decimal import Decimal

from hypothesis import given, settings

from qm_tui.domain.booking.events import Event
from qm_tui.domain.booking.words import Closing, FindingKind
from tests.domain.booking.actions import (
    EURO,
    PRICES,
    ZERO,
    booked,
    capital_returned,
    conserves_basis,
    each,
    findings,
    gains,
    holdings,
    lots,
    of,
    spun_off,
)
from tests.domain.booking.actions import NEW as CHILD
from tests.domain.booking.histories import bought, day, sold


def test_publication_550_page_31_example_1_basis_to_zero_and_then_a_gain() -> None:
    result = booked(
        bought("2012-03-01", 1, 100), capital_returned("2015-06-01", 80),
        capital_returned("2025-06-01", 30),
    )  # fmt: skip
    assert lots(result) == of((1, 0, "2012-03-01"))
    closed = result.slices[0]
    assert (closed.quantity, closed.proceeds, closed.basis, closed.gain) == each(0, 10, 0, 10)
    assert (closed.how, closed.holding_start) == (Closing.RETURN_OF_CAPITAL, day("2012-03-01"))
    assert result.totals.returned == 100
    assert conserves_basis(result)


def test_it_is_per_share_and_each_lot_has_its_own_floor() -> None:
    result = booked(
        bought("2020-01-02", 100, 1),
        bought("2024-01-02", 300, 10),
        capital_returned("2024-06-03", 800),
    )
    assert lots(result) == of((100, 0, "2020-01-02"), (300, 2400, "2024-01-02"))
    assert gains(result) == [100]


def test_lots_bought_after_the_record_day_get_nothing() -> None:
    result = booked(
        bought("2024-01-02", 100, 10), bought("2024-05-02", 100, 10),
        capital_returned("2024-06-03", 50, record="2024-05-01"),
    )  # fmt: skip
    assert lots(result) == of((100, 950, "2024-01-02"), (100, 1000, "2024-05-02"))


def test_what_was_sold_between_record_and_payment_has_its_part_and_it_is_a_gain() -> None:
    result = booked(
        bought("2023-01-03", 100, 10), sold("2024-05-02", 90, 12),
        capital_returned("2024-06-03", 100, record="2024-05-01"),
    )  # fmt: skip
    assert lots(result) == of((10, 90, "2023-01-03"))
    assert gains(result) == [180, 90]
    returned = result.slices[1]
    assert not returned.quantity
    assert returned.disposed == day("2024-06-03")
    assert returned.long_term
    assert conserves_basis(result)


def test_it_finds_its_shares_where_all_were_sold_before_it_was_paid() -> None:
    result = booked(
        bought("2024-01-02", 100, 10), sold("2024-05-02", 100, 12), bought("2024-05-03", 50, 11),
        capital_returned("2024-06-03", 100, record="2024-05-01"),
    )  # fmt: skip
    assert findings(result) == []
    assert gains(result) == [200, 100]
    assert lots(result) == of((50, 550, "2024-05-03"))


def test_what_was_sold_by_the_record_day_gets_nothing() -> None:
    result = booked(
        bought("2024-01-02", 100, 10), sold("2024-05-01", 90, 12),
        capital_returned("2024-06-03", 10, record="2024-05-01"),
    )  # fmt: skip
    assert lots(result) == of((10, 90, "2024-01-02"))
    assert gains(result) == [180]


def test_without_shares_it_is_a_finding() -> None:
    assert findings(booked(capital_returned("2024-06-03", 50))) == [FindingKind.MISSING_HISTORY]


def test_an_unknown_basis_stays_unknown_and_gains_nothing() -> None:
    result = booked(spun_off("2024-01-02", 10), capital_returned("2024-06-03", 50, security=CHILD))
    assert lots(result, CHILD) == of((10, None, "2024-01-02"))
    assert result.slices == []


def test_what_was_returned_can_be_taken_back() -> None:
    result = booked(
        bought("2024-01-02", 100, 10), capital_returned("2024-06-03", 50),
        capital_returned("2025-01-20", -20),
    )  # fmt: skip
    assert lots(result) == of((100, 970, "2024-01-02"))
    assert conserves_basis(result)


def test_each_currency_has_its_own_floor() -> None:
    result = booked(
        bought("2024-01-02", 100, 1, security=EURO, rate=Decimal("1.00")),
        capital_returned("2024-06-03", 90, security=EURO, rate=Decimal("1.20")),
    )
    lot, closed = result.lots[0], result.slices[0]
    assert (lot.basis, lot.tax_basis) == each(10, 0)
    assert (closed.gain, closed.tax_gain) == each(0, 8)


def test_without_a_rate_the_basis_in_the_tax_currency_is_unknown_from_then_on() -> None:
    result = booked(
        bought("2024-01-02", 100, 1, security=EURO, rate=Decimal("1.00")),
        capital_returned("2024-06-03", 90, security=EURO),
    )
    assert findings(result) == [FindingKind.RATE_UNKNOWN]
    assert (result.lots[0].basis, result.lots[0].tax_basis) == each(10, None)


def test_a_short_position_pays_out_of_its_proceeds() -> None:
    result = booked(sold("2024-01-02", 100, 1), capital_returned("2024-06-03", -130))
    assert lots(result) == of((-100, 0, "2024-01-02"))
    assert gains(result) == [-30]
    assert conserves_basis(result)


def test_the_journal_says_what_was_returned() -> None:
    steps = booked(
        bought("2024-01-02", 100, 10), capital_returned("2024-06-03", 50), explain=True
    ).steps
    assert [(step.what, step.basis_after) for step in steps] == [
        ("bought", Decimal(1000)), ("capital returned", Decimal(950)),
    ]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(holdings(), PRICES)
def test_what_is_returned_lowers_basis_or_is_a_gain(history: list[Event], amount: Decimal) -> None:
    short = booked(*history).lots[0].short
    result = booked(*history, capital_returned("2021-01-04", amount))
    assert conserves_basis(result)
    over = sum((closed.gain or ZERO for closed in result.slices), ZERO)
    assert result.totals.returned + (-over if short else over) == amount
    assert all(lot.basis is not None and lot.basis >= 0 for lot in result.lots)
