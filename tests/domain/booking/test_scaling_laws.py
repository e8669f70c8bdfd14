"""Money, signs and shares that are all multiplied (rules, section 12, laws 11 and 12)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.domain.booking.events import Event, Fill, Source, Split
from qm_tui.domain.booking.lots import Slice
from qm_tui.domain.booking.words import LotMethod, View
from tests.domain.booking.lives import TRADES, Life, lives
from tests.domain.booking.world import METHODS, SECURITIES, TAXABLE, ZERO, booked
from tests.examples import examples

FEW = settings(max_examples=examples(40), deadline=None)
DUST = Decimal("1E-6")
SECOND = dt.timedelta(seconds=1)
UNADJUSTED = (LotMethod.FIFO, LotMethod.LIFO)
PAIRED = st.lists(
    st.sampled_from([LotMethod.FIFO, LotMethod.LIFO, LotMethod.HIFO]), min_size=1, max_size=3
)

SHORT_STORIES = st.one_of(
    lives(TRADES), lives(("round trip", "round trip", "order"), (TAXABLE,), 40)
)
"""Some in which nothing is held now and then."""


def fills(life: Life) -> list[Fill]:
    return [event for event in life.events if isinstance(event, Fill)]


def gains(slices: Iterable[Slice]) -> list[Decimal]:
    return [one.gain or ZERO for one in slices]


@FEW
@given(lives(TRADES), METHODS, st.sampled_from(list(View)), st.sampled_from([10, 1000]))
def test_money_in_smaller_coins_gives_the_gains_in_smaller_coins(
    life: Life, methods: list[LotMethod], view: View, coins: int
) -> None:
    if view is not View.ECONOMIC:
        # What wash sales add is rounded, and may decide which of two lots has the higher basis.
        methods = [one for one in methods if one in UNADJUSTED]
    dear = booked(life.events, view=view, methods=methods)
    cheap = booked(
        [replace(one, amount=one.amount * coins, fees=one.fees * coins) for one in fills(life)],
        view=view, methods=methods,
    )  # fmt: skip
    assert [one.quantity for one in cheap.slices] == [one.quantity for one in dear.slices]
    for small, large in zip(cheap.slices, dear.slices, strict=True):
        assert abs(gains([small])[0] - gains([large])[0] * coins) <= DUST * coins
        assert abs(small.disallowed - large.disallowed * coins) <= DUST * coins


@FEW
@given(lives(TRADES), PAIRED)
def test_in_the_mirror_every_gain_is_a_loss(life: Life, methods: list[LotMethod]) -> None:
    """What was bought is sold and the other way round: longs become shorts. Without fees."""
    there = [replace(one, fees=ZERO) for one in fills(life)]
    mirrored = [replace(one, quantity=-one.quantity) for one in there]
    opposite = {LotMethod.HIFO: LotMethod.LOFO}
    ours = booked(there, methods=methods)
    theirs = booked(mirrored, methods=[opposite.get(one, one) for one in methods])
    assert gains(theirs.slices) == [-gain for gain in gains(ours.slices)]
    assert [one.short for one in theirs.slices] == [not one.short for one in ours.slices]
    assert sorted((lot.security, lot.basis) for lot in theirs.lots) == sorted(
        (lot.security, lot.basis) for lot in ours.lots
    )


@settings(max_examples=examples(60), deadline=None)
@given(
    SHORT_STORIES, METHODS, st.sampled_from(list(View)),
    st.sampled_from([Fraction(2), Fraction(3, 2), Fraction(1, 4)]), st.integers(0, 60),
)  # fmt: skip
def test_a_split_commutes_with_the_trades_around_it(
    life: Life, methods: list[LotMethod], view: View, ratio: Fraction, place: int
) -> None:
    """Sold before the split, or k times as many after it for the same money: equal gains."""
    if view is not View.ECONOMIC:
        methods = [one for one in methods if one in UNADJUSTED]
    trades = fills(life)
    place = min(place, len(trades))
    while 0 < place < len(trades) and trades[place].at == trades[place - 1].at:
        place += 1  # pieces of one order are not split apart
    before, after = trades[:place], trades[place:]
    unsplit = booked(trades, view=view, methods=methods)
    many = [replace(one, quantity=_times(one.quantity, ratio)) for one in after]
    events: list[Event] = [*before, *_splits(before, after, ratio), *many]
    split = booked(events, view=view, methods=methods)
    assert len(split.slices) == len(unsplit.slices)
    for ours, theirs in zip(split.slices, unsplit.slices, strict=True):
        assert abs(gains([ours])[0] - gains([theirs])[0]) <= DUST
        assert abs(ours.disallowed - theirs.disallowed) <= DUST
    assert sum((lot.basis or ZERO for lot in split.lots), ZERO) == sum(
        (lot.basis or ZERO for lot in unsplit.lots), ZERO
    )


def _times(quantity: Decimal, ratio: Fraction) -> Decimal:
    return quantity * ratio.numerator / ratio.denominator


def _splits(before: list[Fill], after: list[Fill], ratio: Fraction) -> list[Split]:
    """Split everything at once, between the last trade before and the first one after."""
    if not before or not after:
        return []
    last = before[-1]
    return [
        Split(
            day=last.day, at=last.at and last.at + SECOND, account=account, security=security,
            ratio=ratio, source=Source("corporate_actions", security), sequence=last.sequence,
            key=f"{last.key}.{account}",
        )
        for account in (1, 2, 3)
        for security in SECURITIES
    ]  # fmt: skip
