"""A change of symbol or CUSIP makes no other share of a share (section 1091)."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from qm_tui.domain.booking.events import Exchange, Received, Split
from qm_tui.domain.booking.results import Booked
from qm_tui.domain.booking.securities import Security
from qm_tui.domain.booking.words import View
from tests.domain.booking.histories import (
    ACCOUNT,
    OTHER_STOCK,
    SECOND_ACCOUNT,
    SECURITIES,
    STOCK,
    book,
    bought,
    day,
    sold,
)

WITH_WASH_SALES = [View.TAXPAYER, View.BROKER]


def renamed(on: str, quantity: int, **more: Any) -> Exchange:
    given: dict[str, Any] = {"account": ACCOUNT, "renamed": True}
    return Exchange(
        day=day(on), security=STOCK, given=Decimal(quantity),
        received=(Received(OTHER_STOCK, Decimal(quantity)),), **(given | more),
    )  # fmt: skip


def washed(booked: Booked) -> list[Decimal]:
    return [closed.disallowed for closed in booked.slices]


@pytest.mark.parametrize("view", WITH_WASH_SALES)
def test_a_purchase_under_the_new_name_replaces_a_loss_under_the_old_one(view: View) -> None:
    booked = book(
        bought("2024-01-02", 200, 10),
        sold("2024-03-01", 100, 7),
        renamed("2024-03-05", 100),
        bought("2024-03-08", 100, 8, security=OTHER_STOCK),
        view=view,
    )
    assert washed(booked) == [300]


@pytest.mark.parametrize("view", WITH_WASH_SALES)
def test_shares_bought_under_the_old_name_replace_a_loss_under_the_new_one(view: View) -> None:
    booked = book(
        bought("2024-01-02", 100, 10),
        bought("2024-03-01", 100, 8),
        renamed("2024-03-05", 200),
        sold("2024-03-08", 100, 7, security=OTHER_STOCK),
        view=view,
    )
    assert washed(booked) == [300]
    assert [(lot.security, lot.basis) for lot in booked.lots] == [(OTHER_STOCK, Decimal(1100))]


@pytest.mark.parametrize("view", WITH_WASH_SALES)
def test_a_merger_is_no_mere_change_of_name(view: View) -> None:
    booked = book(
        bought("2024-01-02", 200, 10),
        sold("2024-03-01", 100, 7),
        renamed("2024-03-05", 100, renamed=False),
        bought("2024-03-08", 100, 8, security=OTHER_STOCK),
        view=view,
    )
    assert washed(booked) == [0]


def test_a_broker_still_looks_at_one_account_alone() -> None:
    events = (
        bought("2024-01-02", 100, 10),
        sold("2024-03-01", 100, 7),
        bought("2024-01-02", 1, 10, account=SECOND_ACCOUNT),
        renamed("2024-03-05", 1, account=SECOND_ACCOUNT),
        bought("2024-03-08", 100, 8, security=OTHER_STOCK, account=SECOND_ACCOUNT),
    )
    assert washed(book(*events, view=View.TAXPAYER)) == [300]
    assert washed(book(*events, view=View.BROKER)) == [0]


def test_what_is_identical_to_the_old_name_is_identical_to_the_new_one() -> None:
    alike = Security(id=3, symbol="AAA.PR", identity=7)
    booked = book(
        bought("2024-01-02", 200, 10),
        sold("2024-03-01", 100, 7),
        renamed("2024-03-05", 100),
        bought("2024-03-08", 100, 8, security=3),
        view=View.TAXPAYER,
        securities={
            STOCK: Security(id=STOCK, symbol="AAA"),
            OTHER_STOCK: Security(id=OTHER_STOCK, symbol="BBB", identity=7),
            3: alike,
        },
    )
    assert washed(booked) == [300]


def test_a_split_under_the_new_name_scales_a_loss_under_the_old_one() -> None:
    booked = book(
        bought("2024-01-02", 200, 10),
        sold("2024-03-01", 100, 7),
        renamed("2024-03-05", 100),
        Split(day=day("2024-03-07"), account=ACCOUNT, security=OTHER_STOCK, ratio=Fraction(2)),
        bought("2024-03-08", 100, 4, security=OTHER_STOCK),
        view=View.TAXPAYER,
        securities=SECURITIES,
    )
    assert washed(booked) == [150, 0]
