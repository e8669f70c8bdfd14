"""Plain histories as another program books them: first in, last in, highest cost first.

beancount has no fees beside the cost, no shorts that turn into longs and no wash sales, so that
these histories have none of it either: each is long, or each short, and every sale finds its lots.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.domain.booking.events import Fill, Source
from qm_tui.domain.booking.policy import Policy
from qm_tui.domain.booking.words import LotMethod
from tests.domain.booking import beancount_books
from tests.domain.booking.histories import book

NEAR = Decimal("1E-6")
"""beancount keeps costs per unit, in 28 digits; ours are exact to the tenth place."""
METHODS = [LotMethod.FIFO, LotMethod.LIFO, LotMethod.HIFO]
ZERO = Decimal(0)
BEGINNING = dt.date(2001, 1, 1)


@dataclass(frozen=True, slots=True)
class Plain:
    """How a history is told: a trade a day, in some stocks of some accounts."""

    seed: int
    trades: int
    short: bool

    def fills(self) -> list[Fill]:
        random = Random(self.seed)  # noqa: S311 - a story, no secret
        side = -1 if self.short else 1
        held: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
        told: list[Fill] = []
        for number in range(1, self.trades + 1):
            place = random.choice((1, 2)), random.choice((1, 2))
            opens = not held[place] or random.random() < 0.55
            most = 90_000 if opens else int(held[place] * 100)
            quantity = Decimal(random.randrange(1, most + 1)) / 100
            held[place] += quantity if opens else -quantity
            price = Decimal(random.randrange(100, 90_000)) / 100
            told.append(
                Fill(
                    day=BEGINNING + dt.timedelta(days=number), account=place[0],
                    security=place[1], source=Source("trades", number), sequence=number,
                    key=f"{number:05}", quantity=side * (quantity if opens else -quantity),
                    amount=quantity * price, fees=Decimal(random.randrange(200)) / 100,
                    opens=opens,
                )
            )  # fmt: skip
        return told


PLAIN = st.builds(Plain, st.integers(0, 2**32), st.integers(1, 400), st.just(False))


def check(fills: Sequence[Fill], method: LotMethod) -> int:
    """Compare what both took of which lot; return how often something was taken."""
    ours = book(*fills, policy=Policy(method=method))
    closing = frozenset(fill.key for fill in fills if not fill.opens)
    theirs = beancount_books.parts(
        beancount_books.book(beancount_books.entries(fills), method.name), closing
    )
    keys = {fill.source: fill.key for fill in fills}
    mine = [
        beancount_books.Part(
            keys[one.closed_by], one.acquired or BEGINNING, one.quantity,
            (one.proceeds if one.short else one.basis) or ZERO,
        )
        for one in ours.slices
    ]  # fmt: skip
    assert [part[:3] for part in mine] == [part[:3] for part in theirs]
    for our, their in zip(mine, theirs, strict=True):
        assert abs(our.basis - their.basis) <= NEAR
    return len(mine)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=25, deadline=None)
@given(plain=PLAIN)
def test_lots_are_taken_as_another_program_takes_them(plain: Plain, method: LotMethod) -> None:
    check(plain.fills(), method)


@pytest.mark.parametrize("method", [LotMethod.FIFO, LotMethod.LIFO])
@settings(max_examples=15, deadline=None)
@given(plain=PLAIN.map(lambda one: Plain(one.seed, one.trades, short=True)))
def test_shorts_are_covered_as_another_program_covers_them(plain: Plain, method: LotMethod) -> None:
    check(plain.fills(), method)


@pytest.mark.parametrize("method", METHODS)
def test_a_long_history_comes_out_the_same(method: LotMethod) -> None:
    assert check(Plain(7, 3000, short=False).fills(), method) > 1500
