"""Shares from outside, to outside, and between the taxpayer's accounts (rules, section 9)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from qm_tui.domain.booking.events import (
    Event,
    GivenLot,
    Move,
    Pick,
    Source,
    TransferIn,
    TransferOut,
)
from qm_tui.domain.booking.holding_period import term_of
from qm_tui.domain.booking.securities import AccountRules, MethodFrom, Security
from qm_tui.domain.booking.words import BasisStatus, FindingKind, LotMethod, Origin, Term, View
from qm_tui.domain.instruments import InstrumentType
from tests.domain.booking.histories import (
    ACCOUNT,
    ACCOUNTS,
    IRA,
    SECOND_ACCOUNT,
    SECURITIES,
    STOCK,
    Number,
    book,
    bought,
    day,
    each,
    sold,
    the,
)


def brought(on: str, quantity: Number, *lots: GivenLot, **more: Any) -> TransferIn:
    return TransferIn(
        day=day(on), account=ACCOUNT, security=STOCK, quantity=Decimal(quantity), lots=lots,
        source=Source("transfers", 1), **more,
    )  # fmt: skip


def a_lot(quantity: Number, basis: Number | None, acquired: str | None, **more: Any) -> GivenLot:
    return GivenLot(
        Decimal(quantity),
        None if basis is None else Decimal(basis),
        None if acquired is None else day(acquired),
        **more,
    )


def left(on: str, quantity: Number, **more: Any) -> TransferOut:
    return TransferOut(
        day=day(on), account=ACCOUNT, security=STOCK, quantity=-Decimal(quantity),
        source=Source("transfers", 2), **more,
    )  # fmt: skip


def moved(on: str, quantity: Number, to: int = SECOND_ACCOUNT, **more: Any) -> Move:
    given: dict[str, Any] = {"account": ACCOUNT, "security": STOCK}
    fields = given | {"source": Source("transfers", 3)} | more
    return Move(day=day(on), quantity=-Decimal(quantity), to_account=to, **fields)


def by(method: LotMethod) -> Mapping[int, AccountRules]:
    """The accounts, where the first closes lots by a method."""
    methods = (MethodFrom(from_day=day("2020-01-01"), method=method),)
    return {**ACCOUNTS, ACCOUNT: replace(ACCOUNTS[ACCOUNT], methods=methods)}


# --- in -------------------------------------------------------------------------------------------


def test_lots_arrive_as_stated() -> None:
    booked = book(
        brought(
            "2024-03-01", 150, a_lot(100, 1000, "2020-05-04"),
            a_lot(50, 700, "2021-05-04", holding_start=day("2021-01-04")),
        ),
    )  # fmt: skip
    assert each(booked.lots, "quantity", "basis", "acquired", "holding_start", "status") == [
        (100, 1000, day("2020-05-04"), day("2020-05-04"), BasisStatus.CARRIED),
        (50, 700, day("2021-05-04"), day("2021-01-04"), BasisStatus.CARRIED),
    ]
    assert each(booked.lots, "origin", "bought") == [(Origin.TRANSFER, None)] * 2
    assert booked.findings == []


def test_what_was_bought_in_the_evening_was_bought_that_day_in_new_york() -> None:
    evening = dt.datetime(2020, 5, 5, 0, 30, tzinfo=dt.UTC)
    booked = book(
        brought(
            "2024-03-01", 150, a_lot(100, 1000, None, acquired_at=evening),
            a_lot(50, 700, "2020-05-05", acquired_at=evening),
        ),
    )  # fmt: skip
    assert each(booked.lots, "quantity", "acquired") == [
        (100, day("2020-05-04")), (50, day("2020-05-05")),
    ]  # fmt: skip


def test_what_arrived_stands_in_the_order_of_its_real_acquisition() -> None:
    booked = book(
        bought("2022-01-03", 100, 30),
        brought("2024-03-01", 100, a_lot(100, 1000, "2020-05-04")),
        sold("2024-03-04", 100, 40),
    )
    [closed] = booked.slices
    assert the(closed, "basis", "acquired") == (1000, day("2020-05-04"))
    assert term_of(closed, SECURITIES[STOCK]) is Term.LONG


def test_a_basis_without_lots_is_one_lot_whose_date_nobody_knows() -> None:
    booked = book(brought("2024-03-01", 100, basis=Decimal(900)), sold("2024-03-04", 40, 20))
    [lot], [closed] = booked.lots, booked.slices
    assert the(lot, "basis", "status", "acquired_known") == (540, BasisStatus.CARRIED, False)
    assert the(closed, "acquired", "holding_start", "gain") == (None, None, 440)
    assert term_of(closed, SECURITIES[STOCK]) is None


def test_shares_of_which_nothing_is_stated_have_an_unknown_basis() -> None:
    booked = book(brought("2024-03-01", 100), sold("2024-03-04", 40, 20))
    assert each(booked.lots, "quantity", "basis", "status") == [(60, None, BasisStatus.UNKNOWN)]
    assert each(booked.slices, "proceeds", "gain") == [(800, None)]
    assert each(booked.findings, "kind", "quantity") == [(FindingKind.UNKNOWN_BASIS, 100)]


def test_what_the_stated_lots_leave_open_is_unknown() -> None:
    booked = book(brought("2024-03-01", 100, a_lot(60, 600, "2020-05-04")))
    assert each(booked.lots, "quantity", "basis") == [(60, 600), (40, None)]
    assert each(booked.findings, "kind", "quantity") == [(FindingKind.UNKNOWN_BASIS, 40)]


def test_lots_beyond_the_transfer_are_cut_and_reported() -> None:
    booked = book(
        brought(
            "2024-03-01", 100, a_lot(60, 600, "2020-05-04"), a_lot(60, 900, "2021-05-04")
        )
    )  # fmt: skip
    assert each(booked.lots, "quantity", "basis") == [(60, 600), (40, 600)]
    assert each(booked.findings, "kind", "quantity") == [(FindingKind.SHARES_DISAGREE, 20)]


def test_a_stated_lot_without_a_basis_is_unknown() -> None:
    booked = book(brought("2024-03-01", 100, a_lot(100, None, "2020-05-04")))
    assert each(booked.lots, "basis", "acquired", "status") == [
        (None, day("2020-05-04"), BasisStatus.UNKNOWN)
    ]
    assert each(booked.findings, "kind") == [(FindingKind.UNKNOWN_BASIS,)]


def test_a_short_position_arrives_short() -> None:
    booked = book(brought("2024-03-01", -100, a_lot(-100, 1000, "2024-02-05")))
    assert each(booked.lots, "short", "quantity", "basis") == [(True, 100, 1000)]


def test_an_arrival_replaces_nothing_that_was_sold_at_a_loss() -> None:
    booked = book(
        bought("2024-01-02", 100, 20),
        sold("2024-02-20", 100, 10),
        brought("2024-03-01", 100, a_lot(100, 900, "2024-02-26")),
        view=View.TAXPAYER,
    )
    assert booked.adjustments == []


# --- out ------------------------------------------------------------------------------------------


def test_shares_leave_without_a_gain() -> None:
    booked = book(bought("2024-01-02", 100, 10), left("2024-03-01", 40))
    assert booked.slices == []
    assert each(booked.lots, "quantity", "basis") == [(60, 600)]
    assert booked.totals.moved_out == 400


def test_the_lots_that_were_named_leave() -> None:
    booked = book(
        bought("2024-01-02", 100, 10), bought("2024-02-02", 100, 20),
        left("2024-03-01", 100, picks=(Pick(Decimal(100), acquired=day("2024-02-02")),)),
    )  # fmt: skip
    assert each(booked.lots, "quantity", "basis") == [(100, 1000)]


def test_the_account_method_chooses_otherwise() -> None:
    booked = book(
        bought("2024-01-02", 100, 10), bought("2024-02-02", 100, 20), left("2024-03-01", 100),
        accounts=by(LotMethod.LIFO),
    )  # fmt: skip
    assert each(booked.lots, "basis") == [(1000,)]


def test_what_is_in_transit_is_still_the_taxpayers() -> None:
    booked = book(bought("2024-01-02", 100, 10), left("2024-03-01", 40, in_transit=True))
    assert each(booked.in_transit, "quantity", "basis", "acquired") == [
        (40, 400, day("2024-01-02"))
    ]
    assert booked.totals.moved_out == 0
    assert each(booked.findings, "kind", "quantity") == [(FindingKind.IN_TRANSIT, 40)]


def test_more_leaves_than_is_known() -> None:
    booked = book(bought("2024-01-02", 100, 10), left("2024-03-01", 140))
    assert booked.lots == []
    assert each(booked.findings, "kind", "quantity") == [(FindingKind.MISSING_HISTORY, 40)]


def test_average_basis_leaves_with_the_pool_cost() -> None:
    fund = {STOCK: Security(id=STOCK, symbol="FUND", kind=InstrumentType.FUND)}
    booked = book(
        bought("2024-01-02", 100, 10), bought("2024-02-02", 100, 20), moved("2024-03-01", 50),
        accounts=by(LotMethod.AVERAGE), securities=fund,
    )  # fmt: skip
    assert each(booked.lots, "account", "quantity", "basis") == [
        (ACCOUNT, 50, 750), (ACCOUNT, 100, 1500), (SECOND_ACCOUNT, 50, 750),
    ]  # fmt: skip


# --- between --------------------------------------------------------------------------------------


def test_lots_move_with_all_that_they_are() -> None:
    booked = book(
        bought("2023-01-03", 100, 10, label="first"), bought("2024-01-02", 100, 20),
        moved("2024-03-01", 150), sold("2024-03-04", 100, 30, account=SECOND_ACCOUNT),
    )  # fmt: skip
    [closed] = booked.slices
    assert the(closed, "account", "basis", "acquired") == (SECOND_ACCOUNT, 1000, day("2023-01-03"))
    assert each(booked.lots, "account", "quantity", "basis", "status") == [
        (ACCOUNT, 50, 1000, BasisStatus.KNOWN),
        (SECOND_ACCOUNT, 50, 1000, BasisStatus.KNOWN),
    ]


def test_what_a_move_leaves_open_arrives_unknown() -> None:
    booked = book(bought("2024-01-02", 100, 10), moved("2024-03-01", 140))
    assert each(booked.lots, "account", "quantity", "basis") == [
        (SECOND_ACCOUNT, 100, 1000), (SECOND_ACCOUNT, 40, None),
    ]  # fmt: skip
    assert each(booked.findings, "kind", "account", "quantity") == [
        (FindingKind.MISSING_HISTORY, ACCOUNT, 40),
        (FindingKind.UNKNOWN_BASIS, SECOND_ACCOUNT, 40),
    ]


def test_a_short_moves_too() -> None:
    booked = book(
        sold("2024-01-02", 100, 10), replace(moved("2024-03-01", 1), quantity=Decimal(60))
    )
    assert each(booked.lots, "account", "short", "quantity", "basis") == [
        (ACCOUNT, True, 40, 400), (SECOND_ACCOUNT, True, 60, 600),
    ]  # fmt: skip


def test_a_move_is_no_purchase_and_keeps_the_purchase_it_was() -> None:
    """A lot that was bought within thirty days replaces, wherever it is by now."""
    booked = book(
        bought("2024-01-02", 100, 20), bought("2024-02-12", 100, 10), moved(
            "2024-02-14", 100, picks=(Pick(Decimal(100), acquired=day("2024-02-12")),)
        ),
        sold("2024-02-20", 100, 10), view=View.TAXPAYER,
    )  # fmt: skip
    assert each(booked.slices, "gain", "disallowed") == [(-1000, 1000)]
    assert each(booked.lots, "account", "basis", "wash_added") == [(SECOND_ACCOUNT, 2000, 1000)]


def test_shares_have_one_bite_also_after_a_move() -> None:
    booked = book(
        bought("2024-01-02", 200, 20), sold("2024-02-20", 100, 10), bought("2024-02-21", 100, 10),
        moved("2024-02-22", 100, picks=(Pick(Decimal(100), acquired=day("2024-02-21")),)),
        sold("2024-02-23", 100, 10), view=View.TAXPAYER,
    )  # fmt: skip
    assert each(booked.slices, "gain", "disallowed") == [(-1000, 1000), (-1000, 0)]


def test_a_broker_does_not_see_a_purchase_that_has_left_it() -> None:
    booked = book(
        bought("2024-01-02", 100, 20), bought("2024-02-12", 100, 10),
        moved("2024-02-14", 100, picks=(Pick(Decimal(100), acquired=day("2024-02-12")),)),
        sold("2024-02-20", 100, 10), view=View.BROKER,
    )  # fmt: skip
    assert booked.adjustments == []


def test_a_distribution_out_of_an_ira_begins_anew_at_its_value() -> None:
    booked = book(
        bought("2020-01-02", 100, 10, account=IRA),
        moved("2024-03-01", 60, ACCOUNT, account=IRA, value=Decimal(3000)),
    )
    assert each(booked.lots, "account", "quantity", "basis") == [
        (ACCOUNT, 60, 3000), (IRA, 40, 400),
    ]  # fmt: skip
    lot = booked.lots[0]
    assert the(lot, "acquired", "holding_start", "origin", "bought") == (
        day("2024-03-01"), day("2024-03-01"), Origin.DISTRIBUTION, day("2024-03-01"),
    )  # fmt: skip
    assert booked.totals.moved_out == 600
    assert booked.slices == []


def test_a_distribution_of_unknown_value_has_an_unknown_basis() -> None:
    booked = book(
        bought("2020-01-02", 100, 10, account=IRA), moved("2024-03-01", 100, ACCOUNT, account=IRA)
    )
    assert each(booked.lots, "basis", "status") == [(None, BasisStatus.UNKNOWN)]
    assert each(booked.findings, "kind") == [(FindingKind.UNKNOWN_BASIS,)]


def test_what_goes_into_an_ira_is_removed_and_reported() -> None:
    booked = book(bought("2020-01-02", 100, 10), moved("2024-03-01", 100, IRA, value=Decimal(3000)))
    assert booked.slices == []
    assert each(booked.lots, "account", "basis", "bought") == [(IRA, 3000, None)]
    assert each(booked.findings, "kind", "quantity") == [(FindingKind.NOT_BOOKED, 100)]


def test_from_one_ira_to_another_lots_just_move() -> None:
    accounts = ACCOUNTS | {4: replace(ACCOUNTS[IRA], id=4, number="U4")}
    booked = book(
        bought("2020-01-02", 100, 10, account=IRA), moved("2024-03-01", 100, 4, account=IRA),
        accounts=accounts,
    )  # fmt: skip
    assert each(booked.lots, "account", "basis", "acquired") == [(4, 1000, day("2020-01-02"))]
    assert booked.findings == []


def test_the_steps_of_a_move_lead_back_to_the_purchase() -> None:
    booked = book(bought("2024-01-02", 100, 10), moved("2024-03-01", 100), explain=True)
    [lot] = booked.lots
    assert lot.parent == 1
    assert each(booked.steps, "lot", "what") == [
        (1, "bought"), (1, "moved to U2"), (2, "moved from U1"),
    ]  # fmt: skip


@given(
    lots=st.lists(st.tuples(st.integers(1, 90), st.integers(1, 50)), min_size=1, max_size=6),
    going=st.lists(
        st.tuples(st.integers(1, 60), st.sampled_from(["moved", "gone", "in transit"])), max_size=5
    ),
    method=st.sampled_from(LotMethod),
)
def test_quantity_and_basis_are_conserved(
    lots: list[tuple[int, int]], going: list[tuple[int, str]], method: LotMethod
) -> None:
    """Invariants 1 and 2, with transfers."""
    events: list[Event] = [
        bought(f"2024-01-{n + 2:02}", quantity, price) for n, (quantity, price) in enumerate(lots)
    ]
    for n, (quantity, how) in enumerate(going):
        on = f"2024-02-{n + 1:02}"
        if how == "moved":
            events.append(moved(on, quantity))
        else:
            events.append(left(on, quantity, in_transit=how == "in transit"))
    fund = {STOCK: Security(id=STOCK, symbol="FUND", kind=InstrumentType.FUND)}
    booked = book(*events, accounts=by(method), securities=fund)
    held = [*booked.lots, *booked.in_transit]
    assert booked.totals.cost_in == booked.totals.moved_out + sum(lot.basis or 0 for lot in held)
    here = sum(lot.quantity for lot in booked.lots if lot.account == ACCOUNT)
    asked = sum(quantity for quantity, _ in going)
    assert here == max(0, sum(quantity for quantity, _ in lots) - asked)
