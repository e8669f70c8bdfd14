"""It does not matter in which order facts come, nor with what else they are booked.

Rules, section 12, laws 7 to 9 and 13; the store's part of them is tested with the store.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.domain.booking.events import Event, Exercise, Fill, Source
from qm_tui.domain.booking.lots import Lot, Slice
from qm_tui.domain.booking.ordering import in_order
from qm_tui.domain.booking.results import Booked
from qm_tui.domain.booking.securities import Security
from qm_tui.domain.booking.words import LotMethod, View
from tests.domain.booking.lives import EVERYTHING, TRADES, Life, lives
from tests.domain.booking.world import METHODS, SECURITIES, ZERO, booked
from tests.examples import examples

FEW = settings(max_examples=examples(40), deadline=None)
VIEWS = st.sampled_from(list(View))
SETTLED = dt.timedelta(days=31)
FOREVER = tuple(kind for kind in EVERYTHING if kind != "refund")
"""Without refunds of commissions: these change what was booked before, on purpose."""


def image(result: Booked) -> list[object]:
    """All that a result says, in its order, numbers included."""
    return [
        [_lot(lot, numbered=True) for lot in result.lots],
        [_lot(lot, numbered=True) for lot in result.in_transit],
        [_slice(closed, numbered=True) for closed in result.slices],
        list(result.adjustments),
        list(result.findings),
        list(result.steps),
        result.totals,
    ]


def _lot(lot: Lot, *, numbered: bool = False) -> tuple[object, ...]:
    return (
        lot.account, lot.security, lot.short, lot.quantity, lot.basis, lot.tax_basis,
        lot.acquired, lot.holding_start, lot.origin, lot.status, lot.wash_added, lot.opened_by,
        *((lot.number, lot.parent, lot.rank, lot.replaces) if numbered else ()),
    )  # fmt: skip


def _slice(closed: Slice, *, numbered: bool = False) -> tuple[object, ...]:
    return (
        closed.account, closed.security, closed.short, closed.quantity, closed.proceeds,
        closed.basis, closed.tax_proceeds, closed.tax_basis, closed.acquired,
        closed.holding_start, closed.disposed, closed.how, closed.method, closed.disallowed,
        closed.permanent, closed.wash_in_basis, closed.opened_by, closed.closed_by,
        *((closed.number, closed.lot) if numbered else ()),
    )  # fmt: skip


@FEW
@given(lives(), METHODS, VIEWS, st.integers(0, 2**32))
def test_the_order_in_which_a_history_comes_changes_nothing(
    life: Life, methods: list[LotMethod], view: View, seed: int
) -> None:
    shuffled = list(life.events)
    Random(seed).shuffle(shuffled)  # noqa: S311 - a shuffle, no secret
    assert in_order(shuffled) == in_order(life.events)
    known = booked(life.events, view=view, methods=methods, explain=True)
    again = booked(shuffled, view=view, methods=methods, explain=True)
    assert image(again) == image(known)


@FEW
@given(lives(), METHODS, VIEWS)
def test_booking_leaves_no_trace_in_the_events(
    life: Life, methods: list[LotMethod], view: View
) -> None:
    """The same events booked again, also after another view of them, give the same again."""
    first = image(booked(life.events, view=view, methods=methods))
    booked(life.events, view=View.TAXPAYER, methods=methods)
    assert image(booked(life.events, view=view, methods=methods)) == first


@FEW
@given(lives(), METHODS, VIEWS)
def test_an_explanation_changes_no_number(life: Life, methods: list[LotMethod], view: View) -> None:
    plain = image(booked(life.events, view=view, methods=methods))
    explained = image(booked(life.events, view=view, methods=methods, explain=True))
    assert plain[:5] == explained[:5]


@FEW
@given(lives(FOREVER), METHODS, VIEWS, st.integers(0, 400))
def test_booking_up_to_a_day_is_booking_what_had_happened_by_then(
    life: Life, methods: list[LotMethod], view: View, days: int
) -> None:
    until = life.events[0].day + dt.timedelta(days=days)
    by_then = [event for event in life.events if event.day <= until]
    asked = booked(life.events, view=view, methods=methods, until=until)
    assert image(asked) == image(booked(by_then, view=view, methods=methods))


@FEW
@given(lives(FOREVER), METHODS, VIEWS, st.integers(0, 400))
def test_what_is_settled_stays_when_more_happens(
    life: Life, methods: list[LotMethod], view: View, days: int
) -> None:
    """31 days after a sale nothing can wash it any more: its slices are what they will be."""
    until = life.events[0].day + dt.timedelta(days=days)
    early = booked(life.events, view=view, methods=methods, until=until).slices
    late = booked(life.events, view=view, methods=methods).slices
    settled = [_slice(one) for one in early if one.disposed <= until - SETTLED]
    assert settled == [_slice(one) for one in late][: len(settled)]


@FEW
@given(lives(TRADES), METHODS, VIEWS, st.integers(0, 2**32))
def test_pieces_of_an_order_at_one_price_can_change_places(
    life: Life, methods: list[LotMethod], view: View, seed: int
) -> None:
    """Fills of the same moment and price: their sequence is an accident of the file."""
    fills = [event for event in life.events if isinstance(event, Fill)]
    pieces = [
        replace(
            fill, quantity=fill.quantity / 2, amount=fill.amount / 2, fees=fill.fees / 2,
            order=fill.order or fill.key, sequence=2 * fill.sequence + number,
            key=f"{fill.key}.{number}",
        )
        for fill in fills
        for number in (0, 1)
    ]  # fmt: skip
    random = Random(seed)  # noqa: S311 - a choice, no secret
    swapped = [
        replace(piece, sequence=piece.sequence ^ 1) if swap else piece
        for first, second, swap in (
            (*pair, random.random() < 0.5) for pair in zip(pieces[::2], pieces[1::2], strict=True)
        )
        for piece in (first, second)
    ]
    one = booked(pieces, view=view, methods=methods)
    other = booked(swapped, view=view, methods=methods)
    assert _sums(one) == _sums(other)


def _sums(result: Booked) -> list[Decimal]:
    return [
        sum((lot.quantity for lot in result.lots), ZERO),
        sum((lot.basis or ZERO for lot in result.lots), ZERO),
        sum((one.quantity for one in result.slices), ZERO),
        sum((one.gain or ZERO for one in result.slices), ZERO),
        sum((one.disallowed for one in result.slices), ZERO),
    ]


ELSEWHERE = 1000
"""What the numbers of the second group's securities and sources are shifted by."""


def elsewhere(events: Iterable[Event]) -> list[Event]:
    """The same kind of history with other securities, from other rows."""
    return [_elsewhere(event) for event in events]


def _elsewhere(event: Event) -> Event:
    source = Source(event.source.table, event.source.id + 100_000)
    moved = replace(event, security=event.security + ELSEWHERE, source=source, key=f"{event.key}*")
    if isinstance(moved, Exercise) and isinstance(moved.shares, Fill):
        shares = _elsewhere(moved.shares)
        assert isinstance(shares, Fill)
        return replace(moved, shares=shares)
    return moved


def _shifted(security: Security) -> Security:
    underlying = security.underlying and security.underlying + ELSEWHERE
    return replace(security, id=security.id + ELSEWHERE, underlying=underlying)


ALL_SECURITIES = SECURITIES | {
    number + ELSEWHERE: _shifted(one) for number, one in SECURITIES.items()
}
APART = tuple(kind for kind in FOREVER if kind not in ("spin-off", "exchange", "rights"))
"""Without what names a second security, so that a history is easily moved elsewhere."""


@FEW
@given(lives(APART), lives(APART), METHODS, VIEWS)
def test_groups_booked_together_are_what_they_are_apart(
    life: Life, other: Life, methods: list[LotMethod], view: View
) -> None:
    there = elsewhere(other.events)
    both = booked([*life.events, *there], view=view, methods=methods, securities=ALL_SECURITIES)
    one = booked(life.events, view=view, methods=methods, securities=ALL_SECURITIES)
    two = booked(there, view=view, methods=methods, securities=ALL_SECURITIES)
    assert _contents(both.slices, both.lots) == _contents(
        [*one.slices, *two.slices], [*one.lots, *two.lots]
    )
    amounts = sorted(row.amount for row in both.adjustments)
    assert amounts == sorted(row.amount for row in (*one.adjustments, *two.adjustments))
    assert len(both.findings) == len(one.findings) + len(two.findings)


def _contents(slices: Sequence[Slice], lots: Sequence[Lot]) -> list[tuple[object, ...]]:
    rows = [*(_slice(one) for one in slices), *(_lot(one) for one in lots)]
    return sorted(rows, key=repr)
