"""Position Greeks have the sign of what is held, and are unknown where the unit's are."""

from decimal import Decimal

import pytest

from qm_tui.domain.greeks import delta_value, position_greek

HUNDRED = Decimal(100)


@pytest.mark.parametrize(
    ("per_unit", "quantity", "expected"),
    [("0.55", 2, "110"), ("0.55", -2, "-110"), ("-0.4", 3, "-120"), ("-0.4", -3, "120")],
)
def test_a_short_position_has_the_opposite_sign(
    per_unit: str, quantity: int, expected: str
) -> None:
    found = position_greek(Decimal(per_unit), Decimal(quantity), HUNDRED)
    assert found == Decimal(expected)


def test_what_is_sold_earns_theta() -> None:
    found = position_greek(Decimal("-0.05"), Decimal(-4), HUNDRED)
    assert found == Decimal(20)


def test_unknown_is_not_zero() -> None:
    assert position_greek(None, Decimal(1), HUNDRED) is None
    assert delta_value(None, Decimal(1)) is None
    assert delta_value(Decimal(1), None) is None


def test_nothing_is_rounded() -> None:
    per_unit = Decimal("0.1234567890123456789012345678")
    assert position_greek(per_unit, Decimal("1.5"), HUNDRED) == Decimal(
        "18.51851835185185183518518517"
    )


def test_the_delta_value_is_what_the_underlying_held_is_worth() -> None:
    assert delta_value(Decimal(-110), Decimal("182.5")) == Decimal(-20075)
