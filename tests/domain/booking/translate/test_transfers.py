"""Transfers: what left one account and came into another is one move."""

from decimal import Decimal

import pytest

from qm_tui.domain.booking.events import GivenLot, Move, Pick, TransferIn, TransferOut
from qm_tui.domain.booking.words import FindingKind
from qm_tui.domain.words import TransferDirection
from tests.domain.booking.translate.told import (
    ACCOUNT,
    EURO_STOCK,
    IRA,
    OTHER_STOCK,
    SECOND_ACCOUNT,
    a_transfer,
    a_transfer_lot,
    day,
    only,
    the,
    these,
    translated,
)


def test_what_comes_from_outside_has_the_lots_that_are_stated() -> None:
    transfer = a_transfer("2024-03-04", 100, cost_basis=Decimal(1500))
    first = a_transfer_lot(
        transfer, 60, cost_basis=Decimal(600), acquisition_date=day("2020-01-02"),
        holding_start=day("2019-12-01"),
    )  # fmt: skip
    second = a_transfer_lot(transfer, 40, cost_basis=None, acquisition_date=day("2021-01-04"))
    event = only(TransferIn, translated(second, transfer, first))
    assert event.lots == (
        GivenLot(Decimal(60), Decimal(600), day("2020-01-02"), None, day("2019-12-01")),
        GivenLot(Decimal(40), None, day("2021-01-04")),
    )
    assert these(event.quantity, event.basis) == (100, 1500)


def test_lots_find_their_transfer_by_day_where_they_do_not_name_it() -> None:
    transfer = a_transfer("2024-03-04", 100)
    lot = a_transfer_lot(transfer, 100, cost_basis=Decimal(600), transfer_key=None)
    assert only(TransferIn, translated(transfer, lot)).lots[0].basis == 600


def test_what_the_lots_leave_over_is_of_unknown_basis() -> None:
    transfer = a_transfer("2024-03-04", 100)
    lot = a_transfer_lot(transfer, 60, cost_basis=Decimal(600))
    assert only(TransferIn, translated(transfer, lot)).lots[1] == GivenLot(Decimal(40), None, None)


def test_more_lots_than_shares_are_not_used() -> None:
    transfer = a_transfer("2024-03-04", 100)
    found = translated(transfer, a_transfer_lot(transfer, 160, cost_basis=Decimal(600)))
    assert [finding.kind for finding in found.findings] == [FindingKind.SHARES_DISAGREE]
    assert only(TransferIn, found).lots == ()


def test_lots_of_a_transfer_that_is_not_there_are_named() -> None:
    transfer = a_transfer("2024-03-04", 100)
    found = translated(a_transfer_lot(transfer, 60), a_transfer_lot(transfer, 40))
    assert [finding.kind for finding in found.findings] == [FindingKind.NOT_BOOKED]


def test_a_short_that_is_delivered_has_proceeds_without_a_sign() -> None:
    event = only(TransferIn, translated(a_transfer("2024-03-04", -100, cost_basis=Decimal(-1500))
                                        ._replace(direction=TransferDirection.IN)))  # fmt: skip
    assert these(event.quantity, event.basis) == (-100, 1500)


def test_a_basis_in_another_currency_has_its_rate() -> None:
    transfer = a_transfer(
        "2024-03-04", 100, security=EURO_STOCK, currency="EUR", cost_basis=Decimal(900),
        fx_rate_to_base=Decimal("1.1"),
    )  # fmt: skip
    event = only(TransferIn, translated(transfer))
    assert these(event.basis, event.rate) == (900, Decimal("1.1"))


# --- moves ---------------------------------------------------------------------------------------


def test_a_move_is_what_left_and_what_came_days_later() -> None:
    left = a_transfer("2024-03-04", -100, market_value=Decimal(-2000))
    came = a_transfer("2024-03-08", 100, account=SECOND_ACCOUNT)
    event = only(Move, translated(came, left))
    assert these(event.day, event.account, event.to_account) == (
        day("2024-03-04"),
        ACCOUNT,
        SECOND_ACCOUNT,
    )
    assert these(event.quantity, event.value) == (-100, 2000)


def test_the_lots_of_a_transfer_choose_what_moves() -> None:
    left = a_transfer("2024-03-04", -100)
    came = a_transfer("2024-03-04", 100, account=SECOND_ACCOUNT)
    lot = a_transfer_lot(came, 100, cost_basis=Decimal(7), acquisition_date=day("2020-01-02"))
    assert the(Move, translated(left, came, lot)).picks == (
        Pick(Decimal(100), acquired=day("2020-01-02"), basis=Decimal(7)),
    )


def test_the_account_that_is_named_comes_before_the_nearest_day() -> None:
    left = a_transfer("2024-03-04", -100, counterparty_account="U3")
    near = a_transfer("2024-03-04", 100, account=SECOND_ACCOUNT)
    named = a_transfer("2024-03-08", 100, account=IRA)
    found = translated(left, near, named)
    assert the(Move, found).to_account == IRA
    assert the(TransferIn, found).account == SECOND_ACCOUNT


def test_dashes_do_not_make_another_account() -> None:
    left = a_transfer("2024-03-04", -100, counterparty_account="U2")
    came = a_transfer("2024-03-04", 100, account=SECOND_ACCOUNT, counterparty_account="u 1")
    assert only(Move, translated(left, came)).to_account == SECOND_ACCOUNT


def test_the_nearest_day_comes_first() -> None:
    left = a_transfer("2024-03-04", -100)
    late = a_transfer("2024-03-12", 100, account=SECOND_ACCOUNT)
    soon = a_transfer("2024-03-05", 100, account=SECOND_ACCOUNT)
    found = translated(late, left, soon)
    assert the(Move, found).account == ACCOUNT
    assert the(TransferIn, found).source.id == late.id


@pytest.mark.parametrize(
    "changes",
    [
        {"date": day("2024-03-15")},
        {"quantity": Decimal(99)},
        {"security": OTHER_STOCK},
        {"account": ACCOUNT},
        {"counterparty_account": "U3"},
    ],
)
def test_what_differs_is_no_move(changes: dict[str, object]) -> None:
    left = a_transfer("2024-03-04", -100)
    came = a_transfer("2024-03-04", 100, account=SECOND_ACCOUNT)._replace(**changes)  # type: ignore[arg-type]
    assert {type(event) for event in translated(left, came).events} == {TransferIn, TransferOut}


@pytest.mark.parametrize(
    ("changes", "in_transit"),
    [
        ({"counterparty_account": "U-2"}, True),
        ({"counterparty_account": "STRANGER"}, False),
        ({"type": "INTERNAL"}, True),
        ({"type": "INTERNAL", "counterparty_account": "STRANGER"}, False),
        ({}, False),
    ],
)
def test_what_left_for_an_own_account_is_in_transit(
    changes: dict[str, object], in_transit: bool
) -> None:
    left = a_transfer("2024-03-04", -100, **changes)
    assert only(TransferOut, translated(left)).in_transit is in_transit


def test_a_lot_that_came_in_has_the_rate_of_the_day_on_which_it_was_bought() -> None:
    came = a_transfer("2024-03-01", 100, security=EURO_STOCK, currency="EUR")
    lots = [
        a_transfer_lot(came, 60, acquisition_date=day("2020-01-02"), cost_basis=Decimal(600)),
        a_transfer_lot(came, 40, acquisition_date=day("2021-01-04"), cost_basis=Decimal(400)),
    ]
    rates = {("EUR", day("2020-01-02")): Decimal("1.2"), ("EUR", day("2024-03-01")): Decimal("1.1")}
    event = the(TransferIn, translated(came, *lots, rates=rates))
    assert event.rate == Decimal("1.1")
    # Where the rate of that day is not known, the transfer's is used.
    assert [lot.rate for lot in event.lots] == [Decimal("1.2"), None]
