"""Waits are bounded and grow; syncs come when they are due."""

import datetime as dt
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from qm_tui.sync.schedule import BackOff, Intervals, next_sync
from tests.conftest import NOW

SECOND = dt.timedelta(seconds=1)


def a_back_off(seed: int = 1) -> BackOff:
    return BackOff(2, 300, Random(seed))  # noqa: S311 - no secret


@given(st.integers(), st.integers(1, 60))
def test_no_wait_is_nothing_and_none_is_longer_than_the_longest(seed: int, failures: int) -> None:
    waits = a_back_off(seed)
    for failure in range(failures):
        wait = waits.next() / SECOND
        assert 0.5 <= wait <= min(2 * 2**failure, 300)


@given(st.integers())
def test_a_night_of_refusals_is_asked_about_a_few_hundred_times_at_most(seed: int) -> None:
    waits, asked, passed = a_back_off(seed), 0, dt.timedelta()
    while passed < dt.timedelta(hours=8):
        passed += waits.next()
        asked += 1
    assert 96 <= asked < 400


def test_waits_differ_from_each_other() -> None:
    waits = a_back_off()
    drawn = [waits.next() for _ in range(30)]
    assert len(set(drawn)) == 30
    assert max(drawn) > 100 * SECOND


@given(st.integers(1, 50))
def test_after_a_good_connection_waits_are_short_again(failures: int) -> None:
    waits = a_back_off()
    for _ in range(failures):
        waits.next()
    waits.reset()
    assert waits.next() <= 2 * SECOND


def test_whole_syncs_come_at_their_interval_and_others_are_repeated_sooner() -> None:
    intervals = Intervals(every=900, again_after=30)
    waits = [(next_sync(NOW, count, intervals) - NOW) / SECOND for count in range(8)]
    assert waits == [900, 30, 60, 120, 240, 480, 900, 900]
    assert next_sync(NOW, 10**6, intervals) == NOW + 900 * SECOND
    assert next_sync(NOW, 1, Intervals(every=10)) == NOW + 10 * SECOND
