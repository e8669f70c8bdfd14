"""Why a lot or a gain is what it is: chains without a gap that end in the facts."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings

from qm_tui.domain.booking.events import Move, Source, SpinOff, Split, TransferOut
from qm_tui.domain.booking.explanation import Explainer, Explanation
from qm_tui.domain.booking.results import Booked
from qm_tui.domain.booking.words import View
from tests.domain.booking import lives, world
from tests.domain.booking.histories import (
    ACCOUNT,
    ACCOUNTS,
    IRA,
    OTHER_STOCK,
    SECOND_ACCOUNT,
    SECURITIES,
    STOCK,
    book,
    bought,
    day,
    sold,
)


def of_lot(booked: Booked, number: int) -> Explanation:
    found = Explainer(booked, SECURITIES, ACCOUNTS).why_lot(number)
    assert found is not None
    return found


def of_gain(booked: Booked, number: int) -> Explanation:
    found = Explainer(booked, SECURITIES, ACCOUNTS).why_gain(number)
    assert found is not None
    return found


def assert_unbroken(explanation: Explanation) -> None:
    """Whether each lot's steps follow each other, from nothing, and each names a fact."""
    by_lot: dict[int, list[Any]] = {}
    for explained in explanation.steps:
        assert explained.step.source.table
        assert explained.step.source.id
        if not explained.aside:
            by_lot.setdefault(explained.step.lot, []).append(explained.step)
    for steps in by_lot.values():
        assert (steps[0].quantity_before, steps[0].basis_before) == (0, None)
        for one, other in pairwise(steps):
            assert (one.quantity_after, one.basis_after) == (
                other.quantity_before,
                other.basis_before,
            )


def test_a_lot_is_explained_from_its_purchase_on() -> None:
    booked = book(
        bought("2024-03-01", 100, 10), sold("2024-05-01", 40, 12), bought("2024-06-03", 7, 11),
        explain=True,
    )  # fmt: skip
    first, second = booked.lots

    assert [explained.text for explained in of_lot(booked, first.number).steps] == [
        "2024-03-01 bought 100 AAA for 1,000.00 USD",
        "2024-05-01 sold 40 AAA with a basis of 400.00 USD; 60 AAA left with 600.00 USD",
    ]
    assert [explained.text for explained in of_lot(booked, second.number).steps] == [
        "2024-06-03 bought 7 AAA for 77.00 USD"
    ]


def test_a_gain_says_what_it_consists_of_and_why_its_term() -> None:
    booked = book(
        bought("2024-03-01", 100, 10, fees="1"), sold("2024-05-01", 40, 12, fees="0.40"),
        explain=True,
    )  # fmt: skip
    explanation = of_gain(booked, booked.slices[0].number)

    assert explanation.summary == (
        "sold: 40 AAA of lot 1, first in, first out",
        "proceeds 479.60 USD − basis 400.40 USD = gain 79.20 USD",
        "short-term: held from 2024-03-01 to 2024-05-01, 61 days; long-term from 2025-03-02",
    )
    assert explanation.steps[-1].text.startswith("2024-05-01 sold 40 AAA")


def test_what_was_held_for_more_than_a_year_says_since_when() -> None:
    booked = book(bought("2023-03-01", 1, 10), sold("2024-03-02", 1, 12), explain=True)

    assert of_gain(booked, 1).summary[-1] == (
        "long-term: held from 2023-03-01 to 2024-03-02, 367 days, more than a year"
    )


def test_a_covered_short_sale_says_so() -> None:
    booked = book(sold("2024-03-01", 10, 20), bought("2024-03-04", 10, 15), explain=True)
    explanation = of_gain(booked, 1)

    assert explanation.summary[0] == "covered: 10 AAA of lot 1, first in, first out"
    assert explanation.summary[-1] == (
        "short-term: what covers a short sale is bought to be delivered"
    )
    assert explanation.steps[0].text == "2024-03-01 sold short 10 AAA for 200.00 USD"


def test_what_nobody_saw_opened_is_said() -> None:
    booked = book(sold("2024-03-01", 10, 20, opens=False), explain=True)
    explanation = of_gain(booked, 1)

    assert explanation.summary == (
        "sold: 10 AAA, whose opening is not known",
        "proceeds 200.00 USD − basis an unknown amount USD = gain unknown",
        "neither short-term nor long-term: nobody knows when it was acquired",
    )
    assert explanation.steps[0].step.source.table == "trades"


def test_an_amount_is_written_to_its_last_digit() -> None:
    booked = book(bought("2024-03-01", 3, "33.333"), sold("2024-03-04", 1, 40), explain=True)

    assert of_lot(booked, 1).steps[0].text == "2024-03-01 bought 3 AAA for 99.999 USD"


def test_one_fill_that_closes_two_lots_ends_each_gain_in_its_own_lot() -> None:
    booked = book(
        bought("2024-03-01", 5, 10), bought("2024-03-04", 5, 11), sold("2024-03-05", 10, 12),
        explain=True,
    )  # fmt: skip
    ends = [of_gain(booked, closed.number).steps[-1].step.lot for closed in booked.slices]

    assert ends == [1, 2]


def test_a_number_that_is_not_there_has_no_explanation() -> None:
    booked = book(bought("2024-03-01", 5, 10), explain=True)

    explainer = Explainer(booked, SECURITIES, ACCOUNTS)

    assert explainer.why_lot(99) is None
    assert explainer.why_gain(99) is None


@pytest.mark.parametrize("view", View)
@settings(max_examples=30)
@given(life=lives.lives(longest=120))
def test_every_lot_and_every_gain_of_a_life_has_an_unbroken_chain(
    view: View, life: lives.Life
) -> None:
    booked = world.booked(life.events, view=view, explain=True)
    explainer = Explainer(booked, world.SECURITIES, world.accounts())

    for lot in (*booked.lots, *booked.in_transit):
        explanation = explainer.why_lot(lot.number)
        assert explanation is not None
        assert_unbroken(explanation)
        last = [told.step for told in explanation.steps if told.step.lot == lot.number][-1]
        assert (last.quantity_after, last.basis_after) == (lot.quantity, lot.basis)
    for closed in booked.slices:
        explanation = explainer.why_gain(closed.number)
        assert explanation is not None
        if closed.lot is not None:
            assert_unbroken(explanation)


def test_a_replacement_tells_of_the_sale_whose_loss_it_took_over() -> None:
    booked = book(
        bought("2024-01-02", 10, 20), sold("2024-03-01", 10, 15), bought("2024-03-11", 10, 16),
        view=View.TAXPAYER, explain=True,
    )  # fmt: skip
    (lot,) = booked.lots
    explanation = of_lot(booked, lot.number)

    assert [(told.step.what, told.aside) for told in explanation.steps] == [
        ("sold", True),
        ("bought", False),
        ("loss of a wash sale added", False),
        ("holding period tacked on", False),
    ]
    assert explanation.steps[2].text == (
        "2024-03-11 loss of a wash sale added (of 10 AAA closed on 2024-03-01 in U1):"
        " 50.00 added to the basis, now 210.00 USD of 10 AAA"
    )


def test_a_disallowed_loss_says_to_which_lot_it_went() -> None:
    booked = book(
        bought("2024-01-02", 10, 20), sold("2024-03-01", 10, 15),
        bought("2024-03-11", 4, 16, account=SECOND_ACCOUNT),
        bought("2024-03-12", 6, 16, account=IRA),
        view=View.TAXPAYER, explain=True,
    )  # fmt: skip
    explanation = of_gain(booked, booked.slices[0].number)

    assert explanation.summary[1:6] == (
        "proceeds 150.00 USD − basis 200.00 USD = gain -50.00 USD",
        "disallowed as a wash sale: 50.00 USD",
        "2024-03-11 20.00 USD for 4 bought again: added to lot 2 in U2",
        "2024-03-12 30.00 USD for 6 bought again in an IRA: lost for good",
        "gain that counts: 0.00 USD",
    )
    assert [told.aside for told in explanation.steps] == [False, False, True, True]


def test_what_came_by_a_split_a_move_and_a_spin_off_goes_back_to_its_purchase() -> None:
    def at(number: int, security: int) -> dict[str, Any]:
        return {
            "day": day(f"2024-03-0{number}"), "account": ACCOUNT, "security": security,
            "source": Source("corporate_actions", number),
        }  # fmt: skip

    booked = book(
        bought("2024-03-01", 100, 50),
        Split(**at(4, STOCK), ratio=Fraction(2)),
        SpinOff(**at(5, STOCK), child=OTHER_STOCK, shares=Decimal(50), fraction=Fraction(1, 10)),
        Move(**at(6, OTHER_STOCK), to_account=SECOND_ACCOUNT, quantity=Decimal(-50)),
        explain=True,
    )
    (moved,) = [lot for lot in booked.lots if lot.account == SECOND_ACCOUNT]
    explanation = of_lot(booked, moved.number)

    assert [told.step.what for told in explanation.steps] == [
        "bought", "split 2:1", "spun off: 10 % of the basis to BBB", "spun off from AAA",
        "moved to U2", "moved from U1",
    ]  # fmt: skip
    assert moved.basis == 500


def test_what_is_in_transit_is_explained_from_its_purchase_on() -> None:
    gone = TransferOut(
        day=day("2024-03-01"), account=ACCOUNT, security=STOCK, quantity=Decimal(-40),
        source=Source("transfers", 2), in_transit=True,
    )  # fmt: skip
    booked = book(bought("2024-01-02", 100, 10), gone, explain=True)
    (lot,) = booked.in_transit
    why = of_lot(booked, lot.number)
    assert_unbroken(why)
    assert [explained.step.what for explained in why.steps] == [
        "bought", "left, in transit", "in transit",
    ]  # fmt: skip
    assert why.steps[-1].step.quantity_after == 40
