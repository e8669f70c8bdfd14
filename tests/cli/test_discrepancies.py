"""`show discrepancies`, `import` and `sync --strict`: what does not add up, and why."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from qm_tui.cli.shapes import columns, schema
from tests.brokers.ibkr.flex_builder import BUY, POSITION, document, row, section, statement
from tests.cli.doubles import Double, a_flex_service
from tests.cli.program import Program

TOKEN = "402837465564738291"  # noqa: S105 - nobody takes it


def told(path: Path, held: str, *more: str) -> Path:
    """A statement of 100 AAPL bought, and of so many held."""
    path.write_text(
        document(
            statement(
                row("AccountInformation", accountId="U1", currency="USD", dateOpened="20260101"),
                section("Trades", row("Trade", BUY), *more),
                section(
                    "OpenPositions",
                    row(
                        "OpenPosition",
                        POSITION,
                        position=held,
                        positionValue=str(12 * int(held)),
                        costBasisMoney="",
                    ),
                ),
            )
        )
    )
    return path


@pytest.fixture
def broken(program: Program, tmp_path: Path) -> Program:
    """The program with a sale of 40 that never arrived."""
    ran = program("import", told(tmp_path / "broken.xml", "60"))
    assert ran.status == 0
    assert "reconciled: 1 holding, 1 break (1 major)" in ran.err
    return program


def shown(program: Program, *more: str) -> list[dict[str, Any]]:
    ran = program("show", "discrepancies", "--format", "json", *more)
    assert ran.status == 0
    rows: list[dict[str, Any]] = json.loads(ran.out)
    return rows


def test_a_break_has_the_names_and_words_that_are_published(broken: Program) -> None:
    rows = shown(broken, "--why")

    shape = schema()
    jsonschema.validate(rows, {"$ref": "#/$defs/discrepancies", "$defs": shape["$defs"]})
    [one] = [each for each in rows if each["verdict"] == "quantity"]
    assert (one["account"], one["symbol"], one["status"]) == ("U1", "AAPL", "open")
    assert (one["expected"], one["actual"], one["difference"]) == ("100", "60", "-40")
    assert Decimal(one["currency_value"]) == 480
    assert one["severity"] == "major"
    assert one["explanation"]


def test_without_why_there_are_no_reasons(broken: Program) -> None:
    assert all(set(each) == set(columns("discrepancies")) for each in shown(broken))


def test_why_ends_at_the_row_the_broker_wrote(program: Program, tmp_path: Path) -> None:
    again = row("Trade", BUY, transactionID="1002", tradeID="2002", ibExecID="0001.01.02")
    assert program("import", told(tmp_path / "twice.xml", "100", again)).status == 0

    [one] = [each for each in shown(program, "--why") if each["verdict"] == "quantity"]
    assert one["cause"] == "duplicate_import"
    places = {(each["table"], each["document"]) for each in one["evidence"]}
    assert ("trades", "twice.xml") in places
    assert all(
        isinstance(each["document_row"], int) for each in one["evidence"] if each["document"]
    )
    table = program("show", "discrepancies", "--why").out
    assert one["explanation"] in table
    assert "twice.xml, row" in table


def test_what_adds_up_again_is_shown_with_all_alone(broken: Program, tmp_path: Path) -> None:
    sale = row(
        "Trade", BUY, transactionID="1002", tradeID="2002", ibExecID="0001.01.02", buySell="SELL",
        quantity="-40", proceeds="420", netCash="419", openCloseIndicator="C",
    )  # fmt: skip
    ran = broken("import", told(tmp_path / "mended.xml", "60", sale))

    assert "reconciled: 1 holding, 0 breaks" in ran.err
    assert shown(broken) == []
    assert {each["status"] for each in shown(broken, "--all")} == {"closed"}
    assert all(each["closed_at"] for each in shown(broken, "--all"))


def test_account_broker_and_symbol_narrow_what_is_shown(broken: Program) -> None:
    assert shown(broken, "--account", "U1", "--symbol", "AAPL", "--broker", "ibkr")
    assert shown(broken, "--symbol", "MSFT") == []
    assert shown(broken, "--account", "U2") == []


def test_that_nothing_was_compared_is_said(program: Program) -> None:
    ran = program("show", "discrepancies")

    assert (ran.status, ran.err) == (
        0, "qm-tui: nothing is reconciled yet; sync or import first.\n"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["trades", "--all"], "--all belongs to discrepancies"),
        (["discrepancies", "--as-of", "2026-01-01"], "they have no --as-of"),
        (["discrepancies", "--view", "economic"], "--view belongs to lots and gains"),
        (["discrepancies", "--why", "--format", "csv"], "--why needs --format table or json"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    program: Program, arguments: list[str], says: str
) -> None:
    ran = program("show", *arguments)

    assert ran.status == 2
    assert says in ran.err


@pytest.fixture
def service() -> Iterator[Double]:
    days = ["--period", "20260201-20260227", "--begins", "20260201"]
    with a_flex_service("--token", TOKEN, "--query", "1", *days) as running:
        yield running


def test_an_open_major_break_fails_a_strict_sync(
    broken: Program, service: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QM_TUI_IB_FLEX_TOKEN", TOKEN)
    broken.config.write_text(
        f"[[connection]]\nname='ib-flex'\nbroker='ibkr-flex'\nquery_id='1'\n"
        f"base_url='{service.said}'\n"
    )

    assert broken("--config", broken.config, "sync").status == 0
    strict = broken("--config", broken.config, "sync", "--strict")

    assert strict.status == 4, strict
    assert "reconciled: " in strict.err


def test_minor_breaks_alone_do_not_fail_a_strict_sync(
    program: Program, service: Double, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "minor.xml"
    path.write_text(a_statement_with_cash("20260131", "3949"))
    assert program("import", path).status == 0
    monkeypatch.setenv("QM_TUI_IB_FLEX_TOKEN", TOKEN)
    program.config.write_text(
        f"[[connection]]\nname='ib-flex'\nbroker='ibkr-flex'\nquery_id='1'\n"
        f"base_url='{service.said}'\n"
    )

    strict = program("--config", program.config, "sync", "--strict")

    open_ones = {(each["verdict"], each["severity"]) for each in shown(program)}
    assert {severity for _, severity in open_ones} == {"minor"}, open_ones
    assert strict.status == 0, strict


def test_a_sync_that_failed_is_graver_than_a_break(
    broken: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QM_TUI_IB_FLEX_TOKEN", TOKEN)
    broken.config.write_text(
        "[[connection]]\nname='ib-flex'\nbroker='ibkr-flex'\nquery_id='1'\n"
        "base_url='http://127.0.0.1:9/'\n"
    )

    assert broken("--config", broken.config, "sync", "--strict").status == 1


def a_statement_with_cash(day: str, cash: str) -> str:
    currency = row("CashReportCurrency", currency="USD", endingCash=cash, accountId="U1")
    return document(
        statement(
            row("AccountInformation", accountId="U1", currency="USD", dateOpened="20260101"),
            section("Trades", row("Trade", BUY)),
            section(
                "OpenPositions",
                row("OpenPosition", POSITION, positionValue="1250", costBasisMoney="1041"),
            ),
            section("CashReport", currency),
            section("CashTransactions", row("CashTransaction", DEPOSIT)),
            toDate=day,
            whenGenerated=f"{day};233000",
        )
    )


DEPOSIT = {
    "accountId": "U1", "currency": "USD", "type": "Deposits/Withdrawals", "amount": "5000",
    "dateTime": "20260102", "reportDate": "20260102", "settleDate": "20260102",
    "transactionID": "77", "description": "CASH RECEIPTS", "levelOfDetail": "DETAIL",
}  # fmt: skip


def test_cash_has_a_currency_and_no_symbol_in_the_published_words(
    program: Program, tmp_path: Path
) -> None:
    for day, cash in (("20260103", "5000"), ("20260131", "3900")):
        path = tmp_path / f"{day}.xml"
        path.write_text(a_statement_with_cash(day, cash))
        assert program("import", path).status == 0

    rows = shown(program, "--why")

    shape = schema()
    jsonschema.validate(rows, {"$ref": "#/$defs/discrepancies", "$defs": shape["$defs"]})
    assert {"cash", "cost_basis", "market_value"} <= {each["verdict"] for each in rows}, rows
    [found] = [each for each in rows if each["verdict"] == "cash"]
    assert (found["symbol"], found["currency"], found["difference"]) == (None, "USD", "-49")
