"""Rows of Form 8949, after its instructions (2025)."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from qm_tui.domain.booking.events import NOWHERE
from qm_tui.domain.booking.form_8949 import (
    Form8949Options,
    Form8949Row,
    Reported,
    Reporting,
    form_8949_row,
)
from qm_tui.domain.booking.lots import Slice
from qm_tui.domain.booking.securities import Security
from qm_tui.domain.booking.words import BasisStatus, Closing, LotMethod, Term
from qm_tui.domain.instruments import InstrumentType
from tests.domain.booking.histories import day

STOCK = Security(id=1, symbol="AAA")
COIN = Security(id=2, symbol="BTC", kind=InstrumentType.CRYPTO)
CALL = Security(id=3, symbol="AAA C", kind=InstrumentType.EQUITY_OPTION)


def a_slice(acquired: str = "2024-03-01", disposed: str = "2025-02-03", **changes: Any) -> Slice:
    closed = Slice(
        number=1, account=1, security=1, short=False, quantity=Decimal(100),
        proceeds=Decimal(6000), basis=Decimal(2000),
        tax_proceeds=Decimal(6000), tax_basis=Decimal(2000),
        acquired=day(acquired), acquired_at=None, holding_start=day(acquired),
        disposed=day(disposed), disposed_at=None, acquisition=("a",), how=Closing.SALE,
        status=BasisStatus.KNOWN, method=LotMethod.FIFO, opened_by=NOWHERE, closed_by=NOWHERE,
        lot=1,
    )  # fmt: skip
    for name, value in changes.items():
        setattr(closed, name, value)
    return closed


def row(*slices: Slice, security: Security = STOCK, **options: Any) -> Form8949Row:
    found = form_8949_row(slices, security, Form8949Options(**options))
    assert found is not None
    return found


def seen(row: Form8949Row, *columns: str) -> object:
    return tuple(getattr(row, column) for column in columns)


def test_a_gain_is_proceeds_less_basis_column_h_example_1() -> None:
    found = row(a_slice())
    assert seen(found, "proceeds", "basis", "codes", "gain") == (6000, 2000, "", 4000)


def test_an_adjustment_changes_the_gain_column_h_example_3() -> None:
    found = row(a_slice(), others={"O": Decimal(-1000)})
    assert seen(found, "codes", "adjustment", "gain") == ("O", -1000, 3000)


def test_a_digital_asset_after_three_years_column_h_example_5() -> None:
    sold = a_slice("2022-06-01", "2025-06-01")
    found = row(sold, security=COIN, reporting=Reporting.NOTHING)
    assert seen(found, "part", "box") == (2, "L")
    assert row(sold, security=COIN).box == "K"


@pytest.mark.parametrize(
    ("acquired", "disposed", "reporting", "box"),
    [
        ("2024-03-01", "2025-03-01", None, "A"),
        ("2024-03-01", "2025-03-02", None, "D"),
        ("2010-12-31", "2025-03-02", None, "E"),
        ("2024-03-01", "2025-03-01", Reporting.NO_BASIS, "B"),
        ("2024-03-01", "2025-03-01", Reporting.NOTHING, "C"),
        ("2011-01-01", "2025-03-02", Reporting.NOTHING, "F"),
    ],
)
def test_the_box_is_chosen_by_term_and_by_what_the_broker_reports(
    acquired: str, disposed: str, reporting: Reporting | None, box: str
) -> None:
    assert row(a_slice(acquired, disposed), reporting=reporting).box == box


def test_digital_assets_were_on_no_form_before_2025() -> None:
    assert row(a_slice(disposed="2024-12-31"), security=COIN).box == "C"


def test_the_basis_of_digital_assets_is_covered_from_2026() -> None:
    assert row(a_slice("2026-01-01", "2026-02-01"), security=COIN).box == "G"


def test_a_washed_loss_has_code_w_and_a_positive_adjustment() -> None:
    loss = a_slice(tax_proceeds=Decimal("999.995"), tax_basis=Decimal("1249.99"),
                   tax_disallowed=Decimal("249.995"))  # fmt: skip
    found = row(loss)
    assert seen(found, "proceeds", "basis") == (Decimal("1000.00"), Decimal("1249.99"))
    assert seen(found, "codes", "adjustment") == ("W", Decimal("250.00"))
    # Each column is rounded by itself, and (h) follows from the columns.
    assert found.gain == Decimal("0.01")


def test_whole_dollars_round_half_up() -> None:
    found = row(a_slice(tax_proceeds=Decimal("6000.50"), tax_basis=Decimal("2000.49")),
                whole_dollars=True)  # fmt: skip
    assert seen(found, "proceeds", "basis", "gain") == (6001, 2000, 4001)


def test_a_reported_basis_that_is_wrong_stays_in_e_and_g_corrects_it() -> None:
    found = row(a_slice(), reported=Reported(basis=Decimal(1500)))
    assert seen(found, "basis", "codes", "adjustment") == (1500, "B", -500)
    assert found.gain == 4000


def test_a_wrong_basis_the_irs_does_not_have_is_replaced() -> None:
    found = row(a_slice(), reporting=Reporting.NO_BASIS, reported=Reported(basis=Decimal(1500)))
    assert seen(found, "basis", "codes", "adjustment", "gain") == (2000, "B", 0, 4000)


def test_several_codes_stand_in_the_order_of_the_alphabet() -> None:
    loss = a_slice(tax_proceeds=Decimal(1000), tax_disallowed=Decimal(1000))
    found = row(loss, reported=Reported(basis=Decimal(1900), term=Term.LONG),
                others={"O": Decimal(0)})  # fmt: skip
    assert found.codes == "BOTW"
    assert found.gain == 0


def test_several_acquisitions_of_one_sale_read_various() -> None:
    found = row(a_slice("2024-03-01"), a_slice("2024-04-01"))
    assert seen(found, "various", "acquired") == (True, None)
    assert seen(found, "quantity", "gain") == (200, 8000)


def test_a_short_sale_shows_when_the_delivered_shares_were_acquired() -> None:
    found = row(a_slice("2023-01-02", "2025-02-03", short=True))
    assert seen(found, "part", "acquired", "disposed") == (1, day("2025-02-03"), day("2025-02-03"))


def test_an_option_that_expired_says_so() -> None:
    expired = a_slice(tax_proceeds=Decimal(0), how=Closing.EXPIRY)
    assert row(expired, security=CALL).expired


def test_an_unknown_basis_leaves_the_gain_unknown() -> None:
    found = row(a_slice(tax_basis=None, status=BasisStatus.UNKNOWN))
    assert seen(found, "basis", "gain", "box") == (None, None, "B")


def test_section_1256_contracts_are_on_another_form() -> None:
    assert form_8949_row(a_slice(), replace(CALL, section_1256=True)) is None


def test_what_was_acquired_nobody_knows_when_has_no_row() -> None:
    assert form_8949_row(a_slice(holding_start=None), STOCK) is None
