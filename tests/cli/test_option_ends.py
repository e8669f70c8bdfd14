"""Options that end, from a statement to what `show` says of them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.brokers.ibkr.flex_builder import BUY, row, section
from tests.cli.program import Program
from tests.cli.test_show_lots import Portfolio

CALL = {
    "assetCategory": "OPT", "symbol": "SPX   240315C05000000", "description": "SPX 15MAR24 5000 C",
    "conid": "19", "isin": "", "underlyingSymbol": "SPX", "underlyingConid": "20", "strike": "5000",
    "expiry": "20240315", "putCall": "C", "multiplier": "100", "currency": "USD",
}  # fmt: skip


@pytest.fixture
def portfolio(program: Program, tmp_path: Path) -> Portfolio:
    return Portfolio(program, tmp_path)


def traded(number: int, day: str, quantity: str, price: str, **more: str) -> str:
    told = {
        "quantity": quantity, "tradePrice": price, "tradeDate": day, "reportDate": day,
        "dateTime": f"{day};103000", "buySell": "SELL" if quantity.startswith("-") else "BUY",
        "proceeds": "", "netCash": "", "cost": "", "transactionID": f"9{number}",
        "tradeID": f"8{number}", "ibExecID": f"e.{number}", "ibOrderID": f"7{number}",
        "ibCommission": "-1", "openCloseIndicator": "O",
    }  # fmt: skip
    return row("Trade", BUY, CALL, told, **more)


def ended() -> str:
    return section(
        "Trades",
        traded(1, "20240207", "1", "50")
        + traded(
            2, "20240315", "-1", "0", transactionType="BookTrade", notes="Ex", ibExecID="",
            ibOrderID="", ibCommission="0", openCloseIndicator="C",
        ),
    )  # fmt: skip


def a_line(level: str) -> str:
    return row(
        "StatementOfFundsLine", CALL, accountId="U1", fxRateToBase="1", date="20240315;162000",
        reportDate="20240315", activityCode="ADJ", amount="11700", balance="20000",
        activityDescription="Option Cash Settlement for: Exercise ( SPX 15MAR24 5000 C )",
        levelOfDetail=level,
    )  # fmt: skip


def in_the_statement_of_funds() -> str:
    return section("StmtFunds", a_line("Currency") + a_line("BaseCurrency"))


def among_the_option_events() -> str:
    def event(kind: str, quantity: str, proceeds: str) -> str:
        return row(
            "OptionEAE", CALL, accountId="U1", date="20240315", transactionType=kind,
            quantity=quantity, tradePrice="0", proceeds=proceeds,
        )  # fmt: skip

    return section(
        "OptionEAE", event("Exercise", "-1", "0") + event("Cash Settlement", "0", "11700")
    )


@pytest.mark.parametrize("told_by", [in_the_statement_of_funds, among_the_option_events])
def test_an_index_option_that_was_paid_for_is_no_loss(
    portfolio: Portfolio, told_by: Callable[[], str]
) -> None:
    portfolio.told(ended(), told_by())
    [gain] = portfolio.rows("gains")
    assert (gain["proceeds"], gain["cost_basis"], gain["gain"]) == ("11700", "5001", "6699")
    assert (gain["closing"], gain["term"]) == ("cash_settlement", "section_1256")


def test_what_was_paid_may_be_told_later_than_the_end(portfolio: Portfolio) -> None:
    portfolio.told(ended())
    portfolio.told(in_the_statement_of_funds())
    [gain] = portfolio.rows("gains")
    assert gain["gain"] == "6699"


def test_a_user_may_call_an_index_narrow(portfolio: Portfolio) -> None:
    program = portfolio.program
    portfolio.told(ended(), in_the_statement_of_funds())
    program.config.write_text("[tax]\nsection_1256 = { spx = false }\n")
    shown = program("--config", program.config, "show", "gains", "--format", "csv")
    assert "section_1256" not in shown.out
    assert ",short," in shown.out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('[tax]\npre_sale = "never"\n', "[tax] pre_sale is 'never'; expected one of still_held"),
        ("[tax]\ncall_as_replacement = 1\n", "[tax] call_as_replacement is 1; expected a text"),
        ("[tax]\nsection_1256 = { SPX = 1 }\n", "[tax.section_1256] SPX is 1; expected true"),
        ("[tax]\nsection_1256 = 'SPX'\n", "[tax] section_1256 is 'SPX'; expected a table"),
        ("[tax]\nwash = true\n", "[tax] wash is not known here"),
    ],
)
def test_a_mistake_about_taxes_names_file_key_and_expectation(
    program: Program, content: str, said: str
) -> None:
    program.config.write_text(content)
    ran = program("--config", program.config, "show", "accounts")
    assert ran.status == 2
    assert f"{program.config}: {said}" in ran.err
    assert ran.err.count("\n") == 1
