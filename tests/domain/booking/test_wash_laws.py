"""What wash sales may do, and what they may not (rules, section 12, laws 4 and 5).

Source: 26 USC 1091; 26 CFR 1.1091-1 and -2; Rev. Rul. 2008-5.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.domain.booking.lots import Lot, Slice
from qm_tui.domain.booking.policy import Policy, PreSale
from qm_tui.domain.booking.words import AdjustmentKind, LotMethod, View
from tests.domain.booking.lives import EVERYTHING, OPTION_LIFE, TRADES, Life, lives
from tests.domain.booking.world import METHODS, SECOND, SECURITIES, TAXABLE, ZERO, accounts, booked
from tests.examples import examples

FEW = settings(max_examples=examples(40), deadline=None)
WASHING = st.sampled_from([View.TAXPAYER, View.BROKER])
WINDOW = dt.timedelta(days=30)
UNADJUSTED = st.lists(st.sampled_from([LotMethod.FIFO, LotMethod.LIFO]), min_size=1, max_size=3)
"""Methods that choose lots whatever wash sales added to their basis."""
RULES = accounts()
WITHOUT_BASIS_IN_PROCEEDS = tuple(
    kind for kind in EVERYTHING if kind not in ("return of capital", "exercise")
)
"""What capital returned is gain, and what an exercised put brings, follows from the basis."""


def by_number(slices: Iterable[Slice]) -> dict[int, Slice]:
    return {closed.number: closed for closed in slices}


@FEW
@given(lives(), METHODS, WASHING)
def test_no_more_is_disallowed_than_was_lost_and_of_a_gain_nothing(
    life: Life, methods: list[LotMethod], view: View
) -> None:
    result = booked(life.events, view=view, methods=methods)
    for closed in result.slices:
        assert closed.gain is not None
        assert 0 <= closed.disallowed <= max(-closed.gain, ZERO)
        assert 0 <= closed.permanent <= closed.disallowed


@FEW
@given(lives(), METHODS, WASHING)
def test_every_disallowed_cent_has_its_row_and_went_to_a_replacement_or_for_good(
    life: Life, methods: list[LotMethod], view: View
) -> None:
    result = booked(life.events, view=view, methods=methods)
    rows: dict[int, Decimal] = defaultdict(Decimal)
    for row in result.adjustments:
        assert row.amount >= 0
        rows[row.slice] += row.amount
    assert {number: amount for number, amount in rows.items() if amount} == {
        closed.number: closed.disallowed for closed in result.slices if closed.disallowed
    }
    for_good = [row for row in result.adjustments if row.kind is AdjustmentKind.PERMANENT_WASH_SALE]
    lost = sum((closed.permanent for closed in result.slices), ZERO)
    assert sum((row.amount for row in for_good), ZERO) == lost
    shorts = {closed.number for closed in result.slices if closed.short}
    added = sum(
        (
            -row.amount if row.slice in shorts else row.amount
            for row in result.adjustments
            if row.kind is AdjustmentKind.WASH_SALE
        ),
        ZERO,
    )
    assert result.totals.wash_added == added


@FEW
@given(lives(), METHODS, WASHING)
def test_a_replacement_was_bought_within_thirty_days_in_another_acquisition(
    life: Life, methods: list[LotMethod], view: View
) -> None:
    result = booked(life.events, view=view, methods=methods, explain=True)
    slices = by_number(result.slices)
    acquisitions = {closed.lot: closed.acquisition for closed in result.slices}
    acquisitions |= {lot.number: lot.acquisition for lot in result.lots}
    bought = {lot.number: lot.bought for lot in result.lots}
    for row in result.adjustments:
        closed = slices[row.slice]
        assert RULES[closed.account].taxable
        assert SECURITIES[closed.security].washes
        assert row.day >= closed.disposed
        assert row.day - closed.disposed <= WINDOW
        assert row.lot is not None
        if row.lot in acquisitions:
            assert acquisitions[row.lot] != closed.acquisition
        day = bought.get(row.lot)
        if day is not None:
            assert abs(day - closed.disposed) <= WINDOW


@FEW
@given(lives(TRADES), METHODS, WASHING)
def test_every_share_has_one_bite(life: Life, methods: list[LotMethod], view: View) -> None:
    """No lot replaces more shares than it has: what replaced is set apart as a lot of its own."""
    result = booked(life.events, view=view, methods=methods)
    replaced: dict[int, Decimal] = defaultdict(Decimal)
    for row in result.adjustments:
        assert row.lot is not None
        replaced[row.lot] += row.quantity
    there: dict[int, Decimal] = defaultdict(Decimal)
    for lot in result.lots:
        there[lot.number] += lot.quantity
    for one in result.slices:
        assert one.lot is not None
        there[one.lot] += one.quantity
    assert all(quantity <= there[lot] for lot, quantity in replaced.items())


@FEW
@given(lives((*TRADES, *OPTION_LIFE), (TAXABLE, SECOND)), METHODS, WASHING)
def test_when_all_is_sold_and_nothing_went_to_an_ira_wash_sales_change_no_total(
    life: Life, methods: list[LotMethod], view: View
) -> None:
    """A loss is only deferred: the gains less what is disallowed come to the economic gains."""
    for (account, security), quantity in sorted(life.held.items()):
        if quantity:
            life.fill(account, security, -quantity, life.price())
    washed = booked(life.events, view=view, methods=methods)
    plain = booked(life.events, methods=methods)
    assert not washed.lots
    net = sum(((one.gain or ZERO) + one.disallowed for one in washed.slices), ZERO)
    assert net == sum((one.gain or ZERO for one in plain.slices), ZERO)


@FEW
@given(lives(WITHOUT_BASIS_IN_PROCEEDS), UNADJUSTED, WASHING)
def test_wash_sales_change_no_quantity_no_day_and_no_proceeds(
    life: Life, methods: list[LotMethod], view: View
) -> None:
    washed = booked(life.events, view=view, methods=methods)
    plain = booked(life.events, methods=methods)
    assert _open(washed.lots) == _open(plain.lots)
    assert _closed(washed.slices) == _closed(plain.slices)


def _open(lots: Iterable[Lot]) -> dict[tuple[object, ...], Decimal]:
    found: dict[tuple[object, ...], Decimal] = defaultdict(Decimal)
    for lot in lots:
        found[lot.account, lot.security, lot.short, lot.acquired, lot.origin] += lot.quantity
    return dict(found)


def _closed(slices: Iterable[Slice]) -> dict[tuple[object, ...], tuple[Decimal, Decimal]]:
    """Shares and money of each sale, by the acquisition they came from."""
    found: dict[tuple[object, ...], tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, ZERO))
    for one in slices:
        key = (one.account, one.security, one.short, one.acquired, one.closed_by, one.how)
        money = (one.basis if one.short else one.proceeds) or ZERO
        quantity, so_far = found[key]
        found[key] = (quantity + one.quantity, so_far + money)
    return {key: (q, money.quantize(Decimal("1E-6"))) for key, (q, money) in found.items()}


@FEW
@given(lives((*TRADES, *OPTION_LIFE), (TAXABLE, SECOND)), METHODS)
def test_read_word_by_word_the_law_disallows_no_more_than_was_lost(
    life: Life, methods: list[LotMethod]
) -> None:
    """With `literal`, shares sold again before the loss replace as well; still within the loss."""
    literal = booked(
        life.events, view=View.TAXPAYER, methods=methods, policy=Policy(pre_sale=PreSale.LITERAL)
    )
    for closed in literal.slices:
        assert 0 <= closed.disallowed <= max(-(closed.gain or ZERO), ZERO)


@FEW
@given(lives(), METHODS)
def test_the_economic_view_knows_no_wash_sales(life: Life, methods: list[LotMethod]) -> None:
    result = booked(life.events, methods=methods)
    assert not result.adjustments
    assert not result.totals.wash_added
    assert not any(closed.disallowed or closed.wash_in_basis for closed in result.slices)
