"""Numbers exactly, days and moments in every format a Flex query can be set to."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qm_tui.brokers.ibkr.flex_values import (
    Clock,
    DayOrder,
    canonical,
    identifier,
    number,
    total,
)

NEW_YORK = ZoneInfo("America/New_York")
UTC = dt.UTC


def clock(order: DayOrder = DayOrder.MONTH_FIRST, zone: ZoneInfo = NEW_YORK) -> Clock:
    return Clock(zone, lambda: order)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("21,792.73", "21792.73"),
        ("-1,234,567", "-1234567"),
        ("0.1", "0.1"),
        ("1E-7", "0.0000001"),
        ("4038.070294644", "4038.070294644"),
        ("+5", "5"),
        (" 5 ", "5"),
        (".5", "0.5"),
    ],
)
def test_a_number_is_read_exactly(text: str, value: str) -> None:
    assert number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "-", "--", "N/A", "  "])
def test_what_says_nothing_is_unknown_and_not_zero(text: str) -> None:
    assert number(text) is None


@pytest.mark.parametrize("text", ["-0", "0E-8", "-0.00", "0E+50"])
def test_zero_has_neither_sign_nor_scale(text: str) -> None:
    assert str(number(text)) == "0"


@pytest.mark.parametrize(
    "text",
    [
        "NaN", "Infinity", "-inf", "1e400", "1e-400", "sNaN", "1_000", "12 000", "1,5", "1,23,456",
        "abc", "0x10", "١٢", "(5.00)", "9" * 70,
    ],
)  # fmt: skip
def test_what_is_no_sensible_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"number|proportion"):
        number(text)


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-1e12, max_value=1e12)
)
def test_a_canonical_number_reads_as_itself(value: Decimal) -> None:
    assert number(canonical(value)) == value


def test_sums_are_exact_beyond_the_usual_precision() -> None:
    big, small = Decimal("9" * 30), Decimal("0.0000000001")
    assert str(total(big, small)) == "9" * 30 + ".0000000001"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20260105", dt.date(2026, 1, 5)),
        ("2026-01-05", dt.date(2026, 1, 5)),
        ("01/05/2026", dt.date(2026, 1, 5)),
        ("01/05/26", dt.date(2026, 1, 5)),
        ("05-JAN-26", dt.date(2026, 1, 5)),
        ("5-Jan-2026", dt.date(2026, 1, 5)),
        ("31-DEC-99", dt.date(1999, 12, 31)),
        ("20260105;093000", dt.date(2026, 1, 5)),
        ("--", None),
        ("", None),
    ],
)
def test_a_day_is_read_in_every_format(text: str, day: dt.date | None) -> None:
    assert clock().day(text) == day


def test_a_day_with_slashes_is_read_in_the_order_of_the_file() -> None:
    assert clock(DayOrder.DAY_FIRST).day("05/01/2026") == dt.date(2026, 1, 5)


@pytest.mark.parametrize(
    "text",
    [
        "20260105;093000", "2026-01-05;09:30:00", "20260105;09:30:00", "2026-01-05T09:30:00",
        "20260105,093000", "20260105, 093000", "2026-01-05 09:30:00", "01/05/2026;093000",
        "05-JAN-26;09:30:00", "20260105093000", "20260105;0930", "20260105;093000 EST",
        "20260105;143000 UTC", "2026-01-05T14:30:00Z", "2026-01-05;14:30:00 +0000",
        "2026-01-05;09:30:00-05:00", "2026-01-05 09:30:00 America/New_York",
        "20260105;153000 CET", "2026-01-05 09:30:00.000",
    ],
)  # fmt: skip
def test_a_moment_is_read_in_every_format_and_told_in_utc(text: str) -> None:
    moment = clock().moment(text)
    assert moment.day == dt.date(2026, 1, 5)
    assert moment.at == dt.datetime(2026, 1, 5, 14, 30, tzinfo=UTC)


def test_a_moment_is_in_daylight_time_where_the_zone_is() -> None:
    assert clock().moment("20260706;093000").at == dt.datetime(2026, 7, 6, 13, 30, tzinfo=UTC)
    tokyo = clock(zone=ZoneInfo("Asia/Tokyo"))
    assert tokyo.moment("20260706;093000").at == dt.datetime(2026, 7, 6, 0, 30, tzinfo=UTC)


def test_days_on_which_a_clock_is_set_are_read_like_others() -> None:
    read = clock().moment
    assert read("20260308;013000").at == dt.datetime(2026, 3, 8, 6, 30, tzinfo=UTC)
    assert read("20260308;033000").at == dt.datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert read("20261101;003000").at == dt.datetime(2026, 11, 1, 4, 30, tzinfo=UTC)
    assert read("20261101;093000").at == dt.datetime(2026, 11, 1, 14, 30, tzinfo=UTC)


@given(st.integers(min_value=700_000_000, max_value=3_700_000_000))
def test_the_fast_way_and_the_general_way_agree(second: int) -> None:
    local = dt.datetime.fromtimestamp(second, NEW_YORK).replace(fold=0)
    general = clock().moment(f"{local:%Y-%m-%d %H:%M:%S}")
    assert clock().moment(f"{local:%Y%m%d;%H%M%S}") == general
    assert general.at == local.astimezone(UTC)


def test_a_day_without_time_has_no_moment() -> None:
    moment = clock().moment("20260105")
    assert (moment.day, moment.at) == (dt.date(2026, 1, 5), None)


@pytest.mark.parametrize(
    "text",
    [
        "20261305", "20260230", "2026-1-5", "yesterday", "20260105;256000", "20260105;09",
        "20260105;093000 XYZ", "20260105;093000 ../../etc/passwd", "99991231;235959",
        "05-FOO-26", "20260105;093000 +9999", "\uff12\uff10260105",
    ],
)  # fmt: skip
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        clock().moment(text)


def test_a_time_may_stand_in_a_field_of_its_own() -> None:
    day = dt.date(2026, 1, 5)
    expected = dt.datetime(2026, 1, 5, 21, 20, tzinfo=UTC)
    assert clock().at(day, "162000") == expected
    assert clock().at(day, "16:20:00") == expected
    assert clock().at(day, "") is None


@pytest.mark.parametrize("text", ["", "0", "-", "--", "N/A", "null"])
def test_what_stands_where_there_is_no_id_is_none(text: str) -> None:
    assert identifier(text) is None
