"""Facts become the same events in whatever order they come, and whatever their rows are called."""

import random
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.domain.booking.engine import book_history
from qm_tui.domain.booking.events import Source
from qm_tui.domain.booking.ordering import in_order
from qm_tui.domain.booking.results import Booked
from qm_tui.domain.booking.words import View
from qm_tui.domain.words import CashType, CorporateActionType, OptionEventType
from tests.domain.booking.translate.told import (
    ACCOUNTS,
    CALL,
    FUTURE,
    NEW_STOCK,
    OTHER_STOCK,
    PUT,
    SECOND_ACCOUNT,
    SECURITIES,
    STOCK,
    Fact,
    a_closed_lot,
    a_leg,
    a_trade,
    a_transfer,
    an_end,
    booked,
    some_cash,
    these,
    translated,
    utc,
)

_MOMENT = utc("2024-02-01T15:00")


def a_life() -> list[Fact]:
    """Something of everything, with much at one moment."""
    fills = [
        a_trade(
            "2024-02-01", quantity, price, executed_at=_MOMENT, commission=Decimal("-0.7"),
            broker_execution_id=f"0000e0d5.{number:08}.01.01", broker_order_id="1",
            account=account,
        )
        for number, (quantity, price, account) in enumerate(
            [(100, 10, 1), (100, 11, 1), (-50, 12, 1), (300, 9, SECOND_ACCOUNT), (-20, 8, 1)]
        )
    ]  # fmt: skip
    sale = a_trade("2024-02-20", -30, 9)
    text = "AAA(US1) SPLIT 2 FOR 1 (AAA, AAA INC, US1)"
    merger = "AAA(US1) MERGED(Acquisition) WITH US3 1 FOR 2 "
    return [
        *fills,
        sale,
        a_closed_lot(sale, 10, opening_transaction_id="x"),
        a_closed_lot(sale, 20, opening_transaction_id="y"),
        booked("2024-03-15", 3, 0, PUT, "A"),
        booked("2024-03-15", 2, 0, PUT, "A"),
        booked("2024-03-15", 400, 50, STOCK, "A"),
        booked("2024-03-15", 100, 50, STOCK, "A"),
        booked("2024-03-15", -1, 0, CALL, "Ep"),
        an_end(OptionEventType.ASSIGNMENT, "2024-03-15", 5, PUT),
        an_end(OptionEventType.EXPIRATION, "2024-03-15", -1, CALL),
        a_leg(CorporateActionType.SPLIT, "2024-03-20", 530, STOCK, text),
        a_leg(CorporateActionType.SPLIT, "2024-03-20", 300, STOCK, text, account=SECOND_ACCOUNT),
        a_transfer("2024-04-02", -60),
        a_transfer("2024-04-03", 60, account=SECOND_ACCOUNT),
        a_transfer("2024-04-04", 60, account=SECOND_ACCOUNT),
        some_cash("2024-04-10", 33, "CASH DIVIDEND (Return of Capital)"),
        some_cash("2024-04-11", -33, "CASH DIVIDEND - REVERSAL (Return of Capital)"),
        some_cash("2024-04-11", 30, "CASH DIVIDEND (Return of Capital)"),
        some_cash("2024-04-12", -3, "IN LIEU", CashType.PAYMENT_IN_LIEU),
        a_leg(CorporateActionType.MERGER, "2024-05-01", -1000, STOCK, merger + "(AAA, A, US1)"),
        a_leg(CorporateActionType.MERGER, "2024-05-01", 500, NEW_STOCK, merger + "(C, C, US3)"),
        a_leg(CorporateActionType.OTHER, "2024-05-01", 7, OTHER_STOCK, "who knows"),
        a_trade("2023-11-01", 1, 3800, FUTURE),
        a_trade("2024-05-20", -1, 3900, FUTURE),
    ]


@settings(max_examples=30)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_facts_does_not_matter(chance: random.Random) -> None:
    facts = a_life()
    shuffled = list(facts)
    chance.shuffle(shuffled)
    once, again = translated(*facts), translated(*shuffled)
    assert in_order(once.events) == in_order(again.events)
    assert once.findings == again.findings
    assert outcome(once.events) == outcome(again.events)


@settings(max_examples=30)
@given(st.randoms(use_true_random=False))
def test_the_numbers_of_the_rows_do_not_matter(chance: random.Random) -> None:
    """Imported in another order the same facts get other numbers."""
    facts = a_life()
    numbers = chance.sample(range(10_000), len(facts))
    renumbered = [fact._replace(id=number) for fact, number in zip(facts, numbers, strict=True)]
    once, again = translated(*facts), translated(*renumbered)
    assert list(map(bare, in_order(once.events))) == list(map(bare, in_order(again.events)))
    assert outcome(once.events) == outcome(again.events)


def bare(event: object) -> object:
    """An event without the rows it came from."""
    if isinstance(event, Source):
        return event.table
    if is_dataclass(event):
        return type(event), [bare(getattr(event, field.name)) for field in fields(event)]
    return event


def outcome(events: Sequence[object]) -> list[object]:
    """What the engine makes of a history: lots and gains, and what they are worth."""
    booked: Booked = book_history(
        events,  # type: ignore[arg-type]
        securities=SECURITIES, accounts=ACCOUNTS, view=View.TAXPAYER,
    )  # fmt: skip
    return [
        [(lot.account, lot.security, lot.quantity, lot.basis, lot.acquired) for lot in booked.lots],
        [(s.account, s.quantity, s.proceeds, s.basis, s.disallowed) for s in booked.slices],
        [finding.kind for finding in booked.findings],
    ]


def test_no_two_events_share_their_place() -> None:
    events = translated(*a_life()).events
    places = {(event.day, event.key, event.sequence) for event in events}
    assert len(places) == len(events)


def test_nothing_comes_of_nothing() -> None:
    found = translated()
    assert these(found.events, found.findings) == ((), ())
