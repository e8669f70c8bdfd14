"""Cash for fractions of shares (rules, section 7)."""

from qm_tui.domain.booking.words import Closing, FindingKind, View
from tests.domain.booking.actions import (
    NEW,
    booked,
    conserves_basis,
    exchanged,
    findings,
    gains,
    got,
    lots,
    of,
    paid_for_fraction,
    split,
)
from tests.domain.booking.histories import bought, sold


def test_the_fraction_is_sold_out_of_the_oldest_lots() -> None:
    result = booked(
        bought("2020-01-02", "0.2", 10), bought("2024-01-02", "3.3", 20),
        paid_for_fraction("2024-06-03", "0.5", 15),
    )  # fmt: skip
    assert gains(result) == [4, 3]
    assert {closed.how for closed in result.slices} == {Closing.CASH_IN_LIEU}
    assert lots(result) == of((3, 60, "2024-01-02"))


def test_a_fraction_rounded_by_the_broker_leaves_whole_shares() -> None:
    result = booked(
        bought("2024-01-02", 100, 10), split("2024-06-03", "1/3", -67),
        paid_for_fraction("2024-06-03", "0.3333", 11),
    )  # fmt: skip
    assert result.lots[0].quantity == 33
    assert findings(result) == []
    assert conserves_basis(result)


def test_the_fraction_of_a_merger_comes_out_of_the_new_shares() -> None:
    result = booked(
        bought("2020-01-02", 101, 10), exchanged("2024-06-03", got("50.5")),
        paid_for_fraction("2024-06-03", "0.5", 30, security=NEW),
    )  # fmt: skip
    assert gains(result) == [20]
    assert result.lots[0].quantity == 50


def test_cash_for_nobody_knows_how_much_is_a_finding() -> None:
    result = booked(bought("2024-01-02", 10, 10), paid_for_fraction("2024-06-03", None, 3))
    assert findings(result) == [FindingKind.ACTION_UNKNOWN]
    assert result.slices == []


def test_more_than_is_held_is_missing_history() -> None:
    result = booked(bought("2024-01-02", "0.2", 10), paid_for_fraction("2024-06-03", "0.5", 5))
    assert findings(result) == [FindingKind.MISSING_HISTORY]
    assert gains(result) == [0, None]


def test_a_short_position_pays_for_its_fraction() -> None:
    result = booked(sold("2024-01-02", "10.5", 10), paid_for_fraction("2024-06-03", "0.5", -6))
    assert gains(result) == [-1]
    assert lots(result) == of((-10, 100, "2024-01-02"))


def test_a_loss_on_a_fraction_can_be_a_wash_sale() -> None:
    result = booked(
        bought("2023-01-02", "0.5", 10), bought("2024-06-01", 10, 8),
        paid_for_fraction("2024-06-03", "0.5", 4), view=View.TAXPAYER,
    )  # fmt: skip
    assert result.slices[0].disallowed == 1
