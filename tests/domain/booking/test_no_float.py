"""No float gets near an amount: neither by name, nor by a literal, nor by dividing integers."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from qm_tui.domain import booking

FOLDER = Path(booking.__path__[0])
MODULES = sorted(FOLDER.rglob("*.py"))
DIVISIONS = {
    "money.py": "the one place where amounts are divided: Decimals",
    "shelf.py": "a unit basis to sort by, never an amount: Decimals",
    "named_lots.py": "a unit basis to find a lot by, never an amount: Decimals",
    "naming.py": "the unit basis that was named, to choose by: Decimals",
    "spin_offs.py": "the fraction that a stated basis means: Fractions",
    "translate/deliveries.py": "how many contracts shares stand for: Decimals",
    "translate/descriptions.py": "the ratio of a text: Fractions",
    "translate/fractions_paid.py": "shares times a ratio, which has to be exact: Decimals",
    "translate/picks.py": "a broker's cost of some of a lot, to choose by: Decimals",
    "translate/rates.py": "an exchange rate by way of another currency: Decimals",
    "translate/splits.py": "the ratio that quantities mean: Fractions",
}
"""Where a true division may stand, and why it makes no float: nothing is divided but these."""
_FLOATING = {"float", "math", "random", "statistics", "cmath", "numpy"}


def offences(source: str, *, divides: bool = False) -> Iterator[str]:
    """Find what is a float, makes one, or might: a line number and what it is."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Constant(value=float() | complex()):
                yield f"{node.lineno}: the literal {node.value!r}"
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in _FLOATING:
                yield f"{node.lineno}: the name {name}"
            case ast.Import(names=names):
                found = [one.name for one in names if one.name.partition(".")[0] in _FLOATING]
                yield from (f"{node.lineno}: the import of {name}" for name in found)
            case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in _FLOATING:
                yield f"{node.lineno}: the import from {module}"
            case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()) if not divides:
                yield f"{node.lineno}: a true division"
            case _:
                pass


def name_of(path: Path) -> str:
    return path.relative_to(FOLDER).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_the_engine_has_no_float(path: Path) -> None:
    divides = name_of(path) in DIVISIONS
    assert list(offences(path.read_text(encoding="utf-8"), divides=divides)) == []


def test_every_module_that_may_divide_does() -> None:
    found = {name_of(path) for path in MODULES if [*offences(path.read_text(encoding="utf-8"))]}
    assert found == set(DIVISIONS)


@pytest.mark.parametrize(
    "source",
    [
        "fee = 0.5",
        "amount = float(text)",
        "def f(amount: float) -> None: ...",
        "import math",
        "from math import floor",
        "half = whole / 2",
        "whole /= 2",
        "total = Decimal(str(number.__class__.float))",
        "rate = 1e3",
        "wave = 2j",
    ],
)
def test_the_check_sees_what_it_is_for(source: str) -> None:
    assert list(offences(source)) != []


def test_the_check_lets_exact_arithmetic_through() -> None:
    exact = 'fee = Decimal("0.5") * 2\nshares = whole // 2\ntotal = sum(parts, ZERO)'
    assert list(offences(exact)) == []
    assert list(offences("unit = basis / quantity", divides=True)) == []
