"""Wash sales: 26 USC 1091, 26 CFR 1.1091-1 and -2, Publication 550 (page 87), Rev. Rul. 2008-5."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qm_tui.domain.booking.engine import book_views
from qm_tui.domain.booking.events import (
    Event,
    Exchange,
    Exercise,
    Fill,
    Move,
    Pick,
    Received,
    Split,
    TransferIn,
)
from qm_tui.domain.booking.holding_period import term_of
from qm_tui.domain.booking.lots import Lot
from qm_tui.domain.booking.money import ZERO
from qm_tui.domain.booking.policy import CallAsReplacement, Policy, PreSale
from qm_tui.domain.booking.results import Booked
from qm_tui.domain.booking.securities import Security
from qm_tui.domain.booking.words import AdjustmentKind, FindingKind, LotMethod, Term, View
from qm_tui.domain.instruments import InstrumentType, Right
from tests.domain.booking.histories import (
    ACCOUNT,
    ACCOUNTS,
    IRA,
    OTHER_STOCK,
    SECOND_ACCOUNT,
    SECURITIES,
    STOCK,
    book,
    bought,
    day,
    sold,
)

CALL, PUT, OTHER_CALL, BITCOIN = 11, 12, 13, 14


def an_option(number: int, right: Right, strike: int) -> Security:
    return Security(
        id=number, symbol=f"AAA {right} {strike}", kind=InstrumentType.EQUITY_OPTION,
        multiplier=Decimal(100), underlying=STOCK, right=right, strike=Decimal(strike),
        expiry=day("2024-12-20"),
    )  # fmt: skip


WITH_OPTIONS = SECURITIES | {
    CALL: an_option(CALL, Right.CALL, 10),
    OTHER_CALL: an_option(OTHER_CALL, Right.CALL, 11),
    PUT: an_option(PUT, Right.PUT, 20),
    BITCOIN: Security(id=BITCOIN, symbol="BTC", kind=InstrumentType.CRYPTO),
}


def washed(*events: Event, **how: Any) -> Booked:
    """Book in the taxpayer's view, and check what holds for every history."""
    given: dict[str, Any] = {"view": View.TAXPAYER, "securities": WITH_OPTIONS}
    booked = book(*events, **(given | how))
    for closed in booked.slices:
        loss = -(closed.gain or ZERO)
        assert 0 <= closed.permanent <= closed.disallowed <= max(loss, ZERO)
    disallowed = sum(closed.disallowed for closed in booked.slices)
    permanent = sum(closed.permanent for closed in booked.slices)
    assert disallowed == sum(row.amount for row in booked.adjustments)
    assert permanent == sum(
        row.amount for row in booked.adjustments if row.kind is AdjustmentKind.PERMANENT_WASH_SALE
    )
    return booked


def disallowed(booked: Booked) -> Decimal:
    return sum((closed.disallowed for closed in booked.slices), ZERO)


def parts(booked: Booked) -> list[tuple[int, int, str]]:
    """Return (quantity, basis, holding start) of the open lots."""
    return sorted(
        (int(lot.quantity), int(lot.basis or 0), str(lot.holding_start)) for lot in booked.lots
    )


def bases(booked: Booked) -> list[tuple[int, int]]:
    """Return (quantity, basis) of the open lots."""
    return [(quantity, basis) for quantity, basis, _ in parts(booked)]


def open_lot(booked: Booked) -> Lot:
    (lot,) = booked.lots
    return lot


def seen(*values: object) -> tuple[object, ...]:
    return values


# --- the regulation's examples -------------------------------------------------------------------


def test_shares_bought_before_the_sale_replace_1_1091_1_h_example_1() -> None:
    booked = washed(
        bought("1954-12-01", 100, 100), bought("1954-12-15", 100, 90), sold("1955-01-03", 100, 90)
    )
    assert disallowed(booked) == 1000
    assert parts(booked) == [(100, 10000, "1954-11-12")]


def test_fewer_shares_bought_than_sold_1_1091_1_h_example_2() -> None:
    booked = washed(
        bought("1954-09-21", 100, 50), bought("1954-12-21", 50, 45), sold("1954-12-27", 100, 40)
    )
    washes = [(int(s.quantity), int(s.gain or 0), int(s.disallowed)) for s in booked.slices]
    assert washes == [(50, -500, 500), (50, -500, 0)]
    assert parts(booked) == [(50, 2750, "1954-09-15")]


def test_the_first_of_more_shares_bought_replace_1_1091_1_h_example_3() -> None:
    booked = washed(
        bought("1954-09-15", 100, 50),
        sold("1956-02-01", 100, 40),
        *(bought(f"1956-02-{on}", 50, 40) for on in (15, 16, 17, 18)),
    )
    assert parts(booked) == [
        (50, 2000, "1956-02-17"),
        (50, 2000, "1956-02-18"),
        (50, 2500, "1954-09-29"),
        (50, 2500, "1954-09-30"),
    ]


def test_a_dearer_replacement_takes_the_loss_into_its_basis_1_1091_2_a_example_1() -> None:
    booked = washed(
        bought("1935-06-03", 1, 100), sold("1955-01-15", 1, 80), bought("1955-02-01", 1, 90)
    )
    assert open_lot(booked).basis == 110


def test_a_cheaper_replacement_takes_the_loss_into_its_basis_1_1091_2_a_example_2() -> None:
    booked = washed(
        bought("1935-06-03", 1, 100), sold("1955-01-15", 1, 80), bought("1955-02-01", 1, 70)
    )
    assert open_lot(booked).basis == 90


def test_publication_550_page_87_the_loss_is_part_of_the_new_basis() -> None:
    booked = washed(
        bought("2024-03-01", 100, 10), sold("2024-09-03", 100, "7.5"), bought("2024-09-20", 100, 8)
    )
    assert open_lot(booked).basis == 1050
    assert term_of(booked.slices[0], SECURITIES[STOCK]) is Term.SHORT


def test_publication_550_page_87_a_loss_is_not_netted_with_the_gains_of_its_sale() -> None:
    booked = washed(
        bought("2019-02-01", 100, 158),
        bought("2019-05-01", 100, 100),
        bought("2019-08-01", 100, 95),
        sold("2024-12-27", 300, 125),
        bought("2025-01-10", 250, 100),
    )
    assert [int(closed.disallowed) for closed in booked.slices] == [3300, 0, 0]
    assert bases(booked) == [(100, 13300), (150, 15000)]


def test_rev_rul_2008_5_an_ira_that_buys_makes_the_loss_permanent() -> None:
    booked = washed(
        bought("2007-01-02", 100, 10),
        sold("2007-12-20", 100, 6),
        bought("2007-12-21", 100, 6, account=IRA),
    )
    assert booked.slices[0].permanent == 400
    lot = open_lot(booked)
    assert seen(lot.basis, lot.holding_start) == (600, day("2007-12-21"))
    assert booked.adjustments[0].kind is AdjustmentKind.PERMANENT_WASH_SALE


# --- the window, and what counts -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "counts"),
    [("2024-05-01", False), ("2024-05-02", True), ("2024-07-01", True), ("2024-07-02", False)],
)
def test_the_window_is_thirty_days_each_way(on: str, counts: bool) -> None:
    booked = washed(bought("2024-01-02", 100, 10), sold("2024-06-01", 100, 8), bought(on, 100, 8))
    assert disallowed(booked) == (200 if counts else 0)


def test_a_gain_is_never_washed() -> None:
    assert not disallowed(
        washed(
            bought("2024-01-02", 10, 10), sold("2024-06-03", 10, 11), bought("2024-06-04", 10, 9)
        )
    )


def test_half_of_one_purchase_sold_at_a_loss_is_no_wash_sale() -> None:
    one_order = {"order": "A"}
    booked = washed(
        bought("2014-06-02", 100, 50, **one_order),
        bought("2014-06-02", 100, 50, **one_order),
        sold("2014-06-12", 100, 40),
    )
    assert not booked.adjustments


def test_shares_that_the_same_order_sells_replace_nothing() -> None:
    lots = bought("2024-06-03", 100, 10), bought("2024-06-04", 100, 10)
    in_pieces = sold("2024-06-12", 100, 8, order="S"), sold("2024-06-12", 100, 8, order="S")
    one_by_one = sold("2024-06-12", 100, 8, order="S"), sold("2024-06-12", 100, 8, order="T")
    assert not washed(*lots, *in_pieces).adjustments
    assert disallowed(washed(*lots, *one_by_one)) == 200


def test_a_share_has_one_bite() -> None:
    booked = washed(
        bought("2024-01-02", 100, 10),
        bought("2024-01-03", 100, 10),
        sold("2024-06-03", 100, 8),
        sold("2024-06-04", 100, 7),
        bought("2024-06-10", 150, 7),
    )
    assert [int(closed.disallowed) for closed in booked.slices] == [200, 150, 0]
    # The first loss goes to 100 of them, the second to the other 50.
    assert bases(booked) == [(50, 500), (100, 900)]


def test_a_chain_carries_the_loss_and_the_time_on() -> None:
    booked = washed(
        bought("2024-01-02", 100, 10),
        sold("2024-01-12", 100, 9),
        bought("2024-01-15", 100, 8),
        sold("2024-01-25", 100, 7),
        bought("2024-01-30", 100, 6),
    )
    assert [int(closed.disallowed) for closed in booked.slices] == [100, 200]
    lot = open_lot(booked)
    assert seen(lot.basis, lot.wash_added) == (800, 200)
    assert lot.holding_start == day("2024-01-10")  # 30 January less twice ten days


def test_plain_shares_of_a_sold_line_are_matched_before_adjusted_ones() -> None:
    booked = washed(
        bought("2015-03-02", 7, 100),
        sold("2015-03-03", 7, 90),
        bought("2015-04-01", 57, 80),
        sold("2015-04-02", 57, 70),
        bought("2015-04-20", 6, 60),
    )
    last = [closed for closed in booked.slices if closed.disposed == day("2015-04-02")]
    plain = [(int(s.quantity), int(s.disallowed)) for s in last if not s.wash_in_basis]
    assert plain == [(6, 60), (44, 0)]
    assert [s.disallowed for s in last if s.wash_in_basis] == [0]


def test_losses_of_an_ira_are_none() -> None:
    ira = {"account": IRA}
    assert not washed(
        bought("2024-01-02", 10, 10, **ira), sold("2024-06-03", 10, 8, **ira),
        bought("2024-06-04", 10, 8),
    ).adjustments  # fmt: skip


def test_crypto_and_section_1256_contracts_do_not_wash() -> None:
    coin = {"security": BITCOIN}
    assert not washed(
        bought("2024-01-02", 1, 50, **coin), sold("2024-06-03", 1, 40, **coin),
        bought("2024-06-04", 1, 40, **coin),
    ).adjustments  # fmt: skip


def test_what_is_substantially_identical_is_said_by_its_identity() -> None:
    other = {"security": OTHER_STOCK}
    events = (
        bought("2024-01-02", 10, 10),
        sold("2024-06-03", 10, 8),
        bought("2024-06-04", 10, 8, **other),
    )
    same = {
        number: Security(id=number, symbol=SECURITIES[number].symbol, identity=7)
        for number in (STOCK, OTHER_STOCK)
    }
    assert disallowed(washed(*events)) == 0
    assert disallowed(washed(*events, securities=same)) == 20


def test_both_currencies_have_their_own_loss_and_the_tax_currency_decides() -> None:
    euro = {STOCK: Security(id=STOCK, symbol="AAA", currency="EUR")}
    booked = washed(
        bought("2024-01-02", 100, 10, rate=Decimal("1.20")),
        sold("2024-06-03", 100, 9, rate=Decimal("1.00")),
        bought("2024-06-04", 50, 9, rate=Decimal("1.10")),
        securities=euro,
    )
    lot = open_lot(booked)
    assert seen(lot.basis, lot.tax_basis) == (500, 645)  # half of 100 euros, of 300 dollars
    gained = washed(
        bought("2024-01-02", 100, 10, rate=Decimal("1.00")),
        sold("2024-06-03", 100, 9, rate=Decimal("1.20")),
        bought("2024-06-04", 50, 9, rate=Decimal("1.10")),
        securities=euro,
    )
    assert not gained.adjustments


def test_a_split_between_loss_and_purchase_scales_what_waits() -> None:
    split = Split(
        day=day("2024-06-10"), account=ACCOUNT, security=STOCK, ratio=Fraction(2), key="S"
    )  # fmt: skip
    booked = washed(
        bought("2024-01-02", 100, 10), sold("2024-06-03", 100, 8), split,
        bought("2024-06-12", 150, 4),
    )  # fmt: skip
    assert disallowed(booked) == 150
    assert [int(closed.quantity) for closed in booked.slices] == [75, 25]


def split(on: str, ratio: Fraction | int, account: int = ACCOUNT) -> Split:
    return Split(
        day=day(on), account=account, security=STOCK, ratio=Fraction(ratio), key=str(ratio)
    )


def test_a_reverse_split_and_one_forward_soon_after_it_both_scale_what_waits() -> None:
    booked = washed(
        bought("2024-01-02", 100, 10), sold("2024-06-03", 100, 8),
        split("2024-06-05", Fraction(1, 10)), split("2024-06-10", 5),
        bought("2024-06-12", 25, 16),
    )  # fmt: skip
    assert disallowed(booked) == 100


def test_one_split_that_two_accounts_report_scales_what_waits_once() -> None:
    booked = washed(
        bought("2024-01-02", 100, 10), sold("2024-06-03", 100, 8),
        split("2024-06-05", Fraction(1, 10)), split("2024-06-06", Fraction(1, 10), SECOND_ACCOUNT),
        split("2024-06-10", 5), split("2024-06-11", 5, SECOND_ACCOUNT),
        bought("2024-06-12", 25, 16),
    )  # fmt: skip
    assert disallowed(booked) == 100


def test_a_split_scales_shares_sold_that_the_letter_of_the_law_counts() -> None:
    booked = washed(
        bought("2024-01-02", 100, 10),
        bought("2024-06-03", 50, 7, account=SECOND_ACCOUNT),
        sold("2024-06-04", 50, 8, account=SECOND_ACCOUNT),
        split("2024-06-05", 2),
        sold("2024-06-06", 200, 4),
        policy=Policy(pre_sale=PreSale.LITERAL),
    )
    assert disallowed(booked) == 100


def test_losses_of_one_day_wait_in_order_of_acquisition_whatever_is_sold_first() -> None:
    sales = [
        sold("2024-06-03", 10, 5, picks=(Pick(Decimal(10), acquired=day(f"2024-01-0{number}")),))
        for number in (4, 2, 5, 3)
    ]
    booked = washed(
        *(bought(f"2024-01-0{number}", 10, 5 + number) for number in (2, 3, 4, 5)),
        *sales, bought("2024-06-05", 20, 6),
    )  # fmt: skip
    replaced = [closed.acquired for closed in booked.slices if closed.disallowed]
    assert sorted(filter(None, replaced)) == [day("2024-01-02"), day("2024-01-03")]


def test_shares_bought_and_moved_to_another_account_still_replace() -> None:
    booked = washed(
        bought("2024-01-02", 100, 10),
        bought("2024-05-20", 100, 9, account=SECOND_ACCOUNT),
        Move(
            day=day("2024-05-27"), account=SECOND_ACCOUNT, security=STOCK, quantity=Decimal(-100),
            to_account=ACCOUNT,
        ),
        sold("2024-06-03", 100, 8),
    )  # fmt: skip
    assert disallowed(booked) == 200
    assert open_lot(booked).basis == 1100


def test_a_loss_of_unknown_basis_is_never_washed() -> None:
    booked = washed(
        TransferIn(day=day("2024-01-02"), account=ACCOUNT, security=STOCK, quantity=Decimal(100)),
        sold("2024-06-03", 100, 8), bought("2024-06-04", 100, 8),
    )  # fmt: skip
    assert not booked.adjustments


def test_what_was_transferred_in_replaces_nothing() -> None:
    booked = washed(
        bought("2024-01-02", 100, 10),
        TransferIn(
            day=day("2024-06-01"), account=ACCOUNT, security=STOCK, quantity=Decimal(100),
            basis=Decimal(800),
        ),
        sold("2024-06-03", 100, 8),
    )  # fmt: skip
    assert not booked.adjustments


# --- the views, and the switches -----------------------------------------------------------------


def test_three_views_of_a_loss_replaced_in_another_account() -> None:
    events = (
        bought("2024-01-02", 100, 10),
        sold("2024-06-03", 100, 8),
        bought("2024-06-04", 100, 8, account=SECOND_ACCOUNT),
    )
    views = book_views(events, securities=SECURITIES, accounts=ACCOUNTS)
    assert [booked.view for booked in views] == [View.TAXPAYER, View.ECONOMIC, View.BROKER]
    assert [int(disallowed(booked)) for booked in views] == [200, 0, 0]
    assert [open_lot(booked).basis for booked in views] == [1000, 800, 800]


def test_the_broker_sees_what_happens_within_one_account() -> None:
    booked = washed(
        bought("2024-01-02", 100, 10), sold("2024-06-03", 100, 8), bought("2024-06-04", 100, 8),
        view=View.BROKER,
    )  # fmt: skip
    assert open_lot(booked).basis == 1000


def test_without_a_wash_sale_one_view_stands_for_all() -> None:
    events = bought("2024-01-02", 100, 10), sold("2024-06-03", 100, 12)
    (only,) = book_views(events, securities=SECURITIES, accounts=ACCOUNTS)
    assert only.view is View.TAXPAYER


def test_shares_sold_before_the_loss_replace_only_by_the_letter_of_the_law() -> None:
    events = (
        bought("2024-01-02", 100, 10),
        bought("2024-06-03", 100, 7, account=SECOND_ACCOUNT),
        sold("2024-06-04", 100, 8, account=SECOND_ACCOUNT),
        sold("2024-06-05", 100, 8),
    )
    assert not washed(*events).adjustments
    literal = washed(*events, policy=Policy(pre_sale=PreSale.LITERAL))
    assert disallowed(literal) == 200
    assert [int(closed.gain or 0) for closed in literal.slices] == [-100, -200]


# --- shorts and options --------------------------------------------------------------------------


def test_the_loss_of_a_short_lowers_what_the_next_short_brought() -> None:
    booked = washed(
        sold("2024-06-03", 100, 10), bought("2024-06-10", 100, 12), sold("2024-06-14", 100, 11)
    )
    assert disallowed(booked) == 200
    lot = open_lot(booked)
    assert seen(lot.short, lot.basis, lot.wash_added) == (True, 900, 200)


def test_shares_bought_do_not_replace_a_short_but_shares_sold_are_a_question() -> None:
    booked = washed(
        bought("2024-01-02", 100, 9, account=SECOND_ACCOUNT),
        sold("2024-06-03", 100, 10),
        bought("2024-06-10", 100, 12),
        bought("2024-06-11", 100, 12),
        sold("2024-06-12", 50, 12, account=SECOND_ACCOUNT),
    )
    assert not booked.adjustments
    (found,) = [f for f in booked.findings if f.kind is FindingKind.POSSIBLE_WASH_SALE]
    assert found.day == day("2024-06-10")


def test_the_same_option_bought_again_replaces() -> None:
    option = {"security": CALL}
    booked = washed(
        bought("2024-01-02", 2, 500, **option), sold("2024-06-03", 2, 300, **option),
        bought("2024-06-04", 1, 300, **option),
    )  # fmt: skip
    assert seen(disallowed(booked), open_lot(booked).basis) == (200, 500)


STOCK_LOSS_THEN_CALL = (
    bought("2024-01-02", 100, 10),
    sold("2024-06-03", 100, 8),
    bought("2024-06-04", 2, 150, security=CALL),
)


def test_a_call_bought_after_a_stock_loss_is_a_question_by_default() -> None:
    booked = washed(*STOCK_LOSS_THEN_CALL)
    assert not booked.adjustments
    assert [finding.kind for finding in booked.findings] == [FindingKind.POSSIBLE_WASH_SALE]


def test_a_call_bought_after_a_stock_loss_replaces_if_so_decided() -> None:
    policy = Policy(call_as_replacement=CallAsReplacement.APPLY)
    booked = washed(*STOCK_LOSS_THEN_CALL, policy=policy)
    assert disallowed(booked) == 200
    assert bases(booked) == [(1, 150), (1, 350)]
    assert not booked.findings


def test_a_call_bought_before_the_loss_is_found_as_well() -> None:
    stock, loss, call = STOCK_LOSS_THEN_CALL
    early = bought("2024-05-20", 2, 150, security=CALL)
    assert [f.kind for f in washed(stock, early, loss).findings] == [FindingKind.POSSIBLE_WASH_SALE]
    assert call.security == CALL


@pytest.mark.parametrize(
    "near",
    [
        bought("2024-06-10", 100, 9),
        bought("2024-06-10", 1, 300, security=OTHER_CALL),
    ],
)
def test_the_loss_of_a_call_beside_its_stock_or_another_strike_is_a_question(near: Fill) -> None:
    booked = washed(
        bought("2024-05-02", 1, 500, security=CALL), sold("2024-06-03", 1, 300, security=CALL), near
    )
    assert [finding.kind for finding in booked.findings] == [FindingKind.POSSIBLE_WASH_SALE]


def test_a_put_written_deep_in_the_money_after_a_stock_loss_is_a_question() -> None:
    put = sold("2024-06-04", 1, 1200, security=PUT)
    booked = washed(bought("2024-01-02", 100, 10), sold("2024-06-03", 100, 8), put)
    assert [finding.kind for finding in booked.findings] == [FindingKind.POSSIBLE_WASH_SALE]


def test_a_loss_that_is_disallowed_as_a_whole_later_is_no_question_any_more() -> None:
    booked = washed(
        bought("2024-05-20", 1, 300, security=OTHER_CALL),
        bought("2024-05-02", 1, 500, security=CALL), sold("2024-06-03", 1, 300, security=CALL),
        bought("2024-06-10", 1, 300, security=CALL),
    )  # fmt: skip
    assert disallowed(booked) == 200
    assert not booked.findings


def test_shares_that_came_by_a_merger_replace_in_the_order_in_which_they_were_bought() -> None:
    booked = washed(
        bought("2024-01-02", 100, 50),
        bought("2024-05-20", 10, 40),
        bought("2024-05-10", 10, 30, security=OTHER_STOCK),
        Exchange(
            day=day("2024-05-25"), account=ACCOUNT, security=OTHER_STOCK, given=None,
            received=(Received(STOCK, Decimal(10)),),
        ),
        sold("2024-06-03", 10, 20),
    )  # fmt: skip
    (washed_lot,) = [lot for lot in booked.lots if lot.wash_added]
    assert washed_lot.acquired == day("2024-05-10")
    assert washed_lot.wash_added == 300


def test_one_finding_at_most_for_the_losses_of_a_day() -> None:
    booked = washed(
        bought("2024-01-02", 100, 10),
        *(sold("2024-06-03", 10, 8) for _ in range(5)),
        *(bought("2024-06-04", 1, 150, security=CALL) for _ in range(3)),
    )
    assert len(booked.findings) == 1


# --- laws ----------------------------------------------------------------------------------------

TRADES = st.lists(
    st.tuples(
        st.integers(0, 90),
        st.sampled_from([ACCOUNT, SECOND_ACCOUNT]),
        st.integers(1, 30).map(lambda number: 10 * number),
        st.integers(5, 20),
        st.booleans(),
    ),
    max_size=25,
)


def flat_history(trades: list[tuple[int, int, int, int, bool]]) -> list[Fill]:
    """Trades, and on the last day (far from all of them) the sale of what is left."""
    start = day("2024-01-02").toordinal()
    events: list[Fill] = []
    held = {ACCOUNT: 0, SECOND_ACCOUNT: 0}
    for offset, account, quantity, price, buys in sorted(trades):
        on = str(day("2024-01-02").fromordinal(start + offset))
        signed = quantity if buys else -quantity
        held[account] += signed
        events.append((bought if buys else sold)(on, quantity, price, account=account))
    events += [
        bought("2024-12-02", -left, 10, account=account)
        if left < 0
        else sold("2024-12-02", left, 10, account=account)
        for account, left in held.items()
        if left
    ]
    return events


@given(TRADES, st.sampled_from([LotMethod.FIFO, LotMethod.LIFO]))
def test_when_all_is_flat_every_disallowed_loss_has_come_back(
    trades: list[tuple[int, int, int, int, bool]], method: LotMethod
) -> None:
    events = flat_history(trades)
    policy = Policy(method=method)
    plain = book(*events, policy=policy)
    taxed = washed(*events, policy=policy)
    gain = sum((closed.gain or ZERO for closed in taxed.slices), ZERO)
    assert not taxed.lots
    assert gain + disallowed(taxed) == sum((s.gain or ZERO for s in plain.slices), ZERO)
    assert sum(s.quantity for s in taxed.slices) == sum(s.quantity for s in plain.slices)


@given(TRADES)
def test_no_share_replaces_twice_and_none_outside_the_window(
    trades: list[tuple[int, int, int, int, bool]],
) -> None:
    events = flat_history(trades)[:-2]
    booked = washed(*events, explain=True)
    by_number = {closed.number: closed for closed in booked.slices}
    replaced = sum((row.quantity for row in booked.adjustments), ZERO)
    assert replaced <= sum((abs(event.quantity) for event in events), ZERO)
    for row in booked.adjustments:
        assert abs((row.day - by_number[row.slice].disposed).days) <= 30


def test_many_losses_in_one_purchase_stay_few_lots() -> None:
    losses = [
        fill
        for number in range(40)
        for fill in (bought("2024-06-03", 10, 20 + number), sold("2024-06-03", 10, 15))
    ]
    booked = washed(*losses, bought("2024-06-04", 1000, 15, account=SECOND_ACCOUNT))
    assert len(booked.lots) <= 10
    assert sum(int(lot.quantity) for lot in booked.lots) == 1000


def test_what_replaces_at_an_unknown_basis_gets_nothing_added_to_it() -> None:
    delivered = bought("2024-02-10", 100, 8, opens=True)
    result = book(
        bought("2024-01-02", 100, 10),
        sold("2024-02-05", 100, 7),
        Exercise(
            day=day("2024-02-10"), account=ACCOUNT, security=CALL, quantity=Decimal(-1),
            shares=delivered,
        ),
        securities=WITH_OPTIONS, view=View.TAXPAYER,
    )  # fmt: skip
    (lot,) = result.lots
    assert (lot.basis, lot.wash_added, result.totals.wash_added) == (None, ZERO, ZERO)
    assert result.slices[0].disallowed == 300
