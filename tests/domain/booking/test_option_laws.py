"""An option that is exercised makes what it would have made otherwise (section 12, law 14).

Source: Publication 550, puts and calls: the premium goes into the shares.
"""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.domain.booking.events import Exercise, Fill
from qm_tui.domain.booking.lots import Slice
from qm_tui.domain.booking.words import LotMethod
from qm_tui.domain.instruments import Right
from tests.domain.booking.histories import bought, sold
from tests.domain.booking.lives import OPTION_LIFE, TRADES, Life, lives
from tests.domain.booking.world import HUNDRED, METHODS, OPTIONS, ZERO, booked
from tests.examples import examples

FEW = settings(max_examples=examples(40), deadline=None)
CENTS = st.integers(1, 9999).map(lambda cents: Decimal(cents) / 100)


def total(slices: list[Slice]) -> Decimal:
    return sum((one.gain or ZERO for one in slices), ZERO)


@FEW
@given(
    st.sampled_from(sorted(OPTIONS)), st.integers(1, 9), st.booleans(), CENTS, CENTS, CENTS,
    st.integers(-3, 3),
)  # fmt: skip
def test_exercised_or_sold_at_its_intrinsic_value_is_the_same_in_total(
    option: int,
    contracts: int,
    written: bool,
    premium: Decimal,
    strike: Decimal,
    market: Decimal,
    held: int,
) -> None:
    """Holder or writer, call or put, with shares, without, and short of them before."""
    underlying, right = OPTIONS[option]
    side = -contracts if written else contracts
    direction = 1 if right is Right.CALL else -1
    shares = side * direction * HUNDRED
    before = [
        bought("2024-01-02", held * HUNDRED, 47, security=underlying) if held else None,
        bought("2024-02-01", side, premium * HUNDRED, security=option),
    ]
    opened = [event for event in before if event is not None]

    delivered = bought("2024-03-15", shares, strike, security=underlying)
    exercise = Exercise(
        day=delivered.day, account=delivered.account, security=option, quantity=Decimal(-side),
        shares=delivered, source=delivered.source, sequence=delivered.sequence, key=delivered.key,
    )  # fmt: skip
    intrinsic = direction * (market - strike)
    closed = sold("2024-03-15", side, 0, security=option)
    closed = replace(closed, amount=abs(side) * HUNDRED * intrinsic)
    traded = bought("2024-03-15", shares, market, security=underlying)
    left = held * HUNDRED + shares
    flat = [sold("2024-04-01", left, 52, security=underlying)] if left else []

    one = booked([*opened, exercise, *flat])
    other = booked([*opened, closed, traded, *flat])
    assert not one.lots
    assert not other.lots
    assert total(list(one.slices)) == total(list(other.slices))


@FEW
@given(lives((*TRADES, *OPTION_LIFE)), METHODS)
def test_an_exercise_realizes_nothing_on_the_option(life: Life, methods: list[LotMethod]) -> None:
    result = booked(life.events, methods=methods)
    exercised = {event.source: event for event in life.events if isinstance(event, Exercise)}
    for closed in result.slices:
        event = exercised.get(closed.closed_by)
        if event is not None:
            assert isinstance(event.shares, Fill)
            assert closed.security == event.shares.security
