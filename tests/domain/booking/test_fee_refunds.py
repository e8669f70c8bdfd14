"""Commissions that are adjusted later belong to what the fill cost or brought."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from qm_tui.domain.booking.events import Event, FeeRefund, Fill, Move, Source
from qm_tui.domain.booking.words import FindingKind, View
from tests.domain.booking.histories import (
    ACCOUNT,
    SECOND_ACCOUNT,
    STOCK,
    Number,
    book,
    bought,
    day,
    each,
    sold,
)


def a_refund(on: str, amount: Number, fill: Fill | None) -> FeeRefund:
    return FeeRefund(
        day=day(on), account=ACCOUNT, security=STOCK, source=Source("cash_transactions", 1),
        amount=Decimal(amount), trade=None if fill is None else fill.source,
    )  # fmt: skip


def test_a_refund_lowers_the_basis_of_what_the_fill_opened() -> None:
    buy = bought("2024-01-02", 100, 10, fees=5)
    booked = book(buy, a_refund("2024-02-01", 2, buy))
    assert each(booked.lots, "basis", "tax_basis") == [(1003, 1003)]


def test_a_charge_raises_it() -> None:
    buy = bought("2024-01-02", 100, 10, fees=5)
    assert each(book(buy, a_refund("2024-02-01", -2, buy)).lots, "basis") == [(1007,)]


def test_what_was_sold_since_gets_its_share() -> None:
    buy = bought("2024-01-02", 100, 10, fees=5)
    booked = book(buy, sold("2024-01-20", 40, 12), a_refund("2024-02-01", 5, buy))
    assert each(booked.slices, "basis", "gain") == [(400, 80)]
    assert each(booked.lots, "basis") == [(600,)]


def test_a_refund_for_a_sale_raises_its_proceeds() -> None:
    sale = sold("2024-01-20", 40, 12, fees=3)
    booked = book(bought("2024-01-02", 100, 10), sale, a_refund("2024-02-01", 3, sale))
    assert each(booked.slices, "proceeds", "basis") == [(480, 400)]


def test_a_fill_that_closes_and_opens_spreads_it_by_quantity() -> None:
    sale = sold("2024-01-20", 100, 12, fees=5)
    booked = book(bought("2024-01-02", 40, 10), sale, a_refund("2024-02-01", 5, sale))
    assert each(booked.slices, "quantity", "proceeds") == [(40, 480)]
    assert each(booked.lots, "short", "quantity", "basis") == [(True, 60, 720)]


def test_shares_that_were_moved_take_it_along() -> None:
    buy = bought("2024-01-02", 100, 10, fees=5)
    move = Move(
        day=day("2024-01-10"), account=ACCOUNT, security=STOCK, to_account=SECOND_ACCOUNT,
        quantity=Decimal(-100), source=Source("transfers", 1),
    )  # fmt: skip
    booked = book(buy, move, a_refund("2024-02-01", 5, buy))
    assert each(booked.lots, "account", "basis") == [(SECOND_ACCOUNT, 1000)]


def test_a_disallowed_loss_is_never_more_than_the_loss_that_is_left() -> None:
    buy = bought("2024-01-02", 100, 10, fees=5)
    sale = sold("2024-01-20", 100, 9)
    again = bought("2024-01-25", 100, 9)
    booked = book(buy, sale, again, a_refund("2024-02-01", 5, buy), view=View.TAXPAYER)
    assert each(booked.slices, "gain", "disallowed") == [(-100, 100)]
    assert each(booked.lots, "basis") == [(1000,)]


def test_a_refund_without_a_trade_changes_nothing() -> None:
    buy = bought("2024-01-02", 100, 10, fees=5)
    booked = book(buy, a_refund("2024-02-01", 5, None))
    assert each(booked.lots, "basis") == [(1005,)]
    assert booked.findings == []


def test_a_refund_for_an_unknown_trade_is_reported() -> None:
    booked = book(a_refund("2024-02-01", 5, bought("2024-01-02", 1, 1)))
    assert each(booked.findings, "kind") == [(FindingKind.NOT_BOOKED,)]


def test_a_refund_after_the_last_day_is_not_booked_yet() -> None:
    buy = bought("2024-01-02", 100, 10, fees=5)
    booked = book(buy, a_refund("2024-02-01", 5, buy), until=day("2024-01-31"))
    assert each(booked.lots, "basis") == [(1005,)]


def test_the_journal_names_the_adjustment() -> None:
    buy = bought("2024-01-02", 100, 10, fees=5)
    booked = book(buy, a_refund("2024-02-01", 5, buy), explain=True)
    assert [(step.source.table, step.basis_after) for step in booked.steps] == [
        ("trades", Decimal(1000)),
        ("cash_transactions", Decimal(1000)),
    ]


@given(
    trades=st.lists(st.integers(-300, 300).filter(bool), min_size=1, max_size=8),
    which=st.integers(0, 7),
    refund=st.integers(-500, 500).map(lambda cents: Decimal(cents) / 100),
)
def test_a_refund_is_as_good_as_a_lower_fee(trades: list[int], which: int, refund: Decimal) -> None:
    fills: list[Event] = [
        bought(f"2024-03-{n + 1:02}", quantity, 10 + n, fees=7) for n, quantity in enumerate(trades)
    ]
    chosen = fills[which % len(fills)]
    assert isinstance(chosen, Fill)
    booked = book(*fills, a_refund("2024-06-03", refund, chosen))
    fills[which % len(fills)] = replace(chosen, fees=chosen.fees - refund)
    cheaper = book(*fills)
    assert each(booked.slices, "gain") == each(cheaper.slices, "gain")
    assert each(booked.lots, "basis") == each(cheaper.lots, "basis")
