"""`[tax.spin_offs]` in the configuration: exactly what is written, as a text or as a number."""

from decimal import Decimal
from pathlib import Path

import pytest

from qm_tui.config import load

EXACT = "0.25190000000000000000000000001"


@pytest.mark.parametrize("written", [EXACT, f'"{EXACT}"', f"' {EXACT} '"])
def test_a_fraction_is_taken_to_the_last_digit(tmp_path: Path, written: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f'[tax.spin_offs]\n"brk.b" = {written}\nGEV = 1\n')
    assert load(path, required=True).tax.spin_offs == {"BRK B": Decimal(EXACT), "GEV": Decimal(1)}
