"""Holding periods: Publication 550 (2025), page 81; Rev. Rul. 66-7; 26 USC 1223(3)."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qm_tui.domain.booking.holding_period import (
    anniversary,
    days_to_long_term,
    is_long_term,
    tacked,
)

DAYS = st.dates(dt.date(1950, 1, 1), dt.date(2150, 12, 31))
DAY = dt.timedelta(days=1)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("bought", "first_long_day"),
    [
        ("2024-02-05", "2025-02-06"),
        ("2024-06-30", "2025-07-01"),
        ("2024-12-31", "2026-01-01"),
        ("2023-02-28", "2024-03-01"),  # the last day of February, and so is the 29th
        ("2024-02-28", "2025-03-01"),
        ("2024-02-29", "2025-03-01"),
        ("2023-02-27", "2024-02-28"),
    ],
)
def test_the_first_long_term_day_is_the_day_after_the_anniversary(
    bought: str, first_long_day: str
) -> None:
    assert is_long_term(day(bought), day(first_long_day))
    assert not is_long_term(day(bought), day(first_long_day) - DAY)


@given(DAYS, DAYS)
def test_long_term_means_sold_after_the_anniversary(bought: dt.date, sold: dt.date) -> None:
    assert is_long_term(bought, sold) == (sold > anniversary(bought))


@given(DAYS)
def test_the_month_end_rule_changes_the_date_in_february_alone(bought: dt.date) -> None:
    if bought.month != 2:
        assert anniversary(bought) == bought.replace(year=bought.year + 1)


@given(DAYS, DAYS)
def test_a_purchase_on_a_later_day_never_becomes_long_term_earlier(
    one: dt.date, other: dt.date
) -> None:
    first, second = sorted((one, other))
    assert anniversary(first) <= anniversary(second)


@given(DAYS, st.integers(0, 800))
def test_the_days_that_are_left_end_on_the_first_long_term_day(bought: dt.date, held: int) -> None:
    today = bought + dt.timedelta(days=held)
    left = days_to_long_term(bought, today)
    if left is None:
        assert is_long_term(bought, today)
    else:
        assert is_long_term(bought, today + left * DAY)
        assert not is_long_term(bought, today + (left - 1) * DAY)


def test_a_replacement_includes_the_time_the_washed_shares_were_held() -> None:
    # Held 100 days, sold at a loss and bought again ten days later: as if bought 90 days earlier.
    assert tacked(day("2024-04-20"), day("2024-04-10"), day("2024-01-01")) == day("2024-01-11")
