"""`show options --group`: one row a group, with the Greeks of its options summed."""

import json
from pathlib import Path

import jsonschema
import pytest

from qm_tui.cli.shapes import schema
from qm_tui.config import load
from tests.cli.program import Program


@pytest.fixture
def filled(program: Program, statement: Path) -> Program:
    assert program("import", statement).status == 0
    return program


def rows_of(program: Program, *more: str) -> list[dict[str, object]]:
    ran = program("show", "options", "--format", "json", *more)
    assert (ran.status, ran.err) == (0, "")
    rows: list[dict[str, object]] = json.loads(ran.out)
    return rows


@pytest.mark.parametrize("way", ["underlying", "expiry", "strategy", "account"])
def test_options_are_grouped(filled: Program, way: str) -> None:
    alone = rows_of(filled)
    rows = rows_of(filled, "--group", way)

    shape = schema()
    jsonschema.validate(rows, {"$ref": "#/$defs/option_groups", "$defs": shape["$defs"]})
    assert sum(int(str(row["options"])) for row in rows) == len(alone) > 0
    assert all((row["strategy"] is not None) == (way == "strategy") for row in rows)


def test_only_options_can_be_grouped(filled: Program) -> None:
    ran = filled("show", "positions", "--group", "expiry")

    assert ran.status == 2
    assert "--group belongs to options" in ran.err


def test_a_category_of_an_account_can_be_configured(program: Program) -> None:
    program.config.write_text("[[account]]\nnumber = 'U1'\ncategory = 'Retirement'\n")
    assert load(program.config, required=True).categories == {"U1": "Retirement"}
