"""The language of filters: what one may type, what it means, and what is said of mistakes."""

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qm_tui.domain.conditions import Comparison, Condition, Days, Kind, Moments, Wanted
from qm_tui.queries.lot_views import GainView
from qm_tui.queries.position_views import OptionView
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.condition_fields import Field, Fields, fields_of, stored_fields
from qm_tui.ui.condition_hints import offers
from qm_tui.ui.condition_text import ConditionError, pieces, quoted
from qm_tui.ui.condition_values import Present
from qm_tui.ui.conditions import is_begun, parse, predicate, written
from qm_tui.ui.format import Format
from tests.queries.views import VIEWS

NOW = dt.datetime(2026, 11, 21, 15, 0, tzinfo=dt.UTC)
PRESENT = Present(now=NOW, today=NOW.date(), zone=dt.timezone(dt.timedelta(hours=1)))


OPTIONS = fields_of((), OptionView)


def conditions(text: str) -> list[tuple[str, str, Any]]:
    return [
        (each.field, each.comparison.value, each.value)
        for each in parse(text, OPTIONS, PRESENT).conditions
    ]


def complaint(text: str, fields: Fields = OPTIONS) -> ConditionError:
    with pytest.raises(ConditionError) as raised:
        parse(text, fields, PRESENT)
    return raised.value


def mistake(text: str) -> ConditionError | None:
    try:
        parse(text, OPTIONS, PRESENT)
    except ConditionError as error:
        return error
    return None


def days(first: str, last: str | None = None) -> Days:
    return Days(dt.date.fromisoformat(first), dt.date.fromisoformat(last or first))


# --- what one may type -------------------------------------------------------------------------


def test_words_and_conditions_stand_side_by_side() -> None:
    wanted = parse('aapl "a b" -msft dte<30 account:IRA', OPTIONS, PRESENT)
    assert wanted.words == ("aapl", "a b")
    assert wanted.without == ("msft",)
    assert [each.field for each in wanted.conditions] == ["days_to_expiry", "account"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-500", "-500"),
        ("1e4", "10000"),
        ("10k", "10000"),
        ("2.5M", "2500000"),
        ("1,000", "1000"),
        ("1,234,567.89", "1234567.89"),
        ("$5", "5"),
        ("-$5", "-5"),
        (".5", "0.5"),
        ("50%", "0.5"),
        ("+3", "3"),
    ],
)
def test_numbers_are_written_in_many_ways(text: str, value: str) -> None:
    assert conditions(f"value>{text}") == [("market_value", ">", Decimal(value))]


@pytest.mark.parametrize("text", ["value>1.000", "value>-1,000", "value>2.500k", "qty=$1,000"])
def test_thousands_that_are_a_fraction_elsewhere_are_asked_about_there(text: str) -> None:
    present = replace(PRESENT, point=",")
    with pytest.raises(ConditionError, match="can be read in two ways; write 1000"):
        parse(text, OPTIONS, present)
    for plain in ("value>1000", "value>1.5", "value>1,234,567", "exp<2026-12-31", "symbol:1.000"):
        assert parse(plain, OPTIONS, present) == parse(plain, OPTIONS, PRESENT)


@pytest.mark.parametrize("text", ["iv>30", "iv>30%", "iv > 30", "IV>3e1"])
def test_what_is_shown_in_percent_is_typed_in_percent(text: str) -> None:
    assert conditions(text) == [("implied_volatility", ">", Decimal("0.3"))]


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2026-12-31", days("2026-12-31")),
        ("2026-11", days("2026-11-01", "2026-11-30")),
        ("2028-2", days("2028-02-01", "2028-02-29")),
        ("2026", days("2026-01-01", "2026-12-31")),
        ("2026q4", days("2026-10-01", "2026-12-31")),
        ("today", days("2026-11-21")),
        ("+30d", days("2026-12-21")),
        ("-1w", days("2026-11-14")),
        ("+3m", days("2027-02-21")),
        ("-1y", days("2025-11-21")),
    ],
)
def test_days_months_and_days_from_today(text: str, span: Days) -> None:
    assert conditions(f"exp<{text}") == [("expiry", "<", span)]


def test_a_day_of_a_time_is_the_day_where_times_are_shown() -> None:
    begin = dt.datetime(2026, 11, 20, 23, 0, tzinfo=dt.UTC)
    today = Moments(begin, begin + dt.timedelta(days=1))
    assert conditions("as_of=today") == [("as_of", "=", today)]


def test_what_is_older_was_before() -> None:
    then = NOW - dt.timedelta(minutes=5)
    assert conditions("age>5min") == [("as_of", "<", Moments(then, then))]


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("is:short", ("quantity", "<", Decimal(0))),
        ("!is:short", ("quantity", ">=", Decimal(0))),
        ("-is:stale", ("stale", "!=", True)),
        ("stale:no", ("stale", "=", False)),
        ("has:greeks", ("delta", "known", "")),
        ("!has:iv", ("implied_volatility", "unknown", "")),
        ("right=c", ("right", "=", "call")),
        ("!account:IRA", ("account", "!:", "IRA")),
        ("!dte<30", ("days_to_expiry", ">=", Decimal(30))),
        ("!!dte<30", ("days_to_expiry", "<", Decimal(30))),
        ("qty≤5", ("quantity", "<=", Decimal(5))),
        ("qty<>5", ("quantity", "!=", Decimal(5))),
        ("QTY:5", ("quantity", "=", Decimal(5))),
        ("days-to-expiry=1", ("days_to_expiry", "=", Decimal(1))),
        ('symbol="A B"', ("symbol", "=", "A B")),
    ],
)
def test_each_form_means_one_condition(text: str, condition: tuple[str, str, Any]) -> None:
    assert conditions(text) == [condition]


@pytest.mark.parametrize("text", ["12:30", "<3", "=", '"dte<30"', "5>3"])
def test_what_begins_with_no_name_is_a_word(text: str) -> None:
    assert parse(text, OPTIONS, PRESENT).words == (text.strip('"'),)


# --- what is said ------------------------------------------------------------------------------


def test_of_an_unknown_field_those_that_there_are_are_told() -> None:
    error = complaint("aapl foo<3")
    assert error.says.startswith("there is no field “foo” here; Fields: account, broker, symbol")
    assert (error.start, error.end) == (5, 8)


def test_a_slip_is_put_right() -> None:
    assert "did you mean “strike”?" in complaint("srtike<3").says


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("dte<x", "“x” is not a number"),
        ("dte<", "dte< what? A number"),
        ("dte<nan", "“nan” is not a number"),
        ("dte<1e999999999", "is not a number"),
        ("exp<2026-13", "is not a day"),
        ("exp<1,5", "is not a day"),
        ("symbol<3", "“symbol” is a text"),
        ("right=x", "is not one of: call, put"),
        ("is:foo", "no row here is ever “foo”; is: stale"),
        ("has:foo", "there is no field “foo”"),
        ("age>5", "is no age"),
        ("-", "a word or a condition belongs here"),
    ],
)
def test_what_is_wrong_is_said(text: str, says: str) -> None:
    assert says in complaint(text).says


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (" ".join(f"qty<{n}" for n in range(51)), "no more than 50 words and conditions"),
        (" ".join(f"w{n}" for n in range(51)), "no more than 50 words and conditions"),
        ("symbol:" + "x" * 1001, "a word of 1,001 characters; 1,000 are the most"),
        ("half \ud83d", "half a character"),
    ],
)
def test_what_no_store_can_be_asked_is_refused(text: str, says: str) -> None:
    assert says in complaint(text).says


def test_hostile_text_is_repeated_without_harm() -> None:
    says = complaint("dte<\x1b[31m\u202e" + "x" * 10_000).says
    assert "\x1b" not in says
    assert "\u202e" not in says
    assert len(says) < 200


# --- laws --------------------------------------------------------------------------------------

_TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
_VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.NUMBER: st.decimals(-(10**9), 10**9, places=4, allow_nan=False),
    Kind.DAY: st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 30)).map(lambda day: Days(day, day)),
    Kind.TEXT: _TEXT,
    Kind.FLAG: st.booleans(),
}
_PLAIN_FIELDS = [field for field in OPTIONS.fields if field.kind in _VALUES and not field.choices]


@st.composite
def some_conditions(draw: st.DrawFn) -> Condition:
    field = draw(st.sampled_from(_PLAIN_FIELDS))
    texts = field.kind in {Kind.TEXT, Kind.FLAG}
    allowed = [Comparison.EQUAL, Comparison.NOT_EQUAL]
    if not texts:
        allowed += [Comparison.LESS, Comparison.AT_MOST, Comparison.MORE, Comparison.AT_LEAST]
    if field.kind is Kind.TEXT:
        allowed += [Comparison.CONTAINS, Comparison.LACKS]
    known = draw(st.sampled_from([*allowed, Comparison.KNOWN, Comparison.UNKNOWN]))
    if known in {Comparison.KNOWN, Comparison.UNKNOWN}:
        return Condition(field=field.key, comparison=known)
    value = draw(_VALUES[field.kind])
    return Condition(field=field.key, comparison=known, value=value)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(_TEXT, max_size=2),
    st.lists(_TEXT, max_size=2),
    st.lists(some_conditions(), max_size=3),
)
def test_what_is_written_is_read_as_the_same(
    words: list[str], without: list[str], wanted: list[Condition]
) -> None:
    asked = Wanted(words=tuple(words), without=tuple(without), conditions=tuple(wanted))
    assert parse(written(asked, OPTIONS, PRESENT), OPTIONS, PRESENT) == asked


_ODD = st.lists(
    st.sampled_from(
        ["dte", "<", "symbol", ":", "=", "!", "-", '"', "is:", " ", "30", "x", "\\", "+1d"]
    ),
    max_size=9,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=30), _ODD))
@example("exp<0000")
@example("exp<9999-12-31 as_of<9999-12-31 exp<+99999y")
@example("age>999999w")
def test_any_text_is_understood_or_complained_about(text: str) -> None:
    for cursor in range(len(text) + 1):
        found = offers(text, cursor, OPTIONS, lambda _: ["a b", "x"])
        assert 0 <= found.start <= found.end <= len(text)
        found.taken(text)
    is_begun(text, OPTIONS)
    error = mistake(text)
    assert error is None or 0 <= error.start <= error.end <= len(text)


@given(st.text(max_size=20))
def test_a_quoted_text_is_one_word(text: str) -> None:
    (piece,) = pieces(quoted(text) or '""')
    assert piece.value == text
    assert not piece.is_condition


# --- rows --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    symbol: str | None = "AAPL"
    underlying: str | None = None
    account: str = "U1"
    quantity: Decimal | None = Decimal(5)
    expiry: dt.date | None = None
    stale: bool = False
    accounts: tuple[str, ...] = ()


ROWS = fields_of((), Row, accounts={"U1": ("IRA",)})


def passes(text: str, row: Row, fields: Fields = ROWS) -> bool:
    keep = predicate(parse(text, fields, PRESENT), fields)
    return keep is None or keep(row)


@pytest.mark.parametrize(
    "text", ["qty<1", "qty>=1", "qty=5", "qty:5", "!qty>1", "exp<today", "exp=today", "symbol:A",
             "symbol=aapl", "has:qty"],
)  # fmt: skip
def test_what_is_unknown_meets_no_condition(text: str) -> None:
    assert not passes(text, Row(symbol=None, quantity=None))


@pytest.mark.parametrize("text", ["qty!=5", "exp!=today", "symbol!=A", "!symbol:A", "!has:qty", ""])
def test_what_is_unknown_meets_what_denies(text: str) -> None:
    assert passes(text, Row(symbol=None, quantity=None))


def test_an_account_goes_by_its_nickname_too() -> None:
    assert passes("account:ira", Row())
    assert passes("account=IRA", Row())
    assert passes("account=u1", Row())
    assert not passes("!account:ira", Row())
    assert not passes("account:ira", Row(account="U2"))


def test_a_symbol_is_looked_for_in_the_underlying_but_is_the_symbol() -> None:
    option = Row(symbol="AAPL 240315", underlying="AAPL")
    assert passes("symbol:aapl", option)
    assert not passes("symbol=AAPL", option)
    assert passes("underlying=AAPL", option)


def test_a_month_is_compared_by_its_ends() -> None:
    inside, after = Row(expiry=dt.date(2026, 11, 30)), Row(expiry=dt.date(2026, 12, 1))
    assert [passes(f"exp{sign}2026-11", inside) for sign in ("=", "<", "<=", ">", ">=", "!=")] == [
        True, False, True, False, True, False,
    ]  # fmt: skip
    assert [passes(f"exp{sign}2026-11", after) for sign in ("=", "<", "<=", ">", ">=", "!=")] == [
        False, False, False, True, True, True,
    ]  # fmt: skip


def test_a_screen_may_know_more_of_its_rows() -> None:
    marked = Field(key="marked", kind=Kind.FLAG, value=lambda row: row.account == "U1")
    fields = fields_of((), Row, [marked])
    assert passes("is:marked", Row(), fields)
    assert not passes("is:marked", replace(Row(), account="U2"), fields)
    assert passes("!is:marked", replace(Row(), account="U2"), fields)


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_every_field_of_every_view_goes_by_one_short_name(view: type) -> None:
    fields = fields_of((), view)
    names = [field.typed for field in fields.fields]
    assert len(set(names)) == len(names)
    for field in fields.fields:
        assert fields.get(field.typed) is field
        assert fields.get(field.key) is not None


# --- what could come next ----------------------------------------------------------------------


def offered(text: str, *seen: str) -> list[str]:
    return [each.text for each in offers(text, len(text), OPTIONS, lambda _: seen).offers]


def test_fields_are_offered_by_the_beginning_of_any_of_their_names() -> None:
    assert offered("dt")[0] == "dte"
    assert offered("days_to")[0] == "dte"
    assert offered("unreal")[0] == "pnl"
    assert offered("sym")[0] == "symbol:"
    assert offered("-acc")[0] == "account:"


def test_after_a_name_comparisons_are_offered_and_after_these_values() -> None:
    assert offered("dte")[:2] == ["<", "<="]
    assert offered("right=") == ["call", "put"]
    assert "today" in offered("exp<")
    assert offered("account:", "U1", "a b") == ["U1", '"a b"']
    assert offered("account:a", "U1", "a b") == ['"a b"']
    assert "short" in offered("is:")


def test_taking_an_offer_leaves_the_cursor_behind_it() -> None:
    found = offers("dte<3 sym", 9, OPTIONS, lambda _: ())
    assert found.taken("dte<3 sym") == ("dte<3 symbol:", 13)
    found = offers("right=c x", 7, OPTIONS, lambda _: ())
    assert found.taken("right=c x") == ("right=call x", 10)


def test_a_long_list_says_which_of_its_columns_it_cannot_be_filtered_by() -> None:
    kinds = Kinds[GainView](Format(zone=dt.UTC))
    columns = (
        kinds.gain("gain", "Gain", lambda row: row.gain),
        kinds.gain("net_gain", "Net", lambda row: row.net_gain),
    )
    fields = stored_fields(columns, {"gain": Kind.NUMBER, "isin": Kind.TEXT})
    assert parse("gain<0 isin:US", fields, PRESENT)
    assert complaint("net<0", fields).says.startswith("“net” is reckoned when it is shown")
