"""Closed lots become the picks of the sales that closed them."""

from decimal import Decimal

from qm_tui.domain.booking.events import Exercise, Fill, Pick
from qm_tui.domain.booking.securities import AccountRules, MethodFrom
from qm_tui.domain.booking.translate.group import Translated
from qm_tui.domain.booking.words import FindingKind, LotMethod
from tests.domain.booking.translate.told import (
    ACCOUNT,
    CALL,
    STOCK,
    a_closed_lot,
    a_trade,
    booked,
    day,
    only,
    the,
    these,
    translated,
    utc,
)

NOON = utc("2024-03-04T17:00")


def picked(found: Translated) -> list[list[Decimal]]:
    """The quantities picked for each sale, in the order of their keys."""
    sales = [event for event in found.events if isinstance(event, Fill) and event.quantity < 0]
    sales.sort(key=lambda fill: fill.key)
    return [[pick.quantity for pick in fill.picks] for fill in sales]


def test_a_lot_names_its_opening_fill_and_is_tied_by_the_key_of_the_closing_one() -> None:
    sale = a_trade("2024-03-04", -100, executed_at=NOON)
    lot = a_closed_lot(
        sale, 100, opening_transaction_id="77", cost_basis=Decimal(900),
        acquisition_date=day("2020-01-02"), opened_at=utc("2020-01-02T15:00"),
    )  # fmt: skip
    assert only(Fill, translated(sale, lot)).picks == (
        Pick(Decimal(100), "77", day("2020-01-02"), utc("2020-01-02T15:00"), Decimal(900)),
    )


def test_a_short_lot_is_picked_without_signs() -> None:
    cover = a_trade("2024-03-04", 100)
    lot = a_closed_lot(cover, -100, cost_basis=Decimal(-900))
    pick = only(Fill, translated(cover, lot)).picks[0]
    assert these(pick.quantity, pick.basis) == (100, 900)


def test_without_a_key_the_moment_ties() -> None:
    sale = a_trade("2024-03-04", -100, executed_at=NOON)
    other = a_trade("2024-03-04", -5, executed_at=utc("2024-03-04T18:00"))
    lots = [a_closed_lot(sale, part, closing_trade_key=None) for part in (60, 40)]
    assert sorted(picked(translated(sale, other, *lots))) == [[], [40, 60]]


def test_without_a_time_the_day_ties_where_the_sums_agree() -> None:
    first, second = a_trade("2024-03-04", -100), a_trade("2024-03-04", -50)
    lots = [a_closed_lot(first, 150, closing_trade_key=None)]
    assert picked(translated(first, second, *lots)) == [[100], [50]]


def test_where_the_sums_of_a_day_disagree_nothing_is_tied() -> None:
    first, second = a_trade("2024-03-04", -100), a_trade("2024-03-04", -50)
    found = translated(first, second, a_closed_lot(first, 120, closing_trade_key=None))
    assert picked(found) == [[], []]
    assert not found.findings


def test_a_lot_of_the_other_side_is_not_tied() -> None:
    sale = a_trade("2024-03-04", -100)
    assert picked(translated(sale, a_closed_lot(sale, -100))) == [[]]


def test_lots_of_more_than_was_sold_are_evidence_of_nothing() -> None:
    sale = a_trade("2024-03-04", -100)
    lots = [a_closed_lot(sale, 100), a_closed_lot(sale, 100, acquisition_date=day("2020-01-02"))]
    found = translated(sale, *lots)
    assert picked(found) == [[]]
    assert not found.findings


def test_where_lots_are_named_by_hand_a_selection_that_is_lost_is_said() -> None:
    sale = a_trade("2024-03-04", -100)
    named = MethodFrom(from_day=day("2020-01-01"), method=LotMethod.SPECIFIC)
    specific = AccountRules(id=ACCOUNT, number="U1", methods=(named,))
    found = translated(sale, a_closed_lot(sale, 160), accounts={ACCOUNT: specific})
    assert [finding.kind for finding in found.findings] == [FindingKind.SELECTION_MISSING]


def test_lots_of_no_trade_are_ignored() -> None:
    sale = a_trade("2024-03-04", -100)
    lot = a_closed_lot(sale, 100)._replace(
        closing_trade_key="TX:none", disposition_date=day("2024-03-07"), closed_at=None
    )
    found = translated(sale, lot)
    assert picked(found) == [[]]
    assert not found.findings


def test_the_user_overrules_the_broker() -> None:
    sale = a_trade("2024-03-04", -100)
    chosen = (Pick(Decimal(100), lot="A"),)
    found = translated(sale, a_closed_lot(sale, 100), chosen_lots={sale.id: chosen})
    assert only(Fill, found).picks == chosen


def test_an_option_that_is_exercised_has_its_lots_too() -> None:
    option = booked("2024-03-15", -1, 0, CALL, "Ex")
    shares = booked("2024-03-15", 100, 50, STOCK, "Ex")
    lot = a_closed_lot(option, 1, opening_transaction_id="77")
    assert the(Exercise, translated(option, shares, lot)).picks[0].opening_id == "77"
