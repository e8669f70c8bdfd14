"""Short sales: Publication 550 (2025), page 85; 26 USC 1233."""

from decimal import Decimal
from typing import Any

from qm_tui.domain.booking.engine import book_views
from qm_tui.domain.booking.events import Event
from qm_tui.domain.booking.holding_period import term_of
from qm_tui.domain.booking.results import Booked
from qm_tui.domain.booking.securities import Security
from qm_tui.domain.booking.words import FindingKind, Term, View
from qm_tui.domain.instruments import InstrumentType, Right
from tests.domain.booking import histories
from tests.domain.booking.histories import (
    ACCOUNTS,
    IRA,
    SECOND_ACCOUNT,
    SECURITIES,
    STOCK,
    bought,
    sold,
)

PUT = 12
ELSEWHERE: dict[str, Any] = {"account": SECOND_ACCOUNT}


def book(*events: Event, view: View = View.TAXPAYER, **how: Any) -> Booked:
    return histories.book(*events, view=view, **how)


def starts(booked: Booked) -> list[tuple[int, str]]:
    return sorted((int(lot.quantity), str(lot.holding_start)) for lot in booked.lots)


def boxed(booked: Booked) -> int:
    return sum(found.kind is FindingKind.SHORT_AGAINST_THE_BOX for found in booked.findings)


def test_a_short_covered_with_shares_just_bought_is_short_term_however_long_it_was_open() -> None:
    booked = book(sold("2024-01-10", 100, 10), bought("2025-02-10", 100, 15))
    (closed,) = booked.slices
    assert closed.gain == -500
    assert term_of(closed, SECURITIES[STOCK]) is Term.SHORT
    assert not booked.findings


def test_shares_held_for_a_year_or_less_begin_anew_when_the_short_is_closed() -> None:
    booked = book(
        bought("2024-01-10", 150, 10, **ELSEWHERE),
        sold("2024-08-01", 100, 16),
        bought("2024-11-01", 100, 14),
    )
    assert starts(booked) == [(50, "2024-01-10"), (100, "2024-11-01")]
    assert boxed(booked) == 1


def test_shares_bought_while_the_short_is_open_begin_anew_too() -> None:
    booked = book(
        sold("2024-08-01", 100, 16),
        bought("2024-09-02", 100, 15, **ELSEWHERE),
        bought("2024-11-01", 100, 14),
    )
    assert starts(booked) == [(100, "2024-11-01")]


def test_shares_held_for_more_than_a_year_keep_their_period() -> None:
    booked = book(
        bought("2023-01-10", 100, 10, **ELSEWHERE),
        sold("2024-08-01", 100, 16),
        bought("2024-11-01", 100, 14),
    )
    assert starts(booked) == [(100, "2023-01-10")]
    assert term_of(booked.slices[0], SECURITIES[STOCK]) is Term.SHORT  # a gain


def test_a_loss_is_long_term_where_shares_had_been_held_for_more_than_a_year() -> None:
    booked = book(
        bought("2023-01-10", 100, 10, **ELSEWHERE),
        sold("2024-08-01", 100, 16),
        bought("2024-11-01", 100, 18),
    )
    assert term_of(booked.slices[0], SECURITIES[STOCK]) is Term.LONG


def test_a_loss_that_is_long_term_in_part_is_said() -> None:
    booked = book(
        bought("2023-01-10", 60, 10, **ELSEWHERE),
        sold("2024-08-01", 100, 16),
        bought("2024-11-01", 100, 18),
    )
    assert term_of(booked.slices[0], SECURITIES[STOCK]) is Term.SHORT
    assert boxed(booked) == 2


def test_shares_in_an_ira_are_not_those_of_the_short_seller() -> None:
    booked = book(
        bought("2024-01-10", 100, 10, account=IRA),
        sold("2024-08-01", 100, 16),
        bought("2024-11-01", 100, 14),
    )
    assert starts(booked) == [(100, "2024-01-10")]
    assert not boxed(booked)


def test_a_put_bought_on_young_shares_is_said_once() -> None:
    put = Security(
        id=PUT, symbol="AAA P 9", kind=InstrumentType.EQUITY_OPTION, underlying=STOCK,
        multiplier=Decimal(100), right=Right.PUT, strike=Decimal(9),
    )  # fmt: skip
    booked = book(
        bought("2024-01-10", 100, 10),
        bought("2024-03-01", 1, 50, security=PUT),
        bought("2024-03-04", 1, 50, security=PUT),
        securities=SECURITIES | {PUT: put},
    )
    assert boxed(booked) == 1


def test_the_economic_view_has_the_dates_alone() -> None:
    events = (
        bought("2024-01-10", 100, 10, **ELSEWHERE),
        sold("2024-08-01", 100, 16),
        bought("2024-11-01", 100, 14),
    )
    views = book_views(events, securities=SECURITIES, accounts=ACCOUNTS)
    assert [starts(booked)[0][1] for booked in views] == ["2024-11-01", "2024-01-10", "2024-11-01"]
    assert [booked.view for booked in views] == [View.TAXPAYER, View.ECONOMIC, View.BROKER]


def test_shorts_of_an_ira_and_of_crypto_change_no_holding_period() -> None:
    coin = {STOCK: Security(id=STOCK, symbol="BTC", kind=InstrumentType.CRYPTO)}
    held = bought("2024-01-10", 100, 10)
    in_ira = (sold("2024-08-01", 10, 12, account=IRA), bought("2024-08-05", 10, 11, account=IRA))
    elsewhere = (sold("2024-08-01", 10, 12, **ELSEWHERE), bought("2024-08-05", 10, 11, **ELSEWHERE))
    for booked in (book(held, *in_ira), book(held, *elsewhere, securities=coin)):
        assert starts(booked) == [(100, "2024-01-10")]
        assert not boxed(booked)
