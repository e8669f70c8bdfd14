"""What is fetched beyond the query as the user made it: gaps, and the history of a first import."""

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qm_tui.brokers.client import BrokerRefused, BrokerUnavailable
from qm_tui.brokers.ibkr.flex_ranges import (
    Window,
    begins_later,
    honored,
    missing,
    statement_due,
)
from qm_tui.domain.batches import Coverage
from tests.brokers.ibkr.flex_asked import Outcome, asking, covered, fetch, left_in
from tests.simulators.flex import FlexDouble, document, small_statement
from tests.simulators.flex_acts import ACTS, accept, says_no, serve

NEW_YORK = ZoneInfo("America/New_York")
SINCE = dt.date(2021, 3, 1)
ANSWER = [covered("U1", dt.date(2026, 2, 2), dt.date(2026, 2, 27))]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def days(known: Sequence[Coverage], *, unfinished: bool = False) -> list[tuple[str, str, bool]]:
    windows = missing(known, ANSWER, since=SINCE, most_days=365, unfinished=unfinished)
    return [
        (each.from_date.isoformat(), each.to_date.isoformat(), each.history) for each in windows
    ]


# --- which days, reckoned ---------------------------------------------------------------------


def test_a_first_import_goes_back_year_by_year() -> None:
    assert days([]) == [
        ("2025-02-02", "2026-02-01", True),
        ("2024-02-03", "2025-02-01", True),
        ("2023-02-03", "2024-02-02", True),
        ("2022-02-03", "2023-02-02", True),
        ("2021-03-01", "2022-02-02", True),
    ]


def test_what_is_covered_up_to_the_answer_needs_nothing_more() -> None:
    assert days([covered("U1", day("2025-01-01"), day("2026-02-20"))]) == []


def test_a_gap_is_asked_for() -> None:
    known = [covered("U1", day("2025-01-01"), day("2026-01-14"))]
    assert days(known) == [("2026-01-15", "2026-02-01", False)]


def test_a_gap_of_years_is_asked_for_in_pieces_the_newest_first() -> None:
    known = [covered("U1", day("2023-01-01"), day("2024-06-30"))]
    assert days(known) == [
        ("2025-02-02", "2026-02-01", False),
        ("2024-07-01", "2025-02-01", False),
    ]


def test_a_weekend_is_no_gap() -> None:
    assert days([covered("U1", day("2025-01-01"), day("2026-01-30"))]) == []


def test_older_holes_are_left_alone_unless_a_fetch_was_not_finished() -> None:
    known = [
        covered("U1", day("2023-01-01"), day("2023-12-31")),
        covered("U1", day("2024-06-01"), day("2026-02-01")),
    ]
    assert days(known) == []
    assert days(known, unfinished=True) == [
        ("2024-01-01", "2024-05-31", False),
        ("2022-01-01", "2022-12-31", True),
        ("2021-03-01", "2021-12-31", True),
    ]


def test_an_account_that_is_new_in_the_query_gets_its_history() -> None:
    answer = [*ANSWER, covered("U2", day("2026-02-02"), day("2026-02-27"))]
    known = [covered("U1", day("2021-01-01"), day("2026-02-01"))]
    windows = missing(known, answer, since=SINCE, most_days=365)
    assert windows[0].to_date == day("2026-02-01")
    assert windows[-1].from_date == SINCE


def test_an_answer_that_names_no_account_is_of_all() -> None:
    answer = [covered("", day("2026-02-02"), day("2026-02-27"))]
    known = [covered("U1", day("2021-01-01"), day("2026-02-01"))]
    assert missing(known, answer, since=SINCE, most_days=365) == []


def test_nothing_is_asked_for_when_the_answer_does_not_say_its_days() -> None:
    assert missing([], [], since=SINCE, most_days=365) == []


_days = st.dates(day("2019-01-01"), day("2026-02-27"))
_known = st.lists(
    st.tuples(st.sampled_from(["U1", "U2"]), _days, _days).map(
        lambda told: covered(told[0], min(told[1:]), max(told[1:]))
    ),
    max_size=6,
)


@given(_known, st.booleans(), st.integers(1, 400))
def test_windows_never_overlap_and_never_are_too_long(
    known: list[Coverage], unfinished: bool, most: int
) -> None:
    windows = missing(known, ANSWER, since=SINCE, most_days=most, unfinished=unfinished)
    for window in windows:
        assert SINCE <= window.from_date <= window.to_date < ANSWER[0].from_date
        assert (window.to_date - window.from_date).days < most
    for newer, older in pairwise(windows):
        assert older.to_date < newer.from_date


@given(_known)
def test_after_an_unfinished_fetch_every_business_day_is_covered(known: list[Coverage]) -> None:
    windows = missing(known, ANSWER, since=SINCE, most_days=365, unfinished=True)
    spans = [(each.from_date, each.to_date) for each in windows] + [
        (each.from_date, each.to_date) for each in known if each.account == "U1"
    ]
    each = SINCE
    while each < ANSWER[0].from_date:
        assert each.weekday() >= 5 or any(first <= each <= last for first, last in spans)
        each += dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("brought", "expected"),
    [
        ([("2025-02-02", "2026-02-01")], True),
        ([("2025-02-03", "2026-01-30")], True),
        ([("2025-06-02", "2026-02-01")], True),
        ([("2026-02-02", "2026-02-27")], False),
        ([("2024-01-01", "2026-02-01")], False),
        ([("2025-02-02", "2026-02-27")], False),
        ([], False),
    ],
)
def test_an_answer_keeps_to_the_days_or_not(brought: list[tuple[str, str]], expected: bool) -> None:
    window = Window(from_date=day("2025-02-02"), to_date=day("2026-02-01"), history=True)
    spans = [covered("U1", day(first), day(last)) for first, last in brought]
    assert honored(window, spans, ANSWER) is expected


def test_the_querys_own_days_next_door_are_not_those_that_were_asked_for() -> None:
    window = Window(from_date=day("2026-01-30"), to_date=day("2026-02-01"), history=False)
    own = [covered("U1", day("2026-02-02"), day("2026-02-02"))]
    assert not honored(window, own, own)


def test_an_account_that_began_within_the_days_has_nothing_before() -> None:
    window = Window(from_date=day("2025-02-02"), to_date=day("2026-02-01"), history=True)
    assert begins_later(window, [covered("U1", day("2025-06-02"), day("2026-02-01"))])
    assert not begins_later(window, [covered("U1", day("2025-02-04"), day("2026-02-01"))])


# --- fetched from the service -----------------------------------------------------------------


async def fetched(
    double: FlexDouble, folder: Path, known: Sequence[Coverage] = (), *, unfinished: bool = False
) -> Outcome:
    async with double, asking(double) as service:
        return await fetch(service, folder, known, unfinished=unfinished)


@pytest.mark.parametrize("before", ["refuses", "empty", "none"])
async def test_a_first_import_ends_where_there_is_nothing(before: str, tmp_path: Path) -> None:
    double = FlexDouble(begins=day("2024-05-06"), before_it=before)
    found = await fetched(double, tmp_path)
    assert found.names[:2] == [
        "ib-flex 2026-02-02 … 2026-02-27",
        "ib-flex 2025-02-02 … 2026-02-01",
    ]
    assert [asked.days for asked in double.sent()] == [
        (None, None), ("20250202", "20260201"), ("20240203", "20250201"),
    ]  # fmt: skip
    assert not any("not fetched" in warning for warning in found.warnings)
    assert left_in(tmp_path) == sorted(told.path.name for told in found.fetched)


@pytest.mark.parametrize("before", ["refuses", "empty", "none"])
async def test_a_window_before_the_account_began_ends_the_import(
    before: str, tmp_path: Path
) -> None:
    double = FlexDouble(begins=day("2025-02-01"), before_it=before)
    found = await fetched(double, tmp_path)
    assert len(double.sent()) == 3
    assert not any("not fetched" in warning for warning in found.warnings)


async def test_a_first_import_goes_back_five_years_at_most(tmp_path: Path) -> None:
    double = FlexDouble(begins=day("1990-01-01"))
    found = await fetched(double, tmp_path)
    assert len(found.fetched) == 6
    first, last = double.sent()[-1].days
    assert first is not None
    assert last is not None
    assert day(first) == day("2026-03-02") - dt.timedelta(days=1826)
    windows = [(day(a), day(b)) for a, b in (asked.days for asked in double.sent()[1:]) if a and b]
    assert all((end - begin).days < 365 for begin, end in windows)


async def test_a_service_that_ignores_the_days_is_noticed(tmp_path: Path) -> None:
    double = FlexDouble(honors_days=False)
    found = await fetched(double, tmp_path)
    assert found.names == ["ib-flex 2026-02-02 … 2026-02-27"]
    assert len(double.sent()) == 2
    assert "did not keep to the days" in found.warnings[-1]
    assert "`qm-tui import FILE`" in found.warnings[-1]
    assert left_in(tmp_path) == [found.fetched[0].path.name]


@pytest.mark.parametrize("code", [1014, 1016, 1020, 1999])
async def test_a_service_that_takes_no_days_is_noticed(code: int, tmp_path: Path) -> None:
    double = FlexDouble(send_acts=[accept("9000000"), says_no(code, "No such parameter")])
    double.content = document(small_statement(day("2026-02-02"), day("2026-02-27")))
    double._made["9000000"] = (None, None)
    found = await fetched(double, tmp_path)
    assert len(found.fetched) == 1
    assert "gave no statement of 2025-02-02 … 2026-02-01" in found.warnings[-1]


@pytest.mark.parametrize(("code", "error"), [(1012, BrokerRefused), (1018, BrokerUnavailable)])
async def test_trouble_with_the_token_ends_the_fetch_and_keeps_what_came(
    code: int, error: type[Exception], tmp_path: Path
) -> None:
    double = FlexDouble(send_acts=[accept("9000000"), *[says_no(code)] * 9])
    double._made["9000000"] = (None, None)
    found = Outcome()
    async with double, asking(double) as service:
        with pytest.raises(error, match=f"error {code}"):
            await fetch(service, tmp_path, [], outcome=found)
    assert len(found.fetched) == 1
    assert left_in(tmp_path) == [found.fetched[0].path.name]


async def test_a_broken_window_ends_the_fetch_and_keeps_what_came(tmp_path: Path) -> None:
    async def first(exchange: object) -> None:
        await serve(document(small_statement(day("2026-02-02"), day("2026-02-27"))))(exchange)  # type: ignore[arg-type]

    found = Outcome()
    double = FlexDouble(get_acts=[first, *[ACTS["reset"]] * 9])
    async with double, asking(double) as service:
        with pytest.raises(BrokerUnavailable):
            await fetch(service, tmp_path, [], outcome=found)
    assert left_in(tmp_path) == [found.fetched[0].path.name]


async def test_a_gap_is_fetched_and_nothing_else(tmp_path: Path) -> None:
    known = [covered("U1", day("2025-06-01"), day("2026-01-14"))]
    double = FlexDouble(begins=day("2020-01-01"))
    found = await fetched(double, tmp_path, known)
    assert found.names[1:] == ["ib-flex 2026-01-15 … 2026-02-01"]


async def test_a_gap_that_cannot_be_had_is_told(tmp_path: Path) -> None:
    known = [covered("U1", day("2025-06-01"), day("2026-01-14"))]
    found = await fetched(FlexDouble(begins=day("2026-02-02")), tmp_path, known)
    assert len(found.fetched) == 1
    assert "has no statement of 2026-01-15 … 2026-02-01" in found.warnings[-1]


async def test_what_a_fetch_left_undone_is_made_up_for(tmp_path: Path) -> None:
    known = [covered("U1", day("2025-02-02"), day("2026-02-27"))]
    double = FlexDouble(begins=day("2024-02-10"))
    found = await fetched(double, tmp_path, known)
    assert len(found.fetched) == 1
    double = FlexDouble(begins=day("2024-02-10"))
    found = await fetched(double, tmp_path, known, unfinished=True)
    assert found.names[1:] == ["ib-flex 2024-02-03 … 2025-02-01"]


async def test_a_query_whose_period_stands_still_is_told(tmp_path: Path) -> None:
    double = FlexDouble(period=(day("2025-01-01"), day("2025-12-31")))
    found = await fetched(double, tmp_path, [covered("U1", day("2020-01-01"), day("2024-12-31"))])
    assert any("ends on 2025-12-31" in warning for warning in found.warnings)


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d-%b-%y", "%d/%m/%Y"])
async def test_days_are_understood_however_the_query_writes_them(form: str, tmp_path: Path) -> None:
    first, last = day("2026-02-02"), day("2026-02-27")
    text = small_statement(first, last)
    for each in (first, last):
        text = text.replace(f"{each:%Y%m%d}", f"{each:{form}}")
    double = FlexDouble(content=document(text))
    found = await fetched(double, tmp_path, [covered("U1", SINCE, day("2026-02-01"))])
    assert found.names == ["ib-flex 2026-02-02 … 2026-02-27"]


# --- when statements are due ------------------------------------------------------------------


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def due(newest: str | None, now: str, asked: str | None = None) -> dt.datetime:
    known = [covered("U1", day("2025-01-01"), day(newest))] if newest else []
    return statement_due(known, at(now), asked=at(asked) if asked else None)


@pytest.mark.parametrize(
    ("newest", "now", "expected"),
    [
        (None, "2026-03-02T10:00", "2026-03-02T10:00"),  # nothing is known
        ("2026-02-26", "2026-03-02T10:00", "2026-03-02T10:00"),  # Friday is there since Saturday
        ("2026-02-27", "2026-03-02T10:00", "2026-03-03T06:30"),  # Monday's comes on Tuesday
        ("2026-02-26", "2026-02-27T23:00", "2026-02-28T06:30"),  # Friday's comes on Saturday
        ("2026-02-27", "2026-02-28T07:00", "2026-03-03T06:30"),
        ("2026-02-26", "2026-02-28T06:29", "2026-02-28T06:30"),
        ("2026-02-26", "2026-02-28T06:30", "2026-02-28T06:30"),
        ("2026-03-02", "2026-03-02T23:00", "2026-03-04T06:30"),  # of today, already
        ("2026-03-06", "2026-03-07T07:00", "2026-03-10T06:30"),  # clocks are set on the 8th
        ("2027-01-01", "2026-03-02T10:00", "2026-03-04T06:30"),  # a day that cannot be known
    ],
)
def test_a_statement_is_due_in_the_morning_after_its_day(
    newest: str | None, now: str, expected: str
) -> None:
    assert due(newest, now) == at(expected)


def test_a_statement_that_was_asked_for_in_vain_is_not_asked_for_at_once() -> None:
    asked = "2026-02-28T06:31"
    assert due("2026-02-26", "2026-02-28T06:32", asked) == at("2026-02-28T09:31")
    assert due("2026-02-26", "2026-02-28T12:00", asked) == at("2026-02-28T12:00")
    assert due("2026-02-26", "2026-02-28T12:00", "2026-02-27T20:00") == at("2026-02-28T12:00")


@given(
    st.one_of(st.none(), st.dates(day("2026-01-01"), day("2026-03-20"))),
    st.datetimes(dt.datetime(2026, 3, 1), dt.datetime(2026, 3, 20)),  # noqa: DTZ001
)
def test_a_statement_is_never_due_in_the_past(newest: dt.date | None, now: dt.datetime) -> None:
    known = [covered("U1", day("2025-01-01"), newest)] if newest else []
    moment = now.replace(tzinfo=dt.UTC)
    found = statement_due(known, moment)
    assert moment <= found <= moment + dt.timedelta(days=5)
