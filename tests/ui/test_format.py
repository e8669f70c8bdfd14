"""Numbers and times as they are written."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from qm_tui.ui.cell import Tone
from qm_tui.ui.format import Format, age, count, duration, exact, size

NOW = dt.datetime(2026, 3, 2, 15, 30, tzinfo=dt.UTC)
FORM = Format(zone=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("value", "text", "tone"),
    [
        ("1234567.891", "1,234,567.89", Tone.PLAIN),
        ("-0.004", "0.00", Tone.PLAIN),
        ("-1234.5", "-1,234.50", Tone.NEGATIVE),
        ("0.125", "0.12", Tone.PLAIN),
        ("123456789012345678901234567890.5", "123,456,789,012,345,678,901,234,567,890.50",
         Tone.PLAIN),
    ],
)  # fmt: skip
def test_money_has_two_digits(value: str, text: str, tone: Tone) -> None:
    cell = FORM.money(Decimal(value))
    assert (cell.text, cell.tone) == (text, tone)


@pytest.mark.parametrize(
    ("value", "text", "tone"),
    [
        ("12", "+12.00", Tone.POSITIVE),
        ("-12", "-12.00", Tone.NEGATIVE),
        ("0", "0.00", Tone.PLAIN),
        ("0.001", "0.00", Tone.PLAIN),
    ],
)
def test_a_gain_has_its_sign_beside_its_color(value: str, text: str, tone: Tone) -> None:
    cell = FORM.gain(Decimal(value))
    assert (cell.text, cell.tone) == (text, tone)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("100", "100     "),
        ("100.00", "100     "),
        ("1E+3", "1,000     "),
        ("-3.25", "-3.25  "),
        ("0.12345678", "0.12345678"),
        ("0E-8", "0     "),
    ],
)
def test_a_quantity_is_exact_with_its_point_in_its_place(value: str, text: str) -> None:
    assert FORM.quantity(Decimal(value)).text == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("187.5", "187.50  "),
        ("187.123456", "187.1235"),
        ("0.000451", "0.000451"),
        ("12", "12.00  "),
        ("-1.5", "-1.50  "),
    ],
)
def test_a_price_has_as_many_digits_as_it_needs(value: str, text: str) -> None:
    assert FORM.price(Decimal(value)).text == text


def test_what_is_unknown_is_not_zero() -> None:
    for write in (FORM.money, FORM.amount, FORM.gain, FORM.quantity, FORM.price):
        assert write(None).text == "—"
    assert FORM.date(None).text == FORM.moment(None).text == "—"


def test_hidden_amounts_show_neither_number_nor_sign() -> None:
    hidden = Format(zone=dt.UTC, hidden=True)
    for write in (hidden.money, hidden.amount, hidden.gain, hidden.quantity):
        assert write(Decimal(-5)) == write(Decimal(5))
        assert write(Decimal(5)).text == "••••"
        assert write(None).text == "—"
    assert hidden.price(Decimal(5)).text == "5.00  "


def test_times_are_local_and_days_are_what_they_are() -> None:
    assert FORM.moment(NOW).text == "2026-03-02 16:30:00"
    assert FORM.clock(NOW) == "16:30"
    assert FORM.date(dt.date(2026, 3, 2)).text == "2026-03-02"


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (dt.timedelta(seconds=-5), "0 s"),
        (dt.timedelta(seconds=59), "59 s"),
        (dt.timedelta(minutes=59), "59 min"),
        (dt.timedelta(hours=23), "23 h"),
        (dt.timedelta(days=13), "13 d"),
        (dt.timedelta(days=40), "5 w"),
    ],
)
def test_an_age_has_one_unit(ago: dt.timedelta, text: str) -> None:
    assert age(NOW, NOW - ago) == text


def test_counts_sizes_and_durations_are_written_for_people() -> None:
    assert (count(1, "row"), count(1200, "row")) == ("1 row", "1,200 rows")
    assert count(2, "entry", "entries") == "2 entries"
    assert [size(octets) for octets in (812, 3400, 3_400_000)] == ["812 B", "3.4 kB", "3.4 MB"]
    assert duration(NOW, NOW + dt.timedelta(seconds=0.84)) == "0.8 s"
    assert duration(NOW, NOW + dt.timedelta(seconds=125)) == "2 min 5 s"
    assert duration(NOW, None) == "—"
    assert exact(Decimal("-0.0")) == "0"
