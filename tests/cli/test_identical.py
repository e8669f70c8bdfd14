"""`[tax] identical` in the configuration: the next command shows what it makes of a loss."""

import json
from pathlib import Path

from tests.cli.program import Program

LEDGER = """Date,Account,Symbol,Quantity,Price,Commission,Type,Id,Currency
2023-11-01,U1,GOOG,100,20,1,BUY,1,USD
2024-03-01,U1,GOOG,100,10,1,SELL,2,USD
2024-03-11,U1,GOOGL,100,11,1,BUY,3,USD
"""


def disallowed(program: Program, view: str = "taxpayer") -> str:
    ran = program(
        "--config", program.config, "show", "gains", "--view", view, "--format", "json"
    )  # fmt: skip
    assert ran.status == 0, ran.err
    [gain] = json.loads(ran.out)
    return str(gain["wash_disallowed"])


def test_a_change_of_the_list_holds_with_the_next_command(program: Program, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.csv"
    ledger.write_text(LEDGER)
    program.config.write_text("")
    assert program("--config", program.config, "import", ledger).status == 0
    assert disallowed(program) == "0"

    program.config.write_text('[tax]\nidentical = [["goog", "GOOGL"]]\n')
    assert disallowed(program) == "1002"
    assert disallowed(program, "broker") == "0"

    program.config.write_text("")
    assert disallowed(program) == "0"


def test_the_order_in_which_symbols_are_written_changes_nothing(
    program: Program, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger.csv"
    ledger.write_text(LEDGER)
    program.config.write_text('[tax]\nidentical = [["SPY", "VOO"], ["GOOGL", "GOOG"]]\n')
    assert program("--config", program.config, "import", ledger).status == 0
    before = program.store.read_bytes()

    program.config.write_text('[tax]\nidentical = [["GOOG", "GOOGL"], ["VOO", "SPY"]]\n')

    assert disallowed(program) == "1002"
    assert program.store.read_bytes() == before
