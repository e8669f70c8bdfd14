"""Histories as Tastytrade tells them end at the right lots and gains."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from random import Random
from typing import Any

import pytest

from qm_tui.domain.booking.engine import book_history
from qm_tui.domain.booking.events import Exchange, Exercise, Fill, Split
from qm_tui.domain.booking.facts import ActionFact
from qm_tui.domain.booking.results import Booked
from qm_tui.domain.booking.translate.group import Translated
from qm_tui.domain.booking.words import Closing, FindingKind, Origin, View
from qm_tui.domain.words import CashType, OptionEventType, TransferDirection
from qm_tui.domain.words import CorporateActionType as Kind
from tests.domain.booking.translate.tasty import (
    CALL,
    FUND,
    FUTURE,
    FUTURE_PUT,
    HIGH_PUT,
    INDEX_PUT,
    LOW_PUT,
    NEW_HIGH_PUT,
    NEW_LOW_PUT,
    NEW_NAME,
    OF_TASTYTRADE,
    OIL,
    OLD_NAME,
    SECOND_CALL,
    SPLIT_CALL,
    USO,
    closed_and_opened,
    dealt,
    delivered,
    ended,
    paid,
)
from tests.domain.booking.translate.told import (
    ACCOUNT,
    ACCOUNTS,
    SECOND_ACCOUNT,
    Fact,
    Number,
    a_leg,
    a_trade,
    a_transfer,
    an_end,
    day,
    only,
    some_cash,
    these,
    translated,
)

_End = OptionEventType
EXPIRY = "2020-07-17"
SPLIT_DAY = "2020-04-29T12:34"
OPENED = "2020-04-23T19:30"
IN_LIEU = "Cash in lieu of fractional shares"


def told(*facts: Fact) -> Translated:
    return translated(*facts, securities=OF_TASTYTRADE)


def booked(*facts: Fact, view: View = View.ECONOMIC) -> Booked:
    found = told(*facts)
    result = book_history(found.events, securities=OF_TASTYTRADE, accounts=ACCOUNTS, view=view)
    return replace(result, findings=[*found.findings, *result.findings])


def gains(result: Booked) -> Sequence[Any]:
    assert not result.findings, result.findings
    return [piece.gain for piece in result.slices]


def lots(result: Booked) -> Sequence[Any]:
    """What is open: security, signed quantity, basis."""
    assert not result.findings, result.findings
    return [
        (lot.security, -lot.quantity if lot.short else lot.quantity, lot.basis)
        for lot in result.lots
    ]


def kinds(result: Booked) -> list[FindingKind]:
    return [finding.kind for finding in result.findings]


# --- ends of options -----------------------------------------------------------------------------


def test_an_option_that_expires_leaves_the_side_on_which_it_is_held() -> None:
    facts = (
        dealt("2020-05-01T15:00", "Sell to Open", 2, "0.5", HIGH_PUT),
        dealt("2020-05-01T15:00", "Buy to Open", 3, "0.2", LOW_PUT),
        ended(_End.EXPIRATION, EXPIRY, 2, HIGH_PUT),
        ended(_End.EXPIRATION, EXPIRY, 3, LOW_PUT),
    )
    result = booked(*facts)
    assert sorted(gains(result)) == [-60, 100]
    assert {piece.how for piece in result.slices} == {Closing.EXPIRY}
    assert not result.lots


def test_an_option_bought_on_its_last_day_expires_behind_that() -> None:
    facts = (
        dealt(f"{EXPIRY}T19:59", "Buy to Open", 1, "0.05", LOW_PUT),
        ended(_End.EXPIRATION, EXPIRY, 1, LOW_PUT),
    )
    assert gains(booked(*facts)) == [-5]


def test_what_is_left_of_an_assignment_expires_as_short() -> None:
    facts = (
        dealt("2020-05-01T15:00", "Sell to Open", 5, "0.5", HIGH_PUT),
        ended(_End.ASSIGNMENT, "2020-07-01", 2, HIGH_PUT),
        delivered("2020-07-01T21:00", "Buy to Open", 200, "3.5", USO),
        ended(_End.EXPIRATION, EXPIRY, 3, HIGH_PUT),
    )
    result = booked(*facts)
    assert gains(result) == [150]
    assert lots(result) == [(USO, 200, 600)]


def test_of_what_is_not_known_the_event_alone_tells_the_side() -> None:
    event = only(Fill, told(ended(_End.EXPIRATION, EXPIRY, 3, LOW_PUT)))
    assert event.quantity == 3


@pytest.mark.parametrize("known", [2, -2, 0])
@pytest.mark.parametrize("said", [3, -3])
def test_a_source_that_signs_ends_is_believed_whatever_of_its_history_is_known(
    said: int, known: int
) -> None:
    traded = [a_trade("2020-05-01", known, 1, LOW_PUT)] if known else []
    found = told(*traded, an_end(_End.EXPIRATION, EXPIRY, said, LOW_PUT))
    (end,) = (event for event in found.events if event.source.table == "option_events")
    assert isinstance(end, Fill)
    assert end.quantity == said


def test_contracts_that_came_from_another_broker_expire_on_their_side() -> None:
    came = a_transfer("2020-06-01", 2, security=LOW_PUT, type="ACAT", cost_basis=None)
    result = booked(came, ended(_End.EXPIRATION, EXPIRY, 2, LOW_PUT))
    assert these(result.slices[0].short, result.slices[0].gain) == (False, None)
    assert FindingKind.MISSING_HISTORY not in kinds(result)


def test_an_assigned_put_of_a_public_history_puts_its_premium_into_the_shares() -> None:
    """The rows of an assignment on 2019-08-07, with the long put that was sold the day after."""
    facts = (
        dealt("2019-05-07T16:02", "Sell to Open", 1, "21.9", HIGH_PUT, commission=Decimal("-1.2")),
        ended(_End.ASSIGNMENT, "2019-08-07", 1, HIGH_PUT),
        delivered("2019-08-07T23:00", "Buy to Open", 100, "3.5", USO, commission=Decimal(-5)),
    )
    assert lots(booked(*facts)) == [(USO, 100, 350 + 5 - 2190 + Decimal("1.2"))]


def test_shares_called_away_and_an_expired_spread_beside_them() -> None:
    facts = (
        dealt("2020-03-02T15:00", "Buy to Open", 100, 3, USO),
        dealt("2020-05-01T15:00", "Sell to Open", 1, "0.4", CALL),
        ended(_End.ASSIGNMENT, EXPIRY, 1, CALL),
        delivered("2020-07-17T21:00", "Sell to Close", 100, 4, USO),
    )
    result = booked(*facts)
    assert gains(result) == [140]
    assert result.slices[0].premium == 40


def test_a_spread_of_which_both_sides_are_exercised_is_flat_whatever_comes_first() -> None:
    """The one delivers what the other sells, at the same instant."""
    facts = (
        dealt("2020-05-01T15:00", "Sell to Open", 1, 1, HIGH_PUT),
        dealt("2020-05-01T15:00", "Buy to Open", 1, "0.4", LOW_PUT),
        delivered("2020-07-17T21:00", "Buy to Open", 100, "3.5", USO),
        delivered("2020-07-17T21:00", "Sell to Close", 100, 2, USO),
    )
    ends = (
        ended(_End.ASSIGNMENT, EXPIRY, 1, HIGH_PUT),
        ended(_End.EXERCISE, EXPIRY, -1, LOW_PUT),
    )
    for order in permutations(ends):
        result = booked(*facts, *(end._replace(key=f"TX:{n}") for n, end in enumerate(order)))
        assert gains(result) == [-90]
        assert not result.lots


def test_a_delivery_in_two_pieces_closes_what_was_short_and_opens_the_rest() -> None:
    facts = (
        dealt("2020-05-01T15:00", "Sell to Open", 60, 3, USO),
        dealt("2020-05-01T15:00", "Sell to Open", 1, "0.5", HIGH_PUT),
        ended(_End.ASSIGNMENT, "2020-06-01", 1, HIGH_PUT),
        delivered("2020-06-01T21:00", "Buy to Close", 60, "3.5", USO),
        delivered("2020-06-01T21:00", "Buy to Open", 40, "3.5", USO),
    )
    result = booked(*facts)
    assert gains(result) == [180 - (210 - 30)]
    assert lots(result) == [(USO, 40, 140 - 20)]


@pytest.mark.parametrize("turned", [False, True])
def test_shares_called_away_beyond_those_held_are_not_sold_short_against_them(
    *, turned: bool
) -> None:
    pieces = [
        delivered(f"{EXPIRY}T21:00", "Sell to Close", 100, 4, USO),
        delivered(f"{EXPIRY}T21:00", "Sell to Open", 100, 4, USO),
    ]
    result = booked(
        dealt("2020-05-01T15:00", "Buy to Open", 100, 3, USO),
        dealt("2020-05-01T15:00", "Sell to Open", 2, "0.4", CALL),
        ended(_End.ASSIGNMENT, EXPIRY, 2, CALL),
        *(pieces[::-1] if turned else pieces),
        view=View.TAXPAYER,
    )
    assert gains(result) == [140]
    assert lots(result) == [(USO, -100, 440)]


def test_delivered_shares_whose_option_is_not_told_are_named() -> None:
    result = booked(delivered("2020-06-01T21:00", "Buy to Open", 100, "3.5", USO))
    assert kinds(result) == [FindingKind.PREMIUM_UNKNOWN]
    assert these(result.lots[0].quantity, result.lots[0].basis) == (100, 350)


def test_a_trade_at_a_strike_is_not_the_delivery_of_an_option_that_expired() -> None:
    facts = (
        dealt("2020-05-01T15:00", "Sell to Open", 1, 1, CALL),
        ended(_End.EXPIRATION, EXPIRY, 1, CALL),
        dealt("2020-07-17T15:00", "Buy to Open", 100, 4, USO),
    )
    result = booked(*facts)
    assert gains(result) == [100]
    assert lots(result) == [(USO, 100, 400)]


# --- settled in cash -----------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["Buy to Open", "Sell to Open"])
def test_a_cash_settlement_is_told_by_two_rows_and_booked_once(side: str) -> None:
    """The cash, with its fee, beside the removal of the contracts for nothing."""
    held = 1 if side == "Buy to Open" else -1
    end = _End.EXERCISE if held > 0 else _End.ASSIGNMENT
    facts = (
        dealt("2020-07-17T14:00", side, 2, 6, INDEX_PUT, commission=Decimal(-2)),
        ended(
            _End.CASH_SETTLEMENT, EXPIRY, -held * 2, INDEX_PUT,
            proceeds=Decimal(held * 1000), commission=Decimal(-5),
        ),
        ended(end, EXPIRY, -held * 2, INDEX_PUT),
    )  # fmt: skip
    result = booked(*facts)
    assert gains(result) == [held * (1000 - 1200) - 7]
    assert result.slices[0].how is Closing.CASH_SETTLEMENT
    assert not result.lots


@pytest.mark.parametrize(("side", "gain"), [("Buy to Open", -205), ("Sell to Open", 195)])
def test_a_cash_settlement_alone_is_of_the_side_that_is_held(side: str, gain: int) -> None:
    """Its price is the strike, and says nothing about what was paid."""
    facts = (
        dealt("2020-07-16T14:00", side, 1, 6, INDEX_PUT),
        ended(
            _End.CASH_SETTLEMENT, EXPIRY, 1, INDEX_PUT, price=Decimal(3200),
            proceeds=Decimal(400), commission=Decimal(-5),
        ),
    )  # fmt: skip
    assert gains(booked(*facts)) == [gain]


def test_a_settlement_for_nothing_is_an_expiry() -> None:
    facts = (
        dealt("2020-07-16T14:00", "Sell to Open", 1, 6, INDEX_PUT),
        ended(_End.CASH_SETTLEMENT, EXPIRY, 1, INDEX_PUT, price=Decimal(3200), proceeds=Decimal(0)),
    )
    result = booked(*facts)
    assert gains(result) == [600]
    assert result.slices[0].how is Closing.EXPIRY


# --- futures -------------------------------------------------------------------------------------


def test_futures_know_neither_opening_nor_closing() -> None:
    facts = (
        dealt("2020-05-01T15:00", "Buy", 2, 3000, FUTURE, commission=Decimal("-2.4")),
        dealt("2020-05-04T15:00", "Sell", 3, 3010, FUTURE, commission=Decimal("-3.6")),
        dealt("2020-05-05T15:00", "Buy", 1, 3005, FUTURE),
    )
    result = booked(*facts)
    assert gains(result) == [Decimal("95.2"), Decimal("23.8")]
    assert not result.lots


@pytest.mark.parametrize("quantity", [1, -1])
def test_a_future_is_settled_at_its_last_price_on_the_side_that_is_held(quantity: int) -> None:
    side = "Buy" if quantity > 0 else "Sell"
    facts = (
        dealt("2020-05-01T15:00", side, 1, 3000, FUTURE),
        ended(
            _End.CASH_SETTLEMENT, "2020-09-18", 1, FUTURE,
            price=Decimal(3100), proceeds=Decimal(12),
        ),
    )  # fmt: skip
    result = booked(*facts)
    assert gains(result) == [quantity * 500]
    assert result.slices[0].how is Closing.CASH_SETTLEMENT


def test_a_future_may_be_settled_below_nothing() -> None:
    facts = (
        dealt("2020-04-17T15:00", "Buy", 1, 18, OIL),
        ended(_End.CASH_SETTLEMENT, "2020-04-20", 1, OIL, price=Decimal("-37.63")),
    )
    assert gains(booked(*facts)) == [-37630 - 18000]


def test_a_future_settled_at_nobody_knows_what_stays_open_and_is_named() -> None:
    facts = (
        dealt("2020-04-17T15:00", "Buy", 1, 18, OIL),
        ended(_End.CASH_SETTLEMENT, "2020-04-20", 1, OIL, price=None, proceeds=Decimal(250)),
    )
    result = booked(*facts)
    assert kinds(result) == [FindingKind.NOT_BOOKED]
    assert "at which price" in result.findings[0].detail
    assert len(result.lots) == 1


def test_an_assigned_option_on_a_future_delivers_one_future_at_the_strike() -> None:
    facts = (
        dealt("2020-05-01T15:00", "Sell to Open", 2, 40, FUTURE_PUT),
        ended(_End.ASSIGNMENT, EXPIRY, 2, FUTURE_PUT),
        delivered("2020-07-17T20:00", "Buy", 2, 3200, FUTURE),
    )
    assert lots(booked(*facts)) == [(FUTURE, 2, 2 * 3200 * 5 - 400)]


# --- corporate actions ---------------------------------------------------------------------------


def uso_split(*, tied: bool = True) -> list[ActionFact]:
    """The reverse split of 2020-04-29 as a public history tells it."""
    short = closed_and_opened(
        Kind.REVERSE_SPLIT, SPLIT_DAY, (HIGH_PUT, 6), (NEW_HIGH_PUT, -6), "648" if tied else "one",
        648,
    )  # fmt: skip
    long = closed_and_opened(
        Kind.REVERSE_SPLIT, "2020-04-29T12:35", (LOW_PUT, -6), (NEW_LOW_PUT, 6),
        "174" if tied else "one", 174,
    )  # fmt: skip
    return [*short, *long]


def uso_spread() -> list[Fact]:
    return [
        dealt(
            "2020-04-23T19:30", "Sell to Open", 6, "1.08", HIGH_PUT, commission=Decimal("-6.862")
        ),
        dealt("2020-04-23T19:30", "Buy to Open", 6, "0.29", LOW_PUT, commission=Decimal("-6.83")),
    ]


@pytest.mark.parametrize("tied", [True, False])
def test_adjusted_options_carry_what_the_old_ones_cost(tied: bool) -> None:
    found = told(*uso_spread(), *uso_split(tied=tied))
    assert not found.findings
    assert [event.renamed for event in found.events if isinstance(event, Exchange)] == [False] * 2
    result = booked(*uso_spread(), *uso_split(tied=tied))
    assert lots(result) == [
        (NEW_HIGH_PUT, -6, Decimal("641.138")),
        (NEW_LOW_PUT, 6, Decimal("180.83")),
    ]
    assert {lot.acquired for lot in result.lots} == {day("2020-04-23")}
    assert not result.slices


@pytest.mark.parametrize(
    ("high", "low"), [(NEW_HIGH_PUT, NEW_LOW_PUT), (HIGH_PUT, LOW_PUT)], ids=["new", "old"]
)
def test_adjusted_options_are_closed_under_their_new_name_or_the_old_one(
    high: int, low: int
) -> None:
    closing = (
        dealt("2020-05-19T15:30", "Buy to Close", 6, "0.63", high, commission=Decimal("-1.83")),
        dealt("2020-05-19T15:30", "Sell to Close", 6, "0.05", low, commission=Decimal("-1.852")),
    )
    result = booked(*uso_spread(), *uso_split(), *closing)
    assert sorted(gains(result)) == [
        30 - 174 - Decimal("8.682"),
        648 - 378 - Decimal("8.692"),
    ]
    assert {piece.security for piece in result.slices} == {NEW_HIGH_PUT, NEW_LOW_PUT}
    assert not result.lots


def test_adjusted_options_expire_under_their_old_name() -> None:
    ends = (
        ended(_End.EXPIRATION, EXPIRY, 6, HIGH_PUT),
        ended(_End.EXPIRATION, EXPIRY, 6, LOW_PUT),
    )
    result = booked(*uso_spread(), *uso_split(), *ends)
    assert sorted(gains(result)) == [Decimal("-180.83"), Decimal("641.138")]
    assert not result.lots


def test_a_new_contract_of_the_old_name_is_another_one() -> None:
    facts = (
        *uso_spread(),
        *uso_split(),
        dealt("2020-05-04T15:30", "Sell to Open", 1, "0.7", HIGH_PUT),
        dealt("2020-05-19T15:30", "Buy to Close", 1, "0.6", HIGH_PUT),
    )
    result = booked(*facts)
    assert gains(result) == [10]
    assert len(result.lots) == 2


def test_an_adjusted_contract_that_is_assigned_delivers_what_its_money_says() -> None:
    """Twelve shares for the strike of a hundred: 350 dollars, less what the writer received."""
    facts = (
        *uso_spread(),
        *uso_split(),
        ended(_End.ASSIGNMENT, EXPIRY, 6, NEW_HIGH_PUT),
        delivered("2020-07-17T21:00", "Buy to Open", 72, "29.16667", USO, proceeds=Decimal(-2100)),
        ended(_End.EXPIRATION, EXPIRY, 6, NEW_LOW_PUT),
    )
    result = booked(*facts)
    assert gains(result) == [Decimal("-180.83")]
    assert lots(result) == [(USO, 72, 2100 - Decimal("641.138"))]


def test_four_contracts_for_one_each_at_a_quarter_of_the_strike() -> None:
    facts = (
        dealt("2020-04-23T19:30", "Buy to Open", 2, 1, CALL),
        *closed_and_opened(Kind.SPLIT, SPLIT_DAY, (CALL, -2), (SPLIT_CALL, 8), "x"),
        *closed_and_opened(Kind.SPLIT, SPLIT_DAY, (USO, -50), (USO, 200), "x"),
        dealt("2020-04-22T19:30", "Buy to Open", 50, 4, USO),
    )
    result = booked(*facts)
    assert lots(result) == [(USO, 200, 200), (SPLIT_CALL, 8, 200)]


def test_contracts_are_paired_by_their_terms_where_the_texts_are_silent() -> None:
    closed = [leg._replace(description="Reverse split", action_id="one") for leg in uso_split()]
    result = booked(*uso_spread(), *closed)
    assert lots(result) == [
        (NEW_HIGH_PUT, -6, Decimal("641.138")),
        (NEW_LOW_PUT, 6, Decimal("180.83")),
    ]


@pytest.mark.parametrize(
    ("kind", "had", "gets", "ratio"),
    [
        (Kind.SPLIT, 54, 108, 2),
        (Kind.SPLIT, -54, -108, 2),
        (Kind.REVERSE_SPLIT, 800, 100, Decimal("0.125")),
        (Kind.REVERSE_SPLIT, -800, -100, Decimal("0.125")),
    ],
)
def test_a_split_is_told_by_a_leg_that_closes_and_one_that_opens(
    kind: Kind, had: int, gets: int, ratio: Number
) -> None:
    side = "Buy to Open" if had > 0 else "Sell to Open"
    facts = (
        dealt("2020-01-02T15:00", side, abs(had), 10, USO),
        *closed_and_opened(kind, SPLIT_DAY, (USO, -had), (USO, gets), "uso"),
    )
    found = told(*facts)
    (split,) = [event for event in found.events if isinstance(event, Split)]
    assert split.ratio == ratio
    result = booked(*facts)
    assert lots(result) == [(USO, gets, abs(had) * 10)]
    assert result.lots[0].acquired == day("2020-01-02")


def test_a_fraction_that_is_paid_tells_the_ratio_of_a_reverse_split() -> None:
    facts = (
        dealt("2020-01-02T15:00", "Buy to Open", 805, 10, USO),
        *closed_and_opened(Kind.REVERSE_SPLIT, SPLIT_DAY, (USO, -805), (USO, 100), "uso"),
        some_cash(
            "2020-05-04", 11, "Cash in lieu of fractional shares", CashType.OTHER, security=USO
        ),
    )
    result = booked(*facts)
    assert gains(result) == [11 - 50]
    assert lots(result) == [(USO, 100, 8000)]


def test_a_fraction_of_which_nobody_knows_anything_stays_in_the_shares_and_is_named() -> None:
    facts = (
        dealt("2020-01-02T15:00", "Buy to Open", 805, 10, USO),
        *closed_and_opened(Kind.REVERSE_SPLIT, SPLIT_DAY, (USO, -805), (USO, 100), "uso"),
    )
    result = booked(*facts)
    assert kinds(result) == [FindingKind.FRACTION_UNKNOWN]
    assert result.findings[0].detail.startswith("805 shares became 100")
    assert these(result.lots[0].quantity, result.lots[0].basis) == (100, 8050)


@pytest.mark.parametrize("had", [10, -10])
def test_a_change_of_symbol_is_the_same_share_under_another_name(had: int) -> None:
    side = "Buy to Open" if had > 0 else "Sell to Open"
    facts = (
        dealt("2020-01-02T15:00", side, 10, 200, OLD_NAME),
        *closed_and_opened(
            Kind.SYMBOL_CHANGE, "2020-06-09T12:00", (OLD_NAME, -had), (NEW_NAME, had), "10"
        ),
    )
    (event,) = [event for event in told(*facts).events if isinstance(event, Exchange)]
    assert these(event.renamed, event.short) == (True, had < 0)
    result = booked(*facts)
    assert lots(result) == [(NEW_NAME, had, 2000)]
    assert result.lots[0].holding_start == day("2020-01-02")


# --- dividends, transfers ------------------------------------------------------------------------


def test_reinvested_shares_that_state_a_price_are_a_purchase() -> None:
    trade = dealt(
        "2020-04-01T12:00", "Buy to Open", "0.5", 50, FUND,
        transaction_type="Receive Deliver", codes="R", proceeds=None,
    )  # fmt: skip
    (event,) = told(paid("2020-03-31", 25), trade).events
    assert isinstance(event, Fill)
    assert these(event.amount, event.origin) == (25, Origin.REINVESTMENT)


def reinvested(on: str, quantity: Number) -> Fact:
    return a_leg(
        Kind.DIVIDEND_REINVESTMENT, on, quantity, FUND, "Dividend", effective_at=None,
        report_date=None, action_id=f"{on}{quantity}", amount=None, proceeds=None, value=None,
    )  # fmt: skip


def test_reinvested_shares_without_a_price_cost_the_dividend_net_of_what_was_withheld() -> None:
    facts = (
        paid("2020-03-02", 99),
        paid("2020-03-31", 30),
        paid("2020-03-31", "-4.5", kind=CashType.WITHHOLDING_TAX),
        reinvested("2020-04-02", "0.5"),
    )
    result = booked(*facts)
    assert lots(result) == [(FUND, Decimal("0.5"), Decimal("25.5"))]
    assert result.lots[0].origin is Origin.REINVESTMENT


def test_two_purchases_share_one_dividend_by_their_number() -> None:
    facts = (paid("2020-03-31", 30), reinvested("2020-04-01", 2), reinvested("2020-04-01", 1))
    assert sorted(lots(booked(*facts))) == [(FUND, 1, 10), (FUND, 2, 20)]


def test_reinvested_shares_of_no_dividend_are_there_at_an_unknown_basis() -> None:
    result = booked(paid("2020-03-02", 30), reinvested("2020-04-01", 2))
    assert kinds(result) == [FindingKind.ACTION_UNKNOWN, FindingKind.UNKNOWN_BASIS]
    assert [these(lot.quantity, lot.basis) for lot in result.lots] == [(2, None)]


def test_what_was_spun_off_nobody_knows_what_is_there_at_an_unknown_basis() -> None:
    """Tastytrade names the shares that come, and no more."""
    came = a_leg(
        Kind.SPIN_OFF, "2020-04-01", 25, NEW_NAME, "Spin Off", report_date=None, effective_at=None
    )
    sold = dealt("2020-06-01T15:00", "Sell to Close", 10, 8, NEW_NAME)
    result = booked(came, sold)
    assert kinds(result) == [FindingKind.ACTION_UNKNOWN, FindingKind.UNKNOWN_BASIS]
    assert these(result.slices[0].proceeds, result.slices[0].gain) == (80, None)
    assert [these(lot.quantity, lot.basis) for lot in result.lots] == [(15, None)]


def test_a_purchase_of_as_many_shares_is_not_the_reinvestment() -> None:
    facts = (
        paid("2020-03-31", 50),
        reinvested("2020-04-01", 1),
        dealt("2020-04-02T15:00", "Buy to Open", 1, 48, FUND),
    )
    assert sorted(lots(booked(*facts))) == [(FUND, 1, 48), (FUND, 1, 50)]


def test_shares_that_came_without_a_basis_have_none() -> None:
    came = a_transfer("2020-01-02", 100, security=USO, type="ACAT")
    result = booked(came, dealt("2020-02-03T15:00", "Sell to Close", 40, 5, USO))
    assert these(result.slices[0].proceeds, result.slices[0].gain) == (200, None)
    assert these(result.lots[0].quantity, result.lots[0].basis) == (60, None)


def test_what_leaves_for_another_broker_arrives_with_its_basis_and_dates() -> None:
    facts = (
        dealt("2019-06-03T15:00", "Buy to Open", 100, 10, USO),
        a_transfer("2020-01-02", -100, security=USO, type="ACAT"),
        a_transfer(
            "2020-01-06", 100, security=USO, type="ACATS", account=SECOND_ACCOUNT,
            direction=TransferDirection.IN,
        ),
        a_trade("2020-07-01", -100, 12, USO, account=SECOND_ACCOUNT, transaction_type="ExchTrade"),
    )  # fmt: skip
    result = booked(*facts)
    assert gains(result) == [200]
    assert these(result.slices[0].account, result.slices[0].acquired) == (
        SECOND_ACCOUNT,
        day("2019-06-03"),
    )


# --- more than one broker ------------------------------------------------------------------------


def test_a_loss_is_washed_by_what_was_bought_at_another_broker() -> None:
    facts = (
        dealt("2020-01-02T15:00", "Buy to Open", 100, 10, USO, commission=Decimal("-0.08")),
        dealt("2020-03-02T15:00", "Sell to Close", 100, 8, USO),
        a_trade("2020-03-16", 100, 9, USO, account=SECOND_ACCOUNT, transaction_type="ExchTrade"),
    )
    result = booked(*facts, view=View.TAXPAYER)
    assert [piece.disallowed for piece in result.slices] == [Decimal("200.08")]
    (lot,) = result.lots
    assert these(lot.account, lot.basis) == (SECOND_ACCOUNT, Decimal("1100.08"))
    assert lot.holding_start < day("2020-03-16")
    assert not booked(*facts, view=View.BROKER).adjustments


def test_a_loss_elsewhere_is_washed_by_shares_that_an_assignment_delivered() -> None:
    facts = (
        a_trade("2020-01-02", 100, 10, USO, account=SECOND_ACCOUNT, transaction_type="ExchTrade"),
        a_trade("2020-07-01", -100, 4, USO, account=SECOND_ACCOUNT, transaction_type="ExchTrade"),
        dealt("2020-05-01T15:00", "Sell to Open", 1, "0.5", HIGH_PUT),
        ended(_End.ASSIGNMENT, EXPIRY, 1, HIGH_PUT),
        delivered("2020-07-17T21:00", "Buy to Open", 100, "3.5", USO),
    )
    result = booked(*facts, view=View.TAXPAYER)
    assert [piece.disallowed for piece in result.slices] == [600]
    assert [these(lot.account, lot.basis) for lot in result.lots] == [(ACCOUNT, 300 + 600)]


# --- files whose times have no seconds -----------------------------------------------------------


def test_what_was_bought_and_sold_within_a_minute_of_a_file_is_in_that_order() -> None:
    bought = dealt("2020-05-01T15:00", "Buy to Open", 1, 1, SECOND_CALL)
    sold = dealt("2020-05-01T15:00", "Sell to Close", 1, 2, SECOND_CALL)
    for first, second in (("CT:a:0", "CT:b:0"), ("CT:b:0", "CT:a:0")):
        facts = [
            bought._replace(key=first, broker_transaction_id=None),
            sold._replace(key=second, broker_transaction_id=None),
        ]
        assert gains(booked(*facts)) == [100]


def test_an_exercise_by_the_holder_gives_the_shares_at_the_strike() -> None:
    facts = (
        dealt("2020-05-01T15:00", "Buy to Open", 1, "0.5", CALL),
        ended(_End.EXERCISE, EXPIRY, -1, CALL),
        delivered("2020-07-17T21:00", "Buy to Open", 100, 4, USO, commission=Decimal(-5)),
    )
    event = next(event for event in told(*facts).events if isinstance(event, Exercise))
    assert event.quantity == -1
    assert lots(booked(*facts)) == [(USO, 100, 455)]


def test_a_history_ends_alike_in_whatever_order_it_comes() -> None:
    """As pages of the history, files and pushes bring it."""
    facts: list[Fact] = [
        *uso_spread(),
        *uso_split(),
        dealt("2020-01-02T15:00", "Buy to Open", 800, 10, USO),
        *closed_and_opened(Kind.REVERSE_SPLIT, SPLIT_DAY, (USO, -800), (USO, 100), "uso"),
        dealt("2020-05-04T15:30", "Sell to Open", 1, "0.7", CALL),
        ended(_End.ASSIGNMENT, "2020-06-30", 1, CALL),
        delivered("2020-06-30T21:00", "Sell to Close", 100, 4, USO),
        ended(_End.EXPIRATION, EXPIRY, 6, NEW_HIGH_PUT),
        ended(_End.EXPIRATION, EXPIRY, 6, LOW_PUT),
        paid("2020-03-31", 30),
        reinvested("2020-04-01", 1),
    ]
    expected = booked(*facts)
    assert sorted(gains(expected)) == [-8000 + 400 + 70, Decimal("-180.83"), Decimal("641.138")]
    random = Random(5)  # noqa: S311 - no secret
    for _ in range(20):
        shuffled = random.sample(facts, len(facts))
        found = booked(*shuffled)
        assert (gains(found), lots(found)) == (gains(expected), lots(expected))
