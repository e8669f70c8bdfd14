"""Positions, lots, balances and net asset values: what an account held when."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from qm_tui.domain.batches import Holds
from qm_tui.domain.records import AccountInfo, Balance, Position
from qm_tui.domain.reported import BrokerLot, NavSummary, OtherRow
from qm_tui.domain.words import NavKind, Section, TaxTreatment
from tests.brokers.ibkr.flex_builder import (
    POSITION,
    Found,
    document,
    read,
    row,
    section,
    statement,
)

END = dt.datetime(2026, 2, 1, 4, 59, 59, tzinfo=dt.UTC)
LOT = {
    "levelOfDetail": "LOT",
    "openDateTime": "20260105;093000",
    "holdingPeriodDateTime": "20251201;093000",
    "originatingOrderID": "3001",
    "originatingTransactionID": "1001",
    "openPrice": "10.51",
}


def positions(folder: Path, *rows: str, **attributes: str) -> Found:
    return read(folder, document(statement(section("OpenPositions", *rows), **attributes)))


def lot(**attributes: str) -> str:
    return row("OpenPosition", POSITION, LOT, attributes)


def test_a_summary_is_the_position_and_its_lots_are_lots(tmp_path: Path) -> None:
    found = positions(
        tmp_path,
        row("OpenPosition", POSITION),
        lot(position="60"),
        lot(position="40", originatingTransactionID="1002"),
    )
    position = found.one(Position)
    assert (position.quantity, position.average_cost) == (Decimal(100), Decimal("10.51"))
    assert (position.cost_basis, position.market_value) == (Decimal(1051), Decimal(1200))
    assert (position.market_price, position.unrealized_pnl) == (Decimal(12), Decimal(149))
    assert position.as_of == END
    assert [x.quantity for x in found.all(BrokerLot)] == [60, 40]
    assert [x.key for x in found.all(BrokerLot)] == ["TX:1001", "TX:1002"]
    assert found.all(BrokerLot)[0].acquisition_date == dt.date(2026, 1, 5)
    assert found.all(BrokerLot)[0].holding_start == dt.date(2025, 12, 1)
    assert found.holds == [
        Holds(account="U1", section=Section.POSITIONS, as_of=END),
        Holds(account="U1", section=Section.BROKER_LOTS, as_of=END),
    ]


def test_lots_before_their_summary_do_not_double_it(tmp_path: Path) -> None:
    found = positions(tmp_path, lot(), row("OpenPosition", POSITION))
    assert [p.quantity for p in found.all(Position)] == [100]
    assert found.warnings == []


def test_lots_alone_add_up_to_the_position(tmp_path: Path) -> None:
    found = positions(
        tmp_path,
        lot(position="60", costBasisMoney="600", positionValue="720", fifoPnlUnrealized="120"),
        lot(position="40", costBasisMoney="500", positionValue="480", fifoPnlUnrealized="-20"),
        lot(conid="2", symbol="MSFT"),
    )
    first, second = found.all(Position)
    assert (first.quantity, first.cost_basis, first.market_value) == (
        Decimal(100),
        Decimal(1100),
        Decimal(1200),
    )
    assert (first.average_cost, first.unrealized_pnl) == (Decimal(11), Decimal(100))
    assert second.instrument.symbol == "MSFT"
    assert "Tick Summary" in found.warnings[0]


def test_the_sum_of_lots_is_unknown_where_one_of_them_is(tmp_path: Path) -> None:
    found = positions(tmp_path, lot(costBasisMoney="600"), lot(costBasisMoney=""))
    position = found.one(Position)
    assert (position.quantity, position.cost_basis, position.average_cost) == (
        Decimal(200),
        None,
        None,
    )


def test_an_average_cost_follows_from_no_assumed_multiplier(tmp_path: Path) -> None:
    for said, average in (("50", Decimal("21.02")), ("", None)):
        future = lot(assetCategory="FUT", position="1", multiplier=said)
        assert positions(tmp_path, future).one(Position).average_cost == average


def test_rows_without_a_level_are_told_by_what_only_lots_have(tmp_path: Path) -> None:
    found = positions(
        tmp_path,
        row("OpenPosition", POSITION, levelOfDetail=""),
        lot(levelOfDetail="", originatingTransactionID=""),
        lot(levelOfDetail="", openDateTime=""),
    )
    assert len(found.all(Position)) == 1
    assert len(found.all(BrokerLot)) == 2


def test_money_of_a_short_position_is_negative(tmp_path: Path) -> None:
    said = {"position": "-100", "side": "Short"}
    signed = positions(
        tmp_path,
        row("OpenPosition", POSITION, said, costBasisMoney="-3440.5", positionValue="-3553"),
    ).one(Position)
    amounts = positions(
        tmp_path, row("OpenPosition", POSITION, said, costBasisMoney="3440.5", positionValue="3553")
    ).one(Position)
    unsigned = positions(tmp_path, row("OpenPosition", POSITION, position="100", side="Short")).one(
        Position
    )
    assert (signed.cost_basis, signed.market_value) == (Decimal("-3440.5"), Decimal(-3553))
    assert (amounts.cost_basis, amounts.market_value) == (Decimal("-3440.5"), Decimal(-3553))
    assert unsigned.quantity == -100


def test_a_short_position_at_a_negative_price_is_worth_something(tmp_path: Path) -> None:
    said = {"position": "-1", "markPrice": "-37.63", "positionValue": "37630"}
    assert positions(tmp_path, row("OpenPosition", POSITION, said)).one(Position).market_value == (
        37630
    )


def test_models_add_up_unless_their_total_is_there(tmp_path: Path) -> None:
    models = [
        row("OpenPosition", POSITION, model=model, position=size)
        for model, size in (("Independent", "60"), ("Growth", "40"))
    ]
    assert positions(tmp_path, *models).one(Position).quantity == 100
    whole = row("OpenPosition", POSITION, model="", position="100")
    assert positions(tmp_path, *models, whole).one(Position).quantity == 100


def test_a_section_twice_holds_no_more(tmp_path: Path) -> None:
    again = section("OpenPositions", row("OpenPosition", POSITION))
    found = read(tmp_path, document(statement(again, again)))
    assert {p.quantity for p in found.all(Position)} == {Decimal(100)}


def test_two_days_of_positions_are_two_observations(tmp_path: Path) -> None:
    found = positions(
        tmp_path,
        row("OpenPosition", POSITION, reportDate="20260130"),
        row("OpenPosition", POSITION, reportDate="20260131", position="50"),
    )
    assert [p.quantity for p in found.all(Position)] == [100, 50]
    assert len(found.holds) == 2


def test_an_empty_section_holds_that_there_is_nothing(tmp_path: Path) -> None:
    found = read(tmp_path, document(statement("<OpenPositions/>", "<CashReport/>")))
    assert found.records == []
    assert found.holds == [
        Holds(account="U1", section=Section.POSITIONS, as_of=END),
        Holds(account="U1", section=Section.BROKER_LOTS, as_of=END),
        Holds(account="U1", section=Section.BALANCES, as_of=END),
    ]


def test_positions_without_lots_say_nothing_of_lots(tmp_path: Path) -> None:
    found = positions(tmp_path, row("OpenPosition", POSITION))
    assert found.holds == [Holds(account="U1", section=Section.POSITIONS, as_of=END)]


def test_rows_of_a_level_that_is_not_known_do_not_say_that_there_is_nothing(tmp_path: Path) -> None:
    found = positions(tmp_path, row("OpenPosition", POSITION, levelOfDetail="CLUSTER"))
    assert found.holds == []


NO_CONID = {**POSITION, "conid": ""}


def test_listings_of_one_isin_in_two_currencies_are_two_positions(tmp_path: Path) -> None:
    rows = [
        row("OpenPosition", NO_CONID, currency=currency, position=size)
        for currency, size in (("USD", "100"), ("EUR", "10"))
    ]
    found = positions(tmp_path, *rows)
    assert {p.currency: p.quantity for p in found.all(Position)} == {"USD": 100, "EUR": 10}
    lots = [row.replace("SUMMARY", "LOT") for row in rows]
    found = positions(tmp_path, *lots)
    assert {p.currency: p.quantity for p in found.all(Position)} == {"USD": 100, "EUR": 10}
    assert len({(x.currency, x.key) for x in found.all(BrokerLot)}) == 2


def test_a_stock_and_a_future_of_one_symbol_are_two_positions(tmp_path: Path) -> None:
    found = positions(
        tmp_path,
        row("OpenPosition", NO_CONID, isin="", symbol="ES", position="100"),
        row("OpenPosition", NO_CONID, isin="", symbol="ES", position="2", assetCategory="FUT"),
    )
    assert [p.quantity for p in found.all(Position)] == [100, 2]


def test_a_position_once_with_conid_and_once_without_is_told_if_they_differ(
    tmp_path: Path,
) -> None:
    found = positions(
        tmp_path, row("OpenPosition", POSITION), row("OpenPosition", NO_CONID, position="40")
    )
    (warning,) = found.warnings
    assert warning.startswith("AAPL is held once with a contract id and once without")
    alike = positions(tmp_path, row("OpenPosition", POSITION), row("OpenPosition", NO_CONID))
    assert alike.warnings == []


def test_an_attribute_of_a_position_that_is_not_known_is_told(tmp_path: Path) -> None:
    found = positions(tmp_path, row("OpenPosition", POSITION, weather="fair"))
    assert found.places("attribute") == {"OpenPositions/OpenPosition@weather": "fair"}


def test_a_section_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, document(statement("<Trades/>"))).holds == []


def test_a_section_with_a_refused_row_is_not_complete(tmp_path: Path) -> None:
    found = positions(
        tmp_path, row("OpenPosition", POSITION), row("OpenPosition", POSITION, position="many")
    )
    assert len(found.all(Position)) == 1
    assert found.holds == []
    (refused,) = found.refused
    assert (refused.section, refused.field, refused.text) == ("OpenPositions", "position", "many")


def test_nothing_is_seen_after_the_statement_was_made(tmp_path: Path) -> None:
    found = positions(tmp_path, row("OpenPosition", POSITION), whenGenerated="20260131;120000")
    assert found.one(Position).as_of == dt.datetime(2026, 1, 31, 17, 0, tzinfo=dt.UTC)


def test_a_level_that_is_not_known_is_kept_and_told(tmp_path: Path) -> None:
    found = positions(tmp_path, row("OpenPosition", POSITION, levelOfDetail="CLUSTER"))
    assert found.one(OtherRow).broker_specific is not None
    assert found.places("value") == {"OpenPositions/OpenPosition@levelOfDetail": "CLUSTER"}


# --- accounts, cash, net asset value --------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "treatment"),
    [
        ({"accountType": "Individual", "customerType": "Individual"}, None),
        ({"accountType": "Individual", "customerType": "IRA-Roth New"}, TaxTreatment.ROTH),
        ({"accountType": "Traditional IRA"}, TaxTreatment.IRA),
        ({"customerType": "IRA-Traditional Rollover"}, TaxTreatment.IRA),
        ({"accountType": "Admiral"}, None),
    ],
)
def test_the_broker_says_how_an_account_is_taxed(
    tmp_path: Path, said: dict[str, str], treatment: TaxTreatment | None
) -> None:
    about = row(
        "AccountInformation", said, accountId="U1", acctAlias="savings", currency="EUR",
        name="A. Trader", accountCapabilities="Margin", dateOpened="20200102", dateClosed="",
    )  # fmt: skip
    info = read(tmp_path, document(statement(about))).one(AccountInfo)
    assert info.tax_treatment is treatment
    assert (info.base_currency, info.nickname, info.owner) == ("EUR", "savings", "A. Trader")
    assert (info.opened, info.closed) == (dt.date(2020, 1, 2), None)
    assert info.broker_specific == {"accountCapabilities": "Margin", **said}


def cash(**attributes: str) -> str:
    said = {
        "accountId": "U1", "currency": "USD", "levelOfDetail": "Currency", "fromDate": "20260101",
        "toDate": "20260131", "startingCash": "0", "endingCash": "2478.099263644",
        "endingSettledCash": "4038.070294644",
    }  # fmt: skip
    return row("CashReportCurrency", said, attributes)


def test_balances_bear_the_brokers_own_names(tmp_path: Path) -> None:
    text = document(
        statement(
            section(
                "CashReport",
                cash(dividends="84.43", dividendsMTD="17.03", commissions="0", endingCashSec="2"),
                cash(currency="BASE_SUMMARY", endingCash="5"),
            )
        )
    )
    found = read(tmp_path, text)
    told = {(b.currency, b.tag): b.value for b in found.all(Balance)}
    assert told == {
        ("USD", "startingCash"): 0,
        ("USD", "endingCash"): Decimal("2478.099263644"),
        ("USD", "endingSettledCash"): Decimal("4038.070294644"),
        ("USD", "dividends"): Decimal("84.43"),
        ("BASE", "startingCash"): 0,
        ("BASE", "endingCash"): 5,
        ("BASE", "endingSettledCash"): Decimal("4038.070294644"),
    }
    ending = next(b for b in found.all(Balance) if b.tag == "endingCash")
    assert ending.broker_specific is not None
    assert ending.broker_specific["dividendsMTD"] == "17.03"
    assert ending.as_of == END
    assert found.holds == [Holds(account="U1", section=Section.BALANCES, as_of=END)]
    assert found.novelties == []


def test_a_balance_that_is_not_said_is_not_zero(tmp_path: Path) -> None:
    found = read(tmp_path, document(statement(section("CashReport", cash(endingSettledCash="")))))
    assert {b.tag for b in found.all(Balance)} == {"startingCash", "endingCash"}


def test_net_asset_value_is_told_by_day_and_by_period(tmp_path: Path) -> None:
    text = document(
        statement(
            section(
                "EquitySummaryInBase",
                row(
                    "EquitySummaryByReportDateInBase", accountId="U1", currency="USD",
                    reportDate="20260130", total="100", cash="40", stock="60", cashLong="40",
                ),
            ),
            row(
                "ChangeInNAV", accountId="U1", fromDate="20260101", toDate="20260131",
                startingValue="90", endingValue="100", mtm="9", depositsWithdrawals="1",
                twr="10.5", dividends="2",
            ),
        )
    )  # fmt: skip
    day, period = read(tmp_path, text).all(NavSummary)
    assert (day.kind, day.total, day.cash, day.stock) == (
        NavKind.EQUITY_SUMMARY,
        Decimal(100),
        Decimal(40),
        Decimal(60),
    )
    assert day.to_date == dt.date(2026, 1, 30)
    assert day.options is None
    assert (period.kind, period.starting_value, period.total) == (
        NavKind.CHANGE_IN_NAV,
        Decimal(90),
        Decimal(100),
    )
    assert (period.from_date, period.to_date) == (dt.date(2026, 1, 1), dt.date(2026, 1, 31))
    assert (period.mark_to_market, period.time_weighted_return) == (Decimal(9), Decimal("10.5"))
    assert period.broker_specific == {"dividends": "2"}


def values(**attributes: str) -> str:
    said = {"accountId": "U1", "currency": "USD", "reportDate": "20260131", "stock": ""}
    return row("EquitySummaryByReportDateInBase", said, attributes)


def change(**attributes: str) -> str:
    said = {"accountId": "U1", "fromDate": "20260101", "toDate": "20260131"}
    return row("ChangeInNAV", said, attributes)


def test_the_values_of_models_add_up_by_day(tmp_path: Path) -> None:
    text = section(
        "EquitySummaryInBase",
        values(model="A", total="900", cash="1", stock="5"),
        values(model="B", total="100", cash="2"),
        values(model="B", total="7", cash="7", reportDate="20260130"),
    )
    whole, other = read(tmp_path, document(statement(text))).all(NavSummary)
    assert (whole.total, whole.cash, whole.stock) == (Decimal(1000), Decimal(3), None)
    assert (other.to_date, other.total) == (dt.date(2026, 1, 30), Decimal(7))


@pytest.mark.parametrize("order", [1, -1])
def test_the_value_of_no_model_is_that_of_the_account(tmp_path: Path, order: int) -> None:
    rows = [values(model="A", total="900"), values(total="1000"), values(model="B", total="100")]
    text = section("EquitySummaryInBase", *rows[::order])
    assert read(tmp_path, document(statement(text))).one(NavSummary).total == 1000


def test_what_changed_the_values_of_models_adds_up_but_their_returns_do_not(
    tmp_path: Path,
) -> None:
    rows = (
        change(model="A", startingValue="800", endingValue="900", twr="12.5"),
        change(model="B", startingValue="100", endingValue="100", twr="0"),
    )
    for text in (rows, (section("ChangeInNAV", *rows),)):
        whole = read(tmp_path, document(statement(*text))).one(NavSummary)
        assert (whole.starting_value, whole.total) == (Decimal(900), Decimal(1000))
        assert whole.time_weighted_return is None


def test_a_statement_says_which_days_it_covers(tmp_path: Path) -> None:
    found = read(tmp_path, document(statement(), statement(accountId="U2", toDate="")))
    assert [(c.account, c.from_date, c.to_date) for c in found.coverage] == [
        ("U1", dt.date(2026, 1, 1), dt.date(2026, 1, 31))
    ]
