"""Lines that are cut never end with half of a number."""

import pytest
from textual.content import Content

from qm_tui.ui.widgets.whole import whole


@pytest.mark.parametrize(
    ("line", "width", "shown"),
    [
        ("net 1,234.56", 12, "net 1,234.56"),
        ("net 1,234.56", 11, "net #######"),
        ("net 1,234.56", 6, "net ##"),
        ("net 1,234.56 USD", 13, "net #########"),
        ("net 1,234.56 USD", 15, "net 1,234.56 U…"),
        ("net -5", 5, "net …"),
        ("in 4 days", 7, "in 4 d…"),
        ("U1234567 cash", 6, "U1234…"),
        ("漢字 12", 6, "漢字 …"),
    ],
)
def test_what_is_cut_is_never_another_number(line: str, width: int, shown: str) -> None:
    assert whole(Content(line), width).plain == shown
