"""Which lots a sale closes: by method, name or pool (Publication 550, pages 62, 67 to 69)."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qm_tui.domain.booking.events import CashInLieu, Pick, TransferIn
from qm_tui.domain.booking.policy import Policy
from qm_tui.domain.booking.results import Booked
from qm_tui.domain.booking.securities import AccountRules, MethodFrom, Security
from qm_tui.domain.booking.words import FindingKind, LotMethod, Origin, View
from qm_tui.domain.instruments import InstrumentType
from tests.domain.booking.histories import (
    ACCOUNT,
    ACCOUNTS,
    SECURITIES,
    STOCK,
    Number,
    a_fill,
    book,
    bought,
    day,
    each,
    sold,
)

FUND: Mapping[int, Security] = {STOCK: Security(id=STOCK, symbol="FUND", kind=InstrumentType.FUND)}
PLAIN = (LotMethod.FIFO, LotMethod.LIFO, LotMethod.HIFO, LotMethod.LOFO)


def accounts(*methods: tuple[str, LotMethod]) -> Mapping[int, AccountRules]:
    """The accounts, where the first has these methods from these days."""
    rules = tuple(MethodFrom(from_day=day(on), method=method) for on, method in methods)
    return {**ACCOUNTS, ACCOUNT: replace(ACCOUNTS[ACCOUNT], methods=rules)}


def by(
    method: LotMethod,
    *events: Any,
    securities: Mapping[int, Security] = SECURITIES,
    view: View = View.ECONOMIC,
) -> Booked:
    rules = accounts(("2000-01-01", method))
    return book(*events, accounts=rules, securities=securities, view=view)


def named(quantity: Number, **what: Any) -> Pick:
    return Pick(Decimal(quantity), **what)


def kinds(booked: Booked) -> list[FindingKind]:
    return [finding.kind for finding in booked.findings]


# --- by method ------------------------------------------------------------------------------------

_BOUGHT = (
    ("2024-01-02", 100, 20),
    ("2024-01-03", 100, 40),
    ("2024-01-04", 100, 10),
    ("2024-01-05", 100, 30),
)


@pytest.mark.parametrize(
    ("method", "closed"),
    [
        (LotMethod.FIFO, [2000, 2000]),
        (LotMethod.LIFO, [3000, 500]),
        (LotMethod.HIFO, [4000, 1500]),
        (LotMethod.LOFO, [1000, 1000]),
        (LotMethod.SPECIFIC, [2000, 2000]),
        (LotMethod.AVERAGE, [2000, 2000]),
    ],
)
def test_each_method_closes_its_own_lots(method: LotMethod, closed: list[int]) -> None:
    """Without a name or a pool it is first in, first out (Publication 550, page 62)."""
    booked = by(method, *(bought(*lot) for lot in _BOUGHT), sold("2024-02-01", 150, 50))
    assert each(booked.slices, "basis") == [(basis,) for basis in closed]


@pytest.mark.parametrize(
    ("method", "proceeds"),
    [
        (LotMethod.FIFO, 2000),
        (LotMethod.LIFO, 3000),
        (LotMethod.HIFO, 1000),
        (LotMethod.LOFO, 4000),
    ],
)
def test_for_shorts_highest_cost_means_least_proceeds(method: LotMethod, proceeds: int) -> None:
    shorts = [sold(*lot) for lot in _BOUGHT]
    booked = by(method, *shorts, bought("2024-02-01", 100, 5))
    assert each(booked.slices, "short", "proceeds") == [(True, proceeds)]


def test_ties_go_first_in_first_out() -> None:
    lots = [bought("2024-01-03", 10, 20, label="b"), bought("2024-01-02", 10, 20, label="a")]
    for method in (LotMethod.HIFO, LotMethod.LOFO):
        booked = by(method, *lots, sold("2024-02-01", 10, 50))
        assert each(booked.slices, "acquired") == [(day("2024-01-02"),)]


def test_what_has_no_known_basis_goes_last_by_price() -> None:
    unknown = TransferIn(
        day=day("2024-01-01"), account=ACCOUNT, security=STOCK, quantity=Decimal(100)
    )
    for method in (LotMethod.HIFO, LotMethod.LOFO):
        booked = by(method, unknown, bought("2024-01-02", 100, 20), sold("2024-02-01", 150, 50))
        assert each(booked.slices, "quantity", "basis") == [(100, 2000), (50, None)]


def test_a_method_holds_from_its_day() -> None:
    changing = accounts(("2000-01-01", LotMethod.FIFO), ("2024-03-01", LotMethod.LIFO))
    booked = book(
        *(bought(*lot) for lot in _BOUGHT), sold("2024-02-29", 50, 50), sold("2024-03-01", 50, 50),
        accounts=changing,
    )  # fmt: skip
    assert each(booked.slices, "basis", "method") == [
        (1000, LotMethod.FIFO), (1500, LotMethod.LIFO),
    ]  # fmt: skip


def test_another_account_is_never_touched() -> None:
    booked = book(bought("2024-01-02", 100, 20), sold("2024-02-01", 50, 50, account=2, opens=False))
    assert each(booked.lots, "quantity") == [(100,)]
    assert kinds(booked) == [FindingKind.MISSING_HISTORY]


def test_commissions_follow_the_quantity() -> None:
    booked = book(
        bought("2024-01-02", 100, 10, fees=3), sold("2024-01-03", 40, 12, fees=1),
        sold("2024-01-04", 60, 12, fees=1),
    )  # fmt: skip
    assert each(booked.slices, "proceeds", "basis") == [
        (479, Decimal("401.2")), (719, Decimal("601.8")),
    ]  # fmt: skip


# --- by name --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pick",
    [
        named(100, acquired=day("2024-01-04")),
        named(100, opening_id="X3"),
        named(100, lot="third"),
        named(100, lot="third", acquired=day("2024-01-02")),
    ],
)
def test_a_lot_is_found_by_what_it_is_called(pick: Pick) -> None:
    lots = [bought(*lot) for lot in _BOUGHT]
    lots[2] = replace(lots[2], opening_id="X3", label="third")
    booked = by(LotMethod.SPECIFIC, *lots, sold("2024-02-01", 100, 50, picks=(pick,)))
    assert each(booked.slices, "basis", "method") == [(1000, LotMethod.SPECIFIC)]
    assert booked.findings == []


def test_lots_of_one_day_are_told_apart_by_their_basis() -> None:
    booked = by(
        LotMethod.SPECIFIC,
        bought("2024-01-02", 100, 20), bought("2024-01-02", 100, 22),
        sold(
            "2024-02-01", 50, 50,
            picks=(named(50, acquired=day("2024-01-02"), basis=Decimal(1100)),),
        ),
    )  # fmt: skip
    assert each(booked.slices, "basis") == [(1100,)]


def test_a_wash_sale_changes_the_basis_that_tells_lots_apart() -> None:
    """The loss of 300 makes the cheaper lot of the day the dearer one."""
    booked = by(
        LotMethod.SPECIFIC,
        bought("2023-12-01", 100, 13),
        bought("2024-01-02", 100, 8), bought("2024-01-02", 100, 9),
        sold("2024-01-03", 100, 10, picks=(named(100, acquired=day("2023-12-01")),)),
        sold(
            "2024-02-01", 100, 50,
            picks=(named(100, acquired=day("2024-01-02"), basis=Decimal(1100)),),
        ),
        view=View.TAXPAYER,
    )  # fmt: skip
    assert each(booked.slices, "basis") == [(1300,), (1100,)]


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(8, 12)), min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(1, 4), st.none() | st.integers(7, 13)), min_size=1, max_size=6),
)
def test_the_nearest_of_a_days_lots_is_taken_and_of_several_the_oldest(
    lots: list[tuple[int, int]], picks: list[tuple[int, int | None]]
) -> None:
    left = [[quantity, price] for quantity, price in lots]
    expected = 0
    named_lots: list[Pick] = []
    for quantity, unit in picks:
        basis = None if unit is None else Decimal(quantity * unit)
        named_lots.append(named(quantity, acquired=day("2024-01-02"), basis=basis))
        wanted = quantity
        near = sorted(left, key=lambda lot: 0 if unit is None else abs(lot[1] - unit))
        for lot in near:
            part = min(lot[0], wanted)
            expected += part * lot[1]
            lot[0] -= part
            wanted -= part
    total = min(sum(lot[0] for lot in lots), sum(pick.quantity for pick in named_lots))
    booked = by(
        LotMethod.SPECIFIC,
        *(bought("2024-01-02", quantity, price) for quantity, price in lots),
        sold("2024-02-01", total, 50, picks=tuple(named_lots)),
    )
    assert sum(closed.basis or 0 for closed in booked.slices) == expected


def test_a_lot_that_is_not_there_falls_back_to_the_oldest() -> None:
    booked = by(
        LotMethod.SPECIFIC, *(bought(*lot) for lot in _BOUGHT),
        sold("2024-02-01", 100, 50, picks=(named(100, opening_id="gone"),)),
    )  # fmt: skip
    assert each(booked.slices, "basis", "method") == [(2000, LotMethod.FIFO)]
    assert each(booked.findings, "kind", "quantity") == [(FindingKind.SELECTION_MISSING, 100)]


def test_what_is_named_beyond_a_lot_falls_back_to_the_oldest() -> None:
    pick = named(150, acquired=day("2024-01-04"))
    booked = by(
        LotMethod.SPECIFIC, *(bought(*lot) for lot in _BOUGHT),
        sold("2024-02-01", 150, 50, picks=(pick,)),
    )  # fmt: skip
    assert each(booked.slices, "quantity", "basis") == [(100, 1000), (50, 1000)]
    assert each(booked.findings, "kind", "quantity") == [(FindingKind.SELECTION_MISSING, 50)]


def test_naming_more_than_was_sold_is_reported() -> None:
    pick = named(80, acquired=day("2024-01-04"))
    booked = by(
        LotMethod.SPECIFIC, *(bought(*lot) for lot in _BOUGHT),
        sold("2024-02-01", 50, 50, picks=(pick,)),
    )  # fmt: skip
    assert each(booked.slices, "quantity", "basis") == [(50, 500)]
    assert each(booked.findings, "kind", "quantity") == [(FindingKind.SELECTION_MISSING, 30)]


def test_one_lot_named_twice_is_not_taken_twice() -> None:
    pick = named(60, acquired=day("2024-01-04"))
    booked = by(
        LotMethod.SPECIFIC, *(bought(*lot) for lot in _BOUGHT),
        sold("2024-02-01", 120, 50, picks=(pick, pick)),
    )  # fmt: skip
    assert each(booked.slices, "quantity", "basis") == [(60, 600), (40, 400), (20, 400)]
    assert each(booked.findings, "kind", "quantity") == [(FindingKind.SELECTION_MISSING, 20)]


def test_closing_other_lots_than_the_method_is_logged_once() -> None:
    picks = (named(50, acquired=day("2024-01-04")), named(50, acquired=day("2024-01-05")))
    booked = by(
        LotMethod.FIFO, *(bought(*lot) for lot in _BOUGHT), sold("2024-02-01", 100, 50, picks=picks)
    )
    assert each(booked.slices, "basis") == [(500,), (1500,)]
    assert each(booked.findings, "kind", "quantity") == [(FindingKind.METHOD_OVERRIDDEN, 100)]


def test_naming_the_lots_of_the_method_is_nothing_to_log() -> None:
    picks = (named(50, acquired=day("2024-01-03")), named(100, acquired=day("2024-01-02")))
    booked = by(
        LotMethod.FIFO, *(bought(*lot) for lot in _BOUGHT), sold("2024-02-01", 150, 50, picks=picks)
    )
    assert booked.findings == []


def test_lots_that_are_alike_are_as_good_as_one() -> None:
    pieces = [bought("2024-01-02", 100, 20, opening_id=name) for name in "AB"]
    booked = by(
        LotMethod.FIFO, *pieces, sold("2024-02-01", 100, 50, picks=(named(100, opening_id="B"),))
    )
    assert booked.findings == []


def test_names_can_be_left_out_of_account() -> None:
    sale = sold("2024-02-01", 100, 50, picks=(named(100, acquired=day("2024-01-04")),))
    lots = [bought(*lot) for lot in _BOUGHT]
    unnamed = book(*lots, sale, policy=Policy(name_lots=False))
    assert each(unnamed.slices, "basis") == [(2000,)]
    what_if = book(*lots, sale, policy=Policy(method=LotMethod.HIFO))
    assert each(what_if.slices, "basis") == [(4000,)]


# --- by the pool ----------------------------------------------------------------------------------


def publication_550_table_4_2(method: LotMethod) -> Booked:
    return by(
        method,
        bought("2014-02-04", 160, 25), bought("2014-08-05", 240, 20), bought("2014-12-16", 10, 30),
        sold("2015-10-01", 210, 32), securities=FUND,
    )  # fmt: skip


def test_publication_550_first_in_first_out() -> None:
    """Table 4-2: 160 shares at 25 and 50 at 20 are 5,000."""
    booked = publication_550_table_4_2(LotMethod.FIFO)
    assert sum(closed.basis or 0 for closed in booked.slices) == 5000


def test_publication_550_average_basis() -> None:
    """Table 4-2 rounds the unit to 22.20 and prints 4,662; the exact basis is 4,660.98."""
    booked = publication_550_table_4_2(LotMethod.AVERAGE)
    basis = sum((closed.basis or Decimal(0) for closed in booked.slices), Decimal(0))
    assert round(basis, 2) == Decimal("4660.98")
    assert basis + sum(lot.basis or 0 for lot in booked.lots) == 9100
    # The holding period stays first in, first out (page 69).
    assert each(booked.slices, "quantity", "acquired") == [
        (160, day("2014-02-04")), (50, day("2014-08-05")),
    ]  # fmt: skip


def test_later_purchases_join_the_pool_at_the_next_sale() -> None:
    booked = by(
        LotMethod.AVERAGE,
        bought("2024-01-02", 100, 10), bought("2024-01-03", 100, 20), sold("2024-02-01", 100, 30),
        bought("2024-02-02", 100, 25), sold("2024-03-01", 100, 30), securities=FUND,
    )  # fmt: skip
    assert each(booked.slices, "basis") == [(1500,), (2000,)]
    assert each(booked.lots, "basis") == [(2000,)]


def test_shares_of_a_reinvested_dividend_make_a_stock_one_that_is_averaged() -> None:
    reinvested = bought("2024-01-03", 100, 20, origin=Origin.REINVESTMENT)
    booked = by(
        LotMethod.AVERAGE, bought("2024-01-02", 100, 10), sold("2024-01-02", 50, 30), reinvested,
        sold("2024-02-01", 75, 30),
    )  # fmt: skip
    assert each(booked.slices, "basis") == [
        (500,),
        (Decimal("833.3333333333"),),
        (Decimal("416.6666666667"),),
    ]


def test_leaving_average_basis_keeps_the_pool_cost_of_a_stock_too() -> None:
    changing = accounts(("2000-01-01", LotMethod.AVERAGE), ("2024-02-01", LotMethod.FIFO))
    reinvested = bought("2024-01-03", 100, 20, origin=Origin.REINVESTMENT)
    booked = book(
        bought("2024-01-02", 100, 10), reinvested, sold("2024-03-01", 50, 30), accounts=changing
    )
    assert each(booked.lots, "quantity", "basis") == [(50, 750), (100, 1500)]


def test_a_loss_added_to_a_pool_is_averaged_at_the_next_sale() -> None:
    booked = by(
        LotMethod.AVERAGE,
        bought("2023-12-01", 100, 20), bought("2024-03-01", 100, 10), sold("2024-03-05", 50, 5),
        sold("2024-06-03", 50, 30), securities=FUND, view=View.TAXPAYER,
    )  # fmt: skip
    assert each(booked.slices, "basis", "disallowed") == [
        (750, 500),
        (Decimal("916.6666666667"), 0),
    ]


def test_a_fraction_paid_in_cash_is_of_the_oldest_lot_whatever_the_method() -> None:
    fraction = CashInLieu(
        day=day("2024-02-01"), account=ACCOUNT, security=STOCK, quantity=Decimal("0.5"),
        cash=Decimal(20),
    )  # fmt: skip
    fractions = [replace(fraction, sequence=number) for number in range(6)]
    booked = by(
        LotMethod.HIFO, *(bought(*lot) for lot in _BOUGHT), sold("2024-01-31", 50, 50),
        *fractions, sold("2024-02-02", 60, 50),
    )  # fmt: skip
    assert each(booked.slices, "basis") == [(2000,), *[(10,)] * 6, (2000,), (300,)]


def test_leaving_average_basis_keeps_the_pool_cost() -> None:
    changing = accounts(("2000-01-01", LotMethod.AVERAGE), ("2024-02-01", LotMethod.FIFO))
    booked = book(
        bought("2024-01-02", 100, 10), bought("2024-01-03", 100, 20), bought("2024-02-02", 100, 50),
        sold("2024-03-01", 50, 30), accounts=changing, securities=FUND,
    )  # fmt: skip
    assert each(booked.slices, "basis") == [(750,)]
    assert each(booked.lots, "quantity", "basis") == [(50, 750), (100, 1500), (100, 5000)]


def test_going_over_to_average_basis_changes_nothing_before() -> None:
    changing = accounts(("2000-01-01", LotMethod.FIFO), ("2024-02-01", LotMethod.AVERAGE))
    booked = book(
        bought("2024-01-02", 100, 10), bought("2024-01-03", 100, 20), sold("2024-01-31", 50, 30),
        sold("2024-02-01", 50, 30), accounts=changing, securities=FUND,
    )  # fmt: skip
    assert each(booked.slices, "quantity", "basis") == [(50, 500), (50, Decimal("833.3333333333"))]
    assert sum(lot.basis or 0 for lot in booked.lots) == 2500 - Decimal("833.3333333333")


def test_an_unknown_lot_stays_out_of_the_pool() -> None:
    unknown = TransferIn(
        day=day("2024-01-01"), account=ACCOUNT, security=STOCK, quantity=Decimal(50)
    )
    booked = by(
        LotMethod.AVERAGE, unknown, bought("2024-01-02", 100, 10), bought("2024-01-03", 100, 20),
        sold("2024-02-01", 100, 30), securities=FUND,
    )  # fmt: skip
    assert each(booked.slices, "quantity", "basis") == [(50, None), (50, 750)]


def test_a_pool_with_an_unknown_rate_is_unknown_in_the_tax_currency_alone() -> None:
    euro = {STOCK: replace(FUND[STOCK], currency="EUR")}
    booked = by(
        LotMethod.AVERAGE,
        bought("2024-01-02", 100, 10, rate=Decimal("1.1")), bought("2024-01-03", 100, 20),
        sold("2024-02-01", 100, 30, rate=Decimal("1.1")), securities=euro,
    )  # fmt: skip
    assert each(booked.slices, "basis", "tax_basis", "tax_gain") == [(1500, None, None)]


def test_lots_named_out_of_a_pool_have_its_basis() -> None:
    booked = by(
        LotMethod.AVERAGE, bought("2024-01-02", 100, 10), bought("2024-01-03", 100, 20),
        sold("2024-02-01", 100, 30, picks=(named(100, acquired=day("2024-01-03")),)),
        securities=FUND,
    )  # fmt: skip
    assert each(booked.slices, "basis", "acquired") == [(1500, day("2024-01-03"))]


# --- laws -----------------------------------------------------------------------------------------

_lots = st.lists(
    st.tuples(st.integers(1, 100), st.integers(1, 60), st.integers(0, 300)), min_size=1, max_size=7
)  # fmt: skip


def _gain(booked: Booked) -> Decimal:
    return sum((closed.gain or Decimal(0) for closed in booked.slices), Decimal(0))


@given(lots=_lots, part=st.integers(1, 99), side=st.sampled_from([1, -1]))
def test_hifo_gains_least_and_lofo_most(
    lots: list[tuple[int, int, int]], part: int, side: int
) -> None:
    """Invariant 10, for one sale; also for shorts, and with the pool in between."""
    opened = [
        a_fill(f"2024-01-{n + 2:02}", side * quantity, price, Decimal(cents) / 100)
        for n, (quantity, price, cents) in enumerate(lots)
    ]
    held = sum(quantity for quantity, _, _ in lots)
    closing = a_fill("2024-03-01", -side * Decimal(held * part) / 100, 30)
    securities = FUND if side > 0 else SECURITIES
    gains = {
        method: _gain(by(method, *opened, closing, securities=securities)) for method in LotMethod
    }
    # Shares of a basis are cut to ten places.
    slack = Decimal("1E-8")
    assert gains[LotMethod.HIFO] - slack <= min(gains.values())
    assert max(gains.values()) <= gains[LotMethod.LOFO] + slack


@given(lots=_lots, side=st.sampled_from([1, -1]), cuts=st.lists(st.integers(1, 60), max_size=4))
def test_all_methods_agree_when_flat(
    lots: list[tuple[int, int, int]], side: int, cuts: list[int]
) -> None:
    """Invariant 10: in the end everything is sold, whatever went first."""
    opened = [
        a_fill(f"2024-01-{n + 2:02}", side * quantity, price, Decimal(cents) / 100)
        for n, (quantity, price, cents) in enumerate(lots)
    ]
    left = sum(quantity for quantity, _, _ in lots)
    closings = []
    for n, cut in enumerate([*cuts, left]):
        part = min(cut, left)
        left -= part
        if part:
            closings.append(a_fill(f"2024-03-{n + 1:02}", -side * part, 20 + n))
    results = [by(method, *opened, *closings, securities=FUND) for method in LotMethod]
    assert all(booked.lots == [] for booked in results)
    assert len({_gain(booked) for booked in results}) == 1


def test_the_order_in_which_lots_are_named_does_not_matter() -> None:
    picks = [named(30, acquired=day(on)) for on in ("2024-01-02", "2024-01-04", "2024-01-05")]
    lots = [bought(*lot) for lot in _BOUGHT]
    gains = {
        _gain(by(LotMethod.SPECIFIC, *lots, sold("2024-02-01", 90, 50, picks=order)))
        for order in permutations(picks)
    }
    assert gains == {Decimal(4500 - 1800)}
