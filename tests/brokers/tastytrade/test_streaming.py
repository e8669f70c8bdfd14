"""How long to wait before a stream is connected again."""

from dataclasses import replace
from random import Random

from qm_tui.brokers.tastytrade.streaming import Pauses
from tests.brokers.tastytrade.streaming_parts import SETTINGS

SLOW = replace(SETTINGS, first_pause=1.0, longest_pause=60.0)


def made() -> Pauses:
    return Pauses(SLOW, Random(7))  # noqa: S311 - it spreads attempts, no secret


def near(seconds: float, pause: float) -> bool:
    return 0.75 * seconds <= pause <= 1.25 * seconds


def test_pauses_grow_while_a_stream_fails_at_once_and_no_longer_than_the_longest() -> None:
    pauses = made()
    found = [pauses.after(0.1) for _ in range(40)]
    assert all(map(near, [1, 2, 4, 8, 16, 32, *[60] * 34], found))


def test_a_stream_that_held_is_connected_again_soon() -> None:
    pauses = made()
    for _ in range(10):
        pauses.after(0.1)
    assert near(1, pauses.after(61))


def test_a_stream_that_is_not_permitted_is_asked_for_seldom() -> None:
    assert near(60, made().after(0, refused=True))
