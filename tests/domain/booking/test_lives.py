"""The histories that the laws are tried on are rich enough to break them."""

from collections import Counter

from qm_tui.domain.booking.events import PHASES
from qm_tui.domain.booking.words import AdjustmentKind, Closing, View
from tests.domain.booking.lives import EVERYTHING, life
from tests.domain.booking.world import booked

SEEDS = range(12)
NOT_LIVED = {"Rebase"}
"""A method that pools basis anew has tests of its own."""


def test_a_dozen_lives_hold_all_that_can_happen() -> None:
    kinds: Counter[str] = Counter()
    adjusted: Counter[AdjustmentKind] = Counter()
    closed: Counter[Closing] = Counter()
    sides: Counter[bool] = Counter()
    for seed in SEEDS:
        one = life(seed, 250)
        kinds.update(type(event).__name__ for event in one.events)
        result = booked(one.events, view=View.TAXPAYER)
        adjusted.update(row.kind for row in result.adjustments)
        closed.update(slice_.how for slice_ in result.slices)
        sides.update(slice_.short for slice_ in result.slices)
    assert set(kinds) == {event.__name__ for event in PHASES} - NOT_LIVED
    assert min(kinds.values()) >= 5
    assert min(adjusted[kind] for kind in AdjustmentKind) >= 10
    assert min(sides[side] for side in (True, False)) >= 50
    assert {
        Closing.SALE, Closing.EXPIRY, Closing.CASH_MERGER, Closing.RETURN_OF_CAPITAL, Closing.MARK,
    } <= set(closed)  # fmt: skip


def test_a_shorter_life_is_the_beginning_of_a_longer_one() -> None:
    long = life(5, 200).events
    assert life(5, 40).events == long[: len(life(5, 40).events)]
    assert len(set(EVERYTHING)) == 18
