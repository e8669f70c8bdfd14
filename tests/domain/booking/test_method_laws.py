"""Which lots are closed moves gains between sales, and makes none (rules, section 12, law 10)."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.domain.booking.events import Fill
from qm_tui.domain.booking.policy import Policy
from qm_tui.domain.booking.words import LotMethod, View
from tests.domain.booking.histories import book, bought, sold
from tests.domain.booking.lives import OPTION_LIFE, TRADES, Life, lives
from tests.domain.booking.world import ZERO, booked
from tests.examples import examples

FEW = settings(max_examples=examples(40), deadline=None)
METHODS = [LotMethod.FIFO, LotMethod.LIFO, LotMethod.HIFO, LotMethod.LOFO]
DUST = Decimal("1E-6")
"""A sale in n slices is rounded n times, each time in the eleventh place."""
PURCHASES = st.lists(
    st.tuples(st.integers(1, 500), st.integers(100, 9999), st.integers(1, 28)),
    min_size=1, max_size=30,
)  # fmt: skip
"""Shares, cents a share, and the day of a month."""


@FEW
@given(PURCHASES, st.integers(1, 99), st.booleans())
def test_of_one_sale_highest_cost_gains_least_and_lowest_cost_most(
    purchases: list[tuple[int, int, int]], part: int, short: bool
) -> None:
    side = -1 if short else 1
    whole = sum(shares for shares, _, _ in purchases)
    quantity = Decimal(whole * part) / 100
    history = [
        bought(f"2024-01-{day:02}", side * shares, Decimal(cents) / 100)
        for shares, cents, day in purchases
    ]
    history.append(sold("2024-06-03", side * quantity, 50))
    gains = {
        method: sum(
            (one.gain or ZERO for one in book(*history, policy=Policy(method=method)).slices), ZERO
        )
        for method in METHODS
    }
    assert min(gains.values()) >= gains[LotMethod.HIFO] - DUST
    assert max(gains.values()) <= gains[LotMethod.LOFO] + DUST


@FEW
@given(lives((*TRADES, *OPTION_LIFE)))
def test_when_all_is_sold_the_methods_agree_in_total(life: Life) -> None:
    for (account, security), quantity in sorted(life.held.items()):
        if quantity:
            life.fill(account, security, -quantity, life.price())
    gains = set()
    for method in METHODS:
        result = booked(life.events, policy=Policy(method=method))
        assert not result.lots
        gains.add(sum((one.gain or ZERO for one in result.slices), ZERO))
    assert len(gains) == 1


@FEW
@given(lives(TRADES))
def test_a_method_chooses_among_what_is_there_and_changes_no_sale(life: Life) -> None:
    sales = []
    for method in METHODS:
        result = booked(life.events, policy=Policy(method=method))
        sold_in_all: dict[int, Decimal] = {}
        for one in result.slices:
            sale = one.closed_by.id
            sold_in_all[sale] = sold_in_all.get(sale, ZERO) + one.quantity
        sales.append(sold_in_all)
    assert all(one == sales[0] for one in sales)


@FEW
@given(lives(TRADES), st.sampled_from([LotMethod.FIFO, LotMethod.LIFO]))
def test_lots_are_closed_in_the_order_the_method_says(life: Life, method: LotMethod) -> None:
    """First in, first out closes nothing while something older is open; the other way round."""
    result = booked(life.events, policy=Policy(method=method))
    opened = {
        event.source: place for place, event in enumerate(life.events) if isinstance(event, Fill)
    }
    by_sale: dict[object, list[int]] = {}
    for one in result.slices:
        by_sale.setdefault(one.closed_by, []).append(opened[one.opened_by])
    for places in by_sale.values():
        assert places == sorted(places, reverse=method is LotMethod.LIFO)


@FEW
@given(lives(TRADES))
def test_wash_sales_are_found_whatever_the_method(life: Life) -> None:
    for method in METHODS:
        result = booked(life.events, policy=Policy(method=method), view=View.TAXPAYER)
        assert all(one.disallowed <= max(-(one.gain or ZERO), ZERO) for one in result.slices)
