"""How languages write numbers."""

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qm_tui.store.store import Store
from qm_tui.ui.format import Format, grouped
from qm_tui.ui.numerals import PLAIN_NUMERALS, UnknownLocale, numerals_of
from tests.ui.books import a_book, a_context, monitor

NAMES = ("de_DE", "de-CH", "en_IN", "fr_FR", "pl_PL", "hi_IN", "sv_SE", "en_US", "ja_JP")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("en_US", "-1,234,567.89"),
        ("de_DE", "-1.234.567,89"),
        ("de-CH", "-1’234’567.89"),
        ("fr_FR", "-1 234 567,89"),
        ("en_IN", "-12,34,567.89"),
    ],
)
def test_each_language_groups_in_its_way(name: str, text: str) -> None:
    form = Format(zone=dt.UTC, numerals=numerals_of(name, {}))
    assert form.money(Decimal("-1234567.891")).text == text


def test_the_environment_speaks_where_nothing_is_configured() -> None:
    assert numerals_of(None, {"LANG": "de_DE.UTF-8"}).point == ","
    assert numerals_of(None, {"LANG": "de_DE.UTF-8", "LC_NUMERIC": "en_US.UTF-8"}).point == "."
    for nothing in ({}, {"LANG": "C.UTF-8"}, {"LC_ALL": "POSIX"}, {"LANG": "tlh_KLINGON"}):
        assert numerals_of(None, nothing) is PLAIN_NUMERALS


@pytest.mark.parametrize("name", ["xx", "", "not a language", "de_DE_DE_DE", "\x1b[31m"])
def test_a_language_that_does_not_exist_is_named(name: str) -> None:
    with pytest.raises(UnknownLocale, match="there is no language"):
        numerals_of(name, {})


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4), st.sampled_from(NAMES))
def test_no_language_changes_a_digit(value: Decimal, name: str) -> None:
    numerals = numerals_of(name, {})
    text = numerals.write(grouped(value, 4))
    whole, _, fraction = text.partition(numerals.point)
    digits = whole.replace(numerals.group, "")
    assert Decimal(f"{digits}.{fraction}") == value


@pytest.mark.parametrize(
    ("value", "text", "strength"),
    [("9.99", "+9.99", -1), ("-10", "-10.00", 0), ("10000", "+10,000.00", 1), ("0", "0.00", -1)],
)
def test_a_large_gain_stands_out_and_a_small_one_steps_back(
    value: str, text: str, strength: int
) -> None:
    cell = Format(zone=dt.UTC).gain(Decimal(value))
    assert (cell.text, cell.strength) == (text, strength)


def test_shares_of_a_whole_are_percent() -> None:
    form = Format(zone=dt.UTC)
    assert form.percent(Decimal("0.1254")).text == "12.5 %"
    assert [form.change(Decimal(text)).text for text in ("0.0125", "-0.0125", "0.00001")] == [
        "+1.25 %",
        "-1.25 %",
        "0.00 %",
    ]
    assert form.percent(None).text == form.change(None).text == "—"


def test_numbers_of_things_are_written_as_amounts_are() -> None:
    form = Format(zone=dt.UTC, numerals=numerals_of("de_DE", {}))
    assert form.count(1200, "row") == "1.200 rows"
    assert form.count(1, "row") == "1 row"
    assert form.unknown(12_345) == "(12.345 unknown)"
    assert form.unknown(0) == ""


async def test_screens_count_rows_and_groups_in_the_user_s_language(store: Store) -> None:
    await a_book(store)
    # Of one digit are all groups but the last: so few rows show it.
    numerals = replace(numerals_of("de_DE", {}), last=1, others=2)
    async with monitor(a_context(store, numerals=numerals), (120, 30)) as it:
        await it.press("6", "t")
        await it.until(lambda: re.search(r" \d\d\.\d trades", it.text))
        assert it.table.number(1234) == "1.23.4"
