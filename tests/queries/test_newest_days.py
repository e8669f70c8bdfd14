"""Which gains are of the newest day in New York, told by when that day began."""

import datetime as dt
from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from qm_tui.queries.profit_days import beginning_of, day_of, newest_day, of_newest_day

ZONES = [dt.UTC, dt.timezone(dt.timedelta(hours=9))]
moments = st.datetimes(
    min_value=dt.datetime(2023, 1, 1),  # noqa: DTZ001 - the zone is drawn, too
    max_value=dt.datetime(2026, 12, 31),  # noqa: DTZ001
    timezones=st.sampled_from(ZONES),
)
gains = st.lists(st.tuples(moments, st.sampled_from([None, Decimal(5)])), max_size=9)
MIDNIGHT = dt.datetime(2024, 3, 10, 5, tzinfo=dt.UTC)
"""Of the day on which clocks are put forward."""


@settings(max_examples=60)
@given(gains)
@example([(MIDNIGHT, Decimal(1)), (MIDNIGHT - dt.timedelta(microseconds=1), Decimal(2))])
def test_gains_are_those_of_the_newest_day_on_which_any_is_known(
    told: list[tuple[dt.datetime, Decimal | None]],
) -> None:
    days = [day_of(moment) for moment, gain in told if gain is not None]
    newest = max(days, default=None)

    assert newest_day(moment for moment, gain in told if gain is not None) == newest
    assert of_newest_day(told) == [
        gain if day_of(moment) == newest else None for moment, gain in told
    ]


@given(st.dates(min_value=dt.date(2000, 1, 1), max_value=dt.date(2040, 1, 1)))
def test_a_day_begins_where_the_one_before_ends(day: dt.date) -> None:
    begun = beginning_of(day)
    assert day_of(begun) == day
    assert day_of(begun - dt.timedelta(microseconds=1)) == day - dt.timedelta(days=1)
