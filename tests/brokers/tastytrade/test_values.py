"""Fields of rows as values: numbers exactly, signs from effects, moments in UTC, never a guess."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qm_tui.brokers.tastytrade.answers import BadRow, Item, Row
from qm_tui.brokers.tastytrade.rows import read
from qm_tui.brokers.tastytrade.values import (
    day,
    flag,
    leftovers,
    moment,
    needed_number,
    needed_text,
    new_york_day,
    number,
    quotient,
    signed,
    text,
)
from qm_tui.domain.words import Section


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("40.0", "40"), (40, "40"), (Decimal("0.0420"), "0.042"), (" -1.5 ", "-1.5"), ("-0.0", "0"),
        ("1E+3", "1000"), ("0.00000001", "0.00000001"), ("12345678901234567890.12", None),
    ],
)  # fmt: skip
def test_a_number_is_read_exactly_however_it_is_written(written: Any, means: str | None) -> None:
    assert number({"a": written}, "a") == Decimal(means or written)


@pytest.mark.parametrize("nothing", [None, "", "NaN", "nan", "null", "None", Decimal("NaN")])
def test_what_says_nothing_is_no_number(nothing: Any) -> None:
    assert number({"a": nothing}, "a") is None
    assert number({}, "a") is None
    with pytest.raises(BadRow, match="missing"):
        needed_number({"a": nothing}, "a")


@pytest.mark.parametrize(
    "garbage",
    [
        "abc", "1_000", "1,000", "٣", "Infinity", Decimal("-Infinity"), float("inf"), True, [], {},
        "1e999", "9" * 200, Decimal("1e60"), "0x10",
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_by_name(garbage: Any) -> None:
    with pytest.raises(BadRow) as refused:
        number({"quantity": garbage}, "quantity")
    assert refused.value.field == "quantity"
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    ("amount", "effect", "means"),
    [
        ("5.5", "Debit", "-5.5"), ("5.5", "Credit", "5.5"), ("5.5", "None", "5.5"),
        ("-5.5", "None", "-5.5"), ("-5.5", None, "-5.5"), ("-5.5", "Debit", "-5.5"),
        ("-5.5", "Credit", "5.5"), ("0.0", "Debit", "0"), ("5.5", " debit ", "-5.5"),
        ("5.5", "CREDIT", "5.5"), ("5.5", "", "5.5"), ("0.0", "Sideways", "0"),
        ("1234567890123456789012345678901234567890.5", "Debit",
         "-1234567890123456789012345678901234567890.5"),
    ],
)  # fmt: skip
def test_an_effect_gives_an_amount_its_sign(amount: str, effect: Any, means: str) -> None:
    found = signed({"value": amount, "value-effect": effect}, "value")
    assert found == Decimal(means)
    assert str(found) != "-0"


def test_an_amount_without_effect_keeps_its_sign_and_an_unknown_effect_is_refused() -> None:
    assert signed({"value": "-7"}, "value") == -7
    assert signed({"value": None, "value-effect": "Debit"}, "value") is None
    with pytest.raises(BadRow, match="Sideways"):
        signed({"value": "7", "value-effect": "Sideways"}, "value")


NOON = dt.datetime(2026, 11, 20, 17, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-20T17:00:00.000+00:00", "2026-11-20T17:00:00Z", "2026-11-20 17:00:00+00",
        "2026-11-20T12:00:00-05:00", 1795194000000, 1795194000, Decimal(1795194000000),
    ],
)  # fmt: skip
def test_a_moment_is_read_in_all_the_ways_the_broker_writes_it(written: Any) -> None:
    found = moment({"at": written}, "at")
    assert found == NOON
    assert found is not None
    assert found.tzinfo is dt.UTC


@pytest.mark.parametrize(
    "wrong",
    [
        "2026-11-20T17:00:00", "2026-11-20", "yesterday", "0001-01-01T00:00:00+23:00",
        "9999-12-31T23:59:59-23:00", "2026-02-30T00:00:00Z", True, [], 10**30, Decimal("NaN"),
    ],
)  # fmt: skip
def test_a_moment_without_zone_or_sense_is_refused(wrong: Any) -> None:
    with pytest.raises(BadRow):
        moment({"at": wrong}, "at")


def test_a_day_is_read_also_with_a_time_behind_it() -> None:
    for written in ("2026-11-20", "2026-11-20T23:00:00Z", "2026-11-20 00:00:00 UTC"):
        assert day({"on": written}, "on") == dt.date(2026, 11, 20)
    assert day({"on": ""}, "on") is None
    wrongs: list[Any] = ["2021-03-82680", "20261120", "20/11/2026", "0000-00-00", 7, []]
    for wrong in wrongs:
        with pytest.raises(BadRow):
            day({"on": wrong}, "on")


def test_the_day_of_new_york_ends_at_its_midnight() -> None:
    assert new_york_day(dt.datetime(2026, 11, 21, 4, 59, tzinfo=dt.UTC)) == dt.date(2026, 11, 20)
    assert new_york_day(dt.datetime(2026, 11, 21, 5, 0, tzinfo=dt.UTC)) == dt.date(2026, 11, 21)


def test_a_flag_is_yes_no_or_not_said() -> None:
    says = {"a": True, "b": "false", "c": 1, "d": None, "e": ""}
    assert [flag(says, name) for name in "abcdef"] == [True, False, True, None, None, None]
    with pytest.raises(BadRow, match="perhaps"):
        flag({"a": "perhaps"}, "a")


def test_a_text_is_one_line_without_control_characters_and_not_endless() -> None:
    assert text({"a": " x "}, "a") == "x"
    assert text({"a": "b\x1b[31mred\n\x00"}, "a") == "b [31mred"
    assert len(needed_text({"a": "[bold]" + "y" * 10_000 + "\n"}, "a")) <= 1_000
    assert text({"a": 12}, "a") == "12"
    assert text({"a": "  "}, "a") is None
    wrongs: list[Any] = [{}, [1]]
    for wrong in wrongs:
        with pytest.raises(BadRow):
            text({"a": wrong}, "a")
    with pytest.raises(BadRow):
        needed_text({}, "a")


def test_what_no_field_holds_is_kept_under_the_brokers_names() -> None:
    row: Row = {
        "used": "1", "a": "x", "b": False, "c": Decimal("1.50"), "d": None, "e": "", "f": [],
        "g": [{"value": Decimal("0.05")}], "h": {"i": {"j": 1}},
    }  # fmt: skip
    assert leftovers(row, {"used"}) == {
        "a": "x", "b": "false", "c": "1.50", "g": '[{"value":"0.05"}]', "h": '{"i":{"j":1}}',
    }  # fmt: skip
    assert leftovers({"used": 1}, {"used"}) is None


def test_a_quotient_has_28_digits_at_most() -> None:
    assert len(quotient(Decimal(1), Decimal(3)).as_tuple().digits) == 28


# --- rows --------------------------------------------------------------------------------------


def items(*rows: Any) -> list[Item]:
    """Rows as they came."""
    return [Item(row, 0, 0) for row in rows]


def quantity(row: Row, _place: int) -> Decimal:
    return needed_number(row, "quantity")


def test_one_bad_row_costs_one_row_and_is_kept_as_it_came() -> None:
    rows = items({"quantity": "1"}, {"quantity": "x\n[b]", "id": 7}, {"quantity": 3})
    found = read(Section.POSITIONS, rows, quantity)

    assert [int(one) for one in found.records] == [1, 3]
    (refused,) = found.refused
    assert (refused.section, refused.document_row, refused.field) == ("positions", 1, "quantity")
    assert refused.text == '{"quantity":"x\\n[b]","id":7}'
    assert refused.reason == "not a number (x [b])"


@pytest.mark.parametrize("odd", [None, 7, "text", [], [{}], True, Decimal(1)])
def test_a_row_that_is_no_object_is_refused(odd: Any) -> None:
    found = read(Section.POSITIONS, items(odd, {"quantity": 2}), quantity, first_row=10)
    assert [int(one) for one in found.records] == [2]
    assert found.refused[0].document_row == 10
    assert "no object" in found.refused[0].reason


def test_a_row_of_another_account_is_refused() -> None:
    mine, other = ({"account-number": name, "quantity": 1} for name in ("5WX1", "5WX2"))
    found = read(Section.POSITIONS, items(mine, other, {"quantity": 2}), quantity, account="5WX1")
    assert [int(one) for one in found.records] == [1, 2]
    assert found.refused[0].field == "account-number"


def test_a_refused_row_is_told_shortly() -> None:
    found = read(Section.POSITIONS, items({"quantity": "z" * 10_000}), quantity)
    assert len(found.refused[0].text) <= 2_000
    assert len(found.refused[0].reason) <= 200


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals() | st.floats(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)
READERS: list[Callable[[Row, str], Any]] = [
    number, needed_number, signed, moment, day, flag, text, needed_text,
]  # fmt: skip


@given(value=ANY, effect=ANY)
def test_whatever_stands_in_a_field_is_read_or_refused(value: Any, effect: Any) -> None:
    row = {"a": value, "a-effect": effect}
    for reader in READERS:
        try:
            reader(row, "a")
        except BadRow as refused:
            assert refused.field in {"a", "a-effect"}  # noqa: PT017 - it may also be read
    for name, kept in (leftovers(row, ()) or {}).items():
        assert name in row
        assert len(kept) <= 4_000


def test_halves_of_characters_do_not_get_into_what_is_stored() -> None:
    half = "a\ud800b"
    found = read(Section.POSITIONS, items({"quantity": half, half: half}), quantity)
    kept = leftovers({half: half, "g": [half]}, ()) or {}
    for said in (found.refused[0].text, found.refused[0].reason, *kept, *kept.values()):
        said.encode()
    assert text({"a": half}, "a") == "a b"
