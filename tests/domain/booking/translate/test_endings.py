"""How options end: each end is told twice, and booked once."""

from decimal import Decimal

import pytest

from qm_tui.domain.booking.engine import book_history
from qm_tui.domain.booking.events import Exercise, Fill
from qm_tui.domain.booking.words import Closing, FindingKind, Origin
from qm_tui.domain.words import CashType, OpenClose, OptionEventType
from tests.domain.booking.translate.told import (
    ACCOUNTS,
    CALL,
    INDEX_CALL,
    OTHER_STOCK,
    PUT,
    SECOND_ACCOUNT,
    SECURITIES,
    STOCK,
    a_trade,
    an_end,
    booked,
    only,
    some_cash,
    the,
    these,
    translated,
)

ENDS = "2024-03-15"
_Kind = OptionEventType


def test_an_assigned_put_and_its_shares_are_one_event() -> None:
    """The rows of an assignment as they stand in a statement, down to a commission on the stock."""
    shares = booked(
        ENDS, 100, 50, STOCK, "A", proceeds=Decimal(-5000), commission=Decimal(-2),
        open_close=OpenClose.OPEN,
    )  # fmt: skip
    option = booked(ENDS, 1, 0, PUT, "A", proceeds=Decimal("-0"), open_close=OpenClose.CLOSE)
    event = only(Exercise, translated(shares, option))
    assert these(event.security, event.quantity) == (PUT, 1)
    assert event.shares is not None
    assert these(event.shares.quantity, event.shares.amount, event.shares.fees) == (100, 5000, 2)
    assert event.shares.origin is Origin.EXERCISE
    assert event.shares.source.id == shares.id


@pytest.mark.parametrize(
    ("option", "contracts", "shares", "code"),
    [(CALL, -4, 400, "Ex"), (CALL, 4, -400, "A"), (PUT, -4, -400, "Ex"), (PUT, 4, 400, "A")],
)
def test_what_is_told_by_trades_and_by_events_is_booked_once(
    option: int, contracts: int, shares: int, code: str
) -> None:
    gone = booked(ENDS, contracts, 0, option, code, broker_trade_id="7")
    came = booked(ENDS, shares, 50, STOCK, code, broker_trade_id="8")
    kind = _Kind.EXERCISE if code == "Ex" else _Kind.ASSIGNMENT
    told = an_end(kind, ENDS, contracts, option, broker_trade_id="7")
    delivered = an_end(_Kind.DELIVERY, ENDS, shares, STOCK, price=Decimal(50), broker_trade_id="8")
    event = the(Exercise, translated(gone, came, told, delivered))
    assert event.shares is not None
    assert event.shares.quantity == shares


def test_shares_that_go_the_wrong_way_are_not_of_the_option() -> None:
    found = translated(booked(ENDS, -1, 0, CALL, "Ex"), booked(ENDS, -100, 50, STOCK, "Ex"))
    exercise = next(event for event in found.events if isinstance(event, Exercise))
    assert exercise.shares is None
    assert [finding.kind for finding in found.findings] == [FindingKind.PREMIUM_UNKNOWN]


def test_shares_of_another_account_are_not_of_the_option() -> None:
    found = translated(
        booked(ENDS, -1, 0, CALL, "Ex"),
        booked(ENDS, 100, 50, STOCK, "Ex", account=SECOND_ACCOUNT),
    )
    assert next(event for event in found.events if isinstance(event, Exercise)).shares is None


def test_five_contracts_may_deliver_three_hundred_shares_and_two_hundred() -> None:
    found = translated(
        booked(ENDS, -5, 0, CALL, "Ex", commission=Decimal(-1)),
        booked(ENDS, 300, 50, STOCK, "Ex"),
        booked(ENDS, 200, 50, STOCK, "Ex"),
    )
    assert not found.findings
    events = [event for event in found.events if isinstance(event, Exercise)]
    assert {these(e.quantity, e.shares.quantity if e.shares else None) for e in events} == {
        (-3, 300),
        (-2, 200),
    }
    assert sum(event.fees for event in events) == 1
    assert len({(event.key, event.sequence) for event in events}) == 2


def test_five_hundred_shares_may_come_of_three_contracts_and_two() -> None:
    found = translated(
        booked(ENDS, 3, 0, PUT, "A"),
        booked(ENDS, 2, 0, PUT, "A"),
        booked(ENDS, 500, 50, STOCK, "A", commission=Decimal(-1)),
    )
    assert not found.findings
    shares = [event.shares for event in found.events if isinstance(event, Exercise)]
    assert {these(fill.quantity, fill.amount) for fill in shares if fill} == {
        (300, 15000),
        (200, 10000),
    }
    assert sum(fill.fees for fill in shares if fill) == 1


def test_shares_booked_the_next_business_day_are_of_the_nearest_option() -> None:
    found = translated(
        booked("2024-03-14", 1, 0, PUT, "A"),
        booked("2024-03-15", 1, 0, PUT, "A"),
        booked("2024-03-14", 100, 50, STOCK, "A"),
        booked("2024-03-18", 100, 50, STOCK, "A"),
    )
    assert not found.findings
    days = {
        (event.day.day, event.shares.day.day)
        for event in found.events
        if isinstance(event, Exercise) and event.shares
    }
    assert days == {(14, 14), (15, 18)}


def test_an_expired_option_ends_for_nothing() -> None:
    event = only(Fill, translated(booked(ENDS, -2, 0, CALL, "Ep")))
    assert these(event.how, event.amount, event.opens) == (Closing.EXPIRY, 0, False)


def test_a_booking_that_says_nothing_is_an_expiry_on_the_last_day() -> None:
    event = only(Fill, translated(booked(ENDS, 2, 0, CALL, None)))
    assert event.how is Closing.EXPIRY


def test_a_booking_that_says_nothing_is_an_exercise_where_shares_came_at_the_strike() -> None:
    event = only(
        Exercise, translated(booked(ENDS, -1, 0, CALL, None), booked(ENDS, 100, 50, STOCK, None))
    )
    assert event.shares is not None


def test_shares_at_the_strike_are_found_where_trades_tell_neither_type_nor_code() -> None:
    found = translated(a_trade(ENDS, 1, 0, PUT), a_trade(ENDS, 100, 50))
    assert only(Exercise, found).quantity == 1
    bought = translated(a_trade(ENDS, 1, 0, PUT), a_trade(ENDS, 100, 50, commission=Decimal(-1)))
    assert {type(event) for event in bought.events} == {Fill}


def test_stock_that_was_booked_without_a_code_is_a_plain_fill_where_no_option_ended() -> None:
    assert only(Fill, translated(booked(ENDS, 100, 50, STOCK, None))).how is Closing.SALE


def test_an_option_sold_for_nothing_on_the_exchange_was_sold() -> None:
    trade = a_trade("2024-03-01", -1, 0, CALL, transaction_type="ExchTrade")
    assert only(Fill, translated(trade)).how is Closing.SALE


def test_the_shares_of_an_option_nobody_knows_are_booked_without_its_premium() -> None:
    found = translated(booked(ENDS, 100, 50, STOCK, "A"))
    assert [finding.kind for finding in found.findings] == [FindingKind.PREMIUM_UNKNOWN]
    assert only(Fill, found).quantity == 100


def test_an_exercise_whose_shares_are_not_there_is_found_out_by_the_engine() -> None:
    found = translated(a_trade("2024-01-02", 1, 2, CALL), booked(ENDS, -1, 0, CALL, "Ex"))
    assert not found.findings
    booked_history = book_history(found.events, securities=SECURITIES, accounts=ACCOUNTS)
    assert [finding.kind for finding in booked_history.findings] == [FindingKind.PREMIUM_UNKNOWN]


def test_an_adjusted_contract_delivers_at_another_price() -> None:
    """A strike of 50 for 137 shares: each of them costs less."""
    adjusted = SECURITIES | {
        CALL: SECURITIES[CALL].__class__(
            id=CALL, symbol="AAA1", kind=SECURITIES[CALL].kind, multiplier=Decimal(100),
            underlying=STOCK, right=SECURITIES[CALL].right, strike=Decimal(50),
            expiry=SECURITIES[CALL].expiry, deliverable=Decimal(137),
        )
    }  # fmt: skip
    found = translated(
        booked(ENDS, -1, 0, CALL, "Ex"),
        booked(ENDS, 137, "36.4964", STOCK, "Ex", proceeds=Decimal(-5000)),
        securities=adjusted,
    )
    event = only(Exercise, found)
    assert event.shares is not None
    assert event.shares.amount == 5000


def test_an_adjusted_contract_that_nobody_calls_so_is_found_by_its_money() -> None:
    """150 shares for the strike of 100: together they cost what the contract says."""
    found = translated(
        a_trade("2024-01-02", 1, 3, CALL),
        booked(ENDS, -1, 0, CALL, "Ex"),
        booked(ENDS, 150, "33.33333333", STOCK, "Ex", proceeds=Decimal(-5000)),
    )
    assert not found.findings
    (lot,) = book_history(found.events, securities=SECURITIES, accounts=ACCOUNTS).lots
    assert these(lot.quantity, lot.basis, lot.origin) == (150, 5300, Origin.EXERCISE)


@pytest.mark.parametrize(
    ("price", "code", "found"),
    [
        ("33", "Ex", True),
        # Of another exercise, of an assignment, and of a plain contract that is not there.
        ("33", None, False),
        ("33", "A", False),
        ("50", "Ex", False),
    ],
)
def test_what_costs_something_else_is_of_it_where_nothing_else_can_be(
    price: str, code: str | None, found: bool
) -> None:
    events = translated(
        booked(ENDS, -1, 0, CALL, "Ex"), booked(ENDS, 150, price, STOCK, code)
    ).events
    (option,) = [event for event in events if isinstance(event, Exercise)][:1]
    by_pieces = price == "50"
    assert (option.shares is not None) is (found or by_pieces)
    assert len([event for event in events if isinstance(event, Fill)]) == (0 if found else 1)


def test_of_two_that_may_be_it_none_is_taken() -> None:
    found = translated(
        booked(ENDS, -1, 0, CALL, "Ex"),
        booked(ENDS, 150, 33, STOCK, "Ex"),
        booked(ENDS, 120, 33, STOCK, "Ex"),
    )
    assert [finding.kind for finding in found.findings] == [FindingKind.PREMIUM_UNKNOWN] * 2


def test_shares_of_another_stock_are_not_of_the_option() -> None:
    found = translated(booked(ENDS, -1, 0, CALL, "Ex"), booked(ENDS, 100, 50, OTHER_STOCK, "Ex"))
    assert next(event for event in found.events if isinstance(event, Exercise)).shares is None


# --- settled in cash -----------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["Ex", "Ep", "CD", None])
def test_an_option_booked_at_a_price_when_it_ends_is_settled_in_cash(code: str | None) -> None:
    event = only(Fill, translated(booked(ENDS, -2, "12.5", INDEX_CALL, code)))
    assert these(event.how, event.amount) == (Closing.CASH_SETTLEMENT, 2500)


def test_the_cash_of_a_settlement_may_stand_among_the_cash() -> None:
    option = booked(ENDS, 1, 0, INDEX_CALL, "A")
    cash = some_cash(
        "2024-03-18", -700, "Option Cash Settlement for: Assignment ( XSP 15MAR24 500 C )",
        CashType.OTHER, security=INDEX_CALL,
    )  # fmt: skip
    event = only(Fill, translated(option, cash))
    assert these(event.how, event.amount, event.quantity) == (Closing.CASH_SETTLEMENT, 700, 1)


# --- events without trades -----------------------------------------------------------------------


def test_events_stand_alone_where_the_trades_do_not_tell_them() -> None:
    event = the(
        Exercise,
        translated(
            # Some sources do not sign what is assigned.
            an_end(_Kind.ASSIGNMENT, ENDS, -1, PUT),
            an_end(_Kind.DELIVERY, ENDS, 100, STOCK, price=Decimal(50)),
        ),
    )
    assert event.quantity == 1
    assert event.shares is not None
    assert these(event.shares.quantity, event.shares.amount) == (100, 5000)


def test_an_event_tells_what_a_booking_without_a_code_is() -> None:
    found = translated(
        booked(ENDS, -1, 0, CALL, None), an_end(_Kind.EXERCISE, "2024-03-18", 1, CALL)
    )
    assert only(Exercise, found).shares is None


def test_an_event_is_booked_once_where_trades_tell_neither_type_nor_code() -> None:
    found = translated(
        a_trade(ENDS, 100, 50),
        a_trade(ENDS, 1, 0, PUT),
        an_end(_Kind.ASSIGNMENT, ENDS, 1, PUT),
        an_end(_Kind.DELIVERY, ENDS, 100, STOCK, price=Decimal(50)),
    )
    event = only(Exercise, found)
    assert event.shares is not None


def test_an_event_of_five_contracts_is_told_by_bookings_of_three_and_two() -> None:
    found = translated(
        booked(ENDS, -3, 0, CALL, "Ep"),
        booked(ENDS, -2, 0, CALL, "Ep"),
        an_end(_Kind.EXPIRATION, ENDS, -5, CALL),
    )
    assert sum(event.quantity for event in found.events if isinstance(event, Fill)) == -5


def test_an_expiration_alone_ends_the_option() -> None:
    event = only(Fill, translated(an_end(_Kind.EXPIRATION, ENDS, -2, CALL)))
    assert these(event.how, event.quantity) == (Closing.EXPIRY, -2)


def test_a_settlement_alone_is_paid_as_it_says() -> None:
    event = an_end(
        _Kind.CASH_SETTLEMENT, ENDS, -2, INDEX_CALL, price=Decimal("12.5"), commission=Decimal(-1)
    )
    fill = only(Fill, translated(event))
    assert these(fill.how, fill.amount, fill.fees) == (Closing.CASH_SETTLEMENT, 2500, 1)


def test_an_event_that_does_not_say_enough_is_named() -> None:
    found = translated(an_end(_Kind.OTHER, ENDS, 1, CALL))
    assert [finding.kind for finding in found.findings] == [FindingKind.NOT_BOOKED]
    assert not found.events
