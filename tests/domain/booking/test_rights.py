"""Stock rights: 26 USC 307; Publication 550, pages 64, 65 and 82."""

from decimal import Decimal

from qm_tui.domain.booking.words import FindingKind, Origin
from tests.domain.booking.actions import (
    NEW,
    booked,
    conserves_basis,
    findings,
    gains,
    lots,
    of,
    rights,
    subscribed,
)
from tests.domain.booking.histories import bought, day, sold

CENT = Decimal("0.01")


def test_publication_550_page_65_rights_take_their_part_of_the_basis_into_the_new_shares() -> None:
    result = booked(
        bought("2024-01-02", 100, 22), rights("2024-06-03", 10, "30/3030"),
        subscribed("2024-06-20", 10, 10, 26),
    )  # fmt: skip
    old, new = result.lots
    assert old.basis is not None
    assert new.basis is not None
    assert old.basis.quantize(CENT) == Decimal("2178.22")
    assert (new.basis / 10).quantize(CENT) == Decimal("28.18")
    assert new.acquired == day("2024-06-20")
    assert new.origin is Origin.EXERCISE
    assert conserves_basis(result)


def test_publication_550_page_82_the_day_of_the_exercise_is_the_first_of_the_period() -> None:
    result = booked(
        bought("2024-01-02", 100, 22), rights("2024-06-03", 10, "0"),
        subscribed("2024-06-20", 10, 10, 26),
    )  # fmt: skip
    assert result.lots[1].holding_start == day("2024-06-19")


def test_rights_worth_less_than_15_percent_have_no_basis_and_the_period_of_the_stock() -> None:
    result = booked(
        bought("2020-01-02", 100, 22), rights("2024-06-03", 10, "0"),
        sold("2024-06-10", 10, 3, security=NEW),
    )  # fmt: skip
    assert gains(result) == [30]
    assert result.slices[0].holding_start == day("2020-01-02")
    assert lots(result) == of((100, 2200, "2020-01-02"))


def test_rights_whose_part_is_not_known_make_the_basis_of_the_shares_unknown() -> None:
    result = booked(
        bought("2020-01-02", 100, 22), rights("2024-06-03", 10, None),
        subscribed("2024-06-20", 10, 10, 26),
    )  # fmt: skip
    assert findings(result) == [FindingKind.FRACTION_UNKNOWN, FindingKind.PREMIUM_UNKNOWN]
    assert [lot.basis for lot in result.lots] == [2200, None]
