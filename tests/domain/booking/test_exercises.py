"""Exercise, assignment and expiry: every cell of the table of Publication 550, pages 89 and 90."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qm_tui.domain.booking.events import Exercise, Fill, Pick, Source
from qm_tui.domain.booking.holding_period import term_of
from qm_tui.domain.booking.results import Booked
from qm_tui.domain.booking.securities import Security
from qm_tui.domain.booking.words import BasisStatus, Closing, FindingKind, Origin, Term
from qm_tui.domain.instruments import InstrumentType, Right
from tests.domain.booking.histories import (
    ACCOUNT,
    SECURITIES,
    STOCK,
    Number,
    a_fill,
    book,
    bought,
    day,
    each,
    sold,
    the,
)

CALL, PUT = 11, 12
OPTIONS = {
    CALL: Security(
        id=CALL, symbol="AAA   240621C00050000", kind=InstrumentType.EQUITY_OPTION,
        multiplier=Decimal(100), underlying=STOCK, right=Right.CALL, strike=Decimal(50),
        expiry=day("2024-06-21"),
    ),
    PUT: Security(
        id=PUT, symbol="AAA   240621P00050000", kind=InstrumentType.EQUITY_OPTION,
        multiplier=Decimal(100), underlying=STOCK, right=Right.PUT, strike=Decimal(50),
        expiry=day("2024-06-21"),
    ),
}  # fmt: skip
ALL = SECURITIES | OPTIONS
EXPIRY = "2024-06-21"


def an_option(on: str, security: int, contracts: Number, price: Number, **changes: Any) -> Fill:
    """Bought (positive) or written: the price is per share, a contract has 100 of them."""
    fill = a_fill(on, contracts, price, security=security, **changes)
    return replace(fill, amount=fill.amount * 100)


def an_end(
    on: str, security: int, contracts: Number, shares: Fill | None, **more: object
) -> Exercise:
    """Longs that are exercised are negative, shorts that are assigned positive."""
    fields = {"source": Source("trades", 9000), "sequence": 9000} | more
    return Exercise(
        day=day(on), account=ACCOUNT, security=security, quantity=Decimal(contracts),
        shares=shares, **fields,  # type: ignore[arg-type]
    )  # fmt: skip


def ended(*events: object) -> Booked:
    return book(*events, securities=ALL)  # type: ignore[arg-type]


def gains(booked: Booked) -> list[Any]:
    return [closed.gain for closed in booked.slices]


# --- what is bought back or sold, and what expires ------------------------------------------------


@pytest.mark.parametrize("option", [CALL, PUT])
def test_selling_an_option_that_was_bought_gives_the_difference_by_its_term(option: int) -> None:
    booked = ended(an_option("2023-01-03", option, 1, 3), an_option("2024-02-01", option, -1, 5))
    [closed] = booked.slices
    assert closed.gain == 200
    assert term_of(closed, ALL[option]) is Term.LONG


@pytest.mark.parametrize("option", [CALL, PUT])
def test_buying_back_a_written_option_is_always_short_term(option: int) -> None:
    booked = ended(an_option("2023-01-03", option, -1, 5), an_option("2024-02-01", option, 1, 3))
    [closed] = booked.slices
    assert closed.gain == 200
    assert term_of(closed, ALL[option]) is Term.SHORT


@pytest.mark.parametrize("option", [CALL, PUT])
def test_an_option_that_expires_is_a_loss_of_what_was_paid(option: int) -> None:
    booked = ended(
        an_option("2024-01-03", option, 2, 3, fees=Decimal(1)),
        an_option(EXPIRY, option, -2, 0, how=Closing.EXPIRY, opens=False),
    )
    [closed] = booked.slices
    assert the(closed, "proceeds", "basis", "gain") == (0, 601, -601)
    assert closed.how is Closing.EXPIRY
    assert closed.disposed == day(EXPIRY)
    assert booked.lots == []


@pytest.mark.parametrize("option", [CALL, PUT])
def test_a_written_option_that_expires_is_a_short_term_gain_of_the_premium(option: int) -> None:
    booked = ended(
        an_option("2023-01-03", option, -2, 3, fees=Decimal(1)),
        an_option(EXPIRY, option, 2, 0, how=Closing.EXPIRY, opens=False),
    )
    [closed] = booked.slices
    assert the(closed, "proceeds", "basis", "gain") == (599, 0, 599)
    assert term_of(closed, ALL[option]) is Term.SHORT


def test_a_cash_settlement_realizes_on_the_option() -> None:
    booked = ended(
        an_option("2024-01-03", CALL, 1, 3),
        an_option(EXPIRY, CALL, -1, 7, how=Closing.CASH_SETTLEMENT, opens=False),
    )
    assert gains(booked) == [400]
    assert booked.slices[0].how is Closing.CASH_SETTLEMENT


# --- exercised and assigned -----------------------------------------------------------------------


def test_a_call_exercised_adds_its_cost_to_the_stock() -> None:
    booked = ended(
        an_option("2024-01-03", CALL, 1, 3, fees=Decimal(1)),
        an_end(EXPIRY, CALL, -1, bought(EXPIRY, 100, 50), fees=Decimal(2)),
    )
    [lot] = booked.lots
    assert booked.slices == []
    assert the(lot, "security", "quantity", "basis") == (STOCK, 100, 5303)
    assert lot.tax_basis is lot.basis
    assert lot.origin is Origin.EXERCISE
    assert lot.acquired == lot.holding_start == lot.bought == day(EXPIRY)
    assert booked.totals.premium_moved == 301


def test_a_call_assigned_adds_its_premium_to_the_proceeds_of_the_stock() -> None:
    booked = ended(
        bought("2023-01-03", 100, 40),
        an_option("2024-01-03", CALL, -1, 3, fees=Decimal(1)),
        an_end(EXPIRY, CALL, 1, sold(EXPIRY, 100, 50)),
    )
    [closed] = booked.slices
    assert the(closed, "security", "proceeds", "basis") == (STOCK, 5299, 4000)
    assert term_of(closed, ALL[STOCK]) is Term.LONG
    assert booked.lots == []


def test_what_was_closed_names_the_option_whose_premium_is_in_it() -> None:
    booked = ended(
        bought("2023-01-03", 100, 40),
        an_option("2024-01-03", CALL, -1, 3),
        an_end(EXPIRY, CALL, 1, sold(EXPIRY, 150, 50)),
    )
    assert each(booked.slices, "lot", "option") == [(1, 2)]
    assert each(booked.lots, "short", "parent") == [(True, 2)]


def test_a_contract_count_of_nothing_loses_no_shares() -> None:
    booked = ended(an_end(EXPIRY, CALL, 0, bought(EXPIRY, 100, 50)))
    assert each(booked.lots, "quantity", "basis") == [(100, None)]


def test_a_put_exercised_lowers_the_proceeds_of_the_stock_by_its_cost() -> None:
    booked = ended(
        bought("2024-01-02", 100, 40),
        an_option("2024-01-03", PUT, 1, 3, fees=Decimal(1)),
        an_end(EXPIRY, PUT, -1, sold(EXPIRY, 100, 50)),
    )
    [closed] = booked.slices
    assert the(closed, "security", "proceeds", "basis") == (STOCK, 4699, 4000)


def test_a_put_assigned_lowers_the_cost_of_the_stock_by_its_premium() -> None:
    booked = ended(
        an_option("2024-01-03", PUT, -1, 3, fees=Decimal(1)),
        an_end(EXPIRY, PUT, 1, bought(EXPIRY, 100, 50), fees=Decimal(5)),
    )
    [lot] = booked.lots
    assert the(lot, "security", "quantity", "basis") == (STOCK, 100, 4706)
    assert lot.origin is Origin.EXERCISE


def test_an_assignment_opens_a_short_where_nothing_is_held() -> None:
    booked = ended(
        an_option("2024-01-03", CALL, -1, 3), an_end(EXPIRY, CALL, 1, sold(EXPIRY, 100, 50))
    )
    [lot] = booked.lots
    assert the(lot, "short", "basis", "origin") == (True, 5300, Origin.EXERCISE)


def test_an_assignment_covers_a_short() -> None:
    booked = ended(
        sold("2024-01-02", 60, 55),
        an_option("2024-01-03", PUT, -1, 3),
        an_end(EXPIRY, PUT, 1, bought(EXPIRY, 100, 50)),
    )
    [closed] = booked.slices
    assert the(closed, "quantity", "proceeds", "basis") == (60, 3300, 2820)
    assert each(booked.lots, "quantity", "basis") == [(40, 1880)]


def test_options_bought_at_different_prices_go_into_their_own_shares() -> None:
    booked = ended(
        an_option("2024-01-03", CALL, 1, 3),
        an_option("2024-02-01", CALL, 2, 4),
        an_end(EXPIRY, CALL, -2, bought(EXPIRY, 200, 50)),
    )
    assert each(booked.lots, "security", "quantity", "basis") == [
        (STOCK, 100, 5300),
        (STOCK, 100, 5400),
        (CALL, 1, 400),
    ]


def test_options_filled_in_pieces_of_one_order_give_one_lot_of_stock() -> None:
    booked = ended(
        an_option("2024-01-03", CALL, 1, 3, order="O1"),
        an_option("2024-01-03", CALL, 2, 4, order="O1"),
        an_end(EXPIRY, CALL, -3, bought(EXPIRY, 300, 50)),
    )
    assert each(booked.lots, "quantity", "basis") == [(300, 16100)]


def test_the_options_that_were_named_are_the_ones_exercised() -> None:
    booked = ended(
        an_option("2024-01-03", CALL, 1, 3),
        an_option("2024-02-01", CALL, 1, 4),
        an_end(
            EXPIRY, CALL, -1, bought(EXPIRY, 100, 50),
            picks=(Pick(Decimal(1), acquired=day("2024-02-01")),),
        ),
    )  # fmt: skip
    assert each(booked.lots, "security", "basis") == [(STOCK, 5400), (CALL, 300)]


def test_stock_lots_named_for_the_delivery_are_shared_by_the_contracts() -> None:
    first, second = bought("2024-01-02", 150, 30), bought("2024-01-03", 150, 40)
    delivery = replace(
        sold(EXPIRY, 200, 50),
        picks=(
            Pick(Decimal(120), acquired=day("2024-01-03")),
            Pick(Decimal(80), acquired=day("2024-01-02")),
        ),
    )
    booked = ended(
        first, second,
        an_option("2024-01-04", CALL, -1, 3), an_option("2024-01-05", CALL, -1, 4),
        an_end(EXPIRY, CALL, 2, delivery),
    )  # fmt: skip
    assert each(booked.slices, "quantity", "basis") == [
        (100, 4000), (20, 800), (80, 2400),
    ]  # fmt: skip
    assert sum(closed.proceeds or 0 for closed in booked.slices) == 10_000 + 700


# --- what is not known ----------------------------------------------------------------------------


def test_shares_of_an_option_nobody_knows_have_an_unknown_basis() -> None:
    booked = ended(
        an_option("2024-01-03", CALL, 1, 3),
        an_end(EXPIRY, CALL, -2, bought(EXPIRY, 200, 50)),
    )
    assert each(booked.lots, "quantity", "basis", "tax_basis", "status") == [
        (100, 5300, 5300, BasisStatus.KNOWN),
        (100, None, None, BasisStatus.UNKNOWN),
    ]
    [finding] = booked.findings
    assert the(finding, "kind", "quantity") == (FindingKind.PREMIUM_UNKNOWN, 1)


def test_a_sale_by_an_option_nobody_knows_has_unknown_proceeds() -> None:
    booked = ended(bought("2024-01-02", 100, 40), an_end(EXPIRY, CALL, 1, sold(EXPIRY, 100, 50)))
    [closed] = booked.slices
    assert the(closed, "proceeds", "basis", "gain") == (None, 4000, None)


def test_an_exercise_without_shares_realizes_nothing_and_is_reported() -> None:
    booked = ended(an_option("2024-01-03", CALL, 1, 3), an_end(EXPIRY, CALL, -1, None))
    assert the(booked, "slices", "lots") == ([], [])
    assert booked.totals.moved_out == 300
    assert [finding.kind for finding in booked.findings] == [FindingKind.PREMIUM_UNKNOWN]


def test_the_premium_is_folded_in_both_currencies() -> None:
    euro = {number: replace(what, currency="EUR") for number, what in ALL.items()}
    booked = book(
        an_option("2024-01-03", CALL, 1, 3, rate=Decimal("1.10")),
        an_end(EXPIRY, CALL, -1, replace(bought(EXPIRY, 100, 50), rate=Decimal("1.20"))),
        securities=euro,
    )
    [lot] = booked.lots
    assert the(lot, "basis", "tax_basis") == (5300, 6330)


# --- the law --------------------------------------------------------------------------------------

_prices = st.integers(1, 200).map(Decimal)


@given(
    strike=_prices, market=_prices, premium=_prices, contracts=st.integers(1, 5),
    right=st.sampled_from([CALL, PUT]), side=st.sampled_from([1, -1]),
)  # fmt: skip
def test_exercising_is_as_good_as_closing_at_the_intrinsic_value(
    strike: Decimal, market: Decimal, premium: Decimal, contracts: int, right: int, side: int
) -> None:
    """Invariant 14: the same total gain as option at intrinsic and stock at the market."""
    opening = an_option("2024-01-03", right, side * contracts, premium)
    # A long call buys and a long put sells; a short one the other way round.
    shares = 100 * contracts * side * (1 if right == CALL else -1)
    intrinsic = market - strike if right == CALL else strike - market
    exercised = ended(
        opening,
        an_end(EXPIRY, right, -side * contracts, a_fill(EXPIRY, shares, strike)),
        a_fill("2024-06-24", -shares, market),
    )
    closed = ended(opening, an_option(EXPIRY, right, -side * contracts, 0))
    option_gain = sum(gain or 0 for gain in gains(closed)) + intrinsic * 100 * contracts * side
    assert sum(gain or 0 for gain in gains(exercised)) == option_gain
    assert exercised.lots == []


@given(
    lots=st.lists(st.tuples(st.integers(1, 4), _prices), min_size=1, max_size=4),
    held=st.integers(0, 700),
    option=st.sampled_from([(CALL, 1), (CALL, -1), (PUT, 1), (PUT, -1)]),
)
def test_basis_is_conserved_when_premiums_are_folded(
    lots: list[tuple[int, Decimal]], held: int, option: tuple[int, int]
) -> None:
    """Invariant 2: what came in is in lots, in slices, or was moved."""
    right, side = option
    contracts = sum(count for count, _ in lots)
    shares = 100 * contracts * side * (1 if right == CALL else -1)
    stock = [a_fill("2024-01-02", -held if shares > 0 else held, 40)] if held else []
    booked = ended(
        *stock,
        *(an_option("2024-01-03", right, side * count, price) for count, price in lots),
        an_end(EXPIRY, right, -side * contracts, a_fill(EXPIRY, shares, 50)),
    )
    opened = sum(lot.basis or 0 for lot in booked.lots)
    closed = sum((c.proceeds if c.short else c.basis) or 0 for c in booked.slices)
    totals = booked.totals
    assert totals.cost_in == opened + closed + totals.moved_out + totals.premium_moved
