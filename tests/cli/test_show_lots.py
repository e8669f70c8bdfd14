"""`show lots` and `show gains`: views, sources, methods, days, and why."""

import csv
import io
import itertools
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from qm_tui.cli.arguments import METHODS, VIEWS
from qm_tui.cli.shapes import columns, schema
from qm_tui.domain.booking.words import LotMethod, Term, View
from tests.brokers.ibkr.flex_builder import BUY, POSITION, document, row, section, statement
from tests.cli.program import Program, Ran

LOT = {**POSITION, "levelOfDetail": "LOT", "openDateTime": "20250102;100000"}


def fills(*told: tuple[str, str, str, str], account: str = "U1") -> str:
    """Rows of trades: (day, quantity, price, commission), each an order of its own."""
    return "".join(_fill(number, account, *one) for number, one in enumerate(told, start=1))


def _fill(number: int, account: str, day: str, quantity: str, price: str, fee: str) -> str:
    buys = not quantity.startswith("-")
    unique = f"{account[1:]}{number:03}"
    return row(
        "Trade", BUY, accountId=account, quantity=quantity, tradePrice=price, ibCommission=fee,
        tradeDate=day, dateTime=f"{day};1000{number:02}", buySell="BUY" if buys else "SELL",
        openCloseIndicator="O" if buys else "C", proceeds="", netCash="", transactionID=unique,
        tradeID=unique, ibExecID=f"e.{unique}", ibOrderID=unique,
    )  # fmt: skip


class Portfolio:
    """Imports statements of fills into the program's store."""

    def __init__(self, program: Program, folder: Path) -> None:
        self.program = program
        self._files = (folder / f"{number}.xml" for number in itertools.count())

    def told(self, *sections: str, account: str = "U1") -> None:
        path = next(self._files)
        path.write_text(document(statement(*sections, accountId=account, fromDate="20240101")))
        ran = self.program("import", path)
        assert ran.status == 0, ran.err

    def traded(self, *told: tuple[str, str, str, str], account: str = "U1") -> None:
        self.told(section("Trades", fills(*told, account=account)), account=account)

    def rows(self, what: str, *more: str) -> list[dict[str, Any]]:
        ran = self.program("show", what, "--format", "json", *more)
        assert ran.status == 0, ran.err
        found: list[dict[str, Any]] = json.loads(ran.out)
        shape = schema()
        jsonschema.validate(found, {"$ref": f"#/$defs/{what}", "$defs": shape["$defs"]})
        return found


@pytest.fixture
def portfolio(program: Program, tmp_path: Path) -> Portfolio:
    return Portfolio(program, tmp_path)


BOUGHT_TWICE = (("20250106", "100", "10", "-1"), ("20250110", "100", "20", "-1"))


def of(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(found[name] for name in names) for found in rows]


def test_open_lots_follow_from_the_trades(portfolio: Portfolio) -> None:
    portfolio.traded(*BOUGHT_TWICE, ("20250120", "-40", "15", "-1"))

    assert of(
        portfolio.rows("lots"),
        "quantity", "acquisition_date", "cost_basis", "basis_status", "wash_adjustment", "source",
        "view",
    ) == [
        ("60", "2025-01-06", "600.6", "known", "0", "derived", "taxpayer"),
        ("100", "2025-01-10", "2001", "known", "0", "derived", "taxpayer"),
    ]  # fmt: skip
    assert of(
        portfolio.rows("gains"),
        "quantity", "acquisition_date", "disposition_date", "proceeds", "cost_basis", "gain",
        "term", "wash_disallowed", "view",
    ) == [
        ("40", "2025-01-06", "2025-01-20", "599", "400.4", "198.6", "short", "0", "taxpayer"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "basis"),
    [("fifo", "400.4"), ("lifo", "800.4"), ("hifo", "800.4"), ("lofo", "400.4")],
)
def test_a_method_can_be_supposed_and_changes_nothing(
    portfolio: Portfolio, method: str, basis: str
) -> None:
    portfolio.traded(*BOUGHT_TWICE, ("20250120", "-40", "25", "-1"))

    [supposed] = portfolio.rows("gains", "--method", method)
    assert (supposed["cost_basis"], supposed["method"]) == (basis, method)
    [gain] = portfolio.rows("gains")
    assert (gain["cost_basis"], gain["method"]) == ("400.4", "fifo")


def test_a_day_shows_the_lots_and_gains_of_its_end(portfolio: Portfolio) -> None:
    portfolio.traded(
        *BOUGHT_TWICE, ("20250120", "-40", "15", "-1"), ("20250121", "-60", "15", "-1")
    )

    before = portfolio.rows("lots", "--as-of", "2025-01-20")
    assert of(before, "quantity", "days_held") == [("60", 14), ("100", 10)]
    assert of(portfolio.rows("lots", "--as-of", "2025-01-09"), "quantity") == [("100",)]
    assert portfolio.rows("lots", "--as-of", "2025-01-05") == []
    assert of(portfolio.rows("gains", "--as-of", "2025-01-20"), "disposition_date") == [
        ("2025-01-20",)
    ]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_are_days(portfolio: Portfolio, day: str) -> None:
    portfolio.traded(*BOUGHT_TWICE)
    held = [] if day.startswith("0") else [("100",), ("100",)]
    assert of(portfolio.rows("lots", "--as-of", day), "quantity") == held
    assert portfolio.rows("positions", "--as-of", day) == []


def test_what_was_supposed_up_to_the_end_is_what_is_stored(portfolio: Portfolio) -> None:
    portfolio.traded(*BOUGHT_TWICE, ("20250120", "-33.333", "15", "-1"))
    portfolio.traded(("20250125", "7", "14", "0"), account="U2")
    for what in ("lots", "gains"):
        for view in VIEWS:
            stored = portfolio.rows(what, "--view", view)
            again = portfolio.rows(what, "--view", view, "--why")
            assert [{n: v for n, v in each.items() if n != "why"} for each in again] == stored


def test_a_wash_sale_in_another_account_is_the_taxpayers_alone(portfolio: Portfolio) -> None:
    portfolio.traded(("20250106", "100", "10", "0"), ("20250120", "-100", "8", "0"))
    portfolio.traded(("20250125", "100", "9", "0"), account="U2")

    washed = {
        view: of(portfolio.rows("gains", "--view", view), "gain", "wash_disallowed", "net_gain")
        for view in VIEWS
    }
    bases = {
        view: of(portfolio.rows("lots", "--view", view), "cost_basis", "wash_adjustment")
        for view in VIEWS
    }

    assert washed == {
        "taxpayer": [("-200", "200", "0")],
        "economic": [("-200", "0", "-200")],
        "broker": [("-200", "0", "-200")],
    }
    assert bases == {
        "taxpayer": [("1100", "200")],
        "economic": [("900", "0")],
        "broker": [("900", "0")],
    }


# --- why -------------------------------------------------------------------------------------


def test_why_ends_at_the_rows_the_broker_wrote(portfolio: Portfolio) -> None:
    portfolio.traded(*BOUGHT_TWICE, ("20250120", "-40", "15", "-1"))

    [lot, _] = portfolio.rows("lots", "--why")

    assert of(
        lot["why"], "day", "what", "quantity_before", "quantity_after", "basis_before",
        "basis_after", "table", "document",
    ) == [
        ("2025-01-06", "bought", "0", "100", None, "1001", "trades", "0.xml"),
        ("2025-01-20", "sold", "100", "60", "1001", "600.6", "trades", "0.xml"),
    ]  # fmt: skip
    assert all(isinstance(step["document_row"], int) for step in lot["why"])


def test_why_stands_below_each_row_of_a_table(portfolio: Portfolio) -> None:
    portfolio.traded(*BOUGHT_TWICE, ("20250120", "-40", "15", "-1"))

    header, gain, *below = portfolio.program("show", "gains", "--why").out.splitlines()

    assert tuple(header.split()) == columns("gains")
    assert gain.startswith("U1")
    assert below[0].startswith("    2025-01-06 bought 100 AAPL for 1,001.00 USD  ")
    assert below[0].index("0.xml") == below[1].index("0.xml")
    assert below[-2:] == [
        "    = proceeds 599.00 USD − basis 400.40 USD = gain 198.60 USD",
        "    = short-term: held from 2025-01-06 to 2025-01-20, 14 days; long-term from 2026-01-07",
    ]


def test_rows_of_csv_have_the_same_columns(portfolio: Portfolio) -> None:
    portfolio.traded(*BOUGHT_TWICE)
    ran = portfolio.program("show", "lots", "--format", "csv")

    header, *lines = csv.reader(io.StringIO(ran.out))

    assert tuple(header) == columns("lots")
    assert len(lines) == 2


# --- what was reported -----------------------------------------------------------------------


def test_the_brokers_lots_are_shown_where_they_are_asked_for(portfolio: Portfolio) -> None:
    portfolio.told(
        section("Trades", fills(*BOUGHT_TWICE)),
        section("OpenPositions", row("OpenPosition", POSITION), row("OpenPosition", LOT)),
    )

    [reported] = portfolio.rows("lots", "--source", "broker")
    assert (reported["source"], reported["wash_adjustment"]) == ("broker", None)
    assert {lot["source"] for lot in portfolio.rows("lots")} == {"derived"}
    assert {lot["source"] for lot in portfolio.rows("lots", "--source", "derived")} == {"derived"}


def test_while_nothing_is_derived_the_brokers_lots_are_shown_and_that_is_said(
    portfolio: Portfolio,
) -> None:
    portfolio.told(
        section("OpenPositions", row("OpenPosition", POSITION), row("OpenPosition", LOT))
    )

    ran = portfolio.program("show", "lots", "--format", "json")

    assert [lot["source"] for lot in json.loads(ran.out)] == ["broker"]
    assert ran.err == ("qm-tui: no lots are derived yet; these are as the brokers reported them.\n")
    assert portfolio.rows("lots", "--source", "derived") == []


def test_what_could_not_be_settled_is_said_in_one_line(portfolio: Portfolio) -> None:
    portfolio.traded(("20250120", "-40", "15", "-1"))

    ran = portfolio.program("show", "gains", "--format", "json")

    [gain] = json.loads(ran.out)
    assert (gain["proceeds"], gain["cost_basis"], gain["gain"], gain["term"]) == (
        "599", None, None, None,
    )  # fmt: skip
    assert ran.err.count("\n") == 1
    assert ran.err.startswith("qm-tui: 1 thing to look at: 2025-01-20 AAPL in U1: more was closed")


# --- mistakes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["trades", "--why"], "--why belongs to lots and gains, and to discrepancies"),
        (["positions", "--view", "taxpayer"], "--view belongs to lots and gains"),
        (["cash", "--method", "fifo"], "--method belongs to lots and gains"),
        (["trades", "--source", "derived"], "--source belongs to lots and gains"),
        (["lots", "--source", "broker", "--view", "broker"], "which has no --view"),
        (["gains", "--source", "broker", "--method", "lifo"], "which has no --method"),
        (["gains", "--source", "broker", "--why"], "which has no --why"),
        (["gains", "--why", "--format", "csv"], "--why needs --format table or json"),
        (["lots", "--view", "mine"], "choose from"),
        (["lots", "--method", "best"], "choose from"),
        (["lots", "--source", "both"], "choose from"),
    ],
)
def test_a_mistake_says_what_was_expected(program: Program, given: list[str], said: str) -> None:
    ran = _shown(program, given)

    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert not program.store.exists()


def _shown(program: Program, given: list[str]) -> Ran:
    return program.within("show", *given)


def test_the_words_on_the_command_line_are_those_of_the_books() -> None:
    assert tuple(View) == VIEWS
    assert tuple(LotMethod) == METHODS
    lots, gains = (schema()["$defs"][what]["items"]["properties"] for what in ("lots", "gains"))
    assert set(lots["term"]["enum"]) == {*Term, None}
    assert set(gains["method"]["enum"]) == {*LotMethod, None}
