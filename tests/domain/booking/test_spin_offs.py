"""Spin-offs and other distributions of other shares: 26 USC 355, 358; Publication 550, page 63."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.domain.booking.events import Event
from qm_tui.domain.booking.words import BasisStatus, FindingKind, Origin, View
from tests.domain.booking.actions import (
    EURO,
    EURO_NEW,
    NEW,
    QUANTITIES,
    ZERO,
    booked,
    conserves_basis,
    each,
    findings,
    gains,
    holdings,
    lots,
    of,
    spun_off,
)
from tests.domain.booking.histories import STOCK, bought, day, sold


def test_publication_550_page_63_preferred_on_common_by_relative_value() -> None:
    result = booked(bought("2020-01-02", 1, 100), spun_off("2021-01-04", 1, "50/200"))
    assert lots(result) == of((1, 75, "2020-01-02"))
    assert lots(result, NEW) == of((1, 25, "2020-01-02"))


def test_every_lot_gives_its_own_part_and_passes_on_its_dates() -> None:
    result = booked(
        bought("2020-01-02", 100, 10),
        bought("2023-05-01", 300, 20),
        spun_off("2024-06-03", 40, "1/8"),
    )
    assert lots(result) == of((100, 875, "2020-01-02"), (300, 5250, "2023-05-01"))
    assert lots(result, NEW) == of((10, 125, "2020-01-02"), (30, 750, "2023-05-01"))
    child = next(lot for lot in result.lots if lot.security == NEW)
    assert child.holding_start == day("2020-01-02")
    assert child.origin is Origin.SPIN_OFF
    assert child.parent == 1


def test_the_child_is_long_term_when_the_parent_is() -> None:
    result = booked(
        bought("2020-01-02", 100, 10), spun_off("2024-06-03", 10, "1/10"),
        sold("2024-06-04", 10, 20, security=NEW),
    )  # fmt: skip
    assert gains(result) == [100]
    assert result.slices[0].holding_start == day("2020-01-02")


def test_without_a_fraction_the_child_has_an_unknown_basis_and_the_parent_keeps_its_own() -> None:
    result = booked(
        bought("2020-01-02", 100, 10), spun_off("2024-06-03", 10),
        sold("2024-06-04", 10, 20, security=NEW),
    )  # fmt: skip
    assert findings(result) == [FindingKind.FRACTION_UNKNOWN]
    detail = result.findings[0].detail or ""
    assert "that of OLD still contains what belongs to NEW" in detail
    assert detail.endswith("say it in the configuration: [tax.spin_offs] NEW = …")
    assert lots(result) == of((100, 1000, "2020-01-02"))
    assert gains(result) == [None]
    closed = result.slices[0]
    assert closed.proceeds == 200
    assert closed.status is BasisStatus.UNKNOWN
    assert closed.acquired == day("2020-01-02")


def test_without_the_parent_the_child_is_one_lot_of_unknown_basis() -> None:
    result = booked(spun_off("2024-06-03", 10, "1/8"))
    assert findings(result) == [FindingKind.MISSING_HISTORY]
    assert lots(result, NEW) == of((10, None, "2024-06-03"))
    assert not result.lots[0].acquired_known


def test_an_unknown_basis_of_the_parent_is_unknown_in_the_child() -> None:
    missing = booked(
        spun_off("2024-06-03", 10), spun_off("2024-07-01", 5, "1/2", security=NEW, child=STOCK)
    )
    assert lots(missing) == of((5, None, "2024-06-03"))


def test_a_taxable_distribution_is_income_and_begins_anew() -> None:
    result = booked(bought("2020-01-02", 100, 10), spun_off("2024-06-03", 10, value=150))
    assert lots(result) == of((100, 1000, "2020-01-02"))
    assert lots(result, NEW) == of((10, 150, "2024-06-03"))
    assert conserves_basis(result)


def test_a_short_position_owes_the_child_and_gives_part_of_its_proceeds() -> None:
    result = booked(
        sold("2024-01-02", 100, 10), spun_off("2024-06-03", -10, "1/8"),
        bought("2024-07-01", 10, 5, security=NEW), bought("2024-07-01", 100, 8),
    )  # fmt: skip
    assert gains(result) == [75, 75]
    assert all(closed.short for closed in result.slices)


def test_both_currencies_are_divided() -> None:
    result = booked(
        bought("2024-01-02", 100, 10, security=EURO, rate=Decimal("1.10")),
        spun_off("2024-06-03", 10, "1/4", security=EURO, child=EURO_NEW),
    )
    assert [(lot.basis, lot.tax_basis) for lot in result.lots] == [
        each(750, 825),
        each(250, 275),
    ]


def test_a_child_in_the_tax_currency_has_the_basis_of_the_tax_currency() -> None:
    result = booked(
        bought("2024-01-02", 100, 10, security=EURO, rate=Decimal("1.10")),
        spun_off("2024-06-03", 10, "1/4", security=EURO),
    )
    child = next(lot for lot in result.lots if lot.security == NEW)
    assert child.basis == 275
    assert child.tax_basis is child.basis
    assert conserves_basis(result)


def test_shares_of_a_spin_off_replace_nothing() -> None:
    result = booked(
        bought("2024-01-02", 100, 10),
        bought("2024-01-02", 10, 50, security=NEW), sold("2024-05-20", 10, 30, security=NEW),
        spun_off("2024-06-03", 10, "1/8"), view=View.TAXPAYER,
    )  # fmt: skip
    assert result.adjustments == []


def test_a_wash_sale_in_the_basis_goes_along_pro_rata() -> None:
    result = booked(
        bought("2024-01-02", 100, 10), sold("2024-03-01", 100, 6), bought("2024-03-10", 100, 8),
        spun_off("2024-06-03", 10, "1/4"), view=View.TAXPAYER,
    )  # fmt: skip
    assert [(lot.basis, lot.wash_added) for lot in result.lots] == [
        each(900, 300),
        each(300, 100),
    ]
    assert conserves_basis(result)


def test_the_journal_says_how_much_went_where() -> None:
    result = booked(bought("2024-01-02", 100, 10), spun_off("2024-06-03", 10, "1/8"), explain=True)
    assert [(step.lot, step.what) for step in result.steps] == [
        (1, "bought"), (1, "spun off: 12.5 % of the basis to NEW"), (2, "spun off from OLD"),
    ]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(holdings(), QUANTITIES, st.fractions(0, 1, max_denominator=10_000))
def test_no_basis_is_lost_and_all_shares_are_handed_out(
    history: list[Event], shares: Decimal, fraction: Fraction
) -> None:
    short = booked(*history).lots[0].short
    result = booked(*history, spun_off("2021-01-04", -shares if short else shares, fraction))
    assert conserves_basis(result)
    children = [lot for lot in result.lots if lot.security == NEW]
    assert sum((lot.quantity for lot in children), ZERO) == shares
    assert all(lot.short is short and lot.quantity > 0 for lot in children)
    assert sum((lot.basis or ZERO for lot in result.lots), ZERO) == result.totals.cost_in


# --- a basis that is stated ----------------------------------------------------------------------


def test_a_stated_basis_is_what_moves_to_the_child() -> None:
    result = booked(
        bought("2024-01-02", 30, 10),
        bought("2024-01-03", 70, 20),
        spun_off("2024-06-03", 25, None, basis=Decimal("340.01")),
    )
    moved = [lot.basis for lot in result.lots if lot.security == NEW]
    assert sum(basis or 0 for basis in moved) == Decimal("340.01")
    assert moved[0] == Decimal("60.0017647059")
    assert sum(lot.basis or 0 for lot in result.lots) == 1700
    assert findings(result) == []


def test_the_fraction_goes_before_a_stated_basis() -> None:
    result = booked(
        bought("2024-01-02", 100, 10), spun_off("2024-06-03", 25, "0.2", basis=Decimal(1))
    )
    assert [lot.basis for lot in result.lots if lot.security == NEW] == [200]


def test_a_stated_basis_of_more_than_there_is_moves_nothing() -> None:
    result = booked(
        bought("2024-01-02", 1, 10), spun_off("2024-06-03", 25, None, basis=Decimal(100))
    )
    assert findings(result) == [FindingKind.FRACTION_UNKNOWN]
