"""What is paid for an option that is settled in cash is told in four ways, and counts once."""

from decimal import Decimal

import pytest

from qm_tui.domain.booking.events import Exercise, Fill
from qm_tui.domain.booking.facts import StatementFact
from qm_tui.domain.booking.words import Closing, FindingKind
from qm_tui.domain.words import CashType, OptionEventType
from tests.domain.booking.translate.told import (
    ACCOUNT,
    INDEX_CALL,
    a_line,
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
TEXT = "Option Cash Settlement for: Exercise ( XSP 15MAR24 500 C )"


def settled(fill: Fill) -> tuple[object, ...]:
    return these(fill.how, fill.amount, fill.quantity)


@pytest.mark.parametrize("code", ["Ex", "Ep", None])
def test_a_line_of_the_statement_of_funds_says_what_was_paid(code: str | None) -> None:
    option = booked(ENDS, -1, 0, INDEX_CALL, code)
    event = the(Fill, translated(option, a_line(ENDS, 1250, INDEX_CALL)))
    assert settled(event) == (Closing.CASH_SETTLEMENT, 1250, -1)


def test_a_writer_pays() -> None:
    option = booked(ENDS, 2, 0, INDEX_CALL, "A")
    event = the(Fill, translated(option, a_line("2024-03-18", -700, INDEX_CALL)))
    assert settled(event) == (Closing.CASH_SETTLEMENT, 700, 2)


def test_the_line_in_the_base_currency_says_the_same_again() -> None:
    lines = [a_line(ENDS, 1250, INDEX_CALL), a_line(ENDS, 1250, INDEX_CALL, "BaseCurrency")]
    event = the(Fill, translated(booked(ENDS, -1, 0, INDEX_CALL, "Ex"), *lines))
    assert event.amount == 1250


def in_euros() -> StatementFact:
    return a_line(ENDS, 900, INDEX_CALL, "BaseCurrency", currency="EUR")


def test_money_in_the_base_currency_is_converted_by_the_rate_that_the_option_states() -> None:
    option = booked(ENDS, -1, 0, INDEX_CALL, "Ex", fx_rate_to_base=Decimal("0.9"))
    found = translated(option, in_euros(), base_currencies={ACCOUNT: "EUR"})
    assert the(Fill, found).amount == 1000


def test_money_that_cannot_be_converted_is_named_and_the_option_is_no_loss() -> None:
    found = translated(booked(ENDS, -1, 0, INDEX_CALL, "Ex"), in_euros())
    assert [finding.kind for finding in found.findings] == [FindingKind.RATE_UNKNOWN]
    assert only(Exercise, found).shares is None


def test_an_event_of_no_contracts_says_what_was_paid() -> None:
    events = (
        an_end(_Kind.EXERCISE, ENDS, -1, INDEX_CALL),
        an_end(_Kind.CASH_SETTLEMENT, ENDS, 0, INDEX_CALL, proceeds=Decimal(1250)),
    )
    for option in ((booked(ENDS, -1, 0, INDEX_CALL, "Ex"),), ()):
        event = the(Fill, translated(*option, *events))
        assert settled(event) == (Closing.CASH_SETTLEMENT, 1250, -1)


def test_an_event_that_counts_the_contracts_again_ends_them_once() -> None:
    found = translated(
        booked(ENDS, 1, 0, INDEX_CALL, "A"),
        an_end(_Kind.ASSIGNMENT, ENDS, 1, INDEX_CALL),
        an_end(_Kind.CASH_SETTLEMENT, ENDS, 1, INDEX_CALL, proceeds=Decimal(-300)),
    )
    assert settled(the(Fill, found)) == (Closing.CASH_SETTLEMENT, 300, 1)


def test_of_four_tellers_one_counts() -> None:
    found = translated(
        booked(ENDS, -1, 0, INDEX_CALL, "Ex"),
        an_end(_Kind.CASH_SETTLEMENT, ENDS, 0, INDEX_CALL, proceeds=Decimal(1250)),
        some_cash(ENDS, 1250, TEXT, CashType.OTHER, security=INDEX_CALL),
        a_line(ENDS, 1250, INDEX_CALL),
    )
    assert the(Fill, found).amount == 1250


def test_what_was_paid_is_spread_over_the_contracts() -> None:
    parts = [booked(ENDS, quantity, 0, INDEX_CALL, "Ex") for quantity in (-1, -3)]
    found = translated(*parts, a_line(ENDS, 1000, INDEX_CALL))
    fills = [event for event in found.events if isinstance(event, Fill)]
    assert sorted(fill.amount for fill in fills) == [250, 750]


def test_without_any_word_the_gain_of_the_broker_says_what_was_paid() -> None:
    option = booked(
        ENDS, 2, 0, INDEX_CALL, "A", cost_basis=Decimal("441.18"), realized_pnl=Decimal("-1430.82")
    )
    assert settled(the(Fill, translated(option))) == (Closing.CASH_SETTLEMENT, 1872, 2)


def test_the_gain_of_what_expired_says_that_nothing_was_paid() -> None:
    option = booked(
        ENDS, -1, 0, INDEX_CALL, None, cost_basis=Decimal(-151), realized_pnl=Decimal(-151)
    )
    assert settled(the(Fill, translated(option))) == (Closing.EXPIRY, 0, -1)
