"""Shares that move between accounts on a day of which the hour is not known."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from qm_tui.domain.booking.events import Event, Move, Source
from qm_tui.domain.booking.results import Booked
from tests.domain.booking.histories import (
    ACCOUNT,
    IRA,
    SECOND_ACCOUNT,
    STOCK,
    Number,
    book,
    bought,
    day,
    each,
    sold,
)

TODAY = "2024-03-05"


def at(hour: int) -> dt.datetime:
    return dt.datetime(2024, 3, 5, hour, tzinfo=dt.UTC)


def moved(quantity: Number, **more: Any) -> Move:
    given: dict[str, Any] = {"account": ACCOUNT, "to_account": SECOND_ACCOUNT}
    return Move(
        day=day(TODAY), security=STOCK, quantity=-Decimal(quantity), source=Source("transfers", 1),
        **(given | more),
    )  # fmt: skip


def settled(*events: Event) -> Booked:
    """Whatever the order in which they are told, with no share that is missing or owed."""
    results = [book(*told) for told in permutations(events)]
    for booked in results:
        assert booked.findings == []
        assert not any(lot.short for lot in booked.lots)
        assert _gains(booked) == _gains(results[0])
    return results[0]


def _gains(booked: Booked) -> Sequence[tuple[Any, ...]]:
    return each(booked.slices, "account", "quantity", "gain")


@pytest.mark.parametrize("hour", [None, 10, 15])
def test_what_is_sold_on_the_day_it_arrives_has_arrived(hour: int | None) -> None:
    sale = sold(
        TODAY, 100, 12, account=SECOND_ACCOUNT, at=at(hour) if hour else None
    )  # fmt: skip
    booked = settled(bought("2024-01-02", 100, 10), moved(100), sale)
    assert _gains(booked) == [(SECOND_ACCOUNT, 100, 200)]


@pytest.mark.parametrize("hour", [None, 10, 15])
def test_what_is_bought_on_the_day_it_leaves_has_been_bought(hour: int | None) -> None:
    purchase = bought(TODAY, 100, 10, at=at(hour) if hour else None)
    booked = settled(purchase, moved(100))
    assert each(booked.lots, "account", "quantity", "basis") == [(SECOND_ACCOUNT, 100, 1000)]


@pytest.mark.parametrize("hours", [(None, None), (10, 15)])
def test_bought_moved_and_sold_on_one_day(hours: tuple[int | None, int | None]) -> None:
    first, then = (at(hour) if hour else None for hour in hours)
    booked = settled(
        bought(TODAY, 100, 10, at=first),
        moved(100),
        sold(TODAY, 100, 12, account=SECOND_ACCOUNT, at=then),
    )
    assert _gains(booked) == [(SECOND_ACCOUNT, 100, 200)]


def test_what_is_bought_later_that_day_is_not_what_was_sold_before() -> None:
    booked = settled(
        bought("2024-01-02", 100, 10),
        moved(100),
        sold(TODAY, 100, 12, account=SECOND_ACCOUNT, at=at(15)),
        bought(TODAY, 1, 12, at=at(17)),
    )
    assert each(booked.lots, "account", "quantity") == [(ACCOUNT, 1)]


def test_a_sale_of_other_shares_before_the_purchase_does_not_wait_for_it() -> None:
    booked = settled(
        bought("2024-01-02", 10, 10, account=SECOND_ACCOUNT),
        sold(TODAY, 10, 12, account=SECOND_ACCOUNT, at=at(15)),
        bought(TODAY, 100, 10, at=at(17)),
        moved(100),
    )
    assert each(booked.lots, "account", "quantity") == [(SECOND_ACCOUNT, 100)]


def test_shares_may_go_on_to_a_third_account() -> None:
    booked = settled(
        bought("2024-01-02", 100, 10, account=IRA),
        moved(100, account=IRA, value=Decimal(1100)),
        moved(100, account=SECOND_ACCOUNT, to_account=ACCOUNT),
        sold(TODAY, 100, 12, at=at(15)),
    )
    assert _gains(booked) == [(ACCOUNT, 100, 100)]


def test_a_known_hour_stands() -> None:
    booked = book(
        bought("2024-01-02", 100, 10),
        moved(100, at=at(17)),
        sold(TODAY, 100, 12, account=SECOND_ACCOUNT, at=at(15), opens=False),
    )
    assert [found.kind.value for found in booked.findings] == ["missing_history"]
