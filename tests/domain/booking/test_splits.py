"""Splits, reverse splits, stock dividends: Publication 550, page 63; rules, section 7."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.domain.booking.apportionment import scaled
from qm_tui.domain.booking.events import Event
from qm_tui.domain.booking.words import FindingKind, View
from tests.domain.booking.actions import (
    RATIOS,
    booked,
    conserves_basis,
    each,
    findings,
    gains,
    holdings,
    lots,
    of,
    paid_for_fraction,
    same_but_for,
    split,
)
from tests.domain.booking.histories import bought, sold

EXAMPLES = settings(max_examples=60, deadline=None)


def test_publication_550_page_63_example_1_one_share_becomes_three() -> None:
    result = booked(bought("2020-01-02", 1, 45), split("2021-01-04", "3", 2))
    assert lots(result) == of((3, 45, "2020-01-02"))


def test_publication_550_page_63_example_2_every_lot_keeps_its_own_basis() -> None:
    result = booked(
        bought("2020-01-02", 1, 30), bought("2020-02-03", 1, 45), split("2021-01-04", "3", 4)
    )
    assert lots(result) == of((3, 30, "2020-01-02"), (3, 45, "2020-02-03"))


def test_a_split_keeps_all_of_a_lot_but_its_quantity() -> None:
    purchase = bought("2024-01-02", 100, 10)
    before = booked(purchase).lots[0]
    after = booked(purchase, split("2024-06-10", "10")).lots[0]
    assert after.quantity == 1000
    assert same_but_for(before, after, "quantity")


def test_a_split_is_effective_before_the_trades_of_its_day() -> None:
    result = booked(
        bought("2024-01-02", 100, 10), sold("2024-06-10", 200, 6), split("2024-06-10", "4", 300)
    )
    assert lots(result) == of((200, 500, "2024-01-02"))
    assert gains(result) == [700]


def test_a_short_position_is_split_too() -> None:
    result = booked(sold("2024-01-02", 100, 10), split("2024-06-10", "2", -100))
    assert lots(result) == of((-200, 1000, "2024-01-02"))


def test_a_reverse_split_pays_its_fraction_from_the_oldest_lot() -> None:
    result = booked(
        bought("2024-01-02", 103, 10), bought("2024-02-01", 102, 20),
        split("2024-06-10", "1/10", -185), paid_for_fraction("2024-06-10", "0.5", 60),
    )  # fmt: skip
    assert findings(result) == []
    assert [lot.quantity for lot in result.lots] == [Decimal("9.8"), Decimal("10.2")]
    assert gains(result) == [60 - Decimal(1030) * 5 / 103]
    assert conserves_basis(result)


def test_a_third_of_a_share_is_split_to_ten_places_and_adds_up() -> None:
    purchases = [bought(f"2024-01-0{number}", 100, 10) for number in range(2, 9)]
    result = booked(*purchases, split("2024-06-10", "1/3"))
    exact = Fraction(100, 3)
    assert all(abs(Fraction(lot.quantity) - exact) <= Fraction(1, 10**10) for lot in result.lots)
    assert sum(lot.quantity for lot in result.lots) == Decimal("233.3333333333")


def test_shares_that_disagree_with_the_ratio_are_refused() -> None:
    result = booked(bought("2024-01-02", 100, 10), split("2024-06-10", "4", 298))
    assert lots(result) == of((100, 1000, "2024-01-02"))
    assert findings(result) == [FindingKind.SHARES_DISAGREE]
    assert "not booked" in result.findings[0].detail


def test_a_fraction_that_was_rounded_up_is_booked_exactly_and_said() -> None:
    result = booked(bought("2024-01-02", 105, 10), split("2024-06-10", "1/10", -94))
    assert lots(result) == of(("10.5", 1050, "2024-01-02"))
    assert findings(result) == [FindingKind.SHARES_DISAGREE]


def test_a_split_of_what_is_not_known_to_be_held_is_a_finding() -> None:
    assert findings(booked(split("2024-06-10", "4", 300))) == [FindingKind.SHARES_DISAGREE]
    assert findings(booked(split("2024-06-10", "4"))) == []


@pytest.mark.parametrize(
    ("held", "credited", "after"),
    [(100, 300, "400"), (1000, -900, "100"), (40, 20, "60"), ("1.5", "1.5", "3")],
)
def test_an_unknown_ratio_follows_from_the_shares_credited(
    held: int | str, credited: int | str, after: str
) -> None:
    result = booked(bought("2024-01-02", held, 10), split("2024-06-10", None, credited))
    assert findings(result) == []
    assert result.lots[0].quantity == Decimal(after)


@pytest.mark.parametrize(
    ("held", "credited"), [(105, -95), (11, -10), (5, 2), (100, -100), (100, "0.0371")]
)
def test_an_unknown_ratio_is_not_guessed_where_a_fraction_may_have_been_paid(
    held: int, credited: int | str
) -> None:
    result = booked(bought("2024-01-02", held, 10), split("2024-06-10", None, credited))
    assert findings(result) == [FindingKind.FRACTION_UNKNOWN]
    assert result.lots[0].quantity == held


def test_a_loss_of_a_hundred_shares_before_a_two_for_one_split_is_one_of_two_hundred() -> None:
    result = booked(
        bought("2024-01-02", 200, 10), sold("2024-03-01", 100, 8),
        split("2024-03-05", "2"), bought("2024-03-10", 50, 4), view=View.TAXPAYER,
    )  # fmt: skip
    assert [(row.quantity, row.amount) for row in result.adjustments] == [each(50, 50)]
    assert conserves_basis(result)


def test_the_journal_says_the_ratio_in_words() -> None:
    events = [
        bought("2024-01-02", 100, 10), split("2024-06-10", "4"), split("2025-06-10", "1/20"),
    ]  # fmt: skip
    steps = booked(*events, explain=True).steps
    assert [step.what for step in steps] == ["bought", "split 4:1", "reverse split 1:20"]


@EXAMPLES
@given(holdings(), RATIOS)
def test_a_split_changes_no_basis_and_gives_what_the_sum_gives(
    history: list[Event], ratio: Fraction
) -> None:
    before, after = booked(*history), booked(*history, split("2021-01-04", ratio))
    assert [lot.basis for lot in before.lots] == [lot.basis for lot in after.lots]
    total = sum((lot.quantity for lot in before.lots), Decimal(0))
    assert sum((lot.quantity for lot in after.lots), Decimal(0)) == scaled(total, ratio)
    assert all(
        abs(Fraction(new.quantity) - Fraction(old.quantity) * ratio) <= Fraction(1, 10**9)
        for old, new in zip(before.lots, after.lots, strict=True)
    )


@EXAMPLES
@given(
    st.lists(st.tuples(st.integers(1, 500), st.integers(1, 900)), min_size=1, max_size=5),
    st.sampled_from([2, 4, 5, 10]), st.integers(1, 900), st.booleans(),
)  # fmt: skip
def test_selling_before_a_split_gains_what_selling_more_of_less_after_it_does(
    purchases: list[tuple[int, int]], ratio: int, price: int, short: bool
) -> None:
    """Rules, section 12, law 11."""
    opens, closes = (sold, bought) if short else (bought, sold)
    history = [
        opens(f"2024-01-0{place}", quantity, cost)
        for place, (quantity, cost) in enumerate(purchases, start=1)
    ]
    some = max(sum(quantity for quantity, _ in purchases) // 2, 1)
    before = booked(*history, closes("2024-06-01", some, price), split("2024-06-10", str(ratio)))
    after = booked(
        *history, split("2024-05-01", str(ratio)),
        closes("2024-06-01", some * ratio, Decimal(price) / ratio),
    )  # fmt: skip
    assert gains(before) == gains(after)
    assert lots(before) == lots(after)


def test_a_split_of_which_only_the_day_is_known_comes_before_the_first_trade_of_a_day_in_asia() -> (
    None
):
    sydney = dt.datetime(2024, 6, 9, 23, 30, tzinfo=dt.UTC)
    result = booked(
        bought("2024-01-02", 100, 10),
        split("2024-06-10", "2"),
        sold("2024-06-10", 200, 5, at=sydney),
    )
    assert lots(result) == []
    assert gains(result) == [0]
