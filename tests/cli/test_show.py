"""What `show` prints: the shapes of the contract, and nothing that a terminal could obey."""

import csv
import io
import json
from pathlib import Path

import jsonschema
import pytest
from rich.cells import cell_len

from qm_tui.cli.arguments import WHAT
from qm_tui.cli.shapes import columns, schema
from tests.brokers.ibkr.flex_builder import BUY, POSITION, document, row, section, statement
from tests.cli.program import Program

HOSTILE = "[bold red]X[/] &#13; \u202eevil\u2066\u200b\u009b31m \x7f " + "long" * 2500


BESIDE = {"lots": " to look at: ", "gains": " to look at: ", "discrepancies": "reconciled"}
"""What is said beside the rows."""


def rows_of(program: Program, what: str, *more: str) -> list[dict[str, object]]:
    ran = program("show", what, "--format", "json", *more)
    assert ran.status == 0
    # What booking could not settle is said beside lots and gains, how much was compared beside
    # discrepancies, and nothing else is.
    assert ran.err == "" or BESIDE.get(what, "\0") in ran.err
    rows: list[dict[str, object]] = json.loads(ran.out)
    return rows


@pytest.mark.parametrize("what", WHAT)
def test_json_has_the_shape_that_is_published(filled: Program, what: str) -> None:
    rows = rows_of(filled, what)

    shape = schema()
    jsonschema.Draft202012Validator.check_schema(shape)
    jsonschema.validate(rows, {"$ref": f"#/$defs/{what}", "$defs": shape["$defs"]})


NOT_THERE = {"transfers", "interest", "margin", "discrepancies"}
"""What the generated statement tells nothing of."""


@pytest.mark.parametrize("what", sorted(set(WHAT) - NOT_THERE))
def test_a_generated_statement_fills_every_listing(filled: Program, what: str) -> None:
    assert rows_of(filled, what)


@pytest.mark.parametrize("what", WHAT)
def test_csv_has_the_columns_and_rows_of_json(filled: Program, what: str) -> None:
    header, *lines = csv.reader(io.StringIO(filled("show", what, "--format", "csv").out))

    assert tuple(header) == columns(what)
    assert len(lines) == len(rows_of(filled, what))


@pytest.mark.parametrize("what", WHAT)
def test_a_table_has_the_columns_of_json(filled: Program, what: str) -> None:
    header, *lines = filled("show", what).out.splitlines()

    assert tuple(header.split()) == columns(what)
    assert len(lines) == len(rows_of(filled, what))


@pytest.mark.parametrize("what", WHAT)
def test_an_empty_store_gives_an_empty_array(program: Program, what: str) -> None:
    assert program("show", what, "--format", "json").out == "[]\n"


def test_an_account_narrows_what_is_shown(filled: Program) -> None:
    rows = rows_of(filled, "trades", "--account", "U9000002")

    assert {row["account"] for row in rows} == {"U9000002"}


def test_a_symbol_narrows_what_is_shown(filled: Program) -> None:
    symbol = str(rows_of(filled, "trades")[0]["symbol"])

    assert {row["symbol"] for row in rows_of(filled, "trades", "--symbol", symbol)} == {symbol}


def test_an_account_that_is_not_there_is_said(filled: Program) -> None:
    ran = filled("show", "trades", "--account", "U404")

    assert "no account matches 'U404'" in ran.err


def test_pages_neither_repeat_nor_lose_a_row(program: Program, tmp_path: Path) -> None:
    buys = [row("Trade", BUY, transactionID=str(number)) for number in range(1, 451)]
    path = tmp_path / "many.xml"
    path.write_text(document(statement(section("Trades", *buys))))
    assert program("import", path).status == 0

    assert len(rows_of(program, "trades")) == 450
    assert len(program("show", "trades").out.splitlines()) == 451


def is_harmless(text: str) -> bool:
    """Whether nothing in a text but line ends could move a terminal's cursor or its direction."""
    return all(character.isprintable() for line in text.split("\n") for character in line)


@pytest.mark.parametrize("what", ["positions", "trades", "accounts", "syncs"])
def test_hostile_text_is_harmless_in_a_table(program: Program, tmp_path: Path, what: str) -> None:
    named = {"symbol": HOSTILE, "description": HOSTILE, "notes": HOSTILE, "conid": "1"}
    account = row("AccountInformation", accountId="U1", acctAlias=HOSTILE, currency="USD")
    path = tmp_path / "hostile\x1b[31m.xml"
    path.write_text(
        document(
            statement(
                account,
                section("Trades", row("Trade", BUY, **named)),
                section("OpenPositions", row("OpenPosition", POSITION, **named)),
            )
        ),
        encoding="utf-8",
    )
    imported = program("import", path)
    assert imported.status in (0, 3)
    assert is_harmless(imported.err)

    ran = program("show", what)

    assert is_harmless(ran.out)
    assert max(len(line) for line in ran.out.splitlines()) < 1000


def test_wide_characters_keep_their_columns_under_each_other(
    program: Program, tmp_path: Path
) -> None:
    names = ("ABC", "名前株式会社", "長" * 60)
    rows = [
        row("Trade", BUY, transactionID=str(number), symbol=name, conid=str(number))
        for number, name in enumerate(names, start=1)
    ]
    path = tmp_path / "wide.xml"
    path.write_text(document(statement(section("Trades", *rows))), encoding="utf-8")
    assert program("import", path).status == 0

    head, *lines = program("show", "lots").out.splitlines()

    place = head.index("  currency") + 2
    assert len(lines) == len(names)
    assert {cut_cells(line, place) for line in lines} == {"USD"}


def cut_cells(line: str, place: int) -> str:
    """The word that begins at a place of the terminal."""
    for number in range(len(line)):
        if cell_len(line[:number]) == place:
            return line[number:].split(maxsplit=1)[0]
    return ""


def test_positions_can_be_merged(filled: Program) -> None:
    rows = rows_of(filled, "positions", "--merged")

    shape = schema()
    jsonschema.validate(rows, {"$ref": "#/$defs/merged_positions", "$defs": shape["$defs"]})
    symbols = [str(row["symbol"]) for row in rows]
    assert sorted(set(symbols)) == sorted(symbols)


def test_only_positions_can_be_merged(filled: Program) -> None:
    ran = filled("show", "lots", "--merged")

    assert ran.status == 2
    assert "--merged belongs to positions" in ran.err
