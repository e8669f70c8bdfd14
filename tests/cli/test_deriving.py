"""`import` derives, `db rebuild` derives all again: what they say, and their exit status."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.program import Program


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.csv"
    path.write_text(
        "Date,Account,Symbol,Quantity,Price,Commission,Type,Id,Currency\n"
        "2024-01-02,U1,AAPL,100,10,1,BUY,1,USD\n"
        "2024-06-03,U1,AAPL,40,12,1,SELL,2,USD\n"
    )
    return path


def counted(program: Program, table: str) -> int:
    with closing(sqlite3.connect(program.store)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


def test_an_import_derives_and_says_nothing_of_it_where_all_is_settled(
    program: Program, ledger: Path
) -> None:
    ran = program("import", ledger)

    assert ran.status == 0
    assert "lots and gains" not in ran.err
    assert (counted(program, "tax_lots"), counted(program, "realized_gains")) == (1, 1)
    assert counted(program, "dirty_marks") == 0


def test_an_import_says_what_could_not_be_settled(program: Program, ledger: Path) -> None:
    with ledger.open("a") as file:
        file.write("2024-07-03,U1,MSFT,5,12,1,SELL TO CLOSE,3,USD\n")

    ran = program("import", ledger)

    assert "lots and gains: 1 to look at (missing history 1)." in ran.err


def test_a_rebuild_of_what_is_right_says_so(program: Program, ledger: Path) -> None:
    program("import", ledger)

    ran = program("db", "rebuild")

    assert (ran.status, ran.err) == (0, "")
    assert "1 groups derived again" in ran.out
    assert "1 open lots, 1 realized gains, 0 to look at." in ran.out
    assert "All of it was as it should be." in ran.out


def test_a_rebuild_names_and_corrects_what_is_wrong(program: Program, ledger: Path) -> None:
    program("import", ledger)
    with closing(sqlite3.connect(program.store)) as connection, connection:
        connection.execute("UPDATE tax_lots SET cost_basis = '1'")
        connection.execute("DELETE FROM realized_gains")

    ran = program("db", "rebuild")

    assert ran.status == 3
    assert ran.err.splitlines() == [
        "qm-tui: AAPL of me: tax lots were not as they follow from the facts (1 rows wrong, 1 "
        "missing); corrected.",
        "qm-tui: AAPL of me: realized gains were not as they follow from the facts (0 rows wrong, "
        "1 missing); corrected.",
    ]
    assert program("db", "rebuild").status == 0


def test_a_rebuild_needs_a_store(program: Program) -> None:
    ran = program("db", "rebuild")

    assert ran.status == 1
    assert "there is no store yet" in ran.err


def test_what_an_earlier_run_left_is_derived_with_the_next_import(
    program: Program, ledger: Path
) -> None:
    program("import", ledger)
    with closing(sqlite3.connect(program.store)) as connection, connection:
        connection.execute("DELETE FROM booking_groups")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("DELETE FROM tax_lots")
        connection.execute("DELETE FROM realized_gains")
        connection.execute("DELETE FROM booking_group_members")
        connection.execute(
            "INSERT INTO dirty_marks (taxpayer, instrument_id, marked_at) VALUES ('me', 1, '2024')"
        )

    ran = program("import", ledger)

    assert "imported before" in ran.err
    assert counted(program, "tax_lots") == 1
